"""code that is put together, and run"""
from alembic import op

revision = '3'
down_revision = '2'


def upgrade():
    code = op.get_context().opts['code']
    exec(code)


def downgrade():
    raise NotImplementedError()
