import fastapi_users_db_sqlalchemy.generics
import geoalchemy2
import sqlalchemy as sa
from alembic import op

revision = 'b'
down_revision = 'a'


def upgrade():
    op.drop_index('idx_places_at', table_name='places')
    op.add_column('places', sa.Column('way', geoalchemy2.Geometry('LINESTRING'), nullable=True))
    op.execute('ALTER INDEX IF EXISTS nowhere RENAME TO somewhere')
    op.execute('ALTER TABLE IF EXISTS nothing ADD COLUMN a integer')
    op.add_column('accounts', sa.Column('active', sa.Boolean(), server_default=sa.sql.True_(), nullable=False))
    op.add_column('accounts', sa.Column('locked', sa.Boolean(), server_default=sa.sql.False_(), nullable=False))
    op.create_table(
        'accesstoken',
        sa.Column('token', sa.String(43), primary_key=True),
        sa.Column('created_at', fastapi_users_db_sqlalchemy.generics.TIMESTAMPAware(timezone=True), nullable=False),
    )
    op.create_index('ix_accesstoken_created_at', 'accesstoken', ['created_at'])


def downgrade():
    op.drop_table('accesstoken')
    op.drop_column('accounts', 'locked')
    op.drop_column('accounts', 'active')
    op.execute('ALTER INDEX IF EXISTS somewhere RENAME TO nowhere')
    op.drop_column('places', 'way')
    op.create_index('idx_places_at', 'places', ['at'], postgresql_using='gist')
