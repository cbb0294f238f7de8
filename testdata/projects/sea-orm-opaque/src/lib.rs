pub use sea_orm_migration::prelude::*;

mod m1_texts;
mod m2_macros;
mod m3_control;
mod m4_cfg;
mod m5_lists;
mod m6_values;
mod m7_unknown;
#[cfg(feature = "a")]
#[path = "steps_a.rs"]
mod steps;
#[cfg(not(feature = "a"))]
#[path = "steps_b.rs"]
mod steps;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait
    for Migrator
{
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m1_texts::Migration),
            Box::new(m2_macros::Migration),
            Box::new(m3_control::Migration),
            Box::new(m4_cfg::Migration),
            Box::new(m5_lists::Migration),
            Box::new(m6_values::Migration),
            Box::new(m7_unknown::Migration),
        ]
    }
}
