//! Columns: added, dropped, renamed, altered.

use std::sync::Arc;

use super::{
    Filled, Schema, Sequence, Table, TableColumn,
    apply::{MAX_PARTS, owned_index_names},
    clip,
    expressions::{constraint_mentions, index_mentions, rename_column_in},
    names::sequence_name,
};
use crate::{
    ir::{Column, ColumnChange, Constraint, ConstraintKind, Identity, Index, Name},
    types::SqlType,
};

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
        self.outgrow_queries(&table);
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
            self.qualify(&mut column.ty);
        }
        let sequenced = column.serial || column.identity.is_some();
        // PostgreSQL, CREATE TABLE: serial and GENERATED … AS IDENTITY imply NOT NULL.
        if sequenced && (postgres || column.identity.is_some()) {
            column.nullable = false;
        }
        if postgres && sequenced {
            self.add_owned_sequence(table, &column.name, column.identity.as_ref());
        }
        let filled = if column.server_filled() { Filled::Fully(column.span) } else { Filled::No };
        TableColumn {
            column: Arc::new(column),
            created: self.now,
            loosened: None,
            filled,
            local: true,
        }
    }

    /// A type without a schema is the first of its name on the search path.
    fn qualify(&self, ty: &mut SqlType) {
        if ty.name.contains(['.', ' ']) {
            return;
        }
        let on = |schema: &Option<String>| {
            let name = Name { schema: schema.clone(), name: ty.name.clone() };
            self.types.get(&name).is_some().then(|| name.to_string())
        };
        if let Some(found) = self.path.iter().find_map(on) {
            ty.name = found;
        }
    }

    fn add_owned_sequence(&mut self, table: &Name, column: &str, identity: Option<&Identity>) {
        let given = identity.and_then(|identity| identity.sequence.clone());
        let name = given.unwrap_or_else(|| sequence_name(table, column));
        let owner = Some((table.clone(), column.to_owned()));
        let options = identity.map(|identity| identity.options.clone()).unwrap_or_default();
        self.sequences.insert(name.clone(), Sequence { name, owner, options });
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
            rename_column_in(t, &column, to);
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
        self.forget_queries(|view| view.tables.contains(&table) && view.words.contains(&column));
    }

    pub(super) fn alter_column(&mut self, table: &Name, column: &str, change: &ColumnChange) {
        let table = self.resolve(table);
        let Some(old) = self.tables.get(&table).and_then(|t| t.column(column).found()) else {
            return;
        };
        let column = old.column.name.clone();
        if let Some(Some(identity)) = &change.identity
            && self.database.is_postgres()
        {
            self.add_owned_sequence(&table, &column, Some(identity));
        }
        let serial = change.default.as_ref().is_some_and(|default| {
            default.as_ref().is_some_and(|d| self.feeds(d, &table, &column))
        });
        let span = self.now.span;
        let ty = change.ty.as_ref().map(|change| {
            let mut ty = change.to.clone();
            self.qualify(&mut ty);
            ty
        });
        self.tables.edit(&table, |t| {
            let Some(entry) = t.columns.iter_mut().find(|c| c.column.name == column) else {
                return;
            };
            if change.nullable == Some(true) && !entry.column.nullable {
                entry.loosened = Some(span);
            }
            let column = Arc::make_mut(&mut entry.column);
            if let Some(ty) = ty {
                column.ty = ty;
            }
            if let Some(nullable) = change.nullable {
                column.nullable = nullable;
            }
            if let Some(default) = &change.default {
                column.default.clone_from(default);
                column.serial = serial;
                if serial {
                    column.default = None;
                }
            }
            if let Some(generated) = &change.generated {
                column.generated.clone_from(generated);
            }
            if let Some(identity) = &change.identity {
                column.identity.clone_from(identity);
            }
        });
    }
}

impl Table {
    /// The columns of the primary key; empty where there is none.
    pub fn key_columns(&self) -> &[String] {
        self.primary_key().map(|key| key.columns.as_slice()).unwrap_or_default()
    }
}
