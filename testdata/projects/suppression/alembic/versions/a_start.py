import sqlalchemy as sa
from alembic import op

revision = "aaaa"
down_revision = None


def upgrade():
    op.create_table(
        "hero",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("a", sa.Text()),
        sa.Column("b", sa.Text()),
        sa.Column("c", sa.Text()),
        sa.Column("d", sa.Text()),
        sa.Column("e", sa.Text()),
        sa.Column("f", sa.Text()),
        sa.Column("g", sa.Text()),
    )


def downgrade():
    # miglint: ignore[column-data-dropped] old: not judged, for it is not under review
    op.drop_table("hero")
