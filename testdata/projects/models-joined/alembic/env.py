from alembic import context

from app.models import First, Second, third

target_metadata = First.metadata
for table in Second.metadata.tables.values():
    table.to_metadata(target_metadata)
for table in third.sorted_tables:
    table.to_metadata(target_metadata)
