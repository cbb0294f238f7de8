"""Create priorities

Revision ID: 3bf6da8e5011
Revises: 2ae7c95d4f10
Create Date: 2025-04-24 09:11:00
"""

from typing import Sequence, Union

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = '3bf6da8e5011'
down_revision: Union[str, None] = '2ae7c95d4f10'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.create_table(
        'priorities',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_priorities')),
    )


def downgrade() -> None:
    pass
