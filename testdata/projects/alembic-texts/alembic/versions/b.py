"""A column that the file made."""

from alembic import op

revision = "b"
down_revision = "a"


def upgrade():
    op.alter_column("tasks", "note", new_column_name="body")


def downgrade():
    op.alter_column("tasks", "body", new_column_name="note")
