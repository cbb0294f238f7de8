use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // It is there already, which is no matter here.
        let _ = manager
            .alter_table(Table::alter().table("cake").add_column(string_null("first")).to_owned())
            .await;
        manager.drop_table(Table::drop().table("nothing").to_owned()).await.ok();
        let _ = manager
            .alter_table(Table::alter().table("cake").add_column(string_null("second")).to_owned())
            .await;
        // Here it is.
        manager
            .alter_table(Table::alter().table("cake").add_column(string_null("first")).to_owned())
            .await?;
        // Only where there are no rows.
        let _ = manager
            .alter_table(
                Table::alter()
                    .table("cake")
                    .add_column(timestamp("baked").default(Expr::current_timestamp()))
                    .to_owned(),
            )
            .await;
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}
