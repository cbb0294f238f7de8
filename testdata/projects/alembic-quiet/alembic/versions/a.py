import sqlalchemy as sa
from alembic import op

revision = 'a'
down_revision = None


def upgrade():
    op.add_column('legacy', sa.Column('note', sa.Text(), nullable=True))
    op.create_table('tasks', sa.Column('id', sa.Integer(), primary_key=True), sa.Column('state', sa.String(20)), sa.Column('title', sa.String(200)))


def downgrade():
    op.drop_table('tasks')
    op.drop_column('legacy', 'note')
