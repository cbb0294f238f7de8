CREATE TABLE tasks (id bigint);
INSERT INTO tasks (dumped) VALUES ('1');
