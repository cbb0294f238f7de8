CREATE TABLE accounts (id INTEGER PRIMARY KEY AUTOINCREMENT, email VARCHAR(100) NOT NULL UNIQUE, role VARCHAR(5) NOT NULL DEFAULT 'guest', made DATETIME);
CREATE TABLE sqlite_sequence(name,seq);
CREATE TABLE notes (id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE, body TEXT, CHECK (body <> ''));
CREATE INDEX notes_body ON notes (lower(body)) WHERE body IS NOT NULL;
CREATE VIEW guests AS SELECT id, email FROM accounts WHERE role = 'guest'
/* guests(id,email) */;
CREATE TRIGGER accounts_made AFTER INSERT ON accounts BEGIN UPDATE accounts SET made = datetime('now') WHERE id = new.id; END;
CREATE VIRTUAL TABLE docs USING fts5 (title, body)
/* docs(title,body) */;
CREATE TABLE IF NOT EXISTS 'docs_data'(id INTEGER PRIMARY KEY, block BLOB);
CREATE TABLE IF NOT EXISTS 'docs_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS 'docs_content'(id INTEGER PRIMARY KEY, c0, c1);
CREATE TABLE IF NOT EXISTS 'docs_docsize'(id INTEGER PRIMARY KEY, sz BLOB);
CREATE TABLE IF NOT EXISTS 'docs_config'(k PRIMARY KEY, v) WITHOUT ROWID;
