CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE people (
    id bigserial PRIMARY KEY,
    name varchar(50) NOT NULL,
    born date,
    mood mood,
    score smallint,
    price numeric(10, 2),
    seen timestamptz,
    tags text[],
    extra jsonb
);
CREATE TABLE visits (person_id bigint REFERENCES people, place varchar(50), at timestamptz, days integer);
