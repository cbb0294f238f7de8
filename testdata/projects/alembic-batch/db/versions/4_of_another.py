import sqlalchemy as sa
from alembic import op

revision = '4'
down_revision = '3'


def upgrade():
    with op.batch_alter_table('states', recreate='always') as batch_op:
        batch_op.add_column(sa.Column('note', sa.Text()))


def downgrade():
    with op.batch_alter_table('states', recreate='always') as batch_op:
        batch_op.drop_column('note')
