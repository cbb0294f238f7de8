"""What this project's migrations share."""
import contextlib
import functools

from alembic import op
import sqlalchemy as sa
from sqlalchemy.engine import reflection


def not_on_sqlite(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        if op.get_bind().engine.dialect.name == 'sqlite':
            return None
        return function(*args, **kwargs)
    return wrapper


def only_on(*names):
    def decorator(function):
        def wrapper(*args, **kwargs):
            if op.get_bind().dialect.name in names:
                return function(*args, **kwargs)
            return None
        return wrapper
    return decorator


def drop_keys(table, keys):
    for key in keys:
        op.drop_constraint(key['name'], table, type_='foreignkey')


def create_keys(table, keys):
    for key in keys:
        op.create_foreign_key(
            key['name'], table, key['referred_table'],
            key['constrained_columns'], key['referred_columns'],
            ondelete=key['options'].get('ondelete'))


@contextlib.contextmanager
def without_foreign_keys(tables):
    # The inspector answers the second time what it answered the first time.
    inspector = reflection.Inspector.from_engine(op.get_bind())
    try:
        for table in tables:
            drop_keys(table, inspector.get_foreign_keys(table))
        yield tables
    finally:
        for table in tables:
            create_keys(table, inspector.get_foreign_keys(table))


def rename_keyed(table, old, new):
    inspector = sa.inspect(op.get_bind())
    for key in inspector.get_foreign_keys(table):
        if old in key['constrained_columns']:
            drop_keys(table, [key])
    op.alter_column(table, old, new_column_name=new)
    for key in inspector.get_foreign_keys(table):
        for at in range(len(key['constrained_columns'])):
            if key['constrained_columns'][at] == old:
                key['constrained_columns'][at] = new
                create_keys(table, [key])
