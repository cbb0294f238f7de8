import sqlalchemy as sa
from alembic import op

revision = 'base'
down_revision = None


def upgrade():
    pass


def downgrade():
    pass
