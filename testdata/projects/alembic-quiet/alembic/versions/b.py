import sqlalchemy as sa
from app.tables import tasks
from alembic import op

revision = 'b'
down_revision = 'a'


def upgrade():
    # Filled row by row, in Python.
    op.add_column('tasks', sa.Column('slug', sa.String(200), nullable=True))
    session = sa.orm.Session(bind=op.get_bind())
    for task in session.query(tasks):
        task.slug = task.title.lower()
    session.commit()
    op.alter_column('tasks', 'slug', existing_type=sa.String(200), nullable=False)
    # New and empty.
    op.create_table('labels', sa.Column('id', sa.Integer(), primary_key=True))
    op.add_column('labels', sa.Column('name', sa.String(20), nullable=False))
    op.create_index('ix_labels_name', 'labels', ['name'])
    op.bulk_insert(sa.table('labels', sa.column('name', sa.String())), [{'name': 'red'}, {'name': 'blue'}])
    # Emptied.
    op.execute('DELETE FROM legacy')
    op.add_column('legacy', sa.Column('kind', sa.String(20), nullable=False))
    # Moved before it is dropped.
    op.add_column('tasks', sa.Column('status', sa.String(20), nullable=True))
    op.execute('UPDATE tasks SET status = state')
    op.drop_column('tasks', 'state')


def downgrade():
    op.add_column('tasks', sa.Column('state', sa.String(20), nullable=True))
    op.execute('UPDATE tasks SET state = status')
    op.drop_column('tasks', 'status')
    op.drop_column('legacy', 'kind')
    op.drop_table('labels')
    op.drop_column('tasks', 'slug')
