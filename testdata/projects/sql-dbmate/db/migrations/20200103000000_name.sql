-- migrate:up
ALTER TABLE users ADD COLUMN name text NOT NULL;

-- migrate:down
