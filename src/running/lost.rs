//! What a change takes away from those who knew the schema before it: tables and columns that no
//! longer answer to their names, followed through renames.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::{
    ir::{Name, OpKind, OpaqueEffect},
    replay::Applied,
    schema::{Lookup, Schema},
};

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

/// What is lost once all of a change is applied. What is made again under the same name is not,
/// and neither is a table whose name a view has taken; of a table that was made again, its columns
/// are compared.
pub(super) fn taken(applied: &[Applied], before: &Schema, after: &Schema) -> Taken {
    let mut trace = Trace {
        before,
        now: HashMap::new(),
        made: HashMap::new(),
        columns: HashMap::new(),
        lost: BTreeMap::new(),
    };
    for (at, applied) in applied.iter().enumerate() {
        trace.step(at, applied);
    }
    let unread = Unread::of(applied);
    let mut replaced = Vec::new();
    let whole: Vec<Lost> =
        trace.lost.values().filter(|lost| lost.column.is_none()).cloned().collect();
    for Lost { table, at, .. } in whole {
        let (Some(old), Some(new)) = (before.table(&table).found(), after.table(&table).found())
        else {
            continue;
        };
        let gone = old.columns.iter().map(|column| &column.column.name);
        for column in gone.filter(|column| new.column(column).is_missing()) {
            let key = Key { table: table.clone(), column: Some(column.clone()) };
            let column = Some(column.clone());
            let lost = Lost { table: table.clone(), column, how: How::Dropped, at };
            trace.lost.entry(key).or_insert(lost);
        }
        let made = trace.made.get(&new.name).copied().unwrap_or(at);
        replaced.push(Replaced { table: new.name.clone(), at: made });
    }
    let mut lost = trace.lost;
    lost.retain(|_, lost| !is_back(lost, after) && !unread.may_bring_back(lost));
    let tables: HashSet<Name> =
        lost.keys().filter(|key| key.column.is_none()).map(|key| key.table.clone()).collect();
    lost.retain(|key, _| key.column.is_none() || !tables.contains(&key.table));
    let mut lost: Vec<Lost> = lost.into_values().collect();
    lost.sort_by_key(|lost| lost.at);
    Taken { lost, replaced }
}

fn is_back(lost: &Lost, after: &Schema) -> bool {
    if let Some(view) = after.view(&lost.table) {
        let output = lost.column.as_ref().zip(view.output.as_ref());
        return output.is_none_or(|(column, output)| {
            // A name that is empty is not known.
            output.iter().any(|(name, _)| name.is_empty() || name.eq_ignore_ascii_case(column))
        });
    }
    match (after.table(&lost.table), &lost.column) {
        (Lookup::Found(_), None) => true,
        (Lookup::Found(table), Some(column)) => table.column(column).found().is_some(),
        _ => false,
    }
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

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    table: Name,
    column: Option<String>,
}

/// Which names of now stand for what before the change; a name that is not there stands for
/// itself.
struct Trace<'a> {
    before: &'a Schema,
    /// `None`: for nothing that was there before.
    now: HashMap<Name, Option<Name>>,
    /// By what they are called now: the operations that made the tables of this change.
    made: HashMap<Name, usize>,
    /// By the table as it was called before.
    columns: HashMap<(Name, String), Option<String>>,
    /// The last operation that took a thing away is the one that is told.
    lost: BTreeMap<Key, Lost>,
}

impl Trace<'_> {
    fn step(&mut self, at: usize, applied: &Applied) {
        let named = |table: &Name| applied.table.clone().unwrap_or_else(|| table.clone());
        match &applied.op.kind {
            OpKind::CreateTable(create) => {
                let table = self.before.resolve(&create.table);
                if !create.if_not_exists || applied.table.is_none() {
                    self.made.insert(table.clone(), at);
                    self.now.insert(table, None);
                }
            }
            OpKind::DropTable { table, .. } => self.drop_table(at, &named(table)),
            OpKind::DropView { name, .. } => self.drop_table(at, name),
            OpKind::DropSchema { name, .. } => {
                let kept = Name::new(Some(name), "").schema;
                let inside = |table: &Name| table.schema == kept;
                let known = self.before.tables().map(|table| &table.name);
                // What the change has moved into it goes, too.
                let tables: HashSet<Name> =
                    known.chain(self.now.keys()).filter(|table| inside(table)).cloned().collect();
                tables.iter().for_each(|table| self.drop_table(at, table));
            }
            OpKind::RenameTable { table, to } => {
                let from = named(table);
                let to = from.sibling(to);
                self.move_table(at, &from, to);
            }
            OpKind::SetSchema { table, schema } => {
                let from = named(table);
                let to = Name { schema: schema.clone(), ..from.clone() };
                self.move_table(at, &from, to);
            }
            OpKind::AddColumn { table, column, .. } if !applied.repeated => {
                if let Some(table) = self.table(&named(table)) {
                    self.columns.insert((table, self.key(&column.name)), None);
                }
            }
            OpKind::DropColumn { table, column, .. } => {
                let Some(table) = self.table(&named(table)) else { return };
                self.take_column(at, table, column, How::Dropped);
            }
            OpKind::RenameColumn { table, column, to } => {
                let Some(table) = self.table(&named(table)) else { return };
                let old = self.column(&table, column);
                self.take_column(at, table.clone(), column, How::Renamed(to.clone()));
                self.columns.insert((table, self.key(to)), old);
            }
            _ => {}
        }
    }

    fn table(&self, now: &Name) -> Option<Name> {
        self.now.get(now).cloned().unwrap_or_else(|| Some(now.clone()))
    }

    fn column(&self, table: &Name, now: &str) -> Option<String> {
        let known = self.columns.get(&(table.clone(), self.key(now)));
        known.cloned().unwrap_or_else(|| Some(now.to_owned()))
    }

    /// SQLite compares names without case.
    fn key(&self, column: &str) -> String {
        match self.before.database().is_sqlite() {
            true => column.to_ascii_lowercase(),
            false => column.to_owned(),
        }
    }

    fn drop_table(&mut self, at: usize, now: &Name) {
        if let Some(table) = self.table(now) {
            self.lose(Lost { table, column: None, how: How::Dropped, at });
        }
        self.made.remove(now);
        self.now.insert(now.clone(), None);
    }

    fn move_table(&mut self, at: usize, from: &Name, to: Name) {
        let old = self.table(from);
        if let Some(table) = old.clone() {
            self.lose(Lost { table, column: None, how: How::Moved(to.clone()), at });
        }
        let made = self.made.remove(from).unwrap_or(at);
        self.made.insert(to.clone(), made);
        self.now.insert(to, old);
        self.now.insert(from.clone(), None);
    }

    fn take_column(&mut self, at: usize, table: Name, now: &str, how: How) {
        if let Some(column) = self.column(&table, now) {
            self.lose(Lost { table: table.clone(), column: Some(column), how, at });
        }
        self.columns.insert((table, self.key(now)), None);
    }

    fn lose(&mut self, lost: Lost) {
        let was_there = match (self.before.table(&lost.table), &lost.column) {
            (Lookup::Missing, None) => self.before.view(&lost.table).is_some(),
            (Lookup::Missing, Some(_)) => false,
            (Lookup::Found(table), Some(column)) => !table.column(column).is_missing(),
            (Lookup::Found(_) | Lookup::Unknown, _) => true,
        };
        if was_there {
            let key = Key { table: lost.table.clone(), column: lost.column.clone() };
            self.lost.insert(key, lost);
        }
    }
}
