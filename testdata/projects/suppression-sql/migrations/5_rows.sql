/*
 * miglint: ignore[column-data-dropped] over several lines
 */
ALTER TABLE c DROP COLUMN x;
COPY c FROM stdin;
-- miglint: ignore[table-data-dropped] a row
\.
COPY c FROM stdin;
/* a row
\.
-- miglint: ignore[column-data-dropped] after rows
ALTER TABLE c DROP COLUMN y;
DROP TABLE c;
