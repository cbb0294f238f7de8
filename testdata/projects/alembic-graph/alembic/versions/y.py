import sqlalchemy as sa
from alembic import op

revision = 'y'
down_revision = 'x'


def upgrade():
    pass


def downgrade():
    pass
