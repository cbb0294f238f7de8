"""Imports its models where it needs them, as some projects do."""

from alembic import context


def run_migrations_online():
    from app.metadata import get_metadata

    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=get_metadata(),
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run_migrations_online()
