import sqlalchemy as sa
from alembic import op

revision = '5'
down_revision = '4'

CONVENTION = {
    'fk': 'fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s',
    'uq': 'uq_%(table_name)s_%(column_0_name)s',
    'pk': 'pk_%(table_name)s',
}


def upgrade():
    op.create_table('zones', sa.Column('id', sa.Integer(), primary_key=True))
    op.create_table(
        'places',
        sa.Column('id', sa.Integer(), primary_key=True),
        sa.Column('zone_id', sa.Integer(), sa.ForeignKey('zones.id')),
        sa.Column('other_id', sa.Integer(), sa.ForeignKey('zones.id')),
        sa.Column('name', sa.Text(), unique=True),
    )
    # What SQLite has without a name gets one in the copy; of two with one name the new one stays.
    with op.batch_alter_table('places', naming_convention=CONVENTION, recreate='always') as batch_op:
        if op.get_bind().dialect.name == 'postgresql':
            batch_op.drop_constraint('places_zone_id_fkey', type_='foreignkey')
        batch_op.create_foreign_key(
            'fk_places_zone_id_zones', 'zones', ['zone_id'], ['id'], ondelete='CASCADE'
        )


def downgrade():
    op.drop_table('places')
    op.drop_table('zones')
