//! What stands in an operation's way: a name that is taken, something that depends on what goes,
//! a state that forbids it. Held against live servers by random histories (tests/it/honest).

use super::{dependents::Dependent, postgres, sqlite};
use crate::{
    database::{Database, Dialect},
    ir::Op,
    schema::Schema,
};

/// A refusal that the schema at this point is the reason of, other than something missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    pub kind: ObstacleKind,
    /// The server's words: on PostgreSQL the SQLSTATE first.
    pub words: String,
    /// What depends on the thing, and where it was made.
    pub dependents: Vec<Dependent>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObstacleKind {
    /// The name is another thing's, or is given twice.
    Taken,
    /// Something else depends on what is dropped or changed.
    Depends,
    /// Types that do not fit.
    Type,
    /// The thing is of another kind, or in a state in which this cannot be done to it.
    State,
}

impl Obstacle {
    pub fn new(kind: ObstacleKind, words: String) -> Obstacle {
        Obstacle { kind, words, dependents: Vec::new() }
    }

    /// Who refuses, and in which words.
    pub fn says(&self, database: Database) -> String {
        format!("{}: {}", database.dialect.name(), self.words)
    }
}

/// Everything that stands in an operation's way at this point, by what is certainly known.
pub fn obstacles(schema: &Schema, op: &Op) -> Vec<Obstacle> {
    let meant = schema.on_path(op);
    let op = meant.as_ref().unwrap_or(op);
    match schema.database().dialect {
        Dialect::Postgres => postgres::obstacles(schema, op),
        Dialect::Sqlite => sqlite::obstacles(schema, op),
    }
}
