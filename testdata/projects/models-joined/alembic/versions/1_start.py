import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None


def upgrade():
    for name in ("people", "places", "things"):
        op.create_table(name, sa.Column("id", sa.Integer(), primary_key=True))
    op.add_column("things", sa.Column("name", sa.String(5)))


def downgrade():
    for name in ("things", "places", "people"):
        op.drop_table(name)
