"""A statement about a table whose name is not known may have changed any."""

import os

import sqlalchemy as sa
from alembic import op

revision = "b"
down_revision = "c"


def upgrade():
    op.create_table("rest", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute(f"ALTER TABLE {os.environ['TABLE']} ADD COLUMN owner_id integer")
    op.create_foreign_key("rest_owner", "rest", "users", ["owner_id"], ["id"])


def downgrade():
    op.drop_table("rest")
