"""Recurring tasks

Revision ID: 19d8b46c3e09
Revises: 07c2e5f91a08
Create Date: 2025-03-10 09:09:00
"""

from typing import Sequence, Union

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = '19d8b46c3e09'
down_revision: Union[str, None] = '07c2e5f91a08'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.add_column('tasks', sa.Column('is_recurring', sa.Boolean(), nullable=True))
    op.execute("UPDATE tasks SET is_recurring = FALSE WHERE is_recurring IS NULL")
    with op.batch_alter_table('tasks') as batch_op:
        batch_op.alter_column('is_recurring', existing_type=sa.Boolean(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table('tasks') as batch_op:
        batch_op.drop_column('is_recurring')
