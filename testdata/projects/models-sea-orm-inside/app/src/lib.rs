pub mod entity;
pub mod jobs;
pub mod migrator;
