use sea_orm_migration::prelude::*;

use other::{apply, retry};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        println!("{:?}", db.execute_unprepared("CREATE TABLE printed (id int)").await);
        let done = dbg!(db.execute_unprepared("CREATE TABLE debugged (id int)").await?);
        assert!(db.execute_unprepared("CREATE TABLE asserted (id int)").await.is_ok(), "{done:?}");
        tracing::info!(target: "migration", result = ?db.execute_unprepared("DROP TABLE known").await);
        apply!(db => "DROP TABLE known");
        tracing::info!(target: "migration", table = ?manager, "nothing is done here");
        retry(3, || db.execute_unprepared("DROP TABLE known")).await?;
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}
