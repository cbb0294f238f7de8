use sea_orm_migration::prelude::*;

pub const SCHEMA: &str = "CREATE TABLE notes (id serial PRIMARY KEY, body text NOT NULL)";

pub async fn add_column(
    manager: &SchemaManager<'_>,
    table: &str,
    mut column: ColumnDef,
) -> Result<(), DbErr> {
    if manager.has_column(table, column.get_column_name()).await? {
        return Ok(());
    }
    manager
        .alter_table(Table::alter().table(Alias::new(table)).add_column(&mut column).to_owned())
        .await
}
