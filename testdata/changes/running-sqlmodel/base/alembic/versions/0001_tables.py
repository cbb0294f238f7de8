"""All tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table(
        "hero",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("nick", sa.String()),
        sa.Column("secret_name", sa.String(), nullable=False),
        sa.Column("age", sa.Integer()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_by", sa.String()),
        sa.Column("no_longer_mapped", sa.String()),
    )
    op.create_table(
        "teams",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("motto", sa.String()),
    )
    op.create_table(
        "hero_teams",
        sa.Column("hero_id", sa.Integer(), sa.ForeignKey("hero.id"), primary_key=True),
        sa.Column("team_id", sa.Integer(), sa.ForeignKey("teams.id"), primary_key=True),
        sa.Column("rank", sa.Integer()),
    )
    op.create_table(
        "mission",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("place", sa.String(), nullable=False),
    )
    op.create_table(
        "villain",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("who", sa.String()),
    )
    op.create_table("left_over", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade():
    op.execute("SELECT 1")
