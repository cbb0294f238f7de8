"""SQL of a file that is not read may do anything."""

import os
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "a"
down_revision = None


def upgrade():
    op.create_table("tasks", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute(Path("more_columns.sql").read_text())
    prefix = os.environ["PREFIX"]
    op.execute(sa.text(f"ALTER TABLE {prefix}tasks ADD COLUMN kind text").bindparams())
    op.create_table(f"{prefix}users", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade():
    op.drop_table("tasks")
