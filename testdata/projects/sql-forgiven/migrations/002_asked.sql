-- Each asks first: none of these fails, and none does anything.
DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 't' AND column_name = 'a') THEN
        ALTER TABLE t ADD COLUMN a text;
    END IF;
    IF EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 't' AND column_name = 'zz') THEN
        ALTER TABLE t DROP COLUMN zz;
    END IF;
    IF EXISTS (SELECT 1 FROM pg_tables WHERE tablename = 'gone') THEN
        ALTER TABLE gone ADD COLUMN zz integer;
    END IF;
    IF to_regtype('mood') IS NULL THEN
        CREATE TYPE mood AS ENUM ('b');
    END IF;
    IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'b_once') THEN
        ALTER TABLE t ADD CONSTRAINT b_once UNIQUE (a);
    END IF;
    IF EXISTS (SELECT 1 FROM pg_type WHERE typname = 'never') THEN
        ALTER TYPE never ADD VALUE 'b';
    END IF;
END $$;
