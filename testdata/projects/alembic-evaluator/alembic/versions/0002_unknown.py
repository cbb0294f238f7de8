import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'


def upgrade():
    import os

    name = os.environ['TABLE']
    op.create_table(name, sa.Column('id', sa.Integer()))
    op.execute(f'ALTER TABLE {name} ADD COLUMN x integer')
    op.add_column('links', sa.Column('known', sa.Text()))
    op.add_column('links', sa.Column('strict', sa.Text(), nullable=os.environ['LAX']))
    op.alter_column('links', 'weight', nullable=os.environ['LAX'])
    op.create_index('ix_links_weight', 'links', ['weight'], unique=os.environ['ONCE'])
    op.drop_table('app_alpha', schema=os.environ['SCHEMA'])
    op.create_unique_constraint('uq', 'links', os.environ['COLUMNS'].split(','))
    op.create_entity(os.environ['VIEW'])
    op.invoke(os.environ['OPERATION'])
    op.execute('CALL tidy_up()')
    op.execute('IMPORT FOREIGN SCHEMA old FROM SERVER other INTO public')
    op.execute("SELECT add_geometry_column('links', 'place')")
    op.execute("SELECT setval('a_sequence', 1)")
    op.execute("SELECT pg_advisory_xact_lock(1)")
    op.execute("SELECT tidy(id) FROM links")


def downgrade():
    op.drop_column('links', 'known')
