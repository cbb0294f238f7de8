CREATE TABLE tasks (id bigserial PRIMARY KEY, title text NOT NULL, note text);
CREATE TABLE labels (id bigserial PRIMARY KEY, name text NOT NULL);
