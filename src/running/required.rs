//! Columns that a change makes the one who inserts a row fill: NOT NULL, and nothing on the
//! server's side that gives a value.

use std::collections::{BTreeMap, HashMap};

use crate::{
    database::Dialect,
    frontend::sql::Given,
    ir::{Column, Name},
    schema::{Lookup, Schema, Table, TypeKind},
};

use super::{Key, lost::Replaced, trace::Trace};

/// A column that has to be given from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Required {
    pub table: Name,
    pub column: String,
    /// What the column was called before, if there was one.
    pub known: String,
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

impl Required {
    pub(super) fn key(&self) -> Key {
        (self.table.clone(), Some(self.column.clone()))
    }

    /// Whether rows of which these columns are given cannot be inserted for lack of this one.
    /// `places`: those of the table's columns.
    pub(super) fn is_lacking(
        &self,
        given: &Given,
        dialect: Dialect,
        places: Option<&HashMap<&str, usize>>,
    ) -> bool {
        match given {
            Given::Named(columns) => {
                let is = |column: &String| {
                    [&self.column, &self.known].iter().any(|own| dialect.is_same(own, column))
                };
                !columns.iter().any(is)
            }
            Given::First(values) => {
                let Some(places) = places else { return false };
                let nth = places.get(self.column.as_str());
                let value = nth.map(|nth| values.get(*nth).copied().unwrap_or_default());
                // SQLite wants a value for each of them, and says so first.
                let counts = dialect == Dialect::Postgres || values.len() == places.len();
                counts && value == Some(false)
            }
        }
    }
}

/// Which value of a row that names no columns is whose; `None`: that is not known. SQLite gives no
/// place to what it computes itself.
pub(super) fn places(table: &Table) -> Option<HashMap<&str, usize>> {
    let columns = table.columns.iter().map(|column| &*column.column);
    let columns = columns.filter(|column| !table.folds || column.generated.is_none());
    let places = columns.enumerate().map(|(nth, column)| (column.name.as_str(), nth));
    table.complete.then(|| places.collect())
}

/// The columns that have to be given once all of a change is applied, and had not before it.
/// Those of tables with triggers are left out: a trigger may fill them.
pub(super) fn required(
    trace: &Trace<'_>,
    replaced: &[Replaced],
    before: &Schema,
    after: &Schema,
) -> Vec<Required> {
    let mut found: BTreeMap<Key, Required> = BTreeMap::new();
    let set: HashMap<(&Name, &str), usize> =
        trace.set().map(|(table, column, at)| ((table, column), at)).collect();
    // What another name of now stands for is out of the running code's reach.
    let same = set.iter().filter(|((table, _), _)| trace.table(table).as_ref() == Some(table));
    for (&(table, column), &at) in same {
        let known = trace.column(table, column).unwrap_or_else(|| column.to_owned());
        found.extend(one(before, after, table, &known, column, at).map(|one| (one.key(), one)));
    }
    for Replaced { table, at } in replaced {
        let Some(new) = after.table(table).found() else { continue };
        for column in new.columns.iter().map(|column| &column.column.name) {
            let key = before.database().dialect.key(column);
            let at = set.get(&(table, key.as_str())).unwrap_or(at);
            found
                .extend(one(before, after, table, column, column, *at).map(|one| (one.key(), one)));
        }
    }
    let mut found: Vec<Required> = found.into_values().collect();
    found.sort_by_key(|required| required.at);
    found
}

/// A column of both schemas, if it has to be given in the second alone. `known`: as it was called.
fn one(
    before: &Schema,
    after: &Schema,
    table: &Name,
    known: &str,
    column: &str,
    at: usize,
) -> Option<Required> {
    let old = before.table(table).found()?;
    let new = after.table(table).found().filter(|table| table.triggers.is_empty())?;
    let now = new.column(column).found()?;
    // SQLite numbers the rows itself.
    if new.rowid() == Some(&now.column.name) {
        return None;
    }
    let known = old.column(known).found().map_or(known, |old| &old.column.name);
    let was = was(old, known).filter(|_| is_required(after, &now.column))?;
    let (table, column) = (new.name.clone(), now.column.name.clone());
    Some(Required { table, column, known: known.to_owned(), was, at })
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
    !column.nullable && !column.server_filled() && !type_fills()
}
