import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None


def upgrade():
    op.create_table(
        "teams",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    # A unique index does what the model's unique constraint does.
    op.create_index("ix_teams_name", "teams", ["name"], unique=True)
    op.create_table(
        "heroes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("rank", sa.CHAR(1), nullable=False),
        sa.Column("score", sa.Numeric(8, 2), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("seen_at", sa.DateTime(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=True),
        sa.Column("made_at", sa.DateTime(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.Column("logged_at", sa.DateTime(), server_default=sa.text("CURRENT_DATE"), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="1", nullable=False),
        sa.Column("short", sa.String(12), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("age", sa.Integer(), nullable=False),
        sa.Column("born", sa.Integer(), nullable=True),
        sa.Column("mood", sa.Enum("GOOD", "BAD", "SAD", name="mood"), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("boss_id", sa.Integer(), nullable=True),
        sa.Column("twice", sa.Integer(), nullable=True),
        sa.Column("legacy", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_heroes_team"),
        sa.CheckConstraint("(age) >= 0", name="ck_age"),
        sa.CheckConstraint("rank IN ('a', 'b')", name="ck_rank"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_lower_rank", "heroes", [sa.text("lower(rank)")])
    op.create_index("ix_heroes_seen", "heroes", ["seen_at"])
    op.create_index("ix_heroes_age", "heroes", ["age"])
    op.create_table("badges", sa.Column("id", sa.Integer(), primary_key=True))
    for name in ("tmp_import", "audit_log", "elsewhere", "orphans"):
        op.create_table(name, sa.Column("id", sa.Integer(), primary_key=True))
    op.create_table(
        "rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("share", sa.Numeric(4, 1), server_default=sa.text("1"), nullable=False),
        sa.Column("wait", sa.Interval(), server_default=sa.text("'24 hours'"), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("hero_id", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(9), server_default="nobody", nullable=True),
        sa.Column(
            "grade",
            sa.Integer(),
            sa.Computed("""
                CASE
                    WHEN share > 9 THEN 1
                    WHEN share > 8 THEN 2
                    WHEN share > 7 THEN 3
                    WHEN share > 6 THEN 4
                    ELSE 5
                END
            """),
        ),
        sa.CheckConstraint("share >= 0 AND share <= 10", name="ck_share"),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade():
    op.drop_table("rules")
    for name in ("badges", "orphans", "elsewhere", "audit_log", "tmp_import", "heroes", "teams"):
        op.drop_table(name)
    sa.Enum(name="mood").drop(op.get_bind())
