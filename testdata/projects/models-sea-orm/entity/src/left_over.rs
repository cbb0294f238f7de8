use sea_orm::entity::prelude::*;

// No module leads here: it is not compiled.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "left_over")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
}
