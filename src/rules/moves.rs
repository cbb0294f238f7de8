//! What a change does with columns and rows, looked up: a change may drop thousands of columns.

use std::collections::{HashMap, HashSet};

use crate::{
    ir::{Filter, Name, OpKind, Reads, TableFrom, Value, Write, WriteKind},
    replay::Change,
    schema::TableColumn,
    source::Span,
};

/// An index of a change's operations, all by their places in it.
#[derive(Default)]
pub(super) struct Moves<'a> {
    /// Where a table last gets a column of a name, and where it last loses one.
    added: HashMap<(&'a Name, &'a str), usize>,
    dropped: HashMap<(&'a Name, &'a str), usize>,
    /// The columns that the change adds to tables, by their definitions.
    made: HashSet<Span>,
    /// The operations that read or write rows: by the tables, and by the words in them.
    by_table: HashMap<&'a Name, Vec<usize>>,
    by_word: HashMap<&'a str, Vec<usize>>,
    /// Where all rows of a table are first taken away, and where some are.
    emptied: HashMap<&'a Name, usize>,
    deleted: HashMap<&'a Name, usize>,
    /// Where rows of a table are first read, and where they are read for another one.
    read: HashMap<&'a Name, usize>,
    copied: HashMap<&'a Name, usize>,
}

impl<'a> Moves<'a> {
    pub(super) fn of(change: &'a Change<'_>) -> Moves<'a> {
        let mut moves = Moves::default();
        for (at, applied) in change.applied.iter().enumerate() {
            match &applied.op.kind {
                OpKind::AddColumn { table, column, .. } => {
                    moves.added.insert((table, &column.name), at);
                    moves.made.insert(column.span);
                }
                OpKind::DropColumn { table, column, .. } => {
                    moves.dropped.insert((table, column), at);
                }
                OpKind::Write(write) => moves.write(at, write),
                OpKind::Read(reads) => moves.reads(at, reads, None),
                OpKind::CreateTable(create) => {
                    if let Some(TableFrom::Query { reads, rows: true, .. }) = &create.from {
                        moves.copies(at, reads, None);
                    }
                }
                _ => {}
            }
        }
        moves
    }

    fn write(&mut self, at: usize, write: &'a Write) {
        self.reads(at, &write.reads, Some(&write.table));
        if !matches!(write.kind, WriteKind::Delete | WriteKind::Truncate) {
            return;
        }
        self.deleted.entry(&write.table).or_insert(at);
        if write.filter == Filter::All {
            self.emptied.entry(&write.table).or_insert(at);
        }
    }

    fn reads(&mut self, at: usize, reads: &'a Reads, target: Option<&'a Name>) {
        self.copies(at, reads, target);
        for table in &reads.tables {
            self.read.entry(table).or_insert(at);
            self.by_table.entry(table).or_default().push(at);
        }
        if let Some(target) = target.filter(|t| !reads.tables.contains(*t)) {
            self.by_table.entry(target).or_default().push(at);
        }
        for word in &reads.words {
            self.by_word.entry(word).or_default().push(at);
        }
    }

    fn copies(&mut self, at: usize, reads: &'a Reads, target: Option<&Name>) {
        for table in reads.tables.iter().filter(|table| Some(*table) != target) {
            self.copied.entry(table).or_insert(at);
        }
    }

    /// Whether a table gets a column of this name at `from` or later.
    pub(super) fn adds(&self, table: &Name, column: &str, from: usize) -> bool {
        self.added.get(&(table, column)).is_some_and(|&at| at >= from)
    }

    /// Whether a table loses a column of this name at `from` or later.
    pub(super) fn drops(&self, table: &Name, column: &str, from: usize) -> bool {
        self.dropped.get(&(table, column)).is_some_and(|&at| at >= from)
    }

    /// Whether the change itself made the column, so that no value can be in it for long.
    pub(super) fn made_here(&self, old: &TableColumn) -> bool {
        self.made.contains(&old.column.span)
    }

    /// Whether the values were read, or the table emptied, before the operation at `until`.
    pub(super) fn data_moved(
        &self,
        change: &Change<'_>,
        until: usize,
        table: &Name,
        column: &str,
    ) -> bool {
        if change.code_words.contains(column) {
            return true;
        }
        if before(&self.emptied, table, until) {
            return true;
        }
        let lower = column.to_lowercase();
        let words = [Some(column), Some(lower.as_str()).filter(|lower| *lower != column)];
        words.into_iter().flatten().any(|word| {
            self.about(table, word).into_iter().any(|at| {
                at < until
                    && !matches!(&change.applied[at].op.kind,
                        OpKind::Write(write) if only_cleared(write, column))
            })
        })
    }

    /// The operations that read or write a table's rows and have a word in them.
    fn about(&self, table: &Name, word: &str) -> Vec<usize> {
        let tables = self.by_table.get(table).map(Vec::as_slice).unwrap_or_default();
        let words = self.by_word.get(word).map(Vec::as_slice).unwrap_or_default();
        let (few, many) = match tables.len() < words.len() {
            true => (tables, words),
            false => (words, tables),
        };
        few.iter().copied().filter(|at| many.binary_search(at).is_ok()).collect()
    }

    /// Whether a table's rows are read or deleted before the operation at `until`.
    pub(super) fn table_read(&self, change: &Change<'_>, until: usize, table: &Name) -> bool {
        change.code_words.contains(&table.name)
            || before(&self.read, table, until)
            || before(&self.deleted, table, until)
    }

    /// Whether the rows are read into another table before the operation at `until`, as in SQLite's
    /// recipe to rebuild a table, or in the code around.
    pub(super) fn copied(&self, change: &Change<'_>, until: usize, table: &Name) -> bool {
        change.code_words.contains(&table.name) || before(&self.copied, table, until)
    }
}

fn before(places: &HashMap<&Name, usize>, table: &Name, until: usize) -> bool {
    places.get(table).is_some_and(|&at| at < until)
}

/// `UPDATE t SET c = NULL` names the column and moves nothing.
fn only_cleared(write: &Write, column: &str) -> bool {
    let [(name, value)] = write.columns.as_slice() else { return false };
    name == column && *value == Value::Null && write.filter == Filter::All
}
