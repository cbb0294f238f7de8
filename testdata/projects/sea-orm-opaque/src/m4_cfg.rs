use sea_orm_migration::prelude::*;

#[cfg(feature = "a")]
async fn helper(db: &SchemaManagerConnection<'_>) -> Result<(), DbErr> {
    db.execute_unprepared("CREATE TABLE helped_a (id int)").await
}

#[cfg(not(feature = "a"))]
async fn helper(db: &SchemaManagerConnection<'_>) -> Result<(), DbErr> {
    db.execute_unprepared("CREATE TABLE helped_b (id int)").await
}

#[cfg(feature = "a")]
const STATEMENT: &str = "CREATE TABLE constant_a (id int)";
#[cfg(not(feature = "a"))]
const STATEMENT: &str = "CREATE TABLE constant_b (id int)";

struct Tool;

impl Tool {
    #[cfg(feature = "a")]
    async fn run(db: &SchemaManagerConnection<'_>) -> Result<(), DbErr> {
        db.execute_unprepared("CREATE TABLE tool_a (id int)").await
    }

    #[cfg(not(feature = "a"))]
    async fn run(db: &SchemaManagerConnection<'_>) -> Result<(), DbErr> {
        db.execute_unprepared("CREATE TABLE tool_b (id int)").await
    }
}

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        #[cfg(feature = "a")]
        let table = "a";
        #[cfg(not(feature = "a"))]
        let table = "b";
        db.execute_unprepared(&format!("CREATE TABLE {table} (id int)")).await?;
        #[cfg(feature = "a")]
        db.execute_unprepared("CREATE TABLE only_a (id int)").await?;
        #[cfg(not(test))]
        db.execute_unprepared("CREATE TABLE no_test (id int)").await?;
        helper(db).await?;
        super::steps::run(db).await?;
        db.execute_unprepared(STATEMENT).await?;
        Tool::run(db).await?;
        if cfg!(feature = "a") {
            db.execute_unprepared("CREATE TABLE if_a (id int)").await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}
