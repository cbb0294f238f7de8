from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Chair(Base):
    __tablename__ = "chairs"

    id: Mapped[int] = mapped_column(primary_key=True)
