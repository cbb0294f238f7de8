from fastapi_users_db_sqlalchemy.access_token import SQLAlchemyBaseAccessTokenTable
from flask_login import UserMixin
from geoalchemy2 import Geography, Geometry
from sqlalchemy import FetchedValue, String, UniqueConstraint, false, true
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Account(UserMixin, Base):
    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("email", name="uq_accounts_email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(80))
    active: Mapped[bool] = mapped_column(server_default=true())
    locked: Mapped[bool] = mapped_column(server_default=false())


class Place(Base):
    __tablename__ = "places"

    id: Mapped[int] = mapped_column(primary_key=True)
    at = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    area = mapped_column(Geography("POLYGON", spatial_index=False))
    number: Mapped[int] = mapped_column(server_default=FetchedValue())
    way = mapped_column(Geometry("LINESTRING"))


class AccessToken(SQLAlchemyBaseAccessTokenTable, Base):
    pass
