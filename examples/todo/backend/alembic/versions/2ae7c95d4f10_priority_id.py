"""Change priority to priority_id

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
    op.add_column('tasks', sa.Column('priority_id', sa.Integer(), nullable=True))
    op.create_foreign_key('fk_tasks_priority_id_priorities', 'tasks', 'priorities', ['priority_id'], ['id'])
    op.drop_column('tasks', 'priority')


def downgrade() -> None:
    op.drop_constraint('fk_tasks_priority_id_priorities', 'tasks', type_='foreignkey')
    op.add_column('tasks', sa.Column('priority', sa.String(length=20), nullable=True))
    op.drop_column('tasks', 'priority_id')
