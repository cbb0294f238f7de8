"""tables of a metadata that is not here"""
from alembic import op

from elsewhere.models import Base

revision = '3'
down_revision = '2'


def upgrade():
    for table in Base.metadata.tables.values():
        table.create(bind=op.get_bind(), checkfirst=True)


def downgrade():
    for table in Base.metadata.tables.values():
        table.drop(bind=op.get_bind())
