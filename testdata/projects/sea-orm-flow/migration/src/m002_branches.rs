use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

use crate::helpers::add_column;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add_column(manager, "users", ColumnDef::new(Alias::new("name")).text().to_owned()).await?;
        add_column(manager, "users", ColumnDef::new(Alias::new("name")).text().to_owned()).await?;
        if !manager.has_table("tags").await? {
            manager
                .create_table(
                    Table::create()
                        .table(Alias::new("tags"))
                        .col(ColumnDef::new(Alias::new("id")).integer().primary_key())
                        .to_owned(),
                )
                .await?;
        }
        if manager.has_table("missing").await? {
            manager.drop_table(Table::drop().table(Alias::new("missing")).to_owned()).await?;
        }
        let id = match manager.get_database_backend() {
            DatabaseBackend::MySql => "CHAR(36)",
            DatabaseBackend::Postgres => "uuid",
            DatabaseBackend::Sqlite => "text",
        };
        let sql = ["CREATE TABLE keys (id ", id, " PRIMARY KEY)"].join("");
        manager.get_connection().execute_unprepared(&sql).await?;
        if let Some(column) = Some("color") {
            manager
                .get_connection()
                .execute_unprepared(&("ALTER TABLE tags ADD COLUMN ".to_owned() + column + " text"))
                .await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("there is no way back".to_owned()))
    }
}
