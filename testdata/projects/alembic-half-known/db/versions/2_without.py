"""without one of them"""
from alembic import op

revision = '2'
down_revision = '1'


def upgrade():
    op.alter_column('predictor', 'at', new_column_name='moment')
    op.drop_column('predictor', 'dataset_id')
    op.drop_table('dataset')


def downgrade():
    raise NotImplementedError()
