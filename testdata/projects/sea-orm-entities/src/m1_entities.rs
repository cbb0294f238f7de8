use sea_orm::{Schema, Statement};
use sea_orm_migration::prelude::*;

use crate::{
    entities::{bakery, cake},
    ext::Money,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let schema = Schema::new(manager.get_database_backend());
        manager
            .create_table(schema.create_table_from_entity(bakery::Entity).if_not_exists().to_owned())
            .await?;
        for kind in schema.create_enum_from_entity(cake::Entity) {
            manager.create_type(kind).await?;
        }
        manager.create_table(schema.create_table_from_entity(cake::Entity)).await?;
        let row = manager
            .get_connection()
            .query_one(Statement::from_string(
                manager.get_database_backend(),
                "SELECT count(*) AS found FROM information_schema.tables WHERE table_name = 'price'",
            ))
            .await?;
        let found = row.map(|row| row.try_get::<i64>("", "found").unwrap_or(0) > 0).unwrap_or(false);
        if !found {
            manager
                .create_table(
                    crate::Table::create()
                        .table("price")
                        .col(ColumnDef::new("amount").euros(manager).not_null())
                        .to_owned(),
                )
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["price", "cake", "bakery"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        manager.get_connection().execute_unprepared("DROP TYPE size").await?;
        Ok(())
    }
}
