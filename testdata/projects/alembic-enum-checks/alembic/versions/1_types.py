"""types that bring a CHECK along"""

import enum

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None


class Mood(enum.Enum):
    sad = 1
    happy = 2


def upgrade():
    op.create_table(
        "t",
        sa.Column("s", sa.Enum("x", "y", name="st", native_enum=False, create_constraint=True)),
        sa.Column("u", sa.Enum("x", "y", native_enum=False, create_constraint=True)),
        sa.Column("e", sa.Enum(Mood, native_enum=False, create_constraint=True)),
        sa.Column("b", sa.Boolean(create_constraint=True, name="bb")),
        sa.Column("n", sa.Enum("x", "y", name="nat", create_constraint=True)),
        sa.Column("d", sa.Enum("x", "y", name="dd", native_enum=False)),
    )


def downgrade():
    op.drop_table("t")
