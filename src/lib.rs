//! miglint reads database migrations without running them.
//!
//! The modules stand in the order of the data's way:
//! files -> frontend -> history -> replay -> rules -> emit.

pub mod baseline;
pub mod check;
pub mod cli;
pub mod database;
pub mod ddl;
pub mod diagnostic;
pub mod drift;
pub mod emit;
pub mod facts;
pub mod fix;
pub mod frontend;
pub mod git;
pub mod history;
pub mod ir;
pub mod model;
pub mod project;
pub mod quote;
pub mod replay;
pub mod review;
pub mod rules;
pub mod running;
pub mod schema;
pub mod source;
pub mod suppress;
pub mod types;
