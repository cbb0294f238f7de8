CREATE TABLE users (id bigserial PRIMARY KEY, mail text);
CREATE INDEX ON users (lower(mail));
