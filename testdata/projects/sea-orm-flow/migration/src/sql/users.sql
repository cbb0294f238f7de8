-- People.
CREATE TABLE users (
    id bigserial PRIMARY KEY,
    email varchar(200) NOT NULL UNIQUE
);
