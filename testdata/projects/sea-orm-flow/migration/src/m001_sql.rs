use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 2] = ["red", "blue"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(include_str!("sql/users.sql")).await?;
        db.execute_unprepared(crate::helpers::SCHEMA).await?;
        crate::from_sql(
            manager,
            r#"
            ALTER TABLE notes ADD COLUMN user_id bigint REFERENCES users (id);
            CREATE INDEX notes_user_id ON notes (user_id);
            "#,
        )
        .await?;
        for table in TABLES.iter() {
            db.execute_unprepared(&format!(
                "CREATE TABLE {table} (id int PRIMARY KEY, CONSTRAINT {0}_id CHECK (id > {limit}))",
                table,
                limit = 10,
            ))
            .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES.iter().chain(["notes", "users"].iter()) {
            manager.drop_table(Table::drop().table(Alias::new(*table)).to_owned()).await?;
        }
        Ok(())
    }
}
