pub mod entity;
pub mod migrator;
