"""Point tasks to priorities

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
    op.add_column('tasks', sa.Column('priority_id', sa.Integer(), nullable=True))
    op.execute(
        "UPDATE tasks SET priority_id = (SELECT p.id FROM priorities p WHERE p.name = tasks.priority)"
        " WHERE priority_id IS NULL"
    )
    with op.batch_alter_table('tasks') as batch_op:
        batch_op.create_foreign_key('fk_tasks_priority_id_priorities', 'priorities', ['priority_id'], ['id'])


def downgrade() -> None:
    with op.batch_alter_table('tasks') as batch_op:
        batch_op.drop_constraint('fk_tasks_priority_id_priorities', type_='foreignkey')
        batch_op.drop_column('priority_id')
