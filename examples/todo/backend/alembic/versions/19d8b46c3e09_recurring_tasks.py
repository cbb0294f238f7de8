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
    op.add_column('tasks', sa.Column('is_recurring', sa.Boolean(), nullable=False))


def downgrade() -> None:
    op.drop_column('tasks', 'is_recurring')
