from alembic import context

from app.models import Base

context.configure(target_metadata=Base.metadata)
context.run_migrations()
