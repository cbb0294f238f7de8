"""what the catalog is asked"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def drop_unique(bind):
    if bind.dialect.name == "sqlite":
        names = [row[1] for row in bind.execute(sa.text("PRAGMA index_list('role')"))]
        if "sqlite_autoindex_role_1" not in names:
            raise RuntimeError(names)
        return
    rows = bind.execute(
        sa.text(
            """
            SELECT c.conname
            FROM pg_constraint c
            JOIN pg_class t ON t.oid = c.conrelid
            JOIN pg_namespace n ON n.oid = t.relnamespace
            WHERE t.relname = :table AND n.nspname = current_schema()
              AND c.contype = 'u' AND array_length(c.conkey, 1) = 1
              AND EXISTS (
                SELECT 1 FROM pg_attribute a
                WHERE a.attrelid = t.oid AND a.attnum = c.conkey[1] AND a.attname = 'name'
              )
            """
        ),
        {"table": "role"},
    )
    for (name,) in rows.fetchall():
        op.drop_constraint(name, "role", type_="unique")


def upgrade():
    bind = op.get_bind()
    inspector = sa.inspect(bind)
    drop_unique(bind)
    columns = {column["name"]: column for column in inspector.get_columns("role")}
    zoned = [
        name
        for name, column in columns.items()
        if isinstance(column["type"], sa.DateTime) and column["type"].timezone
    ]
    quote = bind.dialect.identifier_preparer.quote
    for name in zoned:
        op.execute(f"ALTER TABLE {quote('role')} ADD COLUMN {quote(name)}_was_zoned integer")
    if columns["name"]["type"].length == 20:
        op.add_column("role", sa.Column("twenty", sa.Boolean))
    for key in inspector.get_foreign_keys("thing"):
        if key["referred_table"] == "maker" and bind.dialect.name == "postgresql":
            op.drop_constraint(key["name"], "thing", type_="foreignkey")
    table = sa.Table("thing", sa.MetaData(), autoload_with=bind)
    if "size" in table.c and isinstance(table.c.size.type, sa.Integer):
        op.create_table("copy_of_thing", *[column._copy() for column in table.columns])
    if bind.execute(sa.text("SELECT count(*) FROM thing")).scalar() > 0:
        op.create_table("never", sa.Column("id", sa.Integer))
    if "alembic_version" in inspector.get_table_names():
        op.add_column("role", sa.Column("versioned", sa.Boolean))


def downgrade():
    pass
