CREATE INDEX CONCURRENTLY users_mail ON users (mail);
