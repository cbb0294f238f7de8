import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table(
        "person", sa.Column("id", sa.Integer, primary_key=True), sa.Column("made", sa.DateTime)
    )
    op.create_table(
        "file",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("owner_id", sa.Integer, sa.ForeignKey("person.id")),
    )
    op.create_table(
        "share",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("by_id", sa.Integer, sa.ForeignKey("person.id")),
        sa.Column("to_id", sa.Integer, sa.ForeignKey("person.id")),
    )
    op.create_table(
        "note",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("owner_id", sa.Integer, sa.ForeignKey("person.id")),
    )


def downgrade():
    for table in ("note", "share", "file", "person"):
        op.drop_table(table)
