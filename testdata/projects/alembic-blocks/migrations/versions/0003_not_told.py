from alembic import op

revision = "0003"
down_revision = "0002"

ANY = """
DO $$
DECLARE key_name TEXT;
BEGIN
    SELECT conname INTO key_name FROM pg_constraint
    WHERE conrelid = 'share'::regclass AND contype = 'f' LIMIT 1;
    EXECUTE format('ALTER TABLE share DROP CONSTRAINT %I', key_name);
END $$;
"""

CHANGED = """
DO $$
DECLARE key_name TEXT;
BEGIN
    ALTER TABLE note RENAME CONSTRAINT note_owner_id_fkey TO another;
    SELECT conname INTO key_name FROM pg_constraint
    WHERE conrelid = 'note'::regclass AND contype = 'f' LIMIT 1;
    EXECUTE format('ALTER TABLE note DROP CONSTRAINT %I', key_name);
END $$;
"""


def upgrade():
    # Of two keys it may be either, and what the block itself changes is not in what is known.
    if op.get_bind().dialect.name == "postgresql":
        op.execute(ANY)
        op.execute(CHANGED)


def downgrade():
    pass
