use sea_orm_migration::prelude::*;

use crate::m20260105_000002_create_bookmark::Bookmark;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter()
                    .table(Bookmark::Table)
                    .rename_column(Bookmark::PageTitle, Bookmark::Title)
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter()
                    .table(Bookmark::Table)
                    .rename_column(Bookmark::Title, Bookmark::PageTitle)
                    .to_owned(),
            )
            .await
    }
}
