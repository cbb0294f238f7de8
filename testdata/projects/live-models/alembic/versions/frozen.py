from app.models.base import Base
from sqlalchemy.orm import Mapped, mapped_column


class Old(Base):
    __tablename__ = 'old'

    id: Mapped[int] = mapped_column(primary_key=True)
