"""The columns go."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.drop_column("stale", "note")
    op.drop_column("mixed", "note")
    op.drop_column("answered", "note")
    op.drop_column("assigned", "note")
    op.drop_column("camel", "note")
    op.drop_column("before", "note")
    op.drop_column("given", "note")
    op.drop_column("far", "note")
    op.drop_column("keyed", "note")
    op.drop_column("later", "note")
    op.drop_column("retired", "note")
    op.drop_column("hidden", "note")


def downgrade():
    op.execute("SELECT 1")
