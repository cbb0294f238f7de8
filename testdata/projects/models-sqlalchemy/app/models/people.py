from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, List, Optional
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from . import Keyed, Mood, Size, Stamped, short

if TYPE_CHECKING:
    from .catalog import Item


class Lower(TypeDecorator):
    impl = sa.String
    cache_ok = True

    def load_dialect_impl(self, dialect):
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.Text())
        return dialect.type_descriptor(sa.String(200))


def money(**options):
    return mapped_column(sa.Numeric(12, 2), **options)


class Person(Stamped, Keyed):
    __table_args__ = (
        UniqueConstraint("first", "last"),
        CheckConstraint("length(first) > 0", name="first_given"),
        {"comment": "people"},
    )

    first: Mapped[short]
    last: Mapped[Optional[short]]
    email: Mapped[str] = mapped_column(Lower(), unique=True)
    mood: Mapped[Mood]
    size: Mapped["Size"]
    token: Mapped[UUID | None]
    salary: Mapped[Decimal] = money(server_default=text("0"))
    notes = deferred(sa.Column(Text))
    settings: Mapped[dict[str, Any]]
    kind: Mapped[str] = mapped_column(sa.String(20), index=True)
    items: Mapped[List["Item"]] = relationship(back_populates="owner")

    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "person"}


class Employee(Person):
    __tablename__ = None
    manager_id: Mapped[Optional[int]] = mapped_column(ForeignKey("persons.id", ondelete="SET NULL"))

    __mapper_args__ = {"polymorphic_identity": "employee"}


class Customer(Person):
    __tablename__ = "customers"

    id: Mapped[int] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    since = sa.Column("since_year", sa.SmallInteger, nullable=False)

    __mapper_args__ = {"polymorphic_identity": "customer"}


class Visit(Keyed):
    """Its number comes from the application."""

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, default=lambda: 1)


Index("ix_people_lower_last", sa.func.lower(Person.last))
