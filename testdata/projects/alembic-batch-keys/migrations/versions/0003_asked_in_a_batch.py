from alembic import op
import sqlalchemy as sa

revision = "0003"
down_revision = "0002"


def rename_key(batch_op, old, new, columns):
    if batch_op.get_bind().dialect.name == "postgresql":
        batch_op.drop_constraint(old, type_="primary")
    batch_op.create_primary_key(new, columns)


def upgrade():
    # The new key names a column that the copy does not have yet, and the old one stays on SQLite.
    with op.batch_alter_table("queue") as batch_op:
        batch_op.alter_column("item_id", new_column_name="entry_id", existing_type=sa.Integer())
        rename_key(batch_op, "queue_key", "queue_entry_key", ["entry_id", "owner_id"])


def downgrade():
    with op.batch_alter_table("queue") as batch_op:
        batch_op.alter_column("entry_id", new_column_name="item_id", existing_type=sa.Integer())
        name = "queue_key" if batch_op.get_context().dialect.name == "sqlite" else "queue_entry_key"
        batch_op.drop_constraint(name, type_="primary")
        batch_op.create_primary_key("queue_key", ["owner_id"])
