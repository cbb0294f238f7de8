import sqlalchemy as sa
from alembic import op

revision = "aaaa"
down_revision = None


def upgrade():
    op.create_table("hero", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("name", sa.Text(), unique=True))


def downgrade():
    op.drop_table("hero")
