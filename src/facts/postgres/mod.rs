//! PostgreSQL 10–18.

mod casts;
pub mod catalog;
pub mod extensions;
mod lossy;
pub mod results;

pub use casts::{Conversion, comparable, conversion};
pub use lossy::{Loss, loss};
