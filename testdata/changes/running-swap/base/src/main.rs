async fn run(pool: &sqlx::SqlitePool) -> sqlx::Result<()> {
    sqlx::query("UPDATE tasks SET note = ?1, title = \"unused\" WHERE id = ?").execute(pool).await?;
    sqlx::query("SELECT kind FROM Tasks").execute(pool).await?;
    sqlx::query("INSERT INTO Notes (Body) VALUES (?)").execute(pool).await?;
    sqlx::query("INSERT OR IGNORE INTO ignored (body) VALUES (?)").execute(pool).await?;
    sqlx::query("INSERT INTO listed VALUES (?, NULL)").execute(pool).await?;
    sqlx::query("SELECT name FROM tags").execute(pool).await?;
    sqlx::query("DELETE FROM marks WHERE name = ?").execute(pool).await?;
    sqlx::query("INSERT INTO stars (name) VALUES (?)").execute(pool).await?;
    sqlx::query("DELETE FROM seen").execute(pool).await?;
    Ok(())
}
