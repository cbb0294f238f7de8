use sea_orm_migration::{prelude::*, schema::*};

use crate::m20260105_000002_create_bookmark::Bookmark;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The default fills the rows that are there, and those of the version that still runs.
        manager
            .alter_table(
                Table::alter()
                    .table(Bookmark::Table)
                    .add_column(string(Bookmark::Domain).default(""))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter().table(Bookmark::Table).drop_column(Bookmark::Domain).to_owned(),
            )
            .await
    }
}
