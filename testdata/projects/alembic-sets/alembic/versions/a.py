"""Constraints that are looked for by the set of their columns."""

import sqlalchemy as sa
from alembic import op

revision = "a"
down_revision = None

COLUMNS = {"id", "zone", "place"}


def unique_of(table, columns):
    for unique in sa.inspect(op.get_bind()).get_unique_constraints(table):
        if set(unique["column_names"]) == columns:
            return unique["name"]
    return None


def upgrade():
    op.create_table(
        "spots",
        *[sa.Column(name, sa.Integer()) for name in sorted(COLUMNS)],
        sa.UniqueConstraint("zone", "place", name="by_zone"),
        sa.UniqueConstraint("id", "place", name="by_id"),
    )
    # In whatever order.
    op.drop_constraint(unique_of("spots", {"place", "zone"}), "spots")
    # A list is no set.
    assert unique_of("spots", ["id", "place"]) is None
    if ["id"] == {"id"} or not {"id"} <= COLUMNS or not COLUMNS.issuperset({"zone"}):
        op.drop_table("spots")
    # An inspector remembers what it was asked, for each schema.
    inspector = sa.inspect(op.get_bind())
    if inspector.get_table_names() == inspector.get_table_names(schema="other"):
        op.drop_table("spots")
    left = COLUMNS - {"zone"}
    left &= {"id", "zone", "id"}
    left |= {"id", "note"}
    left ^= {"other"}
    for name in sorted(left - COLUMNS):
        op.add_column("spots", sa.Column(name, sa.Text()))
    names = ["b", "a"]
    names.sort()
    names.reverse()
    op.create_unique_constraint("by_" + "_".join(names), "spots", ["note"])
    names.clear()
    if names or sorted([10, 9], reverse=True) != [10, 9] or sorted([10, 9]) != [9, 10]:
        op.drop_table("spots")


def downgrade():
    op.drop_table("spots")
