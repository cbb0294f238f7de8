import sqlalchemy as sa
from alembic import op

revision = 'stray'
down_revision = 'left'


def upgrade():
    pass


def downgrade():
    pass
