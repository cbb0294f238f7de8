"""All tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("nick", sa.String()),
        sa.Column("forgotten", sa.String()),
        sa.Column("locale", sa.String()),
        sa.Column("zone", sa.String()),
        sa.Column("kind", sa.String(20), server_default="human", nullable=False),
        sa.Column("rank", sa.Integer(), server_default="0", nullable=False),
    )
    op.create_table("teams", sa.Column("id", sa.Integer(), primary_key=True))
    op.create_table(
        "members",
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("team_id", sa.Integer(), sa.ForeignKey("teams.id"), primary_key=True),
    )
    op.create_table("watched", sa.Column("id", sa.Integer(), primary_key=True))
    op.create_table("unmapped", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade():
    op.execute("SELECT 1")
