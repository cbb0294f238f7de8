-- Which tables these are, only the server knows.
DO $$
DECLARE
    t text;
BEGIN
    FOR t IN SELECT tablename FROM pg_tables LOOP
        EXECUTE format('ALTER TABLE %I ADD COLUMN seen boolean', t);
    END LOOP;
END $$;
DROP OWNED BY somebody;
