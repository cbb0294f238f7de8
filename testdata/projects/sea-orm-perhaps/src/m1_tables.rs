use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] =
    &["and", "guard", "shadow", "inherent", "derived", "element", "over", "array", "copied"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            let create = format!("CREATE TABLE of_{table} (id int PRIMARY KEY)");
            manager.get_connection().execute_unprepared(&create).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            let drop = format!("DROP TABLE of_{table}");
            manager.get_connection().execute_unprepared(&drop).await?;
        }
        Ok(())
    }
}
