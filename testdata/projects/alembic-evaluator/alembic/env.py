from alembic import context

from app.base import metadata

context.configure(target_metadata=metadata)
context.run_migrations()
