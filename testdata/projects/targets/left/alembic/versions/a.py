import sqlalchemy as sa
from alembic import op

revision = 'a'
down_revision = None


def upgrade():
    op.create_table('boxes', sa.Column('id', sa.Integer(), primary_key=True), sa.Column('size', sa.String(10)))
    sa.Enum('red', name='color').create(op.get_bind())
    op.execute('CREATE OR REPLACE VIEW small AS SELECT id FROM boxes')


def downgrade():
    op.execute('DROP VIEW small')
    sa.Enum(name='color').drop(op.get_bind())
    op.drop_table('boxes')
