"""Another metadata, and classes without a table."""

from sqlalchemy import Column, Integer
from sqlalchemy.orm import declarative_base
from sqlmodel import SQLModel

Base = declarative_base()


class Apart(Base):
    __tablename__ = 'apart'

    id = Column(Integer, primary_key=True)


class HeroCreate(SQLModel):
    name: str
