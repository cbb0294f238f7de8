import sqlalchemy as sa
from alembic import op

revision = "a"
down_revision = None


def upgrade():
    op.create_table(
        "hero",
        sa.Column("id", sa.Integer(), primary_key=True),
        *[sa.Column(name, sa.Text()) for name in "abcdef"],
    )


def downgrade():
    op.drop_table("hero")
