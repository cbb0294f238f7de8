CREATE TABLE users (id bigserial PRIMARY KEY, mail text);
