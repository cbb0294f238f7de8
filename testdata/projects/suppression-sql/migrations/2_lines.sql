-- miglint: ignore[column-data-dropped] the first statement, not the file
ALTER TABLE a DROP COLUMN x;
ALTER TABLE a DROP COLUMN y; -- miglint: ignore[column-data-dropped] behind it
ALTER TABLE a
    DROP COLUMN z /* miglint: ignore[column-data-dropped] inside */
;
ALTER TABLE b DROP COLUMN x;
SELECT '-- miglint: ignore[column-data-dropped] a text';
ALTER TABLE b DROP COLUMN y;
