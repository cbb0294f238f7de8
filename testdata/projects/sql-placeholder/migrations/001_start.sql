CREATE TABLE links (
    id $%PRIMARY_KEY%$,
    url TEXT NOT NULL
);
CREATE TABLE filled (id %s, url TEXT NOT NULL);
