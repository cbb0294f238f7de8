from sqlalchemy import Column, ForeignKey, Integer, Table
from sqlmodel import SQLModel

hero_teams = Table(
    "hero_teams",
    SQLModel.metadata,
    Column("hero_id", Integer, ForeignKey("hero.id"), primary_key=True),
    Column("team_id", Integer, ForeignKey("teams.id"), primary_key=True),
    Column("rank", Integer),
)
