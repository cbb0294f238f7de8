CREATE FUNCTION set_updated_at() RETURNS trigger AS $$
BEGIN
    NEW.updated_at = now();
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;

CREATE FUNCTION touches(tablename regclass) RETURNS void AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER set_updated_at BEFORE UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION set_updated_at();', tablename);
END;
$$ LANGUAGE plpgsql;

CREATE PROCEDURE add_times(tablename regclass)
    LANGUAGE plpgsql
AS
$$
BEGIN
    EXECUTE format('ALTER TABLE %s ADD COLUMN IF NOT EXISTS created_at timestamptz NOT NULL DEFAULT now(), ADD COLUMN updated_at timestamptz', tablename);
END;
$$;

CREATE FUNCTION of_today(tablename text, day date) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    part varchar;
BEGIN
    SELECT format('%s_%s', tablename, to_char(day, 'YYYYMMDD')) INTO part;
    EXECUTE format('CREATE TABLE %s (LIKE %s)', part, tablename);
    RETURN 1;
END;
$$;
