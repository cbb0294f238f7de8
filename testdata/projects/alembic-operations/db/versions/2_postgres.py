"""What only PostgreSQL takes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '2'
down_revision = '1'

color = postgresql.ENUM('red', 'green', name='color', create_type=False)


def upgrade():
    if op.get_bind().dialect.name != 'postgresql':
        return
    op.execute('CREATE SCHEMA archive')
    color.create(op.get_bind(), checkfirst=True)
    op.create_table(
        'boxes',
        sa.Column('id', postgresql.UUID(as_uuid=True), server_default=sa.text('gen_random_uuid()'), nullable=False),
        sa.Column('tags', postgresql.ARRAY(sa.String(20)), nullable=True),
        sa.Column('body', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column('color', color, nullable=True),
        sa.Column('number', sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column('twice', sa.Integer(), sa.Computed('number * 2', persisted=True)),
        sa.Column('during', postgresql.TSTZRANGE(), nullable=True),
        sa.PrimaryKeyConstraint('id'),
        schema='archive',
    )
    op.create_index('boxes_body', 'boxes', ['body'], schema='archive', postgresql_using='gin', postgresql_ops={'body': 'jsonb_path_ops'})
    op.add_column('boxes', sa.Column('owner_id', sa.Integer(), nullable=True), schema='archive')
    op.create_foreign_key(
        None, 'boxes', 'owners', ['owner_id'], ['id'],
        source_schema='archive', ondelete='SET NULL', deferrable=True, initially='DEFERRED', postgresql_not_valid=True,
    )
    op.create_unique_constraint('boxes_number', 'boxes', ['number'], schema='archive')
    op.create_check_constraint('boxes_twice', 'boxes', 'twice > number', schema='archive')
    op.drop_constraint('boxes_twice', 'boxes', type_='check', schema='archive')
    op.alter_column('boxes', 'tags', type_=sa.Text(), postgresql_using="array_to_string(tags, ',')", schema='archive')
    op.alter_column('boxes', 'body', nullable=False, server_default=sa.text("'{}'::jsonb"), schema='archive', comment='json')
    op.create_table_comment('owners', 'persons', existing_comment='people')
    op.drop_table_comment('owners')
    op.drop_constraint('items_key', 'items', type_='primary')
    op.create_primary_key('items_pk', 'items', ['id', 'part'])
    with op.get_context().autocommit_block():
        op.execute("ALTER TYPE color ADD VALUE IF NOT EXISTS 'blue' AFTER 'red'")
        op.create_index('items_extra', 'items', ['extra'], postgresql_concurrently=True, postgresql_include=['price'])
        op.drop_index('items_extra', table_name='items', postgresql_concurrently=True, if_exists=True)
    op.execute('ALTER TABLE items RENAME CONSTRAINT items_price TO items_cost')
    op.execute('ALTER INDEX items_state RENAME TO items_status')
    op.execute("DO $$ BEGIN ALTER TABLE items ADD COLUMN done boolean; END $$")
    op.execute('CREATE VIEW cheap AS SELECT id FROM items WHERE price < 10')


def downgrade():
    if op.get_bind().dialect.name != 'postgresql':
        return
    op.execute('DROP VIEW cheap')
    op.drop_column('items', 'done')
    op.execute('ALTER INDEX items_status RENAME TO items_state')
    op.execute('ALTER TABLE items RENAME CONSTRAINT items_cost TO items_price')
    op.drop_constraint('items_pk', 'items', type_='primary')
    op.create_primary_key('items_key', 'items', ['id', 'part'])
    op.drop_table('boxes', schema='archive')
    color.drop(op.get_bind())
    op.execute('DROP SCHEMA archive')
