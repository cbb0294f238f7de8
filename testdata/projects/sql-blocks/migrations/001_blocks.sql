CREATE TABLE users (id bigint PRIMARY KEY, tags text[] DEFAULT ARRAY['a', 'b']::text[], kind text);
CREATE TABLE posts (id bigint PRIMARY KEY);
CREATE TABLE lists (a text[] NOT NULL DEFAULT ARRAY['x', 'y'], b integer);
ALTER TABLE users ALTER COLUMN tags SET DEFAULT ARRAY['c', 'd'], ADD COLUMN more integer;
DO $$
DECLARE
    t text;
    suffix text := 'log';
    many bigint;
BEGIN
    SELECT count(*) INTO many FROM users;
    SELECT id, kind INTO many, t FROM users;
    SELECT id AS kept INTO many FROM users;
    EXECUTE 'CREATE TABLE plain (id integer)';
    EXECUTE format('CREATE TABLE %I (id integer, note text DEFAULT %L)', 'Audit', 'it''s');
    EXECUTE 'CREATE TABLE users_' || suffix || ' (id integer)';
    FOREACH t IN ARRAY ARRAY['users', 'posts'] LOOP
        EXECUTE format('ALTER TABLE %I ADD COLUMN created_at timestamptz NOT NULL DEFAULT now()', t);
        EXECUTE format('CREATE INDEX %1$s_created ON %1$I (created_at)', t);
    END LOOP;
    FOR t IN SELECT unnest(ARRAY['users', 'posts']) LOOP
        EXECUTE 'ALTER TABLE ' || quote_ident(t) || ' ADD COLUMN extra jsonb';
    END LOOP;
    PERFORM pg_sleep(0);
    IF NOT EXISTS (SELECT 1 FROM pg_class WHERE relname = 'once') THEN
        CREATE TABLE once (id integer);
    END IF;
END $$;
DO 'BEGIN CREATE TABLE in_text (id integer); END';
PREPARE later (integer) AS INSERT INTO posts (id) VALUES ($1);
EXECUTE later (1);
DEALLOCATE later;
