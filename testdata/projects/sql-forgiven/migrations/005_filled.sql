ALTER TABLE t ADD COLUMN d integer, ADD COLUMN e integer, ADD COLUMN f integer;
WITH more AS (
    UPDATE t SET d = 1 WHERE d IS NULL RETURNING id
), others AS (
    UPDATE t SET e = 1 WHERE e IS NULL RETURNING id
)
SELECT count(*) FROM more;
DO $$
BEGIN
    <<batches>>
    LOOP
        WITH batch AS (SELECT id FROM t WHERE f IS NULL LIMIT 100)
        UPDATE t SET f = 1 FROM batch WHERE t.id = batch.id;
        EXIT batches WHEN NOT FOUND;
    END LOOP;
END $$;
ALTER TABLE t ALTER COLUMN d SET NOT NULL, ALTER COLUMN e SET NOT NULL;
ALTER TABLE t ALTER COLUMN f SET NOT NULL;
