pub use sea_orm_migration::prelude::*;

mod entities;
mod ext;
mod m1_entities;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m1_entities::Migration)]
    }
}
