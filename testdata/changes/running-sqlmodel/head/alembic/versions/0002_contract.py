"""Drops and renames."""

import sqlalchemy as sa
from alembic import context, op

revision = "0002"
down_revision = "0001"


def upgrade():
    # Mapped by the base: an own field, a mixin's, one with another name, a table's without a class.
    op.drop_column("hero", "nick")
    op.drop_column("hero", "archived_by")
    op.alter_column("hero", "secret_name", new_column_name="real_name")
    op.drop_column("hero_teams", "rank")
    # Not mapped any more.
    op.drop_column("hero", "no_longer_mapped")
    op.drop_table("left_over")
    # There again under its name, with another type.
    op.drop_column("hero", "age")
    op.add_column("hero", sa.Column("age", sa.BigInteger()))
    # A view answers to the old name.
    op.rename_table("teams", "groups")
    op.alter_column("groups", "motto", new_column_name="slogan")
    op.execute("CREATE VIEW teams AS SELECT id, name, slogan AS motto FROM groups")
    # By way of another name, and not back.
    op.rename_table("mission", "mission_new")
    op.rename_table("mission_new", "assignment")
    # There and back.
    op.rename_table("villain", "villain_old")
    op.rename_table("villain_old", "villain")
    # Made and dropped here.
    op.create_table("scratch", sa.Column("id", sa.Integer(), primary_key=True))
    op.drop_table("scratch")
    if context.get_x_argument(as_dictionary=True).get("drop_who"):
        op.drop_column("audit", "who")


def downgrade():
    op.execute("SELECT 1")
