from alembic import op

revision = "0002"
down_revision = "0001"

DROP = """
DO $$
DECLARE key_name TEXT;
BEGIN
    SELECT conname INTO {strict} key_name FROM pg_constraint
    WHERE conrelid = '{table}'::regclass AND confrelid = 'person'::regclass AND contype = 'f'
    {limit};
    EXECUTE format('ALTER TABLE {table} DROP CONSTRAINT %I', key_name);
END $$;
"""


def upgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.execute(DROP.format(table="file", strict="STRICT", limit=""))


def downgrade():
    pass
