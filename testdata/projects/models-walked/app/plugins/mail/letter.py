from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Letter(Base):
    __tablename__ = "letters"

    id: Mapped[int] = mapped_column(primary_key=True)
