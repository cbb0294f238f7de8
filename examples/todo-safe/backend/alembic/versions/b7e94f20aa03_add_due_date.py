"""Add a due date to tasks

Revision ID: b7e94f20aa03
Revises: 8a2d7be41c02
Create Date: 2025-01-22 09:03:00
"""

from typing import Sequence, Union

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = 'b7e94f20aa03'
down_revision: Union[str, None] = '8a2d7be41c02'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.add_column('tasks', sa.Column('due_date', sa.DateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column('tasks', 'due_date')
