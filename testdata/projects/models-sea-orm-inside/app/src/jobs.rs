//! A database of its own, whose tables the code makes when it starts.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Schema};

use crate::entity::job;

pub mod done {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "done")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

pub async fn start(db: &DatabaseConnection) -> Result<(), DbErr> {
    let backend = db.get_database_backend();
    let schema = Schema::new(backend);
    for mut table in [
        schema.create_table_from_entity(job::Entity),
        schema.create_table_from_entity(done::Entity),
    ] {
        db.execute(backend.build(table.if_not_exists())).await?;
    }
    Ok(())
}
