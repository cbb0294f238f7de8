CREATE TABLE spaces (
    space_id bigserial PRIMARY KEY,
    owner_id bigint NOT NULL REFERENCES users (user_id)
);
