CREATE TABLE notes (id serial PRIMARY KEY, owner integer REFERENCES users (id));
