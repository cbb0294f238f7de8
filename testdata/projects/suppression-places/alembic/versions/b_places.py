from functools import cache

from alembic import op
from app.helpers import drop

revision = "b"
down_revision = "a"


def upgrade():
    # miglint: ignore[column-data-dropped] the header, not the first statement of its body
    with op.batch_alter_table("hero") as batch:
        batch.drop_column("a")
    with op.batch_alter_table("hero") as batch:  # miglint: ignore[column-data-dropped] the same
        batch.drop_column("b")
    with op.batch_alter_table("hero") as batch:
        # miglint: ignore[column-data-dropped] the first statement of the body
        batch.drop_column("c")
        batch.drop_column("d")
    op.drop_column("hero", "e")  # noqa: E501  # miglint: ignore[column-data-dropped] behind a mark
    drop("f")
    # It is no comment for miglint: ignore[column-data-dropped] is only spoken of.


@cache
# miglint: ignore[downgrade-not-inverse] below the decorator
def downgrade():
    op.execute("SELECT 1")
