use entity::{constant, key, tea};
use sea_orm_migration::{prelude::*, sea_orm::Schema};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let schema = Schema::new(manager.get_database_backend());
        manager.create_table(schema.create_table_from_entity(tea::Entity)).await?;
        manager.create_table(schema.create_table_from_entity(key::Entity)).await?;
        manager.create_table(schema.create_table_from_entity(constant::Entity)).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(constant::Entity).to_owned()).await?;
        manager.drop_table(Table::drop().table(key::Entity).to_owned()).await?;
        manager.drop_table(Table::drop().table(tea::Entity).to_owned()).await
    }
}
