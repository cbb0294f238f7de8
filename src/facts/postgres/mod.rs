//! PostgreSQL 10–18.

mod casts;
mod lossy;

pub use casts::{Conversion, comparable, conversion};
pub use lossy::{Loss, loss};
