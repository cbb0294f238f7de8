-- Names and types of columns, as PostgreSQL 14, 16 and 18 give them.
CREATE TABLE plain AS SELECT * FROM people;
CREATE TABLE named (a, b) AS SELECT id, name, born FROM people;
CREATE TABLE literals AS
SELECT 1 AS i, 3000000000 AS l, 1.5 AS n, 'x' AS t, NULL AS nothing, true AS yes, DATE '2026-01-01', '{}'::jsonb, 'a'::varchar(3) AS v;
CREATE TABLE sums AS
SELECT count(*), sum(score) AS s, sum(id) AS b, avg(score), max(name), max(born) AS youngest, min(price) AS cheapest, array_agg(name) AS names, bool_or(score > 1), string_agg(name, ',')
FROM people;
CREATE TABLE choices AS
SELECT CASE WHEN score > 1 THEN price ELSE 0 END, CASE WHEN id > 1 THEN name ELSE 'x' END AS c, coalesce(score, id) AS w, coalesce(name, '-') AS n, nullif(name, ''), greatest(score, 1.5), mood::text, name::text AS nt, lower(name), name || '!' AS bang, price * 2 AS double, score / 2 AS half, born + 1 AS next, seen - INTERVAL '1 day' AS before, extra -> 'a' AS sub, extra ->> 'a' AS txt, tags[1], tags || 'x'::text AS more, seen::date, extract(year FROM born), date_trunc('day', seen) AS day, born = '2000-01-01' AS same
FROM people;
CREATE TABLE unions AS
SELECT person_id, at AS came, NULL::timestamptz AS gone, days FROM visits
UNION ALL
SELECT id, NULL, seen, score FROM people;
CREATE TABLE grouped AS
SELECT max(came), person_id, max(days) = 1 AS once
FROM (SELECT person_id, at AS came, days FROM visits UNION ALL SELECT id, seen, NULL::int FROM people) AS both_of_them
GROUP BY person_id;
CREATE TABLE common AS
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3),
     late AS (SELECT person_id AS id, max(at) AS last FROM visits GROUP BY 1)
SELECT n.i, late.*, (SELECT name FROM people WHERE people.id = late.id) FROM n, late;
CREATE TABLE joined AS
SELECT * FROM people JOIN (SELECT person_id AS id, place FROM visits) AS v USING (id);
CREATE TABLE made AS
SELECT g.n, g.n * 2 AS twice, u.tag, row_number() OVER () FROM generate_series(1, 3) AS g(n), unnest(ARRAY['a', 'b']) AS u(tag);
CREATE TABLE listed AS VALUES (1, 'a'), (2.5, 'b');
CREATE VIEW shown (person, mail) AS SELECT id, lower(name) FROM people;
CREATE TABLE of_view AS SELECT * FROM shown;
CREATE MATERIALIZED VIEW kept AS SELECT id, count(*) FROM people GROUP BY id WITH NO DATA;
CREATE TABLE of_kept AS TABLE kept WITH NO DATA;
SELECT id, score INTO chosen FROM people WHERE score > 0;
-- A function of the project itself; what it does is not looked at.
CREATE FUNCTION place(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1';
CREATE TABLE own AS SELECT id, place(score::integer), place(1) || name AS text FROM people;
