"""Create priorities

Revision ID: 2ae7c95d4f10
Revises: 19d8b46c3e09
Create Date: 2025-04-17 09:10:00
"""

from typing import Sequence, Union

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = '2ae7c95d4f10'
down_revision: Union[str, None] = '19d8b46c3e09'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.create_table(
        'priorities',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_priorities')),
        sa.UniqueConstraint('name', name=op.f('uq_priorities_name')),
    )
    op.execute("INSERT INTO priorities (name) VALUES ('low'), ('medium'), ('high')")


def downgrade() -> None:
    op.drop_table('priorities')
