import dataclasses
import enum
from typing import ClassVar, Optional

from sqlalchemy import ARRAY, JSON, BigInteger, Boolean, Column, DateTime, Enum, ForeignKey, Identity, Integer, Interval, LargeBinary, Sequence, String, Uuid, func, select
from sqlalchemy.ext.associationproxy import association_proxy
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import (
    Mapped,
    MappedAsDataclass,
    backref,
    column_property,
    composite,
    declared_attr,
    deferred,
    mapped_column,
    query_expression,
    relationship,
    synonym,
    validates,
)

from .base import Base


@dataclasses.dataclass
class Point:
    x: int
    y: Optional[int]


class Shade(enum.Enum):
    light = 1
    dark = 2


class Line(Base):
    __tablename__ = "lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    start: Mapped[Point] = composite(mapped_column("x1"), mapped_column("y1"))
    end: Mapped[Point] = composite(Point, mapped_column("x2", BigInteger), mapped_column("y2"))
    middle = composite(Point, Column("xm", Integer), Column("ym", Integer))
    length: Mapped[int] = column_property(Column("len", Integer, nullable=False))
    twice = column_property(select(func.now()).scalar_subquery())
    shown: Mapped[Optional[int]] = query_expression()
    also = synonym("length")
    ignored: ClassVar[int] = 3
    shade: Mapped[Shade] = mapped_column(Enum(Shade, native_enum=False, create_constraint=True, name="shade_ok"))
    blob: Mapped[Optional[bytes]] = deferred(mapped_column(LargeBinary))
    labels = association_proxy("parts", "name")
    parts: Mapped[list["Part"]] = relationship(back_populates="line")

    @hybrid_property
    def half(self):
        return self.length / 2

    @validates("length")
    def check_length(self, key, value):
        return value


class Part(MappedAsDataclass, Base):
    __tablename__ = "parts"

    id: Mapped[int] = mapped_column(Identity(start=5), init=False, primary_key=True)
    line_id: Mapped[int] = mapped_column("line", ForeignKey(Line.id, ondelete="CASCADE"), init=False)
    line: Mapped[Line] = relationship(back_populates="parts", default=None)
    name: Mapped[str] = mapped_column(String(20), default="x", kw_only=True)
    seen: Mapped[Optional[bool]] = mapped_column(Boolean(create_constraint=True, name="seen_ok"), default=None)


class Tagged:
    @declared_attr
    def tag(cls) -> Mapped[str]:
        return mapped_column(String(len(cls.__name__)))

    @declared_attr.directive
    def __tablename__(cls):
        return cls.__name__.lower() + "_rows"

    @declared_attr.cascading
    def id(cls):
        if cls.__name__ == "Cat":
            return Column(ForeignKey("animal_rows.id"), primary_key=True)
        return Column(Integer, primary_key=True)


class Animal(Tagged, Base):
    kind: Mapped[str] = mapped_column(String(5))
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "animal", "version_id_col": None}


class Cat(Animal):
    __mapper_args__ = {"polymorphic_identity": "cat"}
    lives: Mapped[int]


class Vehicle(Base):
    __tablename__ = "vehicles"

    id: Mapped[int] = mapped_column(Sequence("vehicle_numbers", start=10), primary_key=True)
    kind: Mapped[str]
    __mapper_args__ = {"polymorphic_on": "kind"}


class Car(Vehicle):
    __mapper_args__ = {"polymorphic_identity": "car"}
    doors: Mapped[Optional[int]] = mapped_column(use_existing_column=True)
    started_at: Mapped[Optional[str]] = mapped_column(DateTime(timezone=True), use_existing_column=True)


class Bus(Vehicle):
    __mapper_args__ = {"polymorphic_identity": "bus"}
    doors: Mapped[Optional[int]] = mapped_column(use_existing_column=True)
    wait: Mapped[Optional[str]] = mapped_column(Interval)


class Tree(Base):
    __tablename__ = "trees"

    id = Column(Uuid, primary_key=True)
    parent_id = Column(Uuid(as_uuid=False), ForeignKey("trees.id"))
    children = relationship("Tree", backref=backref("parent", remote_side=[id]))
    tags = Column(ARRAY(String(10)).with_variant(JSON(), "sqlite"))


Tree.height = Column("height", Integer, nullable=False)
Tree.__table__.append_column(Column("girth", Integer))
