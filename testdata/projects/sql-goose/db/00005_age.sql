-- +goose Up
ALTER TABLE users ADD COLUMN age integer NOT NULL;
-- +goose Down
ALTER TABLE users DROP COLUMN ages;
