DROP INDEX users_lower_idx;
CREATE TABLE users_history (revision bigint, LIKE users, PRIMARY KEY (id, revision));
