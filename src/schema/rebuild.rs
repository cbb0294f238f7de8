//! What Alembic's batch mode makes of a table when it rebuilds it on SQLite: the table is read by
//! SQLAlchemy's reflection and written again, so what that does not see is lost (recorded with
//! Alembic 1.20.1 and SQLAlchemy 2.1.9; held by random tables in tests/it/honest).

use std::{collections::HashSet, sync::Arc};

use super::{Schema, Table, TableIndex, expressions::rename_column_in};
use crate::{
    ir::{
        Column, Constraint, ConstraintKind, ConstraintType, CreateTable, ForeignKey, Index, Name,
        TableOptions,
    },
    types::SqlType,
};

impl Schema {
    pub(super) fn rebuild(&mut self, table: &Name) {
        let Some(old) = self.shared_table(table) else { return };
        let untyped: Vec<(String, SqlType)> =
            old.columns.iter().filter_map(|c| self.type_referenced(&old, &c.column)).collect();
        let references: Vec<Option<(Name, Vec<String>)>> = old
            .constraints
            .iter()
            .map(|c| c.foreign_key())
            .map(|fk| fk.map(|fk| (fk.table.clone(), self.referenced_columns(fk).to_vec())))
            .collect();
        for index in old.indexes.iter().filter(|i| i.index.has_expression()) {
            self.index_owners.remove(&old.name.sibling(&index.name));
        }
        self.edit(table, |t| {
            t.triggers.clear();
            t.indexes.retain(|i| !i.index.has_expression());
            let at = |c: &Constraint| {
                let bare = |fk: &ForeignKey| fk.columns.is_empty() || !c.legible;
                c.inline || c.foreign_key().is_some_and(bare)
            };
            let mut seen = HashSet::new();
            let mut kept = vec![true; t.constraints.len()];
            // What is found of several that say the same is the first that is written on the table.
            for inline in [false, true] {
                for (place, c) in t.constraints.iter().enumerate().filter(|(_, c)| at(c) == inline)
                {
                    let key = (c.ty(), c.columns.clone(), references[place].clone());
                    let same =
                        matches!(c.ty(), ConstraintType::Unique | ConstraintType::ForeignKey);
                    kept[place] = !same || seen.insert(key);
                }
            }
            // A copy says which columns are referenced.
            for (c, reference) in t.constraints.iter_mut().zip(references) {
                if let (ConstraintKind::ForeignKey(fk), Some((_, columns))) =
                    (&mut c.kind, reference)
                    && fk.columns.is_empty()
                {
                    (fk.columns, c.legible) = (columns, false);
                }
            }
            let mut kept = kept.into_iter();
            t.constraints.retain(|_| kept.next() == Some(true));
            t.constraints.retain(|c| match c.kind {
                ConstraintKind::Check { .. } => c.name.is_some(),
                // `INLINE_UNIQUE_PATTERN`: `VARCHAR(20) UNIQUE` is not found.
                ConstraintKind::Unique { .. } => !c.inline || c.legible,
                _ => true,
            });
            t.constraints.iter_mut().for_each(reflect);
            named_first(t);
            for of in &mut t.columns {
                let column = Arc::make_mut(&mut of.column);
                column.collation = None;
                let given = untyped.iter().find(|(name, _)| *name == column.name);
                column.ty = given.map_or_else(|| reflected(&column.ty), |(_, ty)| ty.clone());
            }
            // Since SQLAlchemy 2.1.
            let TableOptions { strict, without_rowid, .. } = t.options;
            t.options = TableOptions { strict, without_rowid, ..TableOptions::default() };
        });
    }

    /// Names that a naming convention gives in the copy. Of two with one name it keeps one.
    pub(super) fn name_in_copy(&mut self, table: &Name, names: &[(usize, String)]) {
        if names.is_empty() {
            return;
        }
        self.edit(table, |t| {
            for (place, name) in names {
                let nameless = |c: &&mut Constraint| c.name.is_none();
                if let Some(constraint) = t.constraints.get_mut(*place).filter(nameless) {
                    constraint.name = Some(name.clone());
                }
            }
            let mut seen = HashSet::new();
            let mut kept: Vec<bool> = Vec::with_capacity(t.constraints.len());
            for c in t.constraints.iter().rev() {
                kept.push(c.name.clone().is_none_or(|name| seen.insert(name)));
            }
            t.constraints.retain(|_| kept.pop() == Some(true));
        });
    }

    /// What SQLAlchemy finds of a table on PostgreSQL, which is everything but triggers, parents,
    /// and when a key is checked.
    pub(super) fn rebuild_on_postgres(&mut self, table: &Name) {
        let Some(old) = self.shared_table(table) else { return };
        let mut from = CreateTable::new(old.name.clone());
        from.columns = old.columns.iter().map(|c| Column::clone(&c.column)).collect();
        from.constraints.clone_from(&old.constraints);
        for constraint in from.constraints.iter_mut().filter(|c| c.stands_on_index()) {
            (constraint.deferrable, constraint.initially_deferred) = (false, false);
            constraint.using_index = None;
        }
        let index = |i: &TableIndex| Index { name: Some(i.name.clone()), ..i.index.clone() };
        from.indexes = old.indexes.iter().map(index).collect();
        self.rebuild_from(table, &from);
        match old.complete {
            true => self.edit(table, |t| t.complete = true),
            false => self.know_in_part(table),
        }
    }

    /// The copy gets no constraint over a column that it does not have, and nobody hears of it; a
    /// check is text.
    pub(super) fn leaves_out(&self, table: &Name, constraint: &Constraint) -> bool {
        let Some(known) = self.tables.get(&self.resolve(table)) else { return false };
        constraint.ty() != ConstraintType::Check
            && constraint.columns.iter().any(|c| known.column(c).found().is_none())
    }

    /// A copy keeps one constraint of each name: the later one. A primary key goes on without.
    pub(super) fn make_room(&mut self, table: &Name, name: Option<&str>) {
        let Some(name) = name else { return };
        self.edit(table, |t| {
            t.constraints.retain_mut(|c| {
                let key = c.kind == ConstraintKind::PrimaryKey;
                let same = c.name.as_deref() == Some(name);
                if key && same {
                    c.name = None;
                }
                key || !same
            });
        });
    }

    /// A key that is given in batch mode takes the place of the one that is there
    /// (`ApplyBatchImpl.add_constraint`).
    pub(super) fn replace_key(&mut self, table: &Name, constraint: &Constraint) {
        if constraint.kind == ConstraintKind::PrimaryKey {
            self.edit(table, |t| t.constraints.retain(|c| c.kind != ConstraintKind::PrimaryKey));
        }
    }

    /// Alembic renames the column of the copy, and leaves the text of expressions as it is; what
    /// other tables say of the column stays too.
    pub(super) fn rename_in_copy(&mut self, table: &Name, column: &str, to: &str) {
        let Some(old) = self.shared_table(table) else { return };
        let Some(found) = old.column(column).found() else { return };
        if old.column(to).found().is_some_and(|c| c.column.name != found.column.name) {
            return;
        }
        let from = found.column.name.clone();
        self.edit(table, |t| {
            rename_column_in(t, &from, to);
            for of in t.columns.iter_mut().filter(|c| c.column.name == from) {
                to.clone_into(&mut Arc::make_mut(&mut of.column).name);
            }
            for (constraint, old) in t.constraints.iter_mut().zip(&old.constraints) {
                if matches!(old.kind, ConstraintKind::Check { .. }) {
                    constraint.kind = old.kind.clone();
                }
            }
            for (index, old) in t.indexes.iter_mut().zip(&old.indexes) {
                index.index.predicate.clone_from(&old.index.predicate);
            }
        });
    }

    /// A column without a type takes that of the column it references, which may do so too.
    fn type_referenced(&self, table: &Table, column: &Column) -> Option<(String, SqlType)> {
        if !column.ty.is_unknown() {
            return None;
        }
        let ty = self.reference_typed(table, &column.name, 8)?;
        Some((column.name.clone(), reflected(&ty)))
    }

    fn reference_typed(&self, table: &Table, column: &str, depth: usize) -> Option<SqlType> {
        let depth = depth.checked_sub(1)?;
        table.constraints.iter().find_map(|key| {
            let fk = key.foreign_key()?;
            let place = key.columns.iter().position(|c| c == column)?;
            let target = self.table(&fk.table).found()?;
            let found = target.column(self.referenced_columns(fk).get(place)?).found()?;
            match found.column.ty.is_unknown() {
                false => Some(found.column.ty.clone()),
                true => self.reference_typed(target, &found.column.name, depth),
            }
        })
    }
}

/// A copy is written with its key first, then what has a name, then the rest
/// (`ApplyBatchImpl._transfer_elements_to_new_table`). Of several foreign keys that say the same,
/// the next copy is made of the first.
pub(super) fn named_first(table: &mut Table) {
    table.constraints.sort_by_key(|c| (c.kind != ConstraintKind::PrimaryKey, c.name.is_none()));
}

/// What is written on a column is found without its name, and a foreign key without its options;
/// so is one on the table that lists no referenced columns (`FK_PATTERN` of SQLAlchemy).
fn reflect(constraint: &mut Constraint) {
    constraint.on_conflict = None;
    let inline = constraint.inline;
    match &mut constraint.kind {
        ConstraintKind::ForeignKey(fk) if inline || !constraint.legible => {
            (fk.on_delete, fk.on_update) = (None, None);
            (constraint.deferrable, constraint.initially_deferred) = (false, false);
            constraint.name = None;
        }
        ConstraintKind::Unique { .. } if inline => constraint.name = None,
        _ => {}
    }
    // The copy has all of them on the table, each on a line of its own.
    (constraint.inline, constraint.legible) = (false, true);
}

/// The type that SQLAlchemy finds for a declared one, as it writes it (`ischema_names` and
/// `_resolve_type_affinity` of its SQLite dialect).
fn reflected(ty: &SqlType) -> SqlType {
    const KNOWN: &[&str] = &[
        "BIGINT",
        "BLOB",
        "BOOLEAN",
        "CHAR",
        "DATE",
        "DATETIME",
        "DECIMAL",
        "DOUBLE",
        "DOUBLE_PRECISION",
        "FLOAT",
        "INTEGER",
        "JSON",
        "JSONB",
        "NUMERIC",
        "NCHAR",
        "NVARCHAR",
        "REAL",
        "SMALLINT",
        "TEXT",
        "TIME",
        "TIMESTAMP",
        "VARCHAR",
    ];
    if ty.is_unknown() {
        return ty.clone();
    }
    let upper = ty.name.to_ascii_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| upper.contains(word));
    let name = match upper.as_str() {
        "INT" => "INTEGER",
        "BOOL" => "BOOLEAN",
        "DATE_CHAR" => "DATE",
        "DATETIME_CHAR" => "DATETIME",
        "TIME_CHAR" => "TIME",
        known if KNOWN.contains(&known) => known,
        _ if has(&["INT"]) => "INTEGER",
        _ if has(&["CHAR", "CLOB", "TEXT"]) => "TEXT",
        // No type that could be written.
        _ if has(&["BLOB"]) => return ty.clone(),
        _ if has(&["REAL", "FLOA", "DOUB"]) => "REAL",
        _ => "NUMERIC",
    };
    let sized = matches!(name, "CHAR" | "DECIMAL" | "NUMERIC" | "NVARCHAR" | "VARCHAR");
    let args = if sized { ty.args.clone() } else { Vec::new() };
    SqlType { name: name.to_owned(), args, dims: 0 }
}
