import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None


def upgrade():
    op.create_table(
        "teams",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("size", sa.Integer()),
        sa.CheckConstraint("size > 0", name="size"),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("team_id", sa.Integer()),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"]),
    )
    op.create_table(
        "places",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(5), index=True),
    )


def downgrade():
    op.drop_table("places")
    op.drop_table("people")
    op.drop_table("teams")
