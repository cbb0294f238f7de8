-- +migrate Up
CREATE TABLE users (id serial PRIMARY KEY);

-- +migrate Down
DROP TABLE users;
