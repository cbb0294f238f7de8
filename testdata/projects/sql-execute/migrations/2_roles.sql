-- Whom the roles are changes no table.
DO $$
DECLARE
    reader text = COALESCE(current_setting('app.reader', true), 'public');
    install text = COALESCE(current_setting('app.install', true), 'false');
BEGIN
    IF install <> 'true' THEN
        RETURN;
    END IF;
    EXECUTE 'CREATE ROLE ' || reader || ' NOLOGIN';
    EXECUTE 'grant usage on schema public to ' || reader;
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO %I', reader);
END
$$;
