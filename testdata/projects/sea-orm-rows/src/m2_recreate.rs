use sea_orm_migration::sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

// The rows are copied by way of entities, which only the code says.
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .rename_table(Table::rename().table("links", "legacy_links").to_owned())
            .await?;
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("links"))
                    .col(integer("id").primary_key())
                    .col(string("url"))
                    .col(string("title"))
                    .to_owned(),
            )
            .await?;
        let db = manager.get_connection();
        for old in legacy_links::Entity::find().all(db).await? {
            links::Model { id: old.id, url: old.url, title: old.title }
                .into_active_model()
                .insert(db)
                .await?;
        }
        manager.drop_table(Table::drop().table(Alias::new("legacy_links")).to_owned()).await
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}

mod legacy_links {
    use sea_orm_migration::sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "legacy_links")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub url: String,
        pub title: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod links {
    use sea_orm_migration::sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "links")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub url: String,
        pub title: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
