ALTER TYPE kind_of_a_base ADD VALUE 'new';
CREATE TABLE users (id bigserial PRIMARY KEY, mail text NOT NULL);
CREATE INDEX a_name_that_is_longer_than_the_sixty_three_bytes_that_a_name_may_have ON users (mail);
