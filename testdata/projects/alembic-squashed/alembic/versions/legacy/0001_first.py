"""replaced by the squash"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table("heroes", sa.Column("id", sa.Integer, primary_key=True))


def downgrade():
    op.drop_table("heroes")
