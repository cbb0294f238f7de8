CREATE SCHEMA audit;
CREATE EXTENSION IF NOT EXISTS citext;
CREATE TYPE mood AS ENUM ('ok', 'it''s bad', 'old');
ALTER TYPE mood ADD VALUE 'new' BEFORE 'old';
CREATE TYPE "Kind" AS ENUM ('A', 'b');
CREATE TYPE point3 AS (x integer, y integer, z mood);
CREATE DOMAIN positive AS integer CONSTRAINT positive_check CHECK (VALUE > 0);
CREATE DOMAIN label AS varchar(30) COLLATE "C" DEFAULT 'none' NOT NULL;
ALTER DOMAIN label ADD CONSTRAINT label_short CHECK (length(VALUE) > 1);

CREATE FUNCTION make_code() RETURNS text LANGUAGE sql AS $$ SELECT 'c' || '1' $$;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.changed := now(); RETURN NEW; END $$;

CREATE SEQUENCE numbers START WITH 100 INCREMENT BY 5;

CREATE TABLE "user" (
    id bigint GENERATED ALWAYS AS IDENTITY (START WITH 10) PRIMARY KEY,
    "Full Name" text COLLATE "C" NOT NULL,
    mail citext UNIQUE,
    mood mood NOT NULL DEFAULT 'ok',
    kinds "Kind"[] DEFAULT '{}',
    place point3,
    score positive,
    tag label,
    code text DEFAULT make_code(),
    number integer DEFAULT nextval('numbers'),
    changed timestamptz(3) NOT NULL DEFAULT now(),
    during tstzrange,
    "select" numeric(10, 2) CHECK ("select" >= 0),
    team_id integer,
    twice integer GENERATED ALWAYS AS (number * 2) STORED,
    flag "char",
    CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&) WHERE (team_id IS NULL)
);
CREATE UNLOGGED TABLE drafts (id serial PRIMARY KEY, body text);
ALTER TABLE drafts RENAME TO papers;
ALTER TABLE papers RENAME COLUMN body TO "Body";
ALTER TABLE papers ADD CONSTRAINT has_body CHECK ("Body" <> '') NOT VALID;

CREATE TABLE team (
    id serial PRIMARY KEY,
    lead_id bigint REFERENCES "user" (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
    name varchar(40),
    UNIQUE (name, lead_id) INCLUDE (id)
);
ALTER TABLE "user" ADD CONSTRAINT user_team FOREIGN KEY (team_id) REFERENCES team ON UPDATE CASCADE NOT VALID;

CREATE INDEX user_mood ON "user" (mood DESC NULLS LAST, lower("Full Name") text_pattern_ops) WHERE score IS NOT NULL;
CREATE INDEX user_name_c ON "user" ("Full Name" COLLATE "POSIX") INCLUDE (mail, score);
CREATE UNIQUE INDEX user_expression ON "user" ((number + 1));
CREATE INDEX ON "user" USING gin (kinds) WITH (fastupdate = off);

CREATE TABLE audit.events (
    at timestamptz NOT NULL,
    kind text NOT NULL,
    body jsonb,
    CONSTRAINT events_pk PRIMARY KEY (at, kind)
) PARTITION BY RANGE (at);
CREATE TABLE audit.events_2026 PARTITION OF audit.events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE audit.events_rest PARTITION OF audit.events DEFAULT;

CREATE TABLE animals (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE cats (lives integer DEFAULT 9) INHERITS (animals);

CREATE VIEW leads (id, team) AS
    WITH named AS (SELECT * FROM team WHERE name IS NOT NULL)
    SELECT u.id, n.name FROM "user" u JOIN named n ON n.lead_id = u.id;
CREATE VIEW a_lead AS SELECT id FROM leads LIMIT 1;
CREATE MATERIALIZED VIEW counts AS SELECT team_id, count(*) AS members FROM "user" GROUP BY team_id;
CREATE UNIQUE INDEX counts_team ON counts (team_id);
CREATE FUNCTION first_lead() RETURNS SETOF leads LANGUAGE sql AS $$ SELECT * FROM leads LIMIT 1 $$;
CREATE TRIGGER user_touch BEFORE UPDATE ON "user" FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TYPE mood RENAME VALUE 'ok' TO 'fine';
