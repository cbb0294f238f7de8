import sqlalchemy as sa
from alembic import op

revision = 'c'
down_revision = 'b'


def upgrade():
    op.create_foreign_key('fk_tasks_owner', 'tasks', 'people', ['owner_id'], ['id'])
    op.add_column('legacy', sa.Column('color', sa.String(20), nullable=False, default='red'))
    op.add_column('tasks', sa.Column('color', sa.String(20), nullable=False, default='red'))


def downgrade():
    op.drop_column('legacy', 'color')
    op.drop_constraint('fk_tasks_owner', 'tasks', type_='foreignkey')
