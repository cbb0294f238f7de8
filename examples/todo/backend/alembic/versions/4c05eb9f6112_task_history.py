"""Keep finished tasks in a table of their own

Revision ID: 4c05eb9f6112
Revises: 3bf6da8e5011
Create Date: 2025-05-04 09:12:00
"""

from typing import Sequence, Union

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = '4c05eb9f6112'
down_revision: Union[str, None] = '3bf6da8e5011'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.create_table(
        'task_history',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('title', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_task_history')),
    )
    op.create_index('ix_task_history_user_id', 'task_history', ['user_id'])
    op.execute("INSERT INTO task_history (id, user_id, title) SELECT id, user_id, title FROM tasks WHERE completed")


def downgrade() -> None:
    op.drop_index('ix_task_history_user_id', table_name='task_history')
    op.drop_table('task_history')
