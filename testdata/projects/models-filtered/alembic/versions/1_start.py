import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None


def upgrade():
    op.create_table(
        "teams",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=True),
        sa.Column("told", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "heroes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("age", sa.Integer(), nullable=False),
        sa.Column("rank", sa.String(5), nullable=False),
        sa.Column("grade", sa.String(5), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("boss_id", sa.Integer(), nullable=False),
        sa.Column("legacy_note", sa.Text(), nullable=True),
        sa.Column("old_note", sa.Text(), nullable=True),
        sa.Column("other_note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("rank", "age", name="uq_loose_rank_age"),
    )
    op.create_index("ix_raw_heroes_rank", "heroes", ["rank"])
    op.create_index("ix_heroes_grade", "heroes", ["grade"])


def downgrade():
    op.drop_table("heroes")
    op.drop_table("teams")
