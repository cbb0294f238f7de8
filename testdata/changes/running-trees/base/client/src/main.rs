async fn run(pool: &sqlx::PgPool) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO events (id, name) VALUES ($1, $2)").execute(pool).await?;
    Ok(())
}
