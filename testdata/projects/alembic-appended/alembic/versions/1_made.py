import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None


def upgrade():
    op.create_table(
        "hosts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("port", sa.Integer, server_default="80"),
        sa.UniqueConstraint("name", name="hosts_by_name"),
    )


def downgrade():
    op.drop_table("hosts")
