CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    "full name" TEXT COLLATE NOCASE NOT NULL,
    [select] NUMERIC(10, 2) DEFAULT -1.5,
    made DATETIME DEFAULT (datetime('now')),
    note VARCHAR(20) DEFAULT 'it''s',
    twice INTEGER GENERATED ALWAYS AS ("select" * 2) VIRTUAL,
    kept INTEGER AS (id + 1) STORED,
    team_id INTEGER REFERENCES teams (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT positive CHECK ("select" > -2 OR note <> ')'),
    UNIQUE ("full name", team_id) ON CONFLICT REPLACE
);
CREATE TABLE teams (id INTEGER NOT NULL CONSTRAINT teams_pk PRIMARY KEY, lead_id INTEGER REFERENCES users);
CREATE TABLE pairs (a TEXT, b INT, PRIMARY KEY (a, b)) WITHOUT ROWID, STRICT;
CREATE UNIQUE INDEX users_note ON users (lower(note), made DESC) WHERE note IS NOT NULL;
CREATE INDEX users_name ON users ("full name" COLLATE BINARY);
CREATE VIRTUAL TABLE docs USING fts5 (title, body);
CREATE VIEW leads AS SELECT u.id, t.id AS team FROM users u JOIN teams t ON t.lead_id = u.id;
CREATE TRIGGER users_made AFTER INSERT ON users BEGIN
    UPDATE users SET made = datetime('now') WHERE id = new.id;
END;
