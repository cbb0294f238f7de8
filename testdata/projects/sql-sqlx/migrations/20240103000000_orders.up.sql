CREATE TABLE orders (id bigserial PRIMARY KEY, user_id bigint NOT NULL REFERENCES users, placed timestamptz NOT NULL DEFAULT now());
ALTER TABLE users ADD COLUMN name text NOT NULL;
