"""Classes that know nothing of their tables."""

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Index, Integer, PrimaryKeyConstraint, String, Table, UniqueConstraint
from sqlalchemy.orm import composite, registry, relationship

from .base import Base

mapper = registry(metadata=Base.metadata)


class Planet:
    pass


class Moon:
    pass


planets = Table(
    "planets",
    mapper.metadata,
    Column("planet_id", Integer, key="id"),
    Column("planet_name", String(30), key="name", nullable=False),
    Column("x", Integer),
    Column("y", Integer),
    PrimaryKeyConstraint("id"),
    UniqueConstraint("name"),
)
moons = Table(
    "moons",
    Base.metadata,
    Column("id", Integer, primary_key=True),
    Column("around", ForeignKey(planets.c.id), key="planet_id"),
    Column("named", String(30), key="label", index=True),
    Column("twin", ForeignKey("planets.id", ondelete="SET NULL")),
    ForeignKeyConstraint(["label"], ["planets.name"]),
)
Index("ix_moons_both", moons.c.planet_id, moons.c.label)

mapper.map_imperatively(Planet, planets, properties={"place": composite(tuple, planets.c.x, planets.c.y)})
mapper.map_imperatively(Moon, moons, properties={"planet": relationship(Planet)})
