//! SQLite 3.11–3.54, as recorded in testdata/truth/sqlite-ddl-truth.json.

mod affinity;
mod alter;
pub mod catalog;
mod obstacle;

pub use affinity::affinity_name;
pub use alter::{Outcome, Refused, alter, never};
pub use obstacle::obstacles;
