use sea_orm_migration::prelude::*;

mod m1_create;
mod m2_dropped;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m1_create::Migration), Box::new(m2_dropped::Migration)]
    }
}
