from sqlalchemy.dialects import postgresql
import sqlalchemy as sa
from alembic import op

revision = 'my1'
down_revision = None


def upgrade():
    op.create_table('events', sa.Column('id', sa.BigInteger(), primary_key=True), sa.Column('body', sa.JSON()))


def downgrade():
    op.drop_table('events')
