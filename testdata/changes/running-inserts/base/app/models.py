from sqlalchemy import Column, ForeignKey, Integer, String, Table, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


members = Table(
    "members",
    Base.metadata,
    Column("user_id", Integer, ForeignKey("users.id"), primary_key=True),
    Column("team_id", Integer, ForeignKey("teams.id"), primary_key=True),
)


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    nick: Mapped[str | None]
    locale: Mapped[str | None] = mapped_column(default="en")
    zone: Mapped[str | None] = mapped_column(insert_default="UTC")
    kind: Mapped[str] = mapped_column(String(20), server_default="human")
    rank: Mapped[int] = mapped_column(default=0)
    ahead: Mapped[str] = mapped_column(default="")


class Team(Base):
    __tablename__ = "teams"

    id: Mapped[int] = mapped_column(primary_key=True)


class Watched(Base):
    __tablename__ = "watched"

    id: Mapped[int] = mapped_column(primary_key=True)
