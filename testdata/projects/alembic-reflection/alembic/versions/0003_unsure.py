"""what the catalog says of extensions, and tables with rows"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade():
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        op.execute("CREATE EXTENSION citext")
        found = bind.execute(sa.text("SELECT typname FROM pg_type WHERE typname = 'citext'")).scalar()
        if found is not None:
            op.add_column("role", sa.Column("from_an_extension", sa.Boolean))
    if bind.execute(sa.text("SELECT count(*) FROM role")).scalar() == 0:
        op.add_column("role", sa.Column("never_sure", sa.Boolean))


def downgrade():
    pass
