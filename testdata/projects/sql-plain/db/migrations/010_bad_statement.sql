ALTER TABLE notes ADD COLUMN body text;
FROBNICATE THE TABLE notes;
ALTER TABLE notes ADD COLUMN stars integer NOT NULL DEFAULT 0, ADD COLUMN color text;
UPDATE notes SET colour = 'red';
ALTER TABLE missing ADD COLUMN x integer;
