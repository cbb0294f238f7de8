CREATE TABLE tasks (id bigserial PRIMARY KEY, title text NOT NULL, note text, color text, kind text, due date);
CREATE TABLE labels (id bigserial PRIMARY KEY, name text NOT NULL, color text);
CREATE TABLE drafts (id bigserial PRIMARY KEY);
CREATE TABLE tokens (id bigserial PRIMARY KEY);
