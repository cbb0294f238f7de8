import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table("person", sa.Column("id", sa.Integer, primary_key=True))
    op.create_table(
        "file",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("owner_id", sa.Integer),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"]),
    )
    op.create_table(
        "queue",
        sa.Column("item_id", sa.Integer, nullable=False),
        sa.Column("owner_id", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name="queue_owner"),
        sa.PrimaryKeyConstraint("item_id", "owner_id", name="queue_key"),
    )


def downgrade():
    op.drop_table("queue")
    op.drop_table("file")
    op.drop_table("person")
