CREATE TABLE users (id serial PRIMARY KEY, mail text);
