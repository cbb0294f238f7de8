import sqlalchemy as sa
from alembic import op

revision = 'a1'
down_revision = None


def upgrade():
    for name in ['hero', 'team', 'badge', 'invitation', 'legacy_note', 'session']:
        op.create_table(name, sa.Column('id', sa.Integer(), primary_key=True))
    op.create_table('seat', sa.Column('id', sa.Integer(), primary_key=True), schema='club')


def downgrade():
    pass
