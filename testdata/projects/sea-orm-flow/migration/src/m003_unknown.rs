use sea_orm_migration::prelude::*;
use somewhere_else::prepare;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = std::env::var("TABLE").unwrap();
        manager
            .alter_table(
                Table::alter()
                    .table(Alias::new("tags"))
                    .add_column(ColumnDef::new(Alias::new(table)).text())
                    .to_owned(),
            )
            .await?;
        if std::env::var("EXTRA").is_ok() {
            manager.get_connection().execute_unprepared("CREATE TABLE extra (id int)").await?;
        }
        prepare(manager).await?;
        manager.get_connection().execute_unprepared("CREATE TABLE last (id int)").await?;
        Ok(())
    }
}
