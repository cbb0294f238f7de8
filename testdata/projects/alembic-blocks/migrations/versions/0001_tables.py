import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table("owner", sa.Column("id", sa.Integer, primary_key=True))
    op.create_table(
        "file",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("owner_id", sa.Integer, sa.ForeignKey("owner.id")),
    )
    op.create_table(
        "share",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("by_id", sa.Integer, sa.ForeignKey("owner.id")),
        sa.Column("to_id", sa.Integer, sa.ForeignKey("owner.id")),
    )
    op.create_table(
        "note",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("owner_id", sa.Integer, sa.ForeignKey("owner.id")),
    )


def downgrade():
    for table in ("note", "share", "file", "owner"):
        op.drop_table(table)
