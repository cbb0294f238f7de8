use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "broken")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
<<<<<<< HEAD
    pub name: String,
=======
    pub title: String,
>>>>>>> feature
}
