# miglint: ignore[merged-revision-edited] agreed upon: no base is compared with here
from alembic import op

revision = "c"
down_revision = "b"


def upgrade():
    # miglint: ignore[missing-reference] never found
    op.execute("SELECT 1")


def downgrade():
    pass
