import sqlalchemy as sa
from alembic import op

revision = 'right'
down_revision = 'base'


def upgrade():
    pass


def downgrade():
    pass
