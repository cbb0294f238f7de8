import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None


def upgrade():
    op.create_table(
        "heroes",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("age", sa.Integer(), nullable=False),
    )
    op.create_index("ix_told", "heroes", ["id", "age"])
    op.create_index("ix_perhaps", "heroes", ["age", "id"])
    op.create_table("orphans", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade():
    op.drop_table("orphans")
    op.drop_table("heroes")
