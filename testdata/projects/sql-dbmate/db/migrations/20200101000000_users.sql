-- migrate:up
CREATE TABLE users (id serial PRIMARY KEY, mail text);

-- migrate:down
DROP TABLE users;
