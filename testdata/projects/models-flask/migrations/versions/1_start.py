import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None


def upgrade():
    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(10)),
        sa.Column("rights", sa.Integer()),
    )
    op.create_table(
        "hard_task",
        sa.Column("id", sa.Integer(), sa.ForeignKey("task.id"), primary_key=True),
        sa.Column("weight", sa.Integer()),
    )
    op.create_table("test_run", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade():
    op.drop_table("test_run")
    op.drop_table("hard_task")
    op.drop_table("people")
