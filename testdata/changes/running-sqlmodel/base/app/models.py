from datetime import datetime

from sqlmodel import Field, SQLModel


class Stamped(SQLModel):
    created_at: datetime
    archived_by: str | None = None


class HeroBase(SQLModel):
    name: str = Field(index=True)
    nick: str | None = None


class Hero(HeroBase, Stamped, table=True):
    id: int | None = Field(default=None, primary_key=True)
    secret: str = Field(sa_column_kwargs={"name": "secret_name"})
    age: int | None = None


class HeroPublic(HeroBase):
    id: int


class Team(SQLModel, table=True):
    __tablename__ = "teams"

    id: int | None = Field(default=None, primary_key=True)
    name: str
    motto: str | None = None


class Mission(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    place: str


class Villain(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str


class Audit(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    what: str
    who: str | None = None
