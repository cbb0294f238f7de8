CREATE TABLE post (id serial PRIMARY KEY, name varchar(80), body varchar(80), author integer);
CREATE TABLE person (id serial PRIMARY KEY, name varchar(80));
CREATE VIEW posts AS SELECT p.id, p.body, u.name FROM post p JOIN person u ON u.id = p.author;
