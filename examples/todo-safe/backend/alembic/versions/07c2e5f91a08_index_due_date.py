"""Index the due date

Revision ID: 07c2e5f91a08
Revises: f6b3a8047d07
Create Date: 2025-03-03 09:08:00
"""

from typing import Sequence, Union

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = '07c2e5f91a08'
down_revision: Union[str, None] = 'f6b3a8047d07'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.create_index(op.f('ix_tasks_due_date'), 'tasks', ['due_date'])


def downgrade() -> None:
    op.drop_index(op.f('ix_tasks_due_date'), table_name='tasks')
