-- A column in parentheses is a column, with its collation.
CREATE INDEX jobs_by_name ON jobs (id, (name COLLATE "C"), ((state)) DESC);
CREATE INDEX ON jobs ((name COLLATE "C"));
CREATE INDEX ON jobs ((state));
-- A value is none: there is one row at the most.
CREATE UNIQUE INDEX one_row ON jobs ((true));
-- The server names an index after what its expression is called.
CREATE INDEX ON jobs ((lower(name) COLLATE "C"));
CREATE INDEX ON jobs (((data ->> 'rank')::int));
CREATE INDEX ON jobs ((CAST(data ->> 'rank' AS bigint)));
CREATE INDEX ON jobs ((name::varchar(20)));
CREATE INDEX ON jobs ((CASE WHEN state = 'done' THEN 1 END));
CREATE INDEX ON jobs ((name || state));
