import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade():
    op.add_column("tags", sa.Column("color", sa.Text()))


def downgrade():
    op.drop_column("tags", "color")
