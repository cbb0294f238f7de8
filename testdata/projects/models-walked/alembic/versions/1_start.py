import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None


def upgrade():
    for name in ("orders", "reports", "letters", "badges", "heroes", "chairs", "stools"):
        op.create_table(name, sa.Column("id", sa.Integer(), primary_key=True))


def downgrade():
    for name in ("orders", "reports", "letters", "badges", "heroes", "chairs", "stools"):
        op.drop_table(name)
