"""Titles without a limit

Revision ID: 5d14fca07213
Revises: 4c05eb9f6112
Create Date: 2025-05-11 09:13:00
"""

from typing import Sequence, Union

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = '5d14fca07213'
down_revision: Union[str, None] = '4c05eb9f6112'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.alter_column(
        'tasks', 'title', existing_type=sa.String(length=200), type_=sa.Text(), existing_nullable=False
    )


def downgrade() -> None:
    op.alter_column(
        'tasks', 'title', existing_type=sa.Text(), type_=sa.String(length=200), existing_nullable=False
    )
