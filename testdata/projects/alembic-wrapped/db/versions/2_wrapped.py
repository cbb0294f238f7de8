"""functions that are wrapped"""
import sqlalchemy as sa
from alembic import op

from db.helpers import not_on_sqlite, only_on, without_foreign_keys, rename_keyed

revision = '2'
down_revision = '1'


@not_on_sqlite
def upgrade():
    op.alter_column('devices', 'password', type_=sa.String(256))
    with without_foreign_keys(['attributes']) as tables:
        for table in tables:
            op.alter_column(table, 'device_id', type_=sa.String(255), nullable=False)
    rename_keyed('attributes', 'device_id', 'of')
    if 'mysql' not in sa.inspect(op.get_bind()).dialect.dialect_description:
        return
    op.drop_table('attributes')


@only_on('postgresql', 'mysql')
def downgrade():
    rename_keyed('attributes', 'of', 'device_id')
    with without_foreign_keys(['attributes']):
        op.alter_column('attributes', 'device_id', type_=sa.String(36), nullable=True)
    op.alter_column('devices', 'password', type_=sa.String(128))
