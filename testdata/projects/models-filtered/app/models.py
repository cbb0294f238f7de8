from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Team(Base):
    __tablename__ = "teams"

    id: Mapped[int] = mapped_column(primary_key=True)


class Hero(Base):
    __tablename__ = "heroes"
    __table_args__ = (
        Index("ix_heroes_name", "name"),
        Index("ix_raw_heroes_age", "age"),
        UniqueConstraint("name", "age", name="uq_loose_name_age"),
        UniqueConstraint("age", "power", name="uq_age_power"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    age: Mapped[int]
    # The team's own job fills it, and makes it.
    power: Mapped[int] = mapped_column(info={"skip_autogenerate": True})
    speed: Mapped[int]
    rank: Mapped[int] = mapped_column(String(10), info={"skip_autogenerate": True})
    grade: Mapped[str] = mapped_column(String(10))
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", name="fk_loose_team"))
    boss_id: Mapped[int] = mapped_column(ForeignKey("heroes.id", name="fk_heroes_boss"))


class Ranking(Base):
    """A view, which somebody else makes."""

    __tablename__ = "ranking"
    __table_args__ = {"info": {"is_view": True}}

    id: Mapped[int] = mapped_column(primary_key=True)


class Forgotten(Base):
    __tablename__ = "forgotten"
    __table_args__ = {"info": {"is_view": False}}

    id: Mapped[int] = mapped_column(primary_key=True)


report = Table("report", Base.metadata, Column("id", Integer, primary_key=True), info={"is_view": True})
