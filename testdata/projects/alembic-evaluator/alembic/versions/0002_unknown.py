import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'


def upgrade():
    import os

    name = os.environ['TABLE']
    op.create_table(name, sa.Column('id', sa.Integer()))
    op.execute(f'ALTER TABLE {name} ADD COLUMN x integer')
    op.add_column('links', sa.Column('known', sa.Text()))


def downgrade():
    op.drop_column('links', 'known')
