import enum

import sqlalchemy as sa

NAME_LENGTH = 80


class Color(enum.Enum):
    RED = 'red'
    GREEN = 'green'


class UtcDateTime(sa.types.TypeDecorator):
    impl = sa.DateTime(timezone=True)


class Guid(sa.types.TypeDecorator):
    impl = sa.CHAR

    def load_dialect_impl(self, dialect):
        if dialect.name == 'postgresql':
            return dialect.type_descriptor(sa.dialects.postgresql.UUID())
        return dialect.type_descriptor(sa.CHAR(36))
