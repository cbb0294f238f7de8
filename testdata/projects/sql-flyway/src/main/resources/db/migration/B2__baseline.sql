CREATE TABLE users (id bigserial PRIMARY KEY, mail text, name text NOT NULL);
CREATE INDEX users_mail ON users (mail);
