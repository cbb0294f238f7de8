use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(Sample::Table)
                    .if_not_exists()
                    .col(
                        ColumnDef::new(Sample::Id)
                            .big_integer()
                            .not_null()
                            .auto_increment()
                            .primary_key(),
                    )
                    .col(ColumnDef::new(Sample::Code).char_len(3).not_null().unique_key())
                    .col(ColumnDef::new(Sample::Name).string_len(80).not_null().default("it's new"))
                    .col(ColumnDef::new(Sample::Note).text())
                    .col(ColumnDef::new(Sample::Tiny).tiny_integer().null())
                    .col(ColumnDef::new(Sample::Count).unsigned().not_null().default(0))
                    .col(ColumnDef::new(Sample::Price).decimal_len(10, 2).extra("CHECK (price > 0)"))
                    .col(ColumnDef::new(Sample::Ratio).double())
                    .col(ColumnDef::new(Sample::Active).boolean().not_null().default(true))
                    .col(
                        ColumnDef::new(Sample::CreatedAt)
                            .timestamp_with_time_zone()
                            .not_null()
                            .default(Expr::current_timestamp()),
                    )
                    .col(ColumnDef::new(Sample::Day).date())
                    .col(ColumnDef::new(Sample::Payload).json_binary())
                    .col(ColumnDef::new(Sample::Raw).binary())
                    .col(ColumnDef::new(Sample::Key).uuid())
                    .col(
                        ColumnDef::new(Sample::Total)
                            .integer()
                            .generated(Expr::col(Sample::Count).mul(2), true),
                    )
                    .check(Expr::col(Sample::Ratio).gte(0).and(Expr::col(Sample::Ratio).lte(1)))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(Sample::Table).to_owned()).await
    }
}

#[derive(Iden)]
pub enum Sample {
    Table,
    Id,
    Code,
    Name,
    Note,
    Tiny,
    Count,
    Price,
    Ratio,
    Active,
    CreatedAt,
    Day,
    #[iden = "body"]
    Payload,
    Raw,
    Key,
    Total,
}
