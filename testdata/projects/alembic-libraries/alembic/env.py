from alembic import context

from app.models import Base

target_metadata = Base.metadata
context.configure(url="postgresql://", target_metadata=target_metadata)
context.run_migrations()
