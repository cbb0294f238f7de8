CREATE TABLE tenants (id uuid PRIMARY KEY, tenant text NOT NULL, provider text NOT NULL, UNIQUE (tenant, provider));

-- Which constraint it is, only the server knows; that it is one of this table, the text says.
DO $$
DECLARE
    old_constraint text;
BEGIN
    SELECT conname INTO old_constraint FROM pg_constraint WHERE conrelid = 'tenants'::regclass AND contype = 'u';
    EXECUTE format('ALTER TABLE tenants DROP CONSTRAINT %I', old_constraint);
END
$$;

DO $$
DECLARE
    definition text;
BEGIN
    SELECT view_definition INTO definition FROM information_schema.views WHERE table_name = 'titles';
    IF definition IS NOT NULL THEN
        EXECUTE format('CREATE VIEW titles AS %s', definition);
    END IF;
END
$$;
