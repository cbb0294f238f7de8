from sqlalchemy import Column, ForeignKey, Integer, String, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    __mapper_args__ = {"exclude_properties": ["old"]}

    id: Mapped[int] = mapped_column(primary_key=True)
    old: Mapped[str | None]
    nick: Mapped[str | None]


class Team(Base):
    __table__ = Table(
        "teams",
        Base.metadata,
        Column("id", Integer, primary_key=True),
        Column("old", String),
        Column("nick", String),
    )
    __mapper_args__ = {"include_properties": ["id", "nick"]}


class Post(Base):
    __tablename__ = "posts"

    id: Mapped[int] = mapped_column(primary_key=True)
    note: Mapped[str | None]
    code: Mapped[str | None]


class Swapped(Base):
    __tablename__ = "swapped"

    id: Mapped[int] = mapped_column(primary_key=True)
    gone: Mapped[str | None]
