pub use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{Statement, TransactionTrait};

mod helpers;
mod m001_sql;
mod m002_branches;
mod m003_unknown;
#[cfg(feature = "seed")]
mod m004_seed;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let mut all: Vec<Box<dyn MigrationTrait>> =
            vec![Box::new(m001_sql::Migration), Box::new(m002_branches::Migration)];
        all.extend(later());
        #[cfg(feature = "seed")]
        all.push(Box::new(m004_seed::Migration));
        all
    }
}

fn later() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(m003_unknown::Migration)]
}

pub async fn from_sql(manager: &SchemaManager<'_>, content: &str) -> Result<(), DbErr> {
    let transaction = manager.get_connection().begin().await?;
    for statement in content.split(';').map(|s| s.trim()).filter(|s| !s.is_empty()) {
        transaction
            .execute(Statement::from_string(manager.get_database_backend(), statement.to_string()))
            .await
            .map_err(|e| DbErr::Migration(format!("{e}: {statement}")))?;
    }
    transaction.commit().await
}
