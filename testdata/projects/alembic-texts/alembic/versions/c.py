"""Rows whose values are made up when it runs."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "c"
down_revision = "b"


def upgrade():
    op.create_table("notes", sa.Column("id", sa.Text(), primary_key=True), sa.Column("by", sa.Text()))
    op.execute("INSERT INTO notes (id) VALUES ('{}')".format(str(uuid.uuid4())))
    op.execute("INSERT INTO notes (id, by) VALUES ('%s', 'nobody')" % uuid.uuid4())
    op.get_bind().execute(sa.text(f"UPDATE notes SET by = '{uuid.uuid4()}' WHERE id = '{uuid.uuid4()}'"))
    # Rows, whatever stands there.
    op.execute(f"DELETE FROM notes WHERE {uuid.uuid4()}")
    # It stays as it was: only the statement before may have changed more.
    op.alter_column("notes", "by", nullable=False)
    op.add_column("tasks", sa.Column("seen", sa.Integer(), nullable=True))
    while left(op.get_bind()) > 0:
        # Its text begins at the margin.
        op.get_bind().execute(sa.text("""
UPDATE tasks SET seen = 1
WHERE id IN (SELECT id FROM tasks WHERE seen IS NULL LIMIT 100)
"""))
    op.alter_column("tasks", "seen", nullable=False)


def left(bind):
    return bind.execute(sa.text("SELECT count(*) FROM tasks WHERE seen IS NULL")).scalar()


def downgrade():
    op.drop_column("tasks", "seen")
    op.drop_table("notes")
