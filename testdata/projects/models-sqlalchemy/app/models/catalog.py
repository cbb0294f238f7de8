from typing import Optional

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from . import Base, Keyed
from .people import Person

tags = Table(
    "item_tags",
    Base.metadata,
    Column("item_id", ForeignKey("items.id", ondelete="CASCADE"), primary_key=True),
    Column("tag", String(30), primary_key=True),
)


class Item(Keyed):
    name: Mapped[str]
    active = Column(Boolean, server_default=false(), nullable=False)
    owner_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    parent_id: Mapped[Optional[int]] = mapped_column(ForeignKey("items.id"))
    stock = Column(Integer)

    owner: Mapped[Person] = relationship(back_populates="items")

    __table_args__ = (
        Index("ix_items_in_stock", stock.desc(), postgresql_where=stock > 0),
        Index(None, "name", "stock", unique=True).ddl_if(dialect="postgresql"),
        Index("ix_items_stock_lite", stock).ddl_if(dialect="sqlite"),
    )
