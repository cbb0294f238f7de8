-- Tools set the search path anew for each file.
CREATE TABLE next (id integer);
