use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use entity::bookmark;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ActiveModelTrait, Database, DatabaseConnection, EntityTrait, Set};
use serde::Deserialize;

#[derive(Deserialize)]
struct NewBookmark {
    user_id: i32,
    url: String,
    title: String,
}

async fn list(State(db): State<DatabaseConnection>) -> Result<Json<Vec<bookmark::Model>>, StatusCode> {
    let all = bookmark::Entity::find().all(&db).await;
    all.map(Json).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn add(State(db): State<DatabaseConnection>, Json(new): Json<NewBookmark>) -> Result<StatusCode, StatusCode> {
    let row = bookmark::ActiveModel {
        user_id: Set(new.user_id),
        url: Set(new.url),
        title: Set(new.title),
        ..Default::default()
    };
    row.insert(&db).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(StatusCode::CREATED)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let db = Database::connect(std::env::var("DATABASE_URL")?).await?;
    Migrator::up(&db, None).await?;
    let app = Router::new().route("/bookmarks", get(list).post(add)).with_state(db);
    axum::serve(tokio::net::TcpListener::bind("127.0.0.1:3000").await?, app).await?;
    Ok(())
}
