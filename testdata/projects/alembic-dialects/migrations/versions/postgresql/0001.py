from sqlalchemy.dialects import postgresql
import sqlalchemy as sa
from alembic import op

revision = 'po1'
down_revision = None


def upgrade():
    op.create_table('events', sa.Column('id', sa.BigInteger(), primary_key=True), sa.Column('body', postgresql.JSONB()))


def downgrade():
    op.drop_table('events')
