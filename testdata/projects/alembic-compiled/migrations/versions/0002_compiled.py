import sqlalchemy as sa
from alembic import op
from sqlalchemy.ext import compiler
from sqlalchemy.ext.compiler import compiles

revision = "0002"
down_revision = "0001"


@compiler.compiles(sa.ForeignKeyConstraint, "postgresql")
def unnamed(element, compiler, **kw):
    """The names are another database's."""
    element.name = None
    return compiler.visit_foreign_key_constraint(element, **kw)


@compiles(sa.UniqueConstraint, "postgresql")
def as_it_is(element, compiler, **kw):
    return compiler.visit_unique_constraint(element, **kw)


@compiles(sa.UniqueConstraint)
def for_all_others(element, compiler, **kw):
    element.name = None
    return compiler.visit_unique_constraint(element, **kw)


@compiles(sa.PrimaryKeyConstraint, "mysql")
def of_another(element, compiler, **kw):
    element.name = None
    return compiler.visit_primary_key_constraint(element, **kw)


@compiles(sa.CheckConstraint, "postgresql")
def louder(element, compiler, **kw):
    return compiler.visit_check_constraint(element, **kw).replace("the_size", "a_size")


def upgrade():
    with op.batch_alter_table("file") as batch_op:
        batch_op.add_column(sa.Column("second_id", sa.Integer))
        batch_op.create_foreign_key("the_second", "person", ["second_id"], ["id"])


def downgrade():
    with op.batch_alter_table("file") as batch_op:
        batch_op.drop_column("second_id")
