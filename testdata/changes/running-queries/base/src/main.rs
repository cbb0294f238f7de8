/// SELECT doc FROM tasks
#[doc = "SELECT doc FROM tasks"]
async fn quiet(pool: &sqlx::PgPool) -> sqlx::Result<()> {
    // sqlx::query("SELECT doc FROM tasks")
    sqlx::query("SELECT title AS alias FROM tasks ORDER BY alias").execute(pool).await?;
    sqlx::query("SELECT t.id, (SELECT l.name AS inner_name FROM labels l WHERE l.task_id = t.id) FROM tasks t").execute(pool).await?;
    sqlx::query("SELECT id FROM (SELECT id, title AS inner_name FROM tasks) t WHERE t.inner_name = ''").execute(pool).await?;
    sqlx::query("WITH tasks AS (SELECT id, name AS cte FROM labels) SELECT cte FROM tasks").execute(pool).await?;
    sqlx::query("SELECT other FROM labels WHERE task_id IN (SELECT id FROM tasks)").execute(pool).await?;
    sqlx::query("SELECT l.other FROM tasks t JOIN labels l ON l.task_id = t.id").execute(pool).await?;
    sqlx::query("UPDATE labels SET other = '' WHERE task_id IN (SELECT id FROM tasks)").execute(pool).await?;
    sqlx::query("INSERT INTO labels (name, other) SELECT title, 'made' FROM tasks").execute(pool).await?;
    sqlx::query(concat!("SELECT text_piece ", "FROM tasks")).execute(pool).await?;
    sqlx::query(&format!("SELECT formatted FROM tasks WHERE {}", 1)).execute(pool).await?;
    tracing::info!("select said from tasks");
    sqlx::query("SELECT id FROM tasks WHERE title = 'made' /* made */ -- made").execute(pool).await?;
    Ok(())
}

async fn loud(pool: &sqlx::PgPool) -> sqlx::Result<()> {
    sqlx::query("SELECT t.id, t.joined AS \"joined!\", l.name FROM labels l JOIN tasks t ON l.task_id = t.id").execute(pool).await?;
    sqlx::query("UPDATE tasks SET title = $1, updated = $2 WHERE id = $3").execute(pool).await?;
    sqlx::query("DELETE FROM tasks WHERE id = $1 RETURNING id, returned").execute(pool).await?;
    sqlx::query("INSERT INTO tasks (id, title) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET conflict = excluded.title").execute(pool).await?;
    sqlx::query("SELECT l.name FROM labels l WHERE EXISTS (SELECT 1 FROM tasks WHERE id = l.task_id AND correlated IS NULL)").execute(pool).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #[sqlx::test]
    async fn asks(pool: sqlx::PgPool) {
        sqlx::query("SELECT tested FROM tasks").execute(&pool).await.unwrap();
    }
}
