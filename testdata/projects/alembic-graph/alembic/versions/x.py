import sqlalchemy as sa
from alembic import op

revision = 'x'
down_revision = 'y'


def upgrade():
    pass


def downgrade():
    pass
