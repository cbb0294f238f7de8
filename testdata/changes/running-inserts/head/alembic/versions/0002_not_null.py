"""Columns that have to be filled."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    # Nobody fills them: new ones, an association's, one that is not mapped, a default that goes.
    op.add_column("users", sa.Column("email", sa.String(), server_default="", nullable=False))
    op.alter_column("users", "email", server_default=None)
    op.add_column("members", sa.Column("role", sa.String(), nullable=True))
    op.execute("UPDATE members SET role = 'member'")
    op.alter_column("members", "role", nullable=False)
    op.execute("UPDATE users SET forgotten = '' WHERE forgotten IS NULL")
    op.alter_column("users", "forgotten", nullable=False)
    op.alter_column("users", "kind", server_default=None)
    # Code at the base fills them already, or may.
    op.execute("UPDATE users SET locale = 'en', zone = 'UTC', nick = ''")
    op.alter_column("users", "nick", nullable=False)
    op.alter_column("users", "locale", nullable=False)
    op.alter_column("users", "zone", nullable=False)
    op.alter_column("users", "rank", server_default=None)
    op.add_column("users", sa.Column("ahead", sa.String(), server_default="", nullable=False))
    op.alter_column("users", "ahead", server_default=None)
    # The server fills them.
    op.add_column("users", sa.Column("made_at", sa.DateTime(), server_default=sa.func.now(), nullable=False))
    op.add_column("users", sa.Column("number", sa.Integer(), sa.Identity(), nullable=False))
    # Nothing is inserted, or nobody knows.
    op.add_column("unmapped", sa.Column("email", sa.String(), server_default="", nullable=False))
    op.alter_column("unmapped", "email", server_default=None)
    op.create_table("fresh", sa.Column("id", sa.Integer(), primary_key=True))
    op.add_column("fresh", sa.Column("email", sa.String(), nullable=False))
    op.add_column("watched", sa.Column("email", sa.String(), server_default="", nullable=False))
    op.alter_column("watched", "email", server_default=None)
    op.execute("CREATE TRIGGER fill BEFORE INSERT ON watched FOR EACH ROW EXECUTE FUNCTION fill()")


def downgrade():
    op.execute("SELECT 1")
