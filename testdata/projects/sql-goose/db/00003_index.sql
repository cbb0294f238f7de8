-- +goose NO TRANSACTION
-- +goose up
CREATE INDEX CONCURRENTLY users_mail ON users (mail);

-- +goose down
DROP INDEX CONCURRENTLY users_mail;
