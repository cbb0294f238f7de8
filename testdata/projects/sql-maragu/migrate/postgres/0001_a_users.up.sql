CREATE TABLE users (
    user_id bigserial PRIMARY KEY,
    mail text NOT NULL
);
