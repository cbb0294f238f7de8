import sqlalchemy as sa
from alembic import op

revision = 'c'
down_revision = 'b'


def upgrade():
    op.alter_column('boxes', 'size', type_=sa.String(20))


def downgrade():
    op.alter_column('boxes', 'size', type_=sa.String(10))
