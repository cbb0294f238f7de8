use sea_orm_migration::{prelude::*, schema::*};

pub struct Billing;
pub struct First;

impl MigrationName for First {
    fn name(&self) -> &str {
        "billing_1"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for First {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(table_auto("bills").col(pk_auto("id")).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("bills").to_owned()).await
    }
}

#[async_trait::async_trait]
impl MigratorTrait for Billing {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(First)]
    }
}
