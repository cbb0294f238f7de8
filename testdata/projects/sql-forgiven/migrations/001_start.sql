CREATE TYPE mood AS ENUM ('a');
CREATE TABLE t (id integer PRIMARY KEY, a integer, b integer CONSTRAINT b_once UNIQUE);
CREATE TABLE gone (id integer);
DROP TABLE gone;
