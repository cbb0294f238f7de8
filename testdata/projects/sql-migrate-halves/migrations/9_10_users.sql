-- +migrate Up
CREATE TABLE users (id serial PRIMARY KEY, mail text);

-- +migrate Down
DROP TABLE users;
