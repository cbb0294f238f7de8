//! What a new table takes from others: `LIKE`, `INHERITS`, `PARTITION OF`, `AS SELECT`.

use std::sync::Arc;

use super::{
    Filled, Lookup, MAX_PARTS, Rows, Schema, Table, TableColumn, clip,
    constraints::{key_names, part_names},
    query::COPY,
};
use crate::ir::{
    Column, Constraint, ConstraintKind, CreateTable, DefaultValue, Index, Like, Name, TableFrom,
};

impl Schema {
    /// The columns of a new table, in the order that the server gives them: those of the tables
    /// it inherits from first, then its own list, in which LIKE stands for columns
    /// (`MergeAttributes`).
    pub(super) fn give_columns(&mut self, table: &mut Table, create: &CreateTable) {
        match &create.from {
            None => {}
            Some(TableFrom::Inherits(parents)) => {
                for parent in parents {
                    self.inherit(table, parent);
                }
            }
            Some(TableFrom::PartitionOf { table: parent, bound }) => {
                table.bound = Some(bound.clone());
                self.inherit(table, parent);
            }
            Some(TableFrom::Query { query, columns, rows, .. }) => {
                table.rows = if *rows { Rows::Written(self.now.span) } else { Rows::None };
                match query.as_deref().and_then(|q| self.named_output(q, columns)) {
                    Some(found) if self.spend(found.len() * COPY) => {
                        // SQLite keeps none of them.
                        let postgres = query.as_deref().filter(|_| self.database.is_postgres());
                        let collations = postgres.and_then(|query| self.collations(query));
                        let mut collations = collations.unwrap_or_default().into_iter();
                        let column = |(name, ty): (String, _)| {
                            let name = if table.folds { &name } else { clip(&name) };
                            let mut column = Column::new(name, ty, self.now.span);
                            column.collation = collations.next().flatten();
                            self.copied(column, true)
                        };
                        table.columns.extend(found.into_iter().map(column));
                    }
                    _ => table.complete = false,
                }
            }
        }
        let mut likes = create.likes.iter().peekable();
        for (at, column) in create.columns.iter().take(MAX_PARTS).enumerate() {
            while let Some(like) = likes.next_if(|like| like.before <= at) {
                self.take_like(table, like);
            }
            let name = table.name.clone();
            let mut made = self.new_column(&name, column);
            if matches!(create.from, Some(TableFrom::PartitionOf { .. })) {
                // `PARTITION OF p (a DEFAULT 1)`: only what is said of the column is its own.
                made.local = false;
            }
            put(table, made);
        }
        for like in likes {
            self.take_like(table, like);
        }
        table.complete &= create.columns.len() <= MAX_PARTS;
    }

    /// The columns of a new table's list, with those that LIKE puts into it; false where these
    /// are not known.
    pub fn listed_columns(&self, create: &CreateTable) -> (Vec<Column>, bool) {
        let (mut columns, mut known) = (Vec::with_capacity(create.columns.len()), true);
        let mut likes = create.likes.iter().peekable();
        for at in 0..=create.columns.len() {
            while let Some(like) = likes.next_if(|like| like.before <= at) {
                match self.table(&like.table).found().filter(|t| t.complete) {
                    Some(source) => {
                        columns.extend(source.columns.iter().map(|c| Column::clone(&c.column)));
                    }
                    None => known = false,
                }
            }
            columns.extend(create.columns.get(at).cloned());
        }
        (columns, known)
    }

    fn copied(&self, column: Column, local: bool) -> TableColumn {
        TableColumn {
            column: Arc::new(column),
            created: self.now,
            loosened: None,
            filled: Filled::No,
            local,
        }
    }

    fn inherit(&mut self, table: &mut Table, parent: &Name) {
        let parent = self.resolve(parent);
        self.note_child(&parent, &table.name);
        table.parents.push(parent.clone());
        let Some(source) = self.tables.shared(&parent).filter(|_| !self.tired()) else {
            table.complete = false;
            return;
        };
        table.complete &= source.complete && self.spend(source.columns.len() * COPY);
        for column in &source.columns {
            let inherited = self.inherited_column(&source, &column.column, table.bound.is_some());
            let inherited = self.copied(inherited, false);
            put(table, inherited);
        }
        let named = self.database.at_least((18, 0));
        let goes = |c: &&Constraint| is_inherited(c) || named && is_not_null(c);
        for check in source.constraints.iter().filter(goes) {
            if !table.constraints.iter().any(|known| known.name == check.name) {
                // The new table has no rows that it would have to be held against.
                let validated = check.enforced;
                table.constraints.push(Constraint { inherited: true, validated, ..check.clone() });
            }
        }
    }

    /// A column as a child has it: no sequence of its own, and no identity; a partition has its
    /// parent's identity from PostgreSQL 17 on.
    pub(super) fn inherited_column(
        &self,
        parent: &Table,
        column: &Column,
        partition: bool,
    ) -> Column {
        let mut column = self.without_sequence(parent, column);
        if !(partition && self.database.version.0 >= 17) {
            column.identity = None;
        }
        column
    }

    /// A default that reads another table's sequence, where `serial` would have made one.
    fn without_sequence(&self, source: &Table, column: &Column) -> Column {
        let mut column = column.clone();
        if column.serial {
            let owned = self.owned_sequences(&source.name, Some(&column.name));
            column.default =
                Some(owned.first().map_or(DefaultValue { sql: None }, super::extras::next_of));
            column.serial = false;
        }
        column
    }

    /// `LIKE t INCLUDING …`: NOT NULL always, the rest as it is asked for.
    fn take_like(&mut self, table: &mut Table, like: &Like) {
        if let Some(view) = self.views.get(&self.resolve(&like.table)) {
            match view.output.clone() {
                Some(columns) if self.spend(columns.len() * COPY) => {
                    for (name, ty) in columns {
                        put(table, self.copied(Column::new(&name, ty, self.now.span), true));
                    }
                }
                _ => table.complete = false,
            }
            return;
        }
        let Lookup::Found(source) = self.table(&like.table) else {
            table.complete = false;
            return;
        };
        let source = source.clone();
        table.complete &= source.complete && self.spend(source.columns.len() * COPY);
        if self.tired() {
            return;
        }
        for from in &source.columns {
            let mut column = self.without_sequence(&source, &from.column);
            if !like.including.defaults && column.generated.is_none() {
                column.default = None;
            }
            if !like.including.generated {
                column.generated = None;
            }
            if !like.including.identity {
                column.identity = None;
            }
            if let Some(identity) = &mut column.identity {
                identity.sequence = None;
            }
            let made = match column.identity {
                Some(_) => self.new_column(&table.name.clone(), &column),
                None => self.copied(column, true),
            };
            put(table, made);
        }
    }

    /// What LIKE copies once the table and its own keys are there; keys and indexes are named
    /// anew, checks keep their names (`expandTableLikeClause`).
    pub(super) fn give_likes(&mut self, table: &Name, likes: &[Like]) {
        for like in likes {
            let Some(source) = self.shared_table(&like.table).filter(|_| !self.tired()) else {
                continue;
            };
            // Keys are named when the checks are there.
            let (keys, others): (Vec<_>, Vec<_>) =
                source.constraints.iter().partition(|c| c.stands_on_index());
            for constraint in others.into_iter().chain(keys) {
                match constraint.kind {
                    // PostgreSQL 18 copies it always, with its name.
                    ConstraintKind::NotNull if self.database.at_least((18, 0)) => {
                        let copy = Constraint { inherited: false, ..constraint.clone() };
                        self.add_constraint(table, &copy);
                    }
                    ConstraintKind::Check { .. } if like.including.constraints => {
                        // The new table has no rows that it would have to be held against.
                        let validated = constraint.enforced;
                        let copy = Constraint { inherited: false, validated, ..constraint.clone() };
                        self.add_constraint(table, &copy);
                    }
                    ConstraintKind::PrimaryKey
                    | ConstraintKind::Unique { .. }
                    | ConstraintKind::Exclude { .. }
                        if like.including.indexes =>
                    {
                        let label = match constraint.kind {
                            ConstraintKind::Unique { .. } => Some("key"),
                            ConstraintKind::Exclude { .. } => Some("excl"),
                            _ => None,
                        };
                        let index = constraint.name.as_ref().map(|n| source.name.sibling(n));
                        let name = index.zip(label).and_then(|(index, label)| {
                            self.copied_name(&index, &key_names(constraint), table, label)
                        });
                        let copy = Constraint { name, inherited: false, ..constraint.clone() };
                        self.add_constraint(table, &copy);
                    }
                    _ => {}
                }
            }
            if like.including.indexes {
                for index in &source.indexes {
                    let columns = part_names(&index.index);
                    let old = source.name.sibling(&index.name);
                    let name = self.copied_name(&old, &columns, table, "idx");
                    self.create_index(table, &Index { name, ..index.index.clone() });
                }
            }
        }
    }
}

/// Puts a column into a table's list, or into the one of that name that it has already: what is
/// said of it there adds to what is inherited.
fn put(table: &mut Table, new: TableColumn) {
    let found = table.columns.iter_mut().find(|c| c.column.name == new.column.name);
    let Some(known) = found else { return table.columns.push(new) };
    if known.local {
        return;
    }
    known.local |= new.local;
    let column = Arc::make_mut(&mut known.column);
    column.nullable &= new.column.nullable;
    if new.column.default.is_some() || new.column.serial {
        column.default.clone_from(&new.column.default);
        column.serial = new.column.serial;
    }
    if new.column.generated.is_some() {
        column.generated.clone_from(&new.column.generated);
    }
    if new.column.identity.is_some() {
        column.identity.clone_from(&new.column.identity);
    }
}

/// Whether a constraint goes to the tables that inherit: a check without NO INHERIT. Keys and
/// foreign keys go to partitions only.
pub(super) fn is_inherited(constraint: &Constraint) -> bool {
    matches!(constraint.kind, ConstraintKind::Check { .. }) && !constraint.no_inherit
}

fn is_not_null(constraint: &Constraint) -> bool {
    constraint.kind == ConstraintKind::NotNull && !constraint.no_inherit
}
