"""base"""

import os
from copy import deepcopy

import sqlalchemy as sa
from alembic import op
from app.types import Moment, Short, Whole
from sqlalchemy.orm import declarative_base
from sqlalchemy.ext.declarative import declared_attr

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Base = declarative_base()


class Stamped:
    made = sa.Column(Moment)

    @declared_attr
    def maker_id(cls):
        return sa.Column(sa.Integer, sa.ForeignKey("maker.id"))


class Thing(Stamped, Base):
    __tablename__ = "thing"

    id = sa.Column(sa.Integer, primary_key=True)
    size = sa.Column(sa.BigInteger().with_variant(Whole, "sqlite"))


class Maker(Base):
    __tablename__ = "maker"

    id = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(Short(3))


extra = sa.Table("extra", Base.metadata, sa.Column("thing_id", sa.ForeignKey("thing.id")))

COLUMNS = ["a", "b"]


def upgrade():
    bind = op.get_bind()
    Base.metadata.create_all(bind)
    role = op.create_table(
        "role",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(20), sa.CheckConstraint("name <> ''", "named")),
        sa.Column("at", Moment(timezone=False)),
        sa.Column("until", Moment()),
        sa.UniqueConstraint("name"),
    )
    op.bulk_insert(role, [{"name": "admin"}])
    if os.environ.get("WITH_AUDIT", "no") == "yes":
        op.create_table("audit", sa.Column("id", sa.Integer))
    for name in deepcopy(COLUMNS):
        op.add_column("role", sa.Column(name, sa.Text))


def downgrade():
    op.drop_table("role")
    Base.metadata.drop_all(op.get_bind())
