from pydantic import BaseModel, Field


class HeroCreate(BaseModel):
    name: str
    age: int | None = None
    nick: str | None = None


class HeroPublic(BaseModel):
    id: int
    name: str
    secret: str = Field(validation_alias="real_name")


class HeroCard(BaseModel):
    """Another name: it may be about anything."""

    name: str
    age: int
    nick: str


class HeroSummary(BaseModel):
    """Most of it is about something else."""

    name: str
    nick: str
    wins: int
    losses: int
    draws: int
