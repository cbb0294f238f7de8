CREATE TABLE tasks (id bigint PRIMARY KEY, note text);
CREATE VIEW open_tasks AS SELECT id FROM tasks;
