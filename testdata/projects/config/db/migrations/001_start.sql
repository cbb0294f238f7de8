CREATE TABLE users (id integer PRIMARY KEY, mail text, nick text);
CREATE TABLE colours (id integer PRIMARY KEY, name text);
