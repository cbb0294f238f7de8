from alembic import context
from sqlalchemy import MetaData

from app.models import First, Second, third


def combined(*several):
    whole = MetaData()
    for one in several:
        for table in one.tables.values():
            table.to_metadata(whole)
    return whole


target_metadata = combined(First.metadata, Second.metadata)
for table in third.sorted_tables:
    table.to_metadata(target_metadata)
