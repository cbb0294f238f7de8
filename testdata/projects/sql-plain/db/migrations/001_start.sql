CREATE TABLE accounts (
    id integer PRIMARY KEY,
    name text NOT NULL
);

DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'mood') THEN
        CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
    END IF;
    ALTER TABLE accounts ADD COLUMN current mood;
END
$$;
