use sea_orm::entity::prelude::*;

use crate::kinds::{Grams, Size, Tags, Tea};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "cake")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub name: String,
    pub note: String,
    pub price: Decimal,
    pub weight: Grams,
    pub tags: Tags,
    pub made_at: DateTimeWithTimeZone,
    pub size: Size,
    pub tea: Option<Tea>,
    pub color: Option<String>,
    #[sea_orm(ignore)]
    pub computed: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
