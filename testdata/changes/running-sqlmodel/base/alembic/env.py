from alembic import context
from sqlmodel import SQLModel

from app import models, tables  # noqa: F401

target_metadata = SQLModel.metadata
context.configure(target_metadata=target_metadata)
context.run_migrations()
