"""No model is used: types, constants, functions and names of the application."""

import sqlalchemy as sa
from alembic import op

from app.models import Hero, Status, normalize
from app.models.heroes import Trimmed

revision = 'a1'
down_revision = None


def upgrade():
    op.create_table(
        Hero.__tablename__,
        sa.Column('id', sa.Integer(), primary_key=True),
        sa.Column('name', Trimmed(50), nullable=False, server_default=normalize(' X ')),
        sa.Column('status', sa.String(10), server_default=Status.new.value, comment=Hero.KINDS[0] + Hero.default_name()),
    )
    op.create_table('teams', sa.Column('id', sa.Integer(), primary_key=True), sa.Column('city', sa.String(50)))
    op.create_table('powers', sa.Column('id', sa.Integer(), primary_key=True), sa.Column('label', sa.Text()))


def downgrade():
    op.drop_table('powers')
    op.drop_table('teams')
    op.drop_table('heroes')
