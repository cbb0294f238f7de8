"""What names a column that a block drops and adds again stays; what a block calls by a new name is left out."""

import sqlalchemy as sa
from alembic import op

revision = '2'
down_revision = '1'


def upgrade():
    if 'ix_items_lower' in {index['name'] for index in sa.inspect(op.get_bind()).get_indexes('items')}:
        op.drop_index('ix_items_lower', table_name='items')
    with op.batch_alter_table('items') as batch_op:
        batch_op.drop_column('code')
        batch_op.add_column(sa.Column('code', sa.Text(), nullable=True))
    if op.get_bind().dialect.name == 'sqlite':
        with op.batch_alter_table('items') as batch_op:
            batch_op.alter_column('part', new_column_name='place')
            batch_op.create_unique_constraint('items_place', ['place'])
            batch_op.create_unique_constraint('items_part', ['part'])
            batch_op.create_check_constraint('items_place_positive', 'place > 0')
            batch_op.create_index('ix_items_part', ['part'])


def downgrade():
    raise NotImplementedError
