from alembic import op


def drop(name):
    # miglint: ignore[column-data-dropped] a helper is where it is found
    op.drop_column("hero", name)
