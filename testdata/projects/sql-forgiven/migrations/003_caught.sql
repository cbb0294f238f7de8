DO $$
BEGIN
    BEGIN
        ALTER TABLE t ADD COLUMN a text;
    EXCEPTION WHEN duplicate_column THEN NULL;
    END;
    BEGIN
        ALTER TABLE t ADD COLUMN c integer;
    EXCEPTION WHEN duplicate_column THEN NULL;
    END;
    BEGIN
        ALTER TABLE t ADD CONSTRAINT b_once UNIQUE (a);
    EXCEPTION
        WHEN duplicate_object THEN NULL;
        WHEN duplicate_table THEN NULL;
    END;
    BEGIN
        DROP TABLE gone;
    EXCEPTION WHEN OTHERS THEN RAISE NOTICE 'gone';
    END;
    CREATE TABLE last (id integer);
END $$;
