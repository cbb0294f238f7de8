CREATE TABLE old (id serial PRIMARY KEY, a text, b text);
CREATE TABLE new (id serial PRIMARY KEY, a text, b text);
CREATE TABLE other (id serial PRIMARY KEY, a text);
