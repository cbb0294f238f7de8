import sqlalchemy as sa
from alembic import op

revision = 'left'
down_revision = 'base'


def upgrade():
    pass


def downgrade():
    pass
