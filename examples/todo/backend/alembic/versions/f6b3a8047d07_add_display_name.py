"""Let users choose a display name

Revision ID: f6b3a8047d07
Revises: e90f61d27b06
Create Date: 2025-02-23 09:07:00
"""

from typing import Sequence, Union

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = 'f6b3a8047d07'
down_revision: Union[str, None] = 'e90f61d27b06'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.add_column('users', sa.Column('display_name', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True))
    op.execute("UPDATE users SET display_name = email WHERE display_name IS NULL")
    with op.batch_alter_table('users') as batch_op:
        batch_op.alter_column('display_name', existing_type=sa.String(length=80), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table('users') as batch_op:
        batch_op.drop_column('display_name')
