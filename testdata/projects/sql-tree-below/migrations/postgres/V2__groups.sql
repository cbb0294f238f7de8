ALTER TABLE clients ADD COLUMN groups varchar;
