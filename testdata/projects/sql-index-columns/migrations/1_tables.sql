CREATE TABLE jobs (
    id bigint PRIMARY KEY,
    name text NOT NULL,
    state text,
    data jsonb,
    cost numeric(11),
    made timestamp with time zone
);

-- A second key over the same column stays, where it is not made together with the first.
ALTER TABLE jobs ADD CONSTRAINT jobs_unique_id UNIQUE (id);
