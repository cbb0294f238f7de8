pub mod team;
pub mod user;
