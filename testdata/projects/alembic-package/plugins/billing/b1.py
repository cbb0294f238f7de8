import sqlalchemy as sa
from alembic import op

revision = 'b1'
down_revision = 'a1'


def upgrade():
    op.add_column('items', sa.Column('price', sa.Numeric(10, 2), nullable=True))


def downgrade():
    op.drop_column('items', 'price')
