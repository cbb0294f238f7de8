-- +goose Up
CREATE TABLE notes (id bigserial PRIMARY KEY, account_id integer REFERENCES accounts (id));
-- +goose StatementBegin
CREATE FUNCTION touch() RETURNS trigger AS $fn$ BEGIN NEW.id := NEW.id; RETURN NEW; END; $fn$ LANGUAGE plpgsql;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION touch();
DROP TABLE notes;
