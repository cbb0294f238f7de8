"""Suppressions by line.

# miglint: ignore[missing-downgrade] a text is no comment
"""

import sqlalchemy as sa
from alembic import op

revision = "bbbb"
down_revision = "aaaa"


def upgrade():
    # miglint: ignore[column-data-dropped] the line above
    # and a second line of reasons
    op.drop_column("hero", "a")

    op.drop_column("hero", "b")  # miglint: ignore[column-data-dropped] behind it

    op.drop_column(
        "hero",
        # miglint: ignore[column-data-dropped] inside of it
        "c",
    )

    # miglint: ignore[column-data-dropped] a blank line is between

    op.drop_column("hero", "d")
    # miglint: ignore[column-data-dropped] until=2020-02-29 it has expired
    op.drop_column("hero", "e")
    print("# miglint: ignore[column-data-dropped] in a text")
    op.drop_column("hero", "f")
    # miglint: ignore[column-data-dropped, not-null-without-backfill] until=9999-12-31
    op.drop_column("hero", "g")
    # miglint: ignore
    # miglint: ignroe[column-data-dropped]
    # miglint: ignore[]
    # miglint: ignore[column-data-dropped
    # miglint: ignore[data-dropped] until=1
    # miglint: ignore[column-data-dropped] until=soon


# miglint: ignore[downgrade-not-inverse] for the whole function
def downgrade():
    op.add_column("hero", sa.Column("a", sa.Text()))
