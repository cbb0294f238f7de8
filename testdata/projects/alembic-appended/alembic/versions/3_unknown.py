"""What is added is not known: the table is not known in full."""
import os

import sqlalchemy as sa
from alembic import op

revision = "3"
down_revision = "2"


def upgrade():
    table = sa.Table("zones", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True))
    for name in os.listdir("."):
        table.append_column(sa.Column(name, sa.Integer))
    table.create(op.get_bind())


def downgrade():
    op.drop_table("zones")
