CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT NOT NULL, note TEXT, kind TEXT, unused TEXT);
CREATE TABLE "a.b" (id INTEGER PRIMARY KEY);
CREATE TABLE notes (body TEXT);
CREATE TABLE ignored (body TEXT);
CREATE TABLE listed (body TEXT, kind TEXT);
CREATE TABLE tags (name TEXT);
CREATE TABLE marks (name TEXT);
CREATE TABLE stars (name TEXT);
CREATE VIEW seen AS SELECT name FROM tags;
