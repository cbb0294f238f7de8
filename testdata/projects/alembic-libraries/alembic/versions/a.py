import fastapi_users_db_sqlalchemy.generics
import geoalchemy2
import sqlalchemy as sa
from alembic import op

revision = 'a'
down_revision = None


def upgrade():
    op.create_table(
        'accounts',
        sa.Column('id', sa.Integer(), primary_key=True),
        sa.Column('email', sa.String(80), nullable=False),
        # A key's columns count once.
        sa.UniqueConstraint('email', 'email', name='uq_accounts_email'),
    )
    # GeoAlchemy2 makes the index of a spatial column.
    op.create_table(
        'places',
        sa.Column('id', sa.Integer(), primary_key=True),
        sa.Column('at', geoalchemy2.types.Geometry(geometry_type='POINT', srid=4326)),
        sa.Column('area', geoalchemy2.Geography('POLYGON', spatial_index=False)),
        sa.Column('number', sa.Integer(), nullable=False),
    )
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('CREATE FUNCTION next_number() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.number := 1; RETURN NEW; END $$')
        op.execute('CREATE TRIGGER number BEFORE INSERT ON places FOR EACH ROW EXECUTE FUNCTION next_number()')


def downgrade():
    op.drop_table('places')
    op.drop_table('accounts')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP FUNCTION next_number()')
