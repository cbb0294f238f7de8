"""All tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    for name in ("users", "teams"):
        op.create_table(
            name,
            sa.Column("id", sa.Integer(), primary_key=True),
            sa.Column("old", sa.String()),
            sa.Column("nick", sa.String()),
        )
    op.create_table(
        "posts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("note", sa.String()),
        sa.Column("code", sa.String()),
    )
    op.create_table(
        "swapped",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("gone", sa.String()),
    )


def downgrade():
    op.execute("SELECT 1")
