import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table(
        "person",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("mail", sa.Text),
        sa.Column("made", sa.DateTime),
        sa.PrimaryKeyConstraint("id", name="the_key"),
        sa.UniqueConstraint("mail", name="the_mail"),
    )
    # Every revision is loaded before this one runs: the key has no name of its own.
    op.create_table(
        "file",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("owner_id", sa.Integer, sa.ForeignKey("person.id", name="the_owner")),
        sa.Column("size", sa.Integer),
        sa.CheckConstraint("size > 0", name="the_size"),
    )


def downgrade():
    op.drop_table("file")
    op.drop_table("person")
