//! PostgreSQL 10–18.

mod casts;
pub mod catalog;
pub mod extensions;
mod family;
mod lossy;
mod obstacle;
pub mod results;

pub use casts::{Conversion, Uncast, comparable, conversion};
pub use lossy::{Loss, loss};
pub use obstacle::obstacles;
