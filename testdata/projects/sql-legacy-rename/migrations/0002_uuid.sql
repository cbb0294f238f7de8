PRAGMA legacy_alter_table = ON;
ALTER TABLE people RENAME TO people_tmp;
CREATE TABLE people (id INTEGER PRIMARY KEY, boss INTEGER REFERENCES people (id), uuid TEXT);
INSERT INTO people (id, boss) SELECT id, boss FROM people_tmp;
DROP TABLE people_tmp;
