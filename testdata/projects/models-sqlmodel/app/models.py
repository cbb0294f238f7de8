import enum
import uuid
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Annotated, List, Optional

from pydantic import BaseModel, EmailStr
from sqlalchemy import JSON, Column, DateTime, Index, UniqueConstraint, func
from sqlmodel import Field, Relationship, SQLModel


class Level(str, enum.Enum):
    low = "LOW"
    high = "HIGH"



class HeroBase(SQLModel):
    name: str = Field(index=True, max_length=80)
    secret_name: str
    age: Optional[int] = None


class Team(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    founded: date
    heroes: List["Hero"] = Relationship(back_populates="team")


class Hero(HeroBase, table=True):
    __tablename__ = "heroes"
    __table_args__ = (
        UniqueConstraint("name", "team_id", name="uq_hero_team"),
        Index("ix_heroes_seen", "seen_at", "name"),
    )

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    age: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    email: Annotated[EmailStr, Field(max_length=120)]
    level: Level = Level.low
    power: Decimal = Field(default=0, max_digits=10, decimal_places=3)
    seen_at: datetime | None = None
    created_at: datetime = Field(
        default_factory=lambda: datetime.now(timezone.utc),
        sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()),
    )
    extra: dict = Field(default_factory=dict, sa_type=JSON)
    team_id: int | None = Field(default=None, foreign_key="team.id", ondelete="SET NULL")
    team: Team | None = Relationship(back_populates="heroes")


class HeroRead(HeroBase):
    id: uuid.UUID


class Settings(BaseModel):
    theme: str = "dark"


class Policy(SQLModel, table=True):
    """One row: its number is given, so nothing counts."""

    id: int = Field(default=1, primary_key=True)
