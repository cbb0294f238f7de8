//! What a change takes away from those who knew the schema before it: tables and columns that no
//! longer answer to their names, followed through renames.

use std::collections::{HashMap, HashSet};

use crate::{
    database::Dialect,
    ir::{Name, OpKind, OpaqueEffect},
    replay::Applied,
    schema::{Lookup, Schema},
};

use super::{Key, trace::Trace};

/// A table or column that was there under this name before the change, and is not after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// As it was called before the change.
    pub table: Name,
    /// `None`: the whole table.
    pub column: Option<String>,
    pub how: How,
    /// Which operation of the change took it away.
    pub at: usize,
    /// For those who write alone: a view has its name, which takes no rows.
    pub to_writes: bool,
}

impl Lost {
    /// What is said where it is lost to those who write alone.
    pub fn unwritable(&self) -> String {
        let Lost { table, .. } = self;
        format!(
            "a view that takes no rows gets the name of `{table}` while code that runs writes to it"
        )
    }

    pub(super) fn key(&self) -> Key {
        (self.table.clone(), self.column.clone())
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    Dropped,
    /// What the column is called now.
    Renamed(String),
    /// What the table is called now.
    Moved(Name),
}

/// A table that another one has taken the place of: made anew under its name, or renamed to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Replaced {
    pub(super) table: Name,
    /// The operation that made the other one, or put it there.
    pub(super) at: usize,
}

/// What a change takes away.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) lost: Vec<Lost>,
    pub(super) replaced: Vec<Replaced>,
}

/// What is lost once all of a change is applied. What is made again under the same name is not;
/// of a table that was made again, its columns are compared.
pub(super) fn taken(
    applied: &[Applied],
    trace: &Trace<'_>,
    before: &Schema,
    after: &Schema,
) -> Taken {
    let mut all = trace.lost.clone();
    let unread = Unread::of(applied);
    let mut replaced = Vec::new();
    for Lost { table, at, .. } in trace.lost.values().filter(|lost| lost.column.is_none()) {
        let (Some(old), Some(new)) = (before.table(table).found(), after.table(table).found())
        else {
            continue;
        };
        let gone = old.columns.iter().map(|column| &column.column.name);
        for column in gone.filter(|column| new.column(column).is_missing()) {
            let column = Some(column.clone());
            let lost =
                Lost { table: table.clone(), column, how: How::Dropped, at: *at, to_writes: false };
            all.entry(lost.key()).or_insert(lost);
        }
        // A table that has its name back is the same one.
        if trace.table(&new.name).as_ref() != Some(table) {
            let made = trace.made(&new.name).unwrap_or(*at);
            replaced.push(Replaced { table: new.name.clone(), at: made });
        }
    }
    // Of views, only those of the change are of interest: it has made them.
    let dialect = before.database().dialect;
    let triggers = applied.iter().filter_map(|applied| match &applied.op.kind {
        OpKind::CreateTrigger { table, .. } => Some(dialect.key(&table.name)),
        _ => None,
    });
    let triggers: HashSet<String> = triggers.collect();
    let mut lost: Vec<Lost> = all
        .into_values()
        .filter(|lost| !unread.may_bring_back(lost))
        .filter_map(|lost| still(lost, before, after, &triggers))
        .collect();
    let whole = lost.iter().filter(|lost| lost.column.is_none() && !lost.to_writes);
    let whole: HashSet<Name> = whole.map(|lost| lost.table.clone()).collect();
    lost.retain(|lost| lost.column.is_none() || !whole.contains(&lost.table));
    lost.sort_by_key(|lost| lost.at);
    Taken { lost, replaced }
}

/// What of it is lost in the end; `None`: it is there again.
fn still(lost: Lost, before: &Schema, after: &Schema, triggers: &HashSet<String>) -> Option<Lost> {
    if let Some(view) = after.view(&lost.table) {
        let Some(column) = &lost.column else {
            let dialect = after.database().dialect;
            let has_trigger = || triggers.contains(&dialect.key(&view.name.name));
            let was_table = before.table(&lost.table).found().is_some();
            // PostgreSQL writes through plain views, SQLite only what a trigger does instead.
            let read_only = view.materialized || dialect == Dialect::Sqlite && !has_trigger();
            return (was_table && read_only).then_some(Lost { to_writes: true, ..lost });
        };
        let Some(output) = &view.output else { return None };
        // A name that is empty is not known.
        let is = |name: &str| name.is_empty() || name.eq_ignore_ascii_case(column);
        return (!output.iter().any(|(name, _)| is(name))).then_some(lost);
    }
    let is_there = match (after.table(&lost.table), &lost.column) {
        (Lookup::Found(_), None) => true,
        (Lookup::Found(table), Some(column)) => table.column(column).found().is_some(),
        _ => false,
    };
    (!is_there).then_some(lost)
}

/// The last operations that were not read, and may have made anything again.
#[derive(Default)]
struct Unread {
    anything: Option<usize>,
    of_tables: HashMap<Name, usize>,
}

impl Unread {
    fn of(applied: &[Applied]) -> Unread {
        let mut unread = Unread::default();
        for (at, applied) in applied.iter().enumerate() {
            let OpKind::Opaque(opaque) = &applied.op.kind else { continue };
            match &opaque.effect {
                OpaqueEffect::Rows => {}
                OpaqueEffect::Table(table) => {
                    unread.of_tables.insert(table.clone(), at);
                }
                OpaqueEffect::Others | OpaqueEffect::Anything | OpaqueEffect::Call(_) => {
                    unread.anything = Some(at);
                }
            }
        }
        unread
    }

    fn may_bring_back(&self, lost: &Lost) -> bool {
        let last = self.anything.max(self.of_tables.get(&lost.table).copied());
        last.is_some_and(|at| at > lost.at)
    }
}
