CREATE TABLE users (id serial PRIMARY KEY, mail text, name text NOT NULL);
