"""What is selected may be the call of a function, which may do anything."""

import os

import sqlalchemy as sa
from alembic import op

revision = "c"
down_revision = "a"


def upgrade():
    op.create_table("calls", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute(f"SELECT {os.environ['CALL']}")
    op.create_foreign_key("calls_user", "calls", "users", ["user_id"], ["id"])


def downgrade():
    op.drop_table("calls")
