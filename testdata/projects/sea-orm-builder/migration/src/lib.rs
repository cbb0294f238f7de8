pub use sea_orm_migration::prelude::*;

mod m20240101_000001_types;
mod m20240102_000001_keys;
mod m20240103_000001_changes;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20240101_000001_types::Migration),
            Box::new(m20240102_000001_keys::Migration),
            Box::new(m20240103_000001_changes::Migration),
        ]
    }
}
