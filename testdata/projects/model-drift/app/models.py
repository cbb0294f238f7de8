import enum
from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, Computed, Enum, FetchedValue, ForeignKey, ForeignKeyConstraint, Index, Interval, Numeric, String, Text, UniqueConstraint, func, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.types import TypeDecorator

from . import sql  # noqa: F401


class Stamp(FunctionElement):
    inherit_cache = True


@compiles(Stamp)
def stamp(element, compiler, **kw):
    return "clock_timestamp()"


class Base(DeclarativeBase):
    pass


class Other(DeclarativeBase):
    pass


class Mood(enum.Enum):
    GOOD = "good"
    BAD = "bad"
    ODD = "odd"


class Coded(TypeDecorator):
    def __init__(self, kind, **kwargs):
        super().__init__(**kwargs)
        self.kind = kind


class Short(Coded):
    impl = String


class Team(Base):
    __tablename__ = "teams"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)


class Hero(Base):
    __tablename__ = "heroes"
    __table_args__ = (
        UniqueConstraint("name", "team_id"),
        CheckConstraint("age >= 0", name="ck_age"),
        CheckConstraint("rank IN ('a', 'b', 'c')", name="ck_rank"),
        Index("ix_heroes_rank", text("lower(rank)")),
        Index("ix_heroes_seen", "seen_at", postgresql_where=text("seen_at IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Of another length, of another kind, and the same to SQLite.
    name: Mapped[str] = mapped_column(String(80))
    rank: Mapped[str] = mapped_column(String(1))
    score: Mapped[float] = mapped_column(Numeric(10, 2))
    code: Mapped[int]
    # The same to both: other words only.
    note: Mapped[str | None] = mapped_column(Text())
    seen_at: Mapped[datetime | None] = mapped_column(server_default=func.now())
    made_at: Mapped[datetime] = mapped_column(server_default=Stamp())
    logged_at: Mapped[datetime] = mapped_column(server_default=func.localtimestamp())
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    level: Mapped[int] = mapped_column(server_default="1")
    short: Mapped[str] = mapped_column(Short(Mood, length=12))
    # NULL and NOT NULL.
    age: Mapped[int | None]
    born: Mapped[int]
    mood: Mapped[Mood] = mapped_column(Enum(Mood))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))
    boss_id: Mapped[int | None] = mapped_column(ForeignKey("heroes.id"))
    twice: Mapped[int | None] = mapped_column(Computed("age * 2"))
    # Forgotten.
    alias: Mapped[str] = mapped_column(String(20), index=True)
    mode: Mapped[Mood] = mapped_column(Enum(Mood, name="mode"))


class Power(Base):
    """No migration makes it."""

    __tablename__ = "powers"

    id: Mapped[int] = mapped_column(primary_key=True)
    hero_id: Mapped[int] = mapped_column(ForeignKey("heroes.id", ondelete="CASCADE"), index=True)
    strength: Mapped[int] = mapped_column(server_default="0")


class Badge(Base):
    """Two columns are forgotten, with what stands on both."""

    __tablename__ = "badges"
    __table_args__ = (UniqueConstraint("first", "second", name="uq_badges"), Index("ix_badges", "second", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    first: Mapped[Mood] = mapped_column(Enum(Mood, name="mode"))
    second: Mapped[Mood] = mapped_column(Enum(Mood, name="mode"))


class Elsewhere(Other):
    __tablename__ = "elsewhere"

    id: Mapped[int] = mapped_column(primary_key=True)


class Rule(Base):
    """Said in other words than the migration does, but for what the deferrable ones are."""

    __tablename__ = "rules"
    __table_args__ = (
        CheckConstraint("share BETWEEN 0 AND 10", name="ck_share"),
        # SQLite has no such thing.
        UniqueConstraint("place", name="uq_rules_place", deferrable=True).ddl_if(dialect="postgresql"),
        ForeignKeyConstraint(
            ["hero_id"], ["heroes.id"], name="fk_rules_hero", onupdate="CASCADE", deferrable=True, initially="DEFERRED"
        ),
        Index("ix_rules_share", text("share DESC NULLS LAST"), postgresql_include=["place"]).ddl_if(dialect="postgresql"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    share: Mapped[float] = mapped_column(Numeric(4, 1), server_default="1.0")
    wait: Mapped[timedelta] = mapped_column(Interval(), server_default=text("'1 day'"))
    place: Mapped[int]
    hero_id: Mapped[int]
    # What fills it is said by the migrations only.
    made_by: Mapped[str | None] = mapped_column(String(9), server_default=FetchedValue())
    # In the migrations a page of an expression.
    grade: Mapped[int | None]
