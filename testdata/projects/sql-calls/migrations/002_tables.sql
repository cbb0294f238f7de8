CREATE TABLE users (id bigint PRIMARY KEY);
CALL add_times('users');
SELECT touches('"users"');
CREATE TABLE "Teams" (id bigint PRIMARY KEY);
CALL add_times('"Teams"'::regclass);
DO $$
DECLARE
    admin text;
BEGIN
    SELECT id::text INTO admin FROM users LIMIT 1;
    EXECUTE format('ALTER TABLE users ADD COLUMN made_by text NOT NULL DEFAULT %L', admin);
END $$;
-- The column is there.
ALTER TABLE users ADD COLUMN updated_at timestamptz;
