"""All tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    tables = ("stale", "mixed", "answered", "assigned", "camel", "before", "given", "far")
    for name in (*tables, "keyed", "later", "retired", "hidden"):
        op.create_table(
            name,
            sa.Column("id", sa.Integer(), primary_key=True),
            sa.Column("title", sa.String()),
            sa.Column("note", sa.String()),
        )


def downgrade():
    op.execute("SELECT 1")
