ALTER TABLE user_ DROP COLUMN fedi_name;
