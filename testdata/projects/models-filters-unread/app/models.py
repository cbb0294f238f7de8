from sqlalchemy import Index
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Hero(Base):
    __tablename__ = "heroes"
    __table_args__ = (Index("ix_heroes_age", "age"), Index("ix_heroes_rank", "rank"))

    id: Mapped[int] = mapped_column(primary_key=True)
    age: Mapped[int]
    rank: Mapped[int]
