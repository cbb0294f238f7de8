pub mod job;
pub mod team;
pub mod user;
