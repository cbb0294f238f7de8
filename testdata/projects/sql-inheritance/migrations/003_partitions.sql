CREATE TABLE regions (id integer PRIMARY KEY);
CREATE TABLE events (
    id bigint NOT NULL,
    at date NOT NULL,
    region integer REFERENCES regions,
    kind text DEFAULT 'a' CHECK (kind <> ''),
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX ON events (kind);
CREATE TABLE events_2025 PARTITION OF events (kind DEFAULT 'b', CONSTRAINT late CHECK (id > 1)) FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY RANGE (at);
CREATE TABLE events_2026_1 PARTITION OF events_2026 FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE events_old (id bigint NOT NULL, at date NOT NULL, region integer, kind text, CONSTRAINT events_kind_check CHECK (kind <> ''));
CREATE INDEX old_kind ON events_old (kind);
ALTER TABLE events ATTACH PARTITION events_old FOR VALUES FROM ('2020-01-01') TO ('2025-01-01');
CREATE TABLE events_rest PARTITION OF events DEFAULT;
ALTER TABLE events ADD COLUMN note text, ADD CONSTRAINT one UNIQUE (region, at);
CREATE INDEX by_note ON events (note);
CREATE INDEX only_top ON ONLY events (region);
DROP INDEX events_kind_idx;
ALTER TABLE events DROP CONSTRAINT one;
ALTER TABLE events DETACH PARTITION events_2025;
ALTER TABLE events DROP COLUMN kind;
CREATE TABLE short (at date) PARTITION BY RANGE (at);
CREATE TABLE short_all PARTITION OF short DEFAULT;
DROP TABLE short;
