-- name: add
INSERT INTO filed (name) VALUES ($1);
