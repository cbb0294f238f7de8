import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.add_column("notes", sa.Column("title", sa.String(80)))
    op.create_table(
        "tags",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("note_id", sa.BigInteger(), sa.ForeignKey("notes.id"), nullable=False),
    )


def downgrade():
    op.drop_table("tags")
    op.drop_column("notes", "title")
