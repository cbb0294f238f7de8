use sea_orm_migration::prelude::*;

mod m2;
mod m1;

pub struct Migrator;

// The list decides, and not the names.
#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m2::Migration), Box::new(m1::Migration)]
    }
}
