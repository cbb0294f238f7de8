from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Hero(Base):
    __tablename__ = "heroes"

    id: Mapped[int] = mapped_column(primary_key=True)
