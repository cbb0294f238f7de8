use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("ALTER TABLE of_or ADD COLUMN z int").await?;
        db.execute_unprepared("ALTER TABLE of_either ADD COLUMN z int").await?;
        db.execute_unprepared("ALTER TABLE of_cast ADD COLUMN z int").await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for table in ["or", "either", "cast"] {
            db.execute_unprepared(&format!("ALTER TABLE of_{table} DROP COLUMN z")).await?;
        }
        Ok(())
    }
}
