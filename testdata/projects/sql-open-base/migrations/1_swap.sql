ALTER TABLE users ADD COLUMN role TEXT;
ALTER TABLE users RENAME TO users_old;
CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, role TEXT);
INSERT INTO users (id, role) SELECT id, role FROM users_old;
DROP TABLE users_old;
