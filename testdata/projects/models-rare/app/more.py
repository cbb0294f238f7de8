from sqlalchemy import CheckConstraint, Column, Computed, ForeignKey, Index, Integer, MetaData, Numeric, String, Table, UniqueConstraint, event, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.declarative import AbstractConcreteBase
from sqlalchemy.orm import Mapped, declared_attr, foreign, mapped_column, relationship

from .base import Base
from .models import Line


class Table1(Base):
    """The table is given as it is."""

    __table__ = Table("given", Base.metadata, Column("id", Integer, primary_key=True), Column("value", String(3)))


class Reflected(Base):
    __table__ = Table(
        "halves",
        Base.metadata,
        Column("id", Integer, primary_key=True),
        Column("whole", Numeric(6, 2)),
        Column("half", Numeric(6, 2), Computed("whole / 2", persisted=True)),
        CheckConstraint("whole > 0", "whole_positive"),
    )


link = Table(
    "line_given",
    Base.metadata,
    Column("line_id", ForeignKey(Line.id), primary_key=True),
    Column("given_id", ForeignKey(Table1.__table__.c.id), primary_key=True),
    UniqueConstraint("given_id", name="uq_given"),
)


class Mixin:
    __table_args__ = {"comment": "what there is"}

    created: Mapped[int] = mapped_column(sort_order=-1)

    @declared_attr
    def owner_id(cls):
        return Column(Integer, ForeignKey("lines.id"), index=True)

    @declared_attr
    def owner(cls):
        return relationship(Line, primaryjoin=lambda: foreign(cls.owner_id) == Line.id)


class Ledger(Mixin, Base):
    __tablename__ = "ledger"
    __table_args__ = (
        Index(None, "amount", "created"),
        Index("ix_ledger_where", "amount", unique=True, postgresql_where=text("amount > 0"), sqlite_where=text("amount > 0")),
        UniqueConstraint("amount", "owner_id"),
        Mixin.__table_args__,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    amount: Mapped[int] = mapped_column(comment="in cents")


Index("ix_ledger_amount_desc", Ledger.amount.desc(), Ledger.__table__.c.created)


class Concrete(AbstractConcreteBase, Base):
    strict_attrs = True
    name = Column(String(10))


class Left(Concrete):
    __tablename__ = "lefts"
    __mapper_args__ = {"concrete": True}
    id = Column(Integer, primary_key=True)
    name = Column(String(11))
