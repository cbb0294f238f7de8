"""tables"""
import sqlalchemy as sa
from alembic import context, op

revision = '1'
down_revision = None


def upgrade():
    schema = context.get_context().version_table_schema or ''
    op.create_table(
        'devices',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column('password', sa.String(128)),
        # SQLite takes the length of a text, and a choice of nothing has none.
        sa.Column('notes', sa.Text(65535).with_variant(sa.Text(), 'postgresql')),
        schema=schema)
    op.create_table(
        'attributes',
        sa.Column('id', sa.String(36), primary_key=True),
        sa.Column('device_id', sa.String(36), sa.ForeignKey('devices.id', ondelete='CASCADE'), nullable=True))


def downgrade():
    op.drop_table('attributes')
    op.drop_table('devices')
