//! What has ever named a thing, so that whatever follows a change of it is looked up, and not
//! looked for in the whole schema.
//!
//! Nothing is ever taken out, so that going back in the journal needs no second one: who asks has
//! to look whether the name still stands there.

use std::collections::{BTreeSet, HashMap};

use super::{Schema, Table, View, extras::sequence_of};
use crate::ir::{Column, Name};

#[derive(Debug, Clone, Default)]
pub(super) struct Uses {
    /// The tables with a column of a type that PostgreSQL does not have by itself.
    typed: HashMap<String, BTreeSet<Name>>,
    /// The views that yield such a column.
    yielding: HashMap<String, BTreeSet<Name>>,
    /// The tables with a default that names a sequence.
    fed: HashMap<Name, BTreeSet<Name>>,
    /// The views that read a table or a view.
    reading: HashMap<Name, BTreeSet<Name>>,
}

impl Schema {
    /// Has to follow whatever gives a table columns, or another name.
    pub(super) fn note_columns(&mut self, table: &Name) {
        if self.database.is_sqlite() {
            return;
        }
        let Some(found) = self.tables.shared(table) else { return };
        for column in &found.columns {
            self.note_column(table, &column.column);
        }
    }

    /// Has to follow whatever gives a column a type or a default.
    pub(super) fn note_column(&mut self, table: &Name, column: &Column) {
        if self.database.is_sqlite() {
            return;
        }
        if !column.ty.is_builtin() {
            self.uses.typed.entry(column.ty.name.clone()).or_default().insert(table.clone());
        }
        let default = column.default.as_ref().and_then(|d| d.sql.as_deref());
        if let Some(sequence) = default.and_then(sequence_of) {
            self.uses.fed.entry(sequence).or_default().insert(table.clone());
        }
    }

    /// Has to follow whatever makes a view, or has it read or yield something else.
    pub(super) fn note_view(&mut self, view: &Name) {
        let Some(view) = self.views.shared(view) else { return };
        let View { name, tables, output, .. } = &*view;
        for table in tables {
            self.uses.reading.entry(table.clone()).or_default().insert(name.clone());
        }
        for (_, ty) in output.iter().flatten().filter(|(_, ty)| !ty.is_builtin()) {
            self.uses.yielding.entry(ty.name.clone()).or_default().insert(name.clone());
        }
    }

    /// The tables that have ever had a column of a type, as columns spell it.
    pub(super) fn ever_typed(&self, ty: &str) -> Vec<Name> {
        all(self.uses.typed.get(ty))
    }

    /// The tables that may have a column of a type, as columns spell it.
    pub fn tables_with_type(&self, ty: &str) -> impl Iterator<Item = &Table> {
        let ever = self.uses.typed.get(ty).into_iter().flatten();
        ever.filter_map(|table| self.tables.get(table))
    }

    /// The views that have ever yielded a column of a type.
    pub(super) fn ever_yielding(&self, ty: &str) -> Vec<Name> {
        all(self.uses.yielding.get(ty))
    }

    /// The tables that have ever taken a default from a sequence.
    pub(super) fn ever_fed(&self, sequence: &Name) -> impl Iterator<Item = &Name> {
        self.uses.fed.get(sequence).into_iter().flatten()
    }

    /// The views that have ever read a table.
    pub(super) fn ever_reading(&self, table: &Name) -> impl Iterator<Item = &Name> + use<'_> {
        self.uses.reading.get(table).into_iter().flatten()
    }
}

fn all(names: Option<&BTreeSet<Name>>) -> Vec<Name> {
    names.into_iter().flatten().cloned().collect()
}
