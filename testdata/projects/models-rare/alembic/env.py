from alembic import context

from app import base, imperative, models, more  # noqa: F401

target_metadata = base.Base.metadata
context.configure(target_metadata=target_metadata)
