"""the check goes and comes with the type"""

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"

OLD = sa.Enum("x", "y", name="st", native_enum=False, create_constraint=True)
NEW = sa.Enum("x", "y", "z", native_enum=False, create_constraint=True)


def upgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("t", "s", existing_type=OLD, type_=NEW)


def downgrade():
    pass
