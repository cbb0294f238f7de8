-- Nothing asks for these.
ALTER TABLE tasks DROP COLUMN alias, DROP COLUMN inner_name, DROP COLUMN cte, DROP COLUMN text_piece;
ALTER TABLE tasks DROP COLUMN pieces, DROP COLUMN formatted, DROP COLUMN doc, DROP COLUMN tested;
ALTER TABLE tasks DROP COLUMN seeded, DROP COLUMN scripted, DROP COLUMN said, DROP COLUMN other;
ALTER TABLE tasks DROP COLUMN dumped, DROP COLUMN made;
-- Each of these is asked for.
ALTER TABLE tasks DROP COLUMN joined;
ALTER TABLE tasks DROP COLUMN updated;
ALTER TABLE tasks DROP COLUMN returned;
ALTER TABLE tasks DROP COLUMN conflict;
ALTER TABLE tasks DROP COLUMN named;
ALTER TABLE tasks DROP COLUMN queried;
ALTER TABLE tasks DROP COLUMN versioned;
ALTER TABLE tasks DROP COLUMN correlated;
ALTER TABLE tasks DROP COLUMN used;
ALTER TABLE tasks DROP COLUMN python;
