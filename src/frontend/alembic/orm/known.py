# Mixins of libraries that declare columns, as their documentation describes them. Read by the
# same evaluator as the project's own classes; never run.
import sqlalchemy
from sqlalchemy import Boolean, Column, DateTime, ForeignKey, Integer, String
from fastapi_users_db_sqlalchemy.generics import GUID, TIMESTAMPAware


class TimestampMixin:
    """oslo.db (`oslo_db.sqlalchemy.models`)."""

    created_at = Column(DateTime, nullable=True)
    updated_at = Column(DateTime, nullable=True)


class SoftDeleteMixin:
    """oslo.db; `SoftDeleteInteger` is an integer."""

    deleted_at = Column(DateTime, nullable=True)
    deleted = Column(Integer, nullable=True, default=0)


class ModelBase:
    """oslo.db; it declares no column."""


class ModelIterator:
    """oslo.db; it declares no column."""


class Timestamp:
    """SQLAlchemy-Utils (`sqlalchemy_utils.models`)."""

    created = Column(DateTime, nullable=False)
    updated = Column(DateTime, nullable=False)


class SQLAlchemyBaseUserTable:
    """fastapi-users-db-sqlalchemy."""

    __tablename__ = "user"
    email = Column(String(length=320), unique=True, index=True, nullable=False)
    hashed_password = Column(String(length=1024), nullable=False)
    is_active = Column(Boolean, default=True, nullable=False)
    is_superuser = Column(Boolean, default=False, nullable=False)
    is_verified = Column(Boolean, default=False, nullable=False)


class SQLAlchemyBaseUserTableUUID(SQLAlchemyBaseUserTable):
    """fastapi-users-db-sqlalchemy."""

    id = Column(GUID, primary_key=True)


class SQLAlchemyBaseOAuthAccountTable:
    """fastapi-users-db-sqlalchemy."""

    __tablename__ = "oauth_account"
    oauth_name = Column(String(length=100), index=True, nullable=False)
    access_token = Column(String(length=1024), nullable=False)
    expires_at = Column(Integer, nullable=True)
    refresh_token = Column(String(length=1024), nullable=True)
    account_id = Column(String(length=320), index=True, nullable=False)
    account_email = Column(String(length=320), nullable=False)


class SQLAlchemyBaseOAuthAccountTableUUID(SQLAlchemyBaseOAuthAccountTable):
    """fastapi-users-db-sqlalchemy."""

    id = Column(GUID, primary_key=True)
    user_id = Column(GUID, ForeignKey("user.id", ondelete="cascade"), nullable=False)


class SQLAlchemyBaseAccessTokenTable:
    """fastapi-users-db-sqlalchemy."""

    __tablename__ = "accesstoken"
    token = Column(String(length=43), primary_key=True)
    created_at = Column(TIMESTAMPAware(timezone=True), index=True, nullable=False)


class SQLAlchemyBaseAccessTokenTableUUID(SQLAlchemyBaseAccessTokenTable):
    """fastapi-users-db-sqlalchemy."""

    user_id = Column(GUID, ForeignKey("user.id", ondelete="cascade"), nullable=False)
