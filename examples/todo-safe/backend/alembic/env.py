from alembic import context
from sqlalchemy import create_engine
from sqlmodel import SQLModel

from app import models  # noqa: F401
from app.config import settings

target_metadata = SQLModel.metadata


def run_migrations_online() -> None:
    engine = create_engine(settings.database_url)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=target_metadata,
            render_as_batch=engine.dialect.name == 'sqlite',
        )
        with context.begin_transaction():
            context.run_migrations()


run_migrations_online()
