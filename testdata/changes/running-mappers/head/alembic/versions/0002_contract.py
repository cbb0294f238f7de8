"""Columns that the mappers leave out, and some that they do not."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.drop_column("users", "old")
    op.drop_column("teams", "old")
    op.drop_column("users", "nick")
    op.drop_column("teams", "nick")
    # The old name is what the code at the base knows; nothing is added.
    op.alter_column("posts", "note", new_column_name="body")
    op.execute("UPDATE posts SET body = ''")
    op.alter_column("posts", "body", nullable=False)
    # Another table takes the place of this one.
    op.create_table(
        "swapped_new",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("filled", sa.String(), server_default="", nullable=False),
    )
    op.execute("INSERT INTO swapped_new (id, kind) SELECT id, '' FROM swapped")
    op.drop_table("swapped")
    op.rename_table("swapped_new", "swapped")


def downgrade():
    op.execute("SELECT 1")
