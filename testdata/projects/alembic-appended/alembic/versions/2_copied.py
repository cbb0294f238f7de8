"""A table is put together part by part, and takes the other one's place."""
import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"


def upgrade():
    bind = op.get_bind()
    metadata = sa.MetaData()
    hosts = sa.Table("hosts", metadata, autoload_with=bind)
    copy = sa.Table("hosts_copy", metadata)
    for column in hosts.columns:
        copy.append_column(column.copy())
    copy.append_column(sa.Column("zone", sa.String(9)))
    copy.append_constraint(sa.UniqueConstraint("name", "zone", name="hosts_in_zones"))
    copy.create(bind)
    bind.execute(copy.insert().from_select(["id", "name", "port"], sa.select(*hosts.columns)))
    op.drop_table("hosts")
    op.rename_table("hosts_copy", "hosts")


def downgrade():
    raise NotImplementedError("the names were unique before")
