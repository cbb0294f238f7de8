//! Columns: added, dropped, renamed, altered.

use std::sync::Arc;

use super::{
    Filled, Schema, Sequence, Table, TableColumn,
    apply::{MAX_PARTS, owned_index_names},
    clip,
    names::object_name,
};
use crate::ir::{Column, ColumnChange, Constraint, ConstraintKind, Index, IndexPart, Name};

impl Schema {
    pub(super) fn add_column(
        &mut self,
        table: &Name,
        column: &Column,
        constraints: &[Constraint],
        indexes: &[Index],
    ) {
        let table = self.resolve(table);
        let Some(old) = self.tables.get(&table) else { return };
        if old.column(&column.name).found().is_some() {
            return;
        }
        if old.columns.len() >= MAX_PARTS {
            return if old.complete {
                self.edit(&table, |t| t.complete = false)
            };
        }
        let entry = self.new_column(&table, column);
        self.tables.edit(&table, |t| t.columns.push(entry));
        for constraint in constraints {
            self.add_constraint(&table, constraint);
        }
        for index in indexes {
            self.create_index(&table, index);
        }
    }

    /// The column as the server keeps it.
    pub(super) fn new_column(&mut self, table: &Name, column: &Column) -> TableColumn {
        let mut column = column.clone();
        let postgres = self.database.is_postgres();
        if postgres {
            column.name = clip(&column.name).to_owned();
        }
        let sequenced = column.serial || column.identity.is_some();
        // PostgreSQL, CREATE TABLE: serial and GENERATED … AS IDENTITY imply NOT NULL.
        if sequenced && (postgres || column.identity.is_some()) {
            column.nullable = false;
        }
        if postgres && sequenced {
            self.add_owned_sequence(table, &column.name);
        }
        let filled = if column.server_filled() { Filled::Fully(column.span) } else { Filled::No };
        TableColumn { column: Arc::new(column), created: self.now, loosened: None, filled }
    }

    fn add_owned_sequence(&mut self, table: &Name, column: &str) {
        let name = table.sibling(&object_name(&table.name, Some(column), "seq"));
        let owner = Some((table.clone(), column.to_owned()));
        self.sequences.insert(name.clone(), Sequence { name, owner });
    }

    /// PostgreSQL takes along every index and constraint that names the column, those over
    /// several columns too (experiments `drop-indexed`, `drop-col-in-multi-*`).
    pub(super) fn drop_column(&mut self, table: &Name, column: &str, cascade: bool) {
        let table = self.resolve(table);
        let Some(old) = self.tables.shared(&table) else { return };
        let Some(found) = old.column(column).found() else { return };
        let column = found.column.name.clone();
        self.tables.edit(&table, |t| {
            t.columns.retain(|c| c.column.name != column);
            t.indexes.retain(|i| !index_mentions(&i.index, &column));
            t.constraints.retain(|c| !constraint_mentions(c, &column));
        });
        let kept = self.tables.get(&table).map(owned_index_names).unwrap_or_default();
        for gone in owned_index_names(&old).into_iter().filter(|name| !kept.contains(name)) {
            self.index_owners.remove(&table.sibling(&gone));
        }
        for sequence in self.owned_sequences(&table, Some(&column)) {
            self.sequences.remove(&sequence);
        }
        if cascade {
            self.edit_referencing(&table, |child, target| {
                child.constraints.retain(|c| {
                    c.foreign_key()
                        .is_none_or(|fk| fk.table != *target || !fk.columns.contains(&column))
                });
            });
        }
    }

    pub(super) fn rename_column(&mut self, table: &Name, column: &str, to: &str) {
        let table = self.resolve(table);
        let Some(old) = self.tables.get(&table) else { return };
        let to = if self.database.is_postgres() { clip(to) } else { to };
        let Some(found) = old.column(column).found() else { return };
        if old.column(to).found().is_some_and(|c| c.column.name != found.column.name) {
            return;
        }
        let column = found.column.name.clone();
        let follow = |names: &mut Vec<String>| {
            names.iter_mut().filter(|n| **n == column).for_each(|n| to.clone_into(n))
        };
        self.tables.edit(&table, |t| {
            for c in t.columns.iter_mut().filter(|c| c.column.name == column) {
                Arc::make_mut(&mut c.column).name = to.to_owned();
            }
            for constraint in &mut t.constraints {
                follow(&mut constraint.columns);
            }
            for part in t.indexes.iter_mut().flat_map(|i| &mut i.index.parts) {
                if let IndexPart::Column(name) = part
                    && *name == column
                {
                    to.clone_into(name);
                }
            }
        });
        self.edit_referencing(&table, |child, target| {
            for constraint in &mut child.constraints {
                if let ConstraintKind::ForeignKey(fk) = &mut constraint.kind
                    && fk.table == *target
                {
                    follow(&mut fk.columns);
                }
            }
        });
        for sequence in self.owned_sequences(&table, Some(&column)) {
            self.sequences.edit(&sequence, |s| {
                s.owner = s.owner.take().map(|(table, _)| (table, to.to_owned()));
            });
        }
    }

    pub(super) fn alter_column(&mut self, table: &Name, column: &str, change: &ColumnChange) {
        let table = self.resolve(table);
        let Some(old) = self.tables.get(&table).and_then(|t| t.column(column).found()) else {
            return;
        };
        let column = old.column.name.clone();
        if matches!(change.identity, Some(Some(_))) && self.database.is_postgres() {
            self.add_owned_sequence(&table, &column);
        }
        let span = self.now.span;
        self.tables.edit(&table, |t| {
            let Some(entry) = t.columns.iter_mut().find(|c| c.column.name == column) else {
                return;
            };
            if change.nullable == Some(true) && !entry.column.nullable {
                entry.loosened = Some(span);
            }
            let column = Arc::make_mut(&mut entry.column);
            if let Some(ty) = &change.ty {
                column.ty = ty.to.clone();
            }
            if let Some(nullable) = change.nullable {
                column.nullable = nullable;
            }
            if let Some(default) = &change.default {
                column.default.clone_from(default);
                column.serial = false;
            }
            if let Some(generated) = &change.generated {
                column.generated.clone_from(generated);
            }
            if let Some(identity) = change.identity {
                column.identity = identity;
            }
        });
    }
}

/// Whether an index falls with a column.
pub(super) fn index_mentions(index: &Index, column: &str) -> bool {
    index.predicate.as_deref().is_some_and(|p| mentions(p, column))
        || index.parts.iter().any(|part| match part {
            IndexPart::Column(name) => name == column,
            IndexPart::Expression(sql) => mentions(sql, column),
        })
}

fn constraint_mentions(constraint: &Constraint, column: &str) -> bool {
    constraint.columns.iter().any(|c| c == column)
        || matches!(&constraint.kind, ConstraintKind::Check { sql: Some(sql) } if mentions(sql, column))
}

/// Whether an identifier stands in SQL text as a word of its own.
pub fn mentions(sql: &str, word: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut rest = sql;
    let mut before = None;
    while let Some(at) = rest.find(word) {
        let left = rest[..at].chars().next_back().or(before);
        let after = &rest[at + word.len()..];
        if !left.is_some_and(is_word) && !after.chars().next().is_some_and(is_word) {
            return true;
        }
        let Some(step) = rest[at..].chars().next() else { return false };
        before = Some(step);
        rest = &rest[at + step.len_utf8()..];
    }
    false
}

impl Table {
    /// The columns of the primary key; empty where there is none.
    pub fn key_columns(&self) -> &[String] {
        self.primary_key().map(|key| key.columns.as_slice()).unwrap_or_default()
    }
}
