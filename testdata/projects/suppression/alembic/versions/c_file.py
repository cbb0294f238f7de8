# miglint: ignore[table-data-dropped, missing-downgrade] for the whole file
from alembic import op

revision = "cccc"
down_revision = "bbbb"


def upgrade():
    op.drop_table("hero")
