from alembic import context
from sqlalchemy import create_engine

from app.models import Base
from app.online import make_missing

target_metadata = Base.metadata


def run_migrations():
    with create_engine("sqlite://").connect() as connection:
        make_missing(connection, target_metadata)
        context.configure(connection=connection, target_metadata=target_metadata)
        with context.begin_transaction():
            context.run_migrations()


run_migrations()
