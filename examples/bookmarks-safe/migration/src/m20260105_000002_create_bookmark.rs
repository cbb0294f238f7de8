use sea_orm_migration::{prelude::*, schema::*};

use crate::m20260105_000001_create_user::User;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(Bookmark::Table)
                    .col(pk_auto(Bookmark::Id))
                    .col(integer(Bookmark::UserId))
                    .col(string(Bookmark::Url))
                    .col(string(Bookmark::PageTitle))
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_bookmark_user")
                            .from(Bookmark::Table, Bookmark::UserId)
                            .to(User::Table, User::Id)
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(Bookmark::Table).to_owned()).await
    }
}

#[derive(DeriveIden)]
pub enum Bookmark {
    Table,
    Id,
    UserId,
    Url,
    PageTitle,
    Title,
    Domain,
}
