async fn run(pool: &sqlx::SqlitePool) -> sqlx::Result<()> {
    sqlx::query("UPDATE tasks SET note = ?1, title = \"unused\" WHERE id = ?").execute(pool).await?;
    sqlx::query("SELECT kind FROM Tasks").execute(pool).await?;
    Ok(())
}
