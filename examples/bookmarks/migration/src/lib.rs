pub use sea_orm_migration::prelude::*;

mod m20260105_000001_create_user;
mod m20260105_000002_create_bookmark;
mod m20260302_000001_add_domain;
mod m20260303_000001_title;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20260105_000001_create_user::Migration),
            Box::new(m20260105_000002_create_bookmark::Migration),
            Box::new(m20260302_000001_add_domain::Migration),
            Box::new(m20260303_000001_title::Migration),
        ]
    }
}
