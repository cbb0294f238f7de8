use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "key")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub tea_id: i32,
    pub user_id: i32,
    pub group_id: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::tea::Entity", from = "Column::TeaId", to = "super::tea::Column::Id")]
    Tea,
    #[sea_orm(
        belongs_to = "accounts::user::Entity",
        from = "Column::UserId",
        to = "accounts::user::Column::Id"
    )]
    User,
    Group,
}

impl RelationTrait for Relation {
    fn def(&self) -> RelationDef {
        Entity::belongs_to(accounts::group::Entity).from(Column::GroupId).into()
    }
}

impl ActiveModelBehavior for ActiveModel {}
