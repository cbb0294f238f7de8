use sea_orm_migration::prelude::{extension::postgres::Type, *};
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[derive(DeriveIden)]
enum Mood {
    #[sea_orm(iden = "mood")]
    Enum,
    Happy,
    #[sea_orm(iden = "so so")]
    SoSo,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            manager
                .create_type(
                    Type::create().as_enum(Mood::Enum).values([Mood::Happy, Mood::SoSo]).to_owned(),
                )
                .await?;
            manager
                .alter_type(
                    Type::alter().name(Mood::Enum).add_value("sad").after(Mood::Happy),
                )
                .await?;
        }
        manager
            .alter_table(
                Table::alter()
                    .table(Alias::new("orders"))
                    .add_column(
                        ColumnDef::new(Alias::new("mood"))
                            .enumeration(Mood::Enum, [Mood::Happy, Mood::SoSo])
                            .not_null()
                            .default("happy"),
                    )
                    .to_owned(),
            )
            .await?;
        match manager.get_database_backend() {
            DbBackend::Postgres => {
                manager
                    .alter_table(
                        Table::alter()
                            .table("orders")
                            .modify_column(ColumnDef::new("first").string_len(200).not_null())
                            .rename_column("fee", "price")
                            .to_owned(),
                    )
                    .await?;
            }
            DbBackend::Sqlite => {
                manager
                    .alter_table(Table::alter().table("orders").rename_column("fee", "price").to_owned())
                    .await?;
            }
            _ => unimplemented!(),
        }
        manager.rename_table(Table::rename().table("order_tags", "labels").to_owned()).await
    }
}
