from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Unrelated(Base):
    """Beside the function that loads modules; nothing loads it."""

    __tablename__ = "unrelated"

    id: Mapped[int] = mapped_column(primary_key=True)
