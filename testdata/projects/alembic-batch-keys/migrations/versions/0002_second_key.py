import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def key_of(column):
    for key in sa.inspect(op.get_bind()).get_foreign_keys("file"):
        if column in key["constrained_columns"]:
            return key["name"]
    return None


def upgrade():
    # On SQLite the key has no name, and stays beside the new one, which the copy has first.
    name = key_of("owner_id")
    with op.batch_alter_table("file") as batch_op:
        if name is not None:
            batch_op.drop_constraint(name, type_="foreignkey")
        batch_op.create_foreign_key("file_owner", "person", ["owner_id"], ["id"], ondelete="CASCADE")


def downgrade():
    name = key_of("owner_id")
    if name is None:
        return
    with op.batch_alter_table("file") as batch_op:
        batch_op.drop_constraint(name, type_="foreignkey")
        batch_op.create_foreign_key("file_owner", "person", ["owner_id"], ["id"])
