ALTER TABLE cards RENAME TO tickets;
ALTER TABLE people RENAME TO persons;
