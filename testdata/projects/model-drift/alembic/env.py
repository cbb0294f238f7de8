from alembic import context

from app.models import Base

target_metadata = Base.metadata


def include_object(object, name, type_, reflected, compare_to):
    return not (type_ == "table" and name.startswith("tmp_"))


context.configure(target_metadata=target_metadata, include_object=include_object)
