//! What a server's catalog answers about a replayed schema: its relations as rows.
//!
//! An object stands for its own OID: `'film'::regclass` and `conrelid` are both its name, which
//! is what the server prints for them, too.

use crate::{
    facts::{postgres, sqlite},
    ir::{Column, IndexPart, Indexed, Name},
    schema::{Schema, Table, TableIndex},
};

/// A value in a catalog's row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    List(Vec<Cell>),
    /// The server has a value, and it cannot be told.
    Unknown,
}

impl Cell {
    pub fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    pub fn maybe(text: Option<&str>) -> Cell {
        text.map_or(Cell::Null, Cell::text)
    }
}

/// A table or view of the catalog. A row for something that the history does not show in full
/// has `Unknown` for what it may hold.
#[derive(Debug, Clone)]
pub struct Relation {
    pub columns: &'static [&'static str],
    pub rows: Vec<Vec<Cell>>,
}

impl Relation {
    pub(super) fn new(columns: &'static [&'static str]) -> Relation {
        Relation { columns, rows: Vec::new() }
    }

    pub(super) fn push(&mut self, row: Vec<Cell>) {
        debug_assert_eq!(row.len(), self.columns.len());
        self.rows.push(row);
    }

    /// One more row may be there, of which only these columns are known.
    pub(super) fn perhaps(&mut self, known: &[(&str, Cell)]) {
        let cell = |column: &&str| {
            let hit = known.iter().find(|(name, _)| name == column);
            hit.map_or(Cell::Unknown, |(_, cell)| cell.clone())
        };
        self.rows.push(self.columns.iter().map(cell).collect());
    }
}

/// A relation of the target's catalog; `None`: the catalog has none of this name that is known
/// here, and the name may be an application's table.
pub fn relation(schema: &Schema, name: &Name) -> Option<Relation> {
    match schema.database().is_postgres() {
        true => postgres::catalog::relation(schema, name),
        false => sqlite::catalog::relation(schema, name),
    }
}

/// Whether a name belongs to the catalog, known here or not.
pub fn is_catalog(schema: &Schema, name: &Name) -> bool {
    match name.schema.as_deref() {
        Some("information_schema" | "pg_catalog") => true,
        None if schema.database().is_postgres() => name.name.starts_with("pg_"),
        None => name.name.starts_with("sqlite_") || name.name.starts_with("pragma_"),
        _ => false,
    }
}

pub use sqlite::catalog::pragma;

pub(super) fn lasting(schema: &Schema) -> impl Iterator<Item = &Table> {
    schema.tables().filter(|table| !table.temporary)
}

pub(super) fn index_columns(index: &TableIndex) -> Vec<Cell> {
    let column = |part: &IndexPart| match &part.of {
        Indexed::Column(name) => Cell::text(name),
        Indexed::Expression(_) => Cell::Null,
    };
    index.index.parts.iter().map(column).collect()
}

/// A column's default as the catalog prints it, where the text is known as it was written.
pub(super) fn default(column: &Column) -> Cell {
    match &column.default {
        _ if column.serial => Cell::Unknown,
        None => Cell::Null,
        Some(default) if default.is_null() => Cell::Null,
        Some(default) => default.sql.as_deref().map_or(Cell::Unknown, Cell::text),
    }
}
