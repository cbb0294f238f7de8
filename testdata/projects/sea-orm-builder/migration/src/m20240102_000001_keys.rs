use sea_orm_migration::{prelude::*, schema::*};

use super::m20240101_000001_types::Sample;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "keys"
    }
}

struct Orders;

impl Iden for Orders {
    fn unquoted(&self, s: &mut dyn std::fmt::Write) {
        write!(s, "{}", "orders").unwrap();
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut key = ForeignKey::create();
        key.name("fk-orders-sample_id")
            .from(Orders, Alias::new("sample_id"))
            .to(Sample::Table, Sample::Id)
            .on_delete(ForeignKeyAction::Cascade)
            .on_update(ForeignKeyAction::Restrict);
        let mut table = table_auto(Orders);
        table.col(pk_auto(Alias::new("id")));
        for name in ["first", "second"] {
            table.col(string_null(name));
        }
        table
            .col(big_integer("sample_id"))
            .col(decimal_len_null("fee", 16, 4))
            .foreign_key(&mut key);
        manager.create_table(table).await?;

        manager
            .create_table(
                Table::create()
                    .table(Alias::new("order_tags"))
                    .col(integer("order_id"))
                    .col(string_len("tag", 40))
                    .primary_key(Index::create().name("pk-order_tags").col("order_id").col("tag"))
                    .index(Index::create().unique().name("uq-order_tags-tag").col("tag"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("order_tags", "order_id")
                            .to(Orders, "id")
                            .on_delete(ForeignKeyAction::SetNull),
                    )
                    .to_owned(),
            )
            .await?;
        let columns = [("first", false), ("second", true)];
        for (column, unique) in columns {
            let mut index = Index::create()
                .if_not_exists()
                .name(format!("idx-orders-{column}"))
                .table(Orders)
                .col((Alias::new(column), IndexOrder::Desc))
                .to_owned();
            if unique {
                index.unique();
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("idx-orders-first").table(Orders).to_owned()).await?;
        manager.drop_table(Table::drop().table("order_tags").to_owned()).await?;
        manager.drop_table(Table::drop().table(Orders).if_exists().cascade().to_owned()).await
    }
}
