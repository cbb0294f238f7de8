-- name: GetTask :one
SELECT id, named FROM tasks WHERE id = $1;

/* Which are open. */
-- name: ListTasks :many
SELECT id, queried
FROM tasks;
