-- A constraint's index is a relation: 42P07, which is no duplicate_object.
DO $$
BEGIN
    ALTER TABLE t ADD CONSTRAINT b_once UNIQUE (a);
EXCEPTION
    WHEN duplicate_object THEN NULL;
END $$;
