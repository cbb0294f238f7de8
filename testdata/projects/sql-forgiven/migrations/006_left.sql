DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM information_schema.tables WHERE table_name = 'gone') THEN
        RETURN;
    END IF;
    ALTER TABLE gone ADD COLUMN a integer;
END $$;
