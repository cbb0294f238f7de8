from alembic import op
import sqlalchemy as sa

revision = 'later'
down_revision = '...'


def upgrade():
    op.add_column('hero', sa.Column('name', sa.String(20)))


def downgrade():
    op.drop_column('hero', 'name')
