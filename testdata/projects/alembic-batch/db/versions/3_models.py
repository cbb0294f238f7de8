"""A copy from a model of another revision; on PostgreSQL what has no name is named after the copy."""

from alembic import op
from sqlalchemy import Column, Integer, String, UniqueConstraint
from sqlalchemy.orm import declarative_base, declared_attr

revision = '3'
down_revision = '2'

Base = declarative_base()


def upgrade():
    for name, table in Base.metadata.tables.items():
        with op.batch_alter_table(name, copy_from=table, recreate='always') as batch_op:
            batch_op.alter_column('name', new_column_name='title')


def downgrade():
    raise NotImplementedError


class State(Base):
    __tablename__ = 'states'

    @declared_attr
    def __table_args__(cls):
        return (UniqueConstraint('name', name='states_name'),)

    id = Column(Integer, primary_key=True)
    name = Column(String(80), nullable=False)
