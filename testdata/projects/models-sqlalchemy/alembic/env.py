from alembic import context

from app.models import Base
import app.models.catalog
import app.models.people

target_metadata = Base.metadata


def include_name(name, type_, parent_names):
    return type_ != "table" or not name.startswith("legacy_")


context.configure(target_metadata=target_metadata, include_name=include_name)
