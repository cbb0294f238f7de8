CREATE TABLE public.tasks (id uuid PRIMARY KEY, title text);
CREATE TABLE public.notes (id uuid PRIMARY KEY);

-- A variable is made of the parameters.
CREATE FUNCTION add_sync(p_schema text, p_table text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    qualified text := format('%I.%I', p_schema, p_table);
    named CONSTANT text := p_table || '_synced_at';
BEGIN
    EXECUTE format('ALTER TABLE %s ADD COLUMN synced_at timestamptz', qualified);
    EXECUTE format('CREATE INDEX %I ON %s (synced_at)', named, qualified);
    EXECUTE format('GRANT SELECT ON TABLE %s TO public', qualified);
END;
$$;

SELECT add_sync('public', 'tasks');
SELECT add_sync('public', 'notes');
