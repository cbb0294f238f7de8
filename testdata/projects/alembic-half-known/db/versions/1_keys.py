"""keys of a table that is not known in full"""
import sqlalchemy as sa
from alembic import op

revision = '1'
down_revision = None


def upgrade():
    op.create_table('dataset', sa.Column('id', sa.Integer(), primary_key=True))
    with op.batch_alter_table('predictor') as batch_op:
        batch_op.alter_column('datasource_id', new_column_name='dataset_id')
        batch_op.create_foreign_key('fk_predictor_dataset_id', 'dataset', ['dataset_id'], ['id'])
        batch_op.create_unique_constraint('predictor_name', ['name'])
        batch_op.create_index('predictor_name_at', ['name', 'at'])


def downgrade():
    with op.batch_alter_table('predictor') as batch_op:
        batch_op.drop_index('predictor_name_at')
        batch_op.drop_constraint('predictor_name', type_='unique')
        batch_op.drop_constraint('fk_predictor_dataset_id', type_='foreignkey')
        batch_op.alter_column('dataset_id', new_column_name='datasource_id')
    op.drop_table('dataset')
