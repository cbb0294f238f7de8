import sqlalchemy as sa


class Moment(sa.TIMESTAMP):
    """A timestamp with a time zone, unless it is asked not to be."""

    def __init__(self, *args, timezone=True, **kwargs):
        super().__init__(*args, timezone=timezone, **kwargs)


class Short(sa.types.TypeDecorator):
    impl = sa.String

    def __init__(self, words=4):
        self.words = words
        super().__init__(length=self.words * 8)

    def load_dialect_impl(self, dialect):
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.String(self.words * 10))
        return self.impl


def Whole():
    return sa.Integer()
