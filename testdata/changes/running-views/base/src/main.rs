async fn loud(pool: &sqlx::PgPool) -> sqlx::Result<()> {
    sqlx::query("SELECT id, title FROM tasks").execute(pool).await?;
    sqlx::query("SELECT note FROM tasks").execute(pool).await?;
    sqlx::query("SELECT name FROM labels").execute(pool).await?;
    Ok(())
}
