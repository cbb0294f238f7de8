use sea_orm_migration::{prelude::*, schema::*};

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
                    .add_column(string_null(Bookmark::Title))
                    .drop_column(Bookmark::PageTitle)
                    .to_owned(),
            )
            .await
    }
}
