pub use sea_orm_migration::prelude::*;

mod m1_tables;
mod m2_certain;
mod m3_after;
mod m4_idioms;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m1_tables::Migration),
            Box::new(m2_certain::Migration),
            Box::new(m3_after::Migration),
            Box::new(m4_idioms::Migration),
        ]
    }
}
