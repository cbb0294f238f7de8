SELECT id, due FROM tasks WHERE due IS NOT NULL
