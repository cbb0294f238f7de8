async fn loud(pool: &sqlx::PgPool) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO listed (name) VALUES ($1)").execute(pool).await?;
    sqlx::query("INSERT INTO unlisted VALUES (DEFAULT, $1)").execute(pool).await?;
    sqlx::query("INSERT INTO chosen SELECT id, name FROM given WHERE name <> ''").execute(pool).await?;
    sqlx::query("INSERT INTO defaults DEFAULT VALUES").execute(pool).await?;
    sqlx::query("INSERT INTO nulls (name, kind) VALUES ($1, $2), ($1, NULL)").execute(pool).await?;
    sqlx::query("INSERT INTO defaulted (name, kind) VALUES ($1, DEFAULT)").execute(pool).await?;
    sqlx::query("WITH made AS (INSERT INTO within (name) VALUES ($1) RETURNING id) SELECT id FROM made").execute(pool).await?;
    sqlx::query("INSERT INTO kept (id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING").execute(pool).await?;
    sqlx::query("INSERT INTO there_and_back (name) VALUES ($1)").execute(pool).await?;
    sqlx::query("INSERT INTO keyed (name) VALUES ($1)").execute(pool).await?;
    Ok(())
}

async fn quiet(pool: &sqlx::PgPool) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO given (name, kind) VALUES ($1, $2)").execute(pool).await?;
    sqlx::query("INSERT INTO starred SELECT * FROM given").execute(pool).await?;
    sqlx::query("INSERT INTO united SELECT id FROM given UNION SELECT id FROM starred").execute(pool).await?;
    sqlx::query("INSERT INTO composed (place.street) VALUES ($1)").execute(pool).await?;
    sqlx::query("INSERT INTO renamed (name) VALUES ($1)").execute(pool).await?;
    sqlx::query("INSERT INTO seen (name) VALUES ($1)").execute(pool).await?;
    sqlx::query("INSERT INTO watched (name) VALUES ($1)").execute(pool).await?;
    sqlx::query("INSERT INTO enough VALUES (DEFAULT, $1, $2)").execute(pool).await?;
    Ok(())
}

async fn built(pool: &sqlx::PgPool, more: &str) -> sqlx::Result<()> {
    sqlx::query(&format!("INSERT INTO unread (name{more}) VALUES ($1)")).execute(pool).await?;
    Ok(())
}
