from alembic import context
from sqlmodel import SQLModel

from app import models  # noqa: F401


def include_object(object, name, type_, reflected, compare_to):
    return not (type_ == 'table' and name.startswith('legacy_'))


def run_migrations():
    context.configure(target_metadata=SQLModel.metadata, include_object=include_object)
    with context.begin_transaction():
        context.run_migrations()


run_migrations()
