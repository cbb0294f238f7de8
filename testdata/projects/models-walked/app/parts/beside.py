from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Beside(Base):
    """Beside the folders that are loaded; nothing loads it."""

    __tablename__ = "besides"

    id: Mapped[int] = mapped_column(primary_key=True)
