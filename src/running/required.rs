//! Columns that a change makes the one who inserts a row fill: NOT NULL, and nothing on the
//! server's side that gives a value.

use std::collections::BTreeMap;

use crate::{
    ir::{Column, Name, OpKind},
    replay::Applied,
    schema::{Lookup, Schema, Table, TypeKind},
};

/// A column that has to be given from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Required {
    pub table: Name,
    pub column: String,
    pub was: Was,
    /// The last operation of the change that made it so.
    pub at: usize,
}

/// What a row without a value got before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Was {
    /// There was no such column.
    Missing,
    /// NULL.
    Nullable,
    /// The server's default.
    Filled,
}

/// The columns that have to be given once all of a change is applied, and had not before it.
/// Those of tables with triggers are left out: a trigger may fill them.
pub fn required(applied: &[Applied], before: &Schema, after: &Schema) -> Vec<Required> {
    let mut found: BTreeMap<(Name, String), Required> = BTreeMap::new();
    for (at, applied) in applied.iter().enumerate() {
        let (table, column) = match &applied.op.kind {
            OpKind::AddColumn { table, column, .. } if !applied.repeated => (table, &column.name),
            OpKind::AlterColumn { table, column, change }
                if change.nullable == Some(false)
                    || change.default.as_ref().is_some_and(Option::is_none)
                    || change.identity.as_ref().is_some_and(Option::is_none) =>
            {
                (table, column)
            }
            _ => continue,
        };
        let table = applied.table.as_ref().unwrap_or(table);
        if applied.new_table {
            continue;
        }
        let Some(old) = before.table(table).found() else { continue };
        let Some(new) = after.table(table).found().filter(|t| t.triggers.is_empty()) else {
            continue;
        };
        let Some(now) = new.column(column).found() else { continue };
        let Some(was) = was(old, column).filter(|_| is_required(after, &now.column)) else {
            continue;
        };
        let (table, column) = (new.name.clone(), now.column.name.clone());
        let key = (table.clone(), column.clone());
        found.insert(key, Required { table, column, was, at });
    }
    let mut found: Vec<Required> = found.into_values().collect();
    found.sort_by_key(|required| required.at);
    found
}

/// `None`: it had to be given already, or that is not known.
fn was(old: &Table, column: &str) -> Option<Was> {
    match old.column(column) {
        Lookup::Missing => Some(Was::Missing),
        Lookup::Unknown => None,
        Lookup::Found(old) if old.column.server_filled() => Some(Was::Filled),
        Lookup::Found(old) => old.column.nullable.then_some(Was::Nullable),
    }
}

fn is_required(schema: &Schema, column: &Column) -> bool {
    let type_fills = || {
        let mut types = schema.types().filter(|ty| ty.name.name == column.ty.name);
        types.any(|ty| match &ty.kind {
            TypeKind::Domain { domain, known } => domain.default.is_some() || !known,
            _ => false,
        })
    };
    // SQLite numbers the rows of a table by its INTEGER PRIMARY KEY, which is never added.
    !column.nullable && !column.server_filled() && !type_fills()
}
