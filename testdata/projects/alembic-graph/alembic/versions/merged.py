import sqlalchemy as sa
from alembic import op

revision = 'merged'
down_revision = ('left', 'right')


def upgrade():
    pass


def downgrade():
    pass
