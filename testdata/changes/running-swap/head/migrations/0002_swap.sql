CREATE TABLE tasks_new (id INTEGER PRIMARY KEY, title TEXT NOT NULL, kind TEXT);
INSERT INTO tasks_new SELECT id, title, kind FROM tasks;
DROP TABLE tasks;
ALTER TABLE tasks_new RENAME TO tasks;
