from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Badge(Base):
    __tablename__ = "badges"

    id: Mapped[int] = mapped_column(primary_key=True)
