import contextlib as ctx
import os.path
from typing import TypeVar

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None

T = TypeVar("T")


def first[A](items: list[A]) -> A:
    pick: A = items[0]
    return pick


class Box[B]:
    item: B

    def get(self, *args, key=os.path.sep, **rest) -> "B":
        return self.item, args, rest, key


def nobody_calls_this():
    return never_defined


def upgrade():
    with ctx.suppress(ValueError) as gone:
        print(gone)
    try:
        total = sum(n for n in range(3) if (m := n))
    except KeyError as error:
        print(error, m)
    for name, *others in [("a", 1)]:
        print(name, others, total, f"{name!r}", (lambda x, y=2: x + y)(1))
    match revision:
        case {"id": one, **more}:
            print(one, more)
        case [two, *three] | (two, *three):
            print(two, three)
        case four:
            print(four)
    op.create_table("t", sa.Column("id", sa.Integer(), primary_key=True))
    first([1])


def downgrade():
    op.drop_table("t")
