"""Statements a part of which is not known: what they cannot have changed stays known."""

import os

import sqlalchemy as sa
from alembic import op

revision = "a"
down_revision = None


def upgrade():
    for table in ("tasks", "notes", "users"):
        op.create_table(table, sa.Column("id", sa.Integer(), primary_key=True))
    bind = op.get_bind()
    some, where = os.environ["TABLE"], os.environ["CONDITION"]
    # Rows, whatever the name is.
    op.execute(f"UPDATE {some} SET id = id + 1")
    bind.execute(sa.text("INSERT INTO " + some + " (id) VALUES (1)"))
    bind.execute(sa.text(f"SELECT id FROM tasks WHERE {where}")).fetchall()
    bind.execute(sa.text("DELETE FROM %s" % some))
    tables = sa.inspect(bind).tables
    bind.execute(tables[some].insert().from_select(["id"], sa.select(tables["tasks"].c.id)))
    # One table.
    op.execute(f"ALTER TABLE notes ADD COLUMN {some} text")
    op.execute(f"CREATE INDEX {some}_idx ON notes (id)")
    op.create_foreign_key("tasks_user", "tasks", "users", ["user_id"], ["id"])
    op.create_foreign_key("notes_user", "notes", "users", ["user_id"], ["id"])


def downgrade():
    for table in ("tasks", "notes", "users"):
        op.drop_table(table)
