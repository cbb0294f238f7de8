import enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from app.models.base import Base


class Status(enum.Enum):
    new = 'new'
    old = 'old'


class Trimmed(TypeDecorator):
    impl = sa.String


def normalize(name):
    return name.strip().lower()


teams = sa.Table('teams', Base.metadata, sa.Column('id', sa.Integer, primary_key=True), sa.Column('city', sa.String(50)))


class Hero(Base):
    __tablename__ = 'heroes'

    KINDS = ('good', 'bad')

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Trimmed(50))
    status: Mapped[str | None] = mapped_column(sa.String(10))

    @classmethod
    def default_name(cls):
        return 'nobody'


class Power(Base):
    __tablename__ = 'powers'

    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str | None] = mapped_column(sa.Text)
