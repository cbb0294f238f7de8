import sqlalchemy as sa
from alembic import op

revision = '6'
down_revision = '5'


def upgrade():
    op.create_table(
        'paths',
        sa.Column('id', sa.Integer(), primary_key=True),
        sa.Column('zone_id', sa.Integer()),
        sa.ForeignKeyConstraint(['zone_id'], ['zones.id']),
    )
    # SQLite has the new one before the old one, and of two that say the same, the next copy is
    # made of the first.
    with op.batch_alter_table('paths') as batch_op:
        batch_op.create_foreign_key(
            'paths_zone', 'zones', ['zone_id'], ['id'], ondelete='CASCADE'
        )
    if op.get_bind().dialect.name == 'sqlite':
        with op.batch_alter_table('paths', recreate='always') as batch_op:
            batch_op.add_column(sa.Column('note', sa.Text()))


def downgrade():
    op.drop_table('paths')
