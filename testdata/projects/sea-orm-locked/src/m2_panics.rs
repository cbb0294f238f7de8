use sea_orm_migration::prelude::{extension::postgres::Type, *};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_type(Type::create().as_enum("mood").values(["sad", "ok"]).to_owned()).await?;
        manager.alter_type(Type::alter().name("mood").add_value("glad").to_owned()).await?;
        for column in [
            ColumnDef::new("a").array(ColumnType::Integer),
            ColumnDef::new("b").interval(None, None),
            ColumnDef::new("c").bit(Some(1)),
            ColumnDef::new("d").varbit(1),
            ColumnDef::new("e").vector(Some(3)),
            ColumnDef::new("f").cidr(),
            ColumnDef::new("g").inet(),
            ColumnDef::new("h").mac_address(),
            ColumnDef::new("i").ltree(),
        ] {
            manager.alter_table(Table::alter().table("users").add_column(column).to_owned()).await?;
        }
        manager
            .alter_table(Table::alter().table("users").drop_foreign_key("users_fk").to_owned())
            .await?;
        manager
            .alter_table(Table::alter().table("users").drop_constraint("users_check").to_owned())
            .await?;
        manager
            .alter_table(
                Table::alter()
                    .table("users")
                    .add_foreign_key(
                        TableForeignKey::new()
                            .name("users_age")
                            .from_tbl("users")
                            .from_col("age")
                            .to_tbl("users")
                            .to_col("id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .drop_foreign_key(ForeignKey::drop().table("users").name("users_age").to_owned())
            .await?;
        manager.truncate_table(Table::truncate().table("users").to_owned()).await?;
        manager.drop_type(Type::drop().name("mood").to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["a", "b", "c", "d", "e", "f", "g", "h", "i"] {
            manager
                .alter_table(Table::alter().table("users").drop_column(column).to_owned())
                .await?;
        }
        Ok(())
    }
}
