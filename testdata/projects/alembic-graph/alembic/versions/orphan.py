import sqlalchemy as sa
from alembic import op

revision = 'orphan'
down_revision = 'gone'


def upgrade():
    pass


def downgrade():
    pass
