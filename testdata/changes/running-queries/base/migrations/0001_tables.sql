CREATE TABLE tasks (
    id bigserial PRIMARY KEY,
    title text NOT NULL,
    alias text, inner_name text, cte text, text_piece text, pieces text, formatted text, doc text,
    tested text, seeded text, scripted text, said text, other text, dumped text, made text,
    joined text, updated text, returned text, conflict text, named text, queried text, versioned text,
    correlated text, used text, python text, sqlite_like text
);
CREATE TABLE labels (id bigserial PRIMARY KEY, task_id bigint, name text NOT NULL, other text, used text);
