//! SQLite 3.11–3.54, as recorded in testdata/truth/sqlite-ddl-truth.json.

mod alter;

pub use alter::{Outcome, Refused, alter};
