"""Allow longer titles

Revision ID: e90f61d27b06
Revises: d4480bc6e105
Create Date: 2025-02-16 09:06:00
"""

from typing import Sequence, Union

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = 'e90f61d27b06'
down_revision: Union[str, None] = 'd4480bc6e105'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    with op.batch_alter_table('tasks') as batch_op:
        batch_op.alter_column(
            'title', existing_type=sa.String(length=100), type_=sa.String(length=200), existing_nullable=False
        )


def downgrade() -> None:
    with op.batch_alter_table('tasks') as batch_op:
        batch_op.alter_column(
            'title', existing_type=sa.String(length=200), type_=sa.String(length=100), existing_nullable=False
        )
