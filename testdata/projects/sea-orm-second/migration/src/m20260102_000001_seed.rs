use entity::cake;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ActiveModelTrait, EntityTrait, QueryFilter, Set};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for name in ["Cheesecake", "Tiramisu"] {
            cake::ActiveModel { name: Set(name.to_owned()), ..Default::default() }.insert(db).await?;
        }
        manager
            .execute(Query::update().table("cakes").value("stock", 0).to_owned())
            .await?;
        for cake in cake::Entity::find().all(db).await? {
            let mut cake: cake::ActiveModel = cake.into();
            cake.price = Set(None);
            cake.update(db).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        cake::Entity::delete_many().filter(cake::Column::Name.eq("Tiramisu")).exec(db).await?;
        Ok(())
    }
}
