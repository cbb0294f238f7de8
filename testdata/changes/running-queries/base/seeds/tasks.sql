INSERT INTO tasks (title, seeded) VALUES ('first', 'x');
