ALTER TABLE users ALTER COLUMN mail TYPE varchar(80);
