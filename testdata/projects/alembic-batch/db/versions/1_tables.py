import sqlalchemy as sa
from alembic import op

revision = '1'
down_revision = None


def upgrade():
    op.create_table('owners', sa.Column('id', sa.Integer(), primary_key=True))
    op.create_table(
        'items',
        sa.Column('id', sa.Integer(), primary_key=True),
        sa.Column('code', sa.String(20), nullable=False),
        sa.Column('part', sa.Integer()),
        sa.Column('size', sa.Integer()),
        sa.Column('owner_id', sa.Integer()),
        sa.UniqueConstraint('code', 'part', name='items_code_part'),
        sa.CheckConstraint('size > 0', name='items_size'),
        sa.ForeignKeyConstraint(['owner_id'], ['owners.id'], name='items_owner', ondelete='CASCADE'),
    )
    op.create_index('ix_items_code', 'items', ['code'])
    op.create_index('ix_items_lower', 'items', [sa.text('lower(code)')])
    op.create_table(
        'states',
        sa.Column('id', sa.Integer(), primary_key=True),
        sa.Column('name', sa.String(40), nullable=False),
    )


def downgrade():
    op.drop_table('states')
    op.drop_table('items')
    op.drop_table('owners')
