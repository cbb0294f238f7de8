use entity::{cake, prelude::Cake};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(cake::Entity)
                    .col(pk_auto(cake::Column::Id))
                    .col(string(cake::Column::Name))
                    .col(decimal_len_null(cake::Column::Price, 8, 2))
                    .col(uuid("public_id").default(Func::cust("gen_random_uuid")))
                    .col(unsigned("stock").default(Expr::cust("1 + 1")))
                    .col(array_null("labels", ColumnType::String(StringLen::N(20))))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("idx-cakes-title")
                    .table(Cake)
                    .col(cake::Column::Name)
                    .concurrently()
                    .and_where(Expr::col(cake::Column::Price).is_not_null())
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(Cake).to_owned()).await
    }
}
