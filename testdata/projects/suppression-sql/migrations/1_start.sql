CREATE TABLE a (id integer PRIMARY KEY, x text, y text, z text);
CREATE TABLE b (id integer PRIMARY KEY, x text, y text, z text);
CREATE TABLE c (id integer PRIMARY KEY, x text, y text, z text);
