//! Tables and columns followed through a change, whatever they are called meanwhile.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::{
    ir::{ColumnChange, ConstraintKind, Name, OpKind},
    replay::Applied,
    schema::{Lookup, Schema},
};

use super::{
    Key,
    lost::{How, Lost},
};

/// Which names of now stand for what before the change; a name that is not there stands for
/// itself.
pub(super) struct Trace<'a> {
    before: &'a Schema,
    /// `None`: for nothing that was there before.
    now: HashMap<Name, Option<Name>>,
    /// By what they are called now: the operations that made the tables of this change.
    made: HashMap<Name, usize>,
    /// By the table as it was called before.
    columns: HashMap<(Name, String), Option<String>>,
    /// By what they are called now: the last operations after which a value may have to be given
    /// for a column that needed none.
    set: BTreeMap<Name, HashMap<String, usize>>,
    /// The last operation that took a thing away is the one that is told.
    pub(super) lost: BTreeMap<Key, Lost>,
}

impl<'a> Trace<'a> {
    pub(super) fn of(applied: &[Applied], before: &'a Schema) -> Trace<'a> {
        let mut trace = Trace {
            before,
            now: HashMap::new(),
            made: HashMap::new(),
            columns: HashMap::new(),
            set: BTreeMap::new(),
            lost: BTreeMap::new(),
        };
        for (at, applied) in applied.iter().enumerate() {
            trace.step(at, applied);
        }
        trace
    }

    /// What a table of now was called before; `None`: there was none.
    pub(super) fn table(&self, now: &Name) -> Option<Name> {
        self.now.get(now).cloned().unwrap_or_else(|| Some(now.clone()))
    }

    /// What a column of now was called, in a table that was there before; `None`: there was none.
    pub(super) fn column(&self, table: &Name, now: &str) -> Option<String> {
        let known = self.columns.get(&(table.clone(), self.key(now)));
        known.cloned().unwrap_or_else(|| Some(now.to_owned()))
    }

    /// The columns of now for which a value may have to be given that needed none, with their
    /// tables and the last operation that did so.
    pub(super) fn set(&self) -> impl Iterator<Item = (&Name, &str, usize)> {
        let tables = self.set.iter();
        tables.flat_map(|(table, columns)| {
            columns.iter().map(move |(c, at)| (table, c.as_str(), *at))
        })
    }

    /// The operation that made a table of now, or put it there.
    pub(super) fn made(&self, now: &Name) -> Option<usize> {
        self.made.get(now).copied()
    }

    fn key(&self, column: &str) -> String {
        self.before.database().dialect.key(column)
    }

    fn step(&mut self, at: usize, applied: &Applied) {
        let named = |table: &Name| applied.table.clone().unwrap_or_else(|| table.clone());
        match &applied.op.kind {
            OpKind::CreateTable(create) => {
                let table = self.before.resolve(&create.table);
                if !create.if_not_exists || applied.table.is_none() {
                    self.set.remove(&table);
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
                let table = named(table);
                self.may_require(&table, &column.name, at);
                if let Some(table) = self.table(&table) {
                    self.columns.insert((table, self.key(&column.name)), None);
                }
            }
            OpKind::AlterColumn { table, column, change } if requires(change) => {
                self.may_require(&named(table), column, at);
            }
            OpKind::AddConstraint { table, constraint }
                if constraint.kind == ConstraintKind::PrimaryKey =>
            {
                let table = named(table);
                constraint.columns.iter().for_each(|column| self.may_require(&table, column, at));
            }
            OpKind::DropColumn { table, column, .. } => {
                let table = named(table);
                self.forget(&table, column);
                let Some(table) = self.table(&table) else { return };
                self.take_column(at, table, column, How::Dropped);
            }
            OpKind::RenameColumn { table, column, to } => {
                let table = named(table);
                if let Some(at) = self.forget(&table, column) {
                    self.may_require(&table, to, at);
                }
                let Some(table) = self.table(&table) else { return };
                let old = self.column(&table, column);
                self.take_column(at, table.clone(), column, How::Renamed(to.clone()));
                self.columns.insert((table, self.key(to)), old);
            }
            _ => {}
        }
    }

    fn may_require(&mut self, table: &Name, column: &str, at: usize) {
        let column = self.key(column);
        self.set.entry(table.clone()).or_default().insert(column, at);
    }

    fn forget(&mut self, table: &Name, column: &str) -> Option<usize> {
        let column = self.key(column);
        self.set.get_mut(table)?.remove(&column)
    }

    fn drop_table(&mut self, at: usize, now: &Name) {
        if let Some(table) = self.table(now) {
            self.lose(Lost { table, column: None, how: How::Dropped, at, to_writes: false });
        }
        self.made.remove(now);
        self.set.remove(now);
        self.now.insert(now.clone(), None);
    }

    fn move_table(&mut self, at: usize, from: &Name, to: Name) {
        let old = self.table(from);
        if let Some(table) = old.clone() {
            let how = How::Moved(to.clone());
            self.lose(Lost { table, column: None, how, at, to_writes: false });
        }
        let made = self.made.remove(from).unwrap_or(at);
        self.made.insert(to.clone(), made);
        let set = self.set.remove(from);
        self.set.extend(set.map(|set| (to.clone(), set)));
        self.now.insert(to, old);
        self.now.insert(from.clone(), None);
    }

    fn take_column(&mut self, at: usize, table: Name, now: &str, how: How) {
        if let Some(column) = self.column(&table, now) {
            let column = Some(column);
            self.lose(Lost { table: table.clone(), column, how, at, to_writes: false });
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
            self.lost.insert(lost.key(), lost);
        }
    }
}

/// Whether a value may have to be given after it that had not before.
fn requires(change: &ColumnChange) -> bool {
    change.nullable == Some(false)
        || change.default.as_ref().is_some_and(Option::is_none)
        || change.identity.as_ref().is_some_and(Option::is_none)
}
