from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Stool(Base):
    __tablename__ = "stools"

    id: Mapped[int] = mapped_column(primary_key=True)
