/// `tasks.color` is not asked for: only the labels' is.
async fn run(pool: &sqlx::PgPool) -> sqlx::Result<()> {
    let id = 1i64;
    sqlx::query!("UPDATE tasks SET note = $1 WHERE id = $2", "done", id).execute(pool).await?;
    sqlx::query!(r#"SELECT t.id, l.color FROM tasks t JOIN labels l ON l.id = t.id"#).fetch_all(pool).await?;
    sqlx::query("DELETE FROM tokens").execute(pool).await?;
    println!("drafts are gone");
    Ok(())
}
