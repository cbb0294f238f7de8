"""more"""
import sqlalchemy as sa
from alembic import op

revision = '002'
down_revision = '001'


def upgrade():
    op.add_column('jobs', sa.Column('more', sa.Text()))


def downgrade():
    op.drop_column('jobs', 'more')
