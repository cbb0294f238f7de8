import datetime
import enum
from typing import Annotated, Any, Literal, Optional

from sqlalchemy import JSON, BigInteger, DateTime, MetaData, String, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

key = Annotated[int, mapped_column(BigInteger, primary_key=True)]
short = Annotated[str, 40]
stamp = Annotated[datetime.datetime, mapped_column(server_default=func.now())]


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    type_annotation_map = {
        short: String(40),
        dict[str, Any]: JSON().with_variant(JSONB(), "postgresql"),
        datetime.datetime: DateTime(timezone=True),
    }


class Mood(enum.Enum):
    sad = "Sad"
    happy = "Happy"


class Stamped:
    created_at: Mapped[stamp]

    @declared_attr
    def updated_by(cls) -> Mapped[Optional[str]]:
        return mapped_column("changed_by", String(len(cls.__name__) + 10))


class Keyed(Base):
    __abstract__ = True

    id: Mapped[key]

    @declared_attr.directive
    def __tablename__(cls) -> str:
        return cls.__name__.lower() + "s"


Size = Literal["small", "large"]
