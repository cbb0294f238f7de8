CREATE TABLE tasks (id serial PRIMARY KEY, title text NOT NULL, note text, color text, position integer, kind text);
CREATE TABLE labels (id serial PRIMARY KEY, name text NOT NULL);
CREATE TABLE drafts (id serial PRIMARY KEY, name text NOT NULL);
CREATE TABLE notes (id serial PRIMARY KEY, body text NOT NULL);
