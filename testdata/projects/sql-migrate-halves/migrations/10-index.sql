-- +migrate Up
CREATE INDEX CONCURRENTLY users_mail ON users (mail);

-- +migrate Down notransaction
DROP INDEX CONCURRENTLY users_mail;
