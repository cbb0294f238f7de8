-- miglint: ignore[column-data-dropped] for the file, for a blank line follows

ALTER TABLE b DROP COLUMN z;
DROP TABLE a;
