use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter()
                    .table("cake")
                    .add_column(string_null("first"))
                    .add_column(string_null("second"))
                    .to_owned(),
            )
            .await?;
        manager
            .alter_table(
                Table::alter().table("cake").modify_column(string_len("name", 10)).to_owned(),
            )
            .await?;
        manager
            .create_foreign_key(
                ForeignKey::create()
                    .name("fk-cake-bakery")
                    .from("cake", "weight")
                    .to("cake", "id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(Table::create().table("tags").col(array("names", ColumnType::Text)).to_owned())
            .await?;
        manager.truncate_table(Table::truncate().table("cake").to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_foreign_key(ForeignKey::drop().table("cake").name("fk-cake-bakery").to_owned())
            .await
    }
}
