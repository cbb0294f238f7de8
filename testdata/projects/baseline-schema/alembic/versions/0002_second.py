import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.add_column("accounts", sa.Column("nick", sa.String(40), nullable=False))
    op.add_column("notes", sa.Column("team_id", sa.Integer(), sa.ForeignKey("teams.id")))
    op.drop_column("notes", "text")
    op.add_column("tags", sa.Column("name", sa.Text()))


def downgrade():
    op.drop_column("tags", "name")
    op.add_column("notes", sa.Column("text", sa.Text()))
    op.drop_column("notes", "team_id")
    op.drop_column("accounts", "nick")
