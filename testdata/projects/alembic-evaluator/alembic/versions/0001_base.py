"""The base."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from app.types import NAME_LENGTH, Color, Guid, UtcDateTime

revision = '0001'
down_revision = None
PREFIX = 'app_'
TABLES = ['alpha', 'beta']


def timestamps():
    return (
        sa.Column('created_at', UtcDateTime(), server_default=sa.func.now(), nullable=False),
        sa.Column('updated_at', UtcDateTime()),
    )


def has_column(table, column):
    inspector = sa.inspect(op.get_bind())
    return column in [c['name'] for c in inspector.get_columns(table)]


def upgrade():
    for table in TABLES:
        op.create_table(
            f'{PREFIX}{table}',
            sa.Column('id', Guid(), primary_key=True),
            sa.Column('name', sa.String(NAME_LENGTH), unique=True),
            sa.Column('label', sqlmodel.sql.sqltypes.AutoString(length=20), index=True),
            sa.Column('color', sa.Enum(Color, name='color')),
            *timestamps(),
            sa.CheckConstraint("name <> ''", name='named'),
        )
    op.create_table(
        'links',
        sa.Column('alpha_id', Guid(), sa.ForeignKey('app_alpha.id', ondelete='CASCADE'), primary_key=True),
        sa.Column('beta_id', Guid(), sa.ForeignKey('app_beta.id'), primary_key=True),
    )
    if not has_column('app_alpha', 'note'):
        op.add_column('app_alpha', sa.Column('note', sa.Text()))
    if has_column('app_beta', 'name'):
        with op.batch_alter_table('app_beta') as batch_op:
            batch_op.alter_column('name', new_column_name='title', existing_type=sa.String(80))
    bind = op.get_bind()
    if bind.dialect.name == 'postgresql':
        op.execute('CREATE EXTENSION IF NOT EXISTS citext')
        op.execute(sa.text('ALTER TABLE links ADD COLUMN weight numeric(4, 2)'))
    else:
        bind.execute(sa.text('ALTER TABLE links ADD COLUMN weight NUMERIC'))
    rows = bind.execute(sa.text('SELECT id FROM app_alpha')).fetchall()
    for row in rows:
        op.add_column('links', sa.Column('never', sa.Text()))


def downgrade():
    op.drop_table('links')
    for table in reversed(TABLES):
        op.drop_table(PREFIX + table)
