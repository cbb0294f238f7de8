import sqlalchemy as sa
from alembic import op

revision = 'labelled'
down_revision = 'base'
branch_labels = ('plugin',)


def upgrade():
    pass


def downgrade():
    pass
