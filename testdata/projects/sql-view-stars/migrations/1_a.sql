CREATE TABLE user_ (id serial PRIMARY KEY, name varchar(20), fedi_name varchar(40), banned boolean);
CREATE TABLE comment (id serial PRIMARY KEY, creator_id int, post_id int);
CREATE VIEW v1 AS SELECT c.*, (SELECT u.banned FROM user_ u WHERE c.creator_id = u.id) AS banned FROM comment c;
