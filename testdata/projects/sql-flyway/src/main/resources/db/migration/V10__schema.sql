ALTER TABLE users ADD COLUMN ${column} text;
