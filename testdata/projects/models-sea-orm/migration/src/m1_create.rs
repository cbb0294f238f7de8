use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            manager
                .get_connection()
                .execute_unprepared("CREATE TYPE tea AS ENUM ('EverydayTea', 'BreakfastTea')")
                .await?;
        }
        manager
            .create_table(
                Table::create()
                    .table("cake")
                    .col(pk_auto("id"))
                    .col(text("name"))
                    .col(string_null("note"))
                    .col(decimal_len("price", 10, 2))
                    .col(integer("weight"))
                    .col(json_binary("tags"))
                    .col(timestamp_with_time_zone("made_at"))
                    .col(string_len("size", 1))
                    .col(custom_null("tea", "tea"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("cake_filling")
                    .col(integer("cake_id"))
                    .col(integer("filling_id"))
                    .primary_key(Index::create().col("cake_id").col("filling_id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create().table("filling").col(big_pk_auto("id")).col(string("name")).to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["filling", "cake_filling", "cake"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
