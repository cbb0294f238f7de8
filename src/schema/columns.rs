//! Columns: added, dropped, renamed, altered.

use std::sync::Arc;

use super::{
    Filled, Lookup, Schema, Sequence, Table, TableColumn, TypeKind,
    apply::{MAX_PARTS, owned_index_names},
    clip,
    expressions::{constraint_mentions, index_mentions, mentions, rename_column_in},
    names::MadeUp,
};
use crate::{
    ir::{
        Column, ColumnChange, Constraint, ConstraintKind, DefaultValue, Identity, Index, IndexPart,
        Indexed, Name,
    },
    types::SqlType,
};

/// PostgreSQL keeps no DEFAULT NULL, but where the type has a length or precision, or is a domain:
/// then it is a cast, and no NULL as it stands (tried on 14 and 18).
fn kept(default: DefaultValue, ty: &SqlType, domain: bool) -> Option<DefaultValue> {
    match default.is_null() {
        false => Some(default),
        true if ty.args.is_empty() && !domain => None,
        true => {
            let bare = SqlType { args: Vec::new(), ..ty.clone() }.to_string();
            // `character` in a cast would be `character(1)`.
            let bare = if bare == "character" { "bpchar" } else { bare.as_str() };
            Some(DefaultValue::sql(&format!("NULL::{bare}")))
        }
    }
}

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
                self.know_in_part(&table)
            };
        }
        let entry = self.new_column(&table, column);
        self.note_column(&table, &entry.column);
        self.tables.edit(&table, |t| t.columns.push(entry));
        self.outgrow_queries(&table);
        if self.database.is_sqlite() {
            self.texts_are_columns(&table, &column.name);
        }
        let declared = self.named_late(&table, constraints);
        self.add_declared(&table, &declared);
        for index in indexes {
            self.create_index(&table, index);
        }
    }

    /// SQLite reads a double-quoted name in an index again: once there is such a column, it is no
    /// text any more.
    fn texts_are_columns(&mut self, table: &Name, column: &str) {
        let text = crate::quote::text(column);
        let is = |part: &IndexPart| matches!(&part.of, Indexed::Expression(sql) if *sql == text);
        let some = |t: &Table| t.indexes.iter().any(|i| i.index.parts.iter().any(is));
        if !self.tables.get(table).is_some_and(some) {
            return;
        }
        self.tables.edit(table, |t| {
            let loose = t.indexes.iter_mut().filter(|i| !i.index.loose.is_empty());
            let parts = loose.flat_map(|i| &mut i.index.parts);
            parts.filter(|p| is(p)).for_each(|p| p.of = Indexed::Column(column.to_owned()));
        });
    }

    /// The column as the server keeps it.
    pub(super) fn new_column(&mut self, table: &Name, column: &Column) -> TableColumn {
        let mut column = column.clone();
        let postgres = self.database.is_postgres();
        if postgres {
            column.name = clip(&column.name).to_owned();
            self.qualify(&mut column.ty);
            let domain = self.is_domain(&column.ty);
            column.default = column.default.and_then(|default| kept(default, &column.ty, domain));
        }
        let sequenced = column.serial || column.identity.is_some();
        // PostgreSQL, CREATE TABLE: serial and GENERATED … AS IDENTITY imply NOT NULL.
        if sequenced && (postgres || column.identity.is_some()) {
            column.nullable = false;
        }
        // The identity of a partition is its parent's.
        let shared = column.identity.is_some() && self.is_partition(table);
        if postgres && sequenced && !shared {
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

    fn is_partition(&self, table: &Name) -> bool {
        self.tables.get(table).is_some_and(|t| t.bound.is_some())
    }

    fn is_domain(&self, ty: &SqlType) -> bool {
        let name = match ty.name.split_once('.') {
            Some((schema, name)) => Name::new(Some(schema), name),
            None => Name::plain(&ty.name),
        };
        let found = self.types.get(&name).filter(|_| ty.dims == 0);
        found.is_some_and(|ty| matches!(ty.kind, TypeKind::Domain { .. }))
    }

    /// A type without a schema is the first of its name on the search path.
    pub(super) fn qualify(&self, ty: &mut SqlType) {
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
        let made = MadeUp { table: &table.name, columns: Some(column.to_owned()), label: "seq" };
        let taken = |candidate: &str| self.relation_exists(&table.sibling(candidate));
        let name = given.unwrap_or_else(|| table.sibling(&made.free(taken)));
        let owner = Some((table.clone(), column.to_owned()));
        let options = identity.map(|identity| identity.options.clone()).unwrap_or_default();
        let internal = identity.is_some();
        let made = Sequence { name: name.clone(), owner, options, internal };
        self.sequences.insert(name.clone(), made);
        self.note_owner(&name);
    }

    /// PostgreSQL takes along every index and constraint that names the column, those over
    /// several columns too (experiments `drop-indexed`, `drop-col-in-multi-*`).
    pub(super) fn drop_column(&mut self, table: &Name, column: &str, cascade: bool) {
        let table = self.resolve(table);
        let Some(old) = self.tables.shared(&table) else { return };
        self.suspect_readers(&table);
        // Of a table that is not known in full, constraints over a column may be all that is.
        let column = match old.column(column) {
            Lookup::Found(found) => found.column.name.clone(),
            Lookup::Unknown => column.to_owned(),
            Lookup::Missing => return,
        };
        let folds = old.folds;
        self.tables.edit(&table, |t| {
            t.columns.retain(|c| c.column.name != column);
            t.indexes.retain(|i| !index_mentions(&i.index, &column, folds));
            t.constraints.retain(|c| !constraint_mentions(c, &column, folds));
        });
        let kept = self.tables.get(&table).map(owned_index_names).unwrap_or_default();
        for gone in owned_index_names(&old).into_iter().filter(|name| !kept.contains(name)) {
            self.index_owners.remove(&table.sibling(&gone));
            if cascade {
                self.drop_standing_on(&table, &gone);
            }
        }
        for sequence in self.owned_sequences(&table, Some(&column)) {
            self.drop_sequence(&sequence, cascade);
        }
        if cascade {
            self.edit_referencing(&table, |child, target| {
                child.constraints.retain(|c| {
                    c.foreign_key()
                        .is_none_or(|fk| fk.table != *target || !fk.columns.contains(&column))
                });
            });
            self.drop_views(self.readers(&table, Some(&column)).map(|v| v.name.clone()).collect());
        }
        // Up to PostgreSQL 14 generated columns go with what they are made of, later by CASCADE.
        let takes = cascade || !self.database.at_least((15, 0));
        if takes && self.database.is_postgres() {
            for made in generated_from(&old, &column) {
                self.drop_column(&table, &made, cascade);
            }
        }
    }

    pub(super) fn rename_column(&mut self, table: &Name, column: &str, to: &str) {
        let table = self.resolve(table);
        if self.views.get(&table).is_some() {
            return self.rename_view_column(&table, column, clip(to));
        }
        let Some(old) = self.tables.get(&table) else { return };
        let to = if self.database.is_postgres() { clip(to) } else { to };
        let column = match old.column(column) {
            Lookup::Found(found) => found.column.name.clone(),
            Lookup::Unknown => column.to_owned(),
            Lookup::Missing => return,
        };
        if old.column(to).found().is_some_and(|c| c.column.name != column) {
            return;
        }
        let folds = old.folds;
        let follow = |names: &mut Vec<String>| {
            let same = |n: &&mut String| match folds {
                true => n.eq_ignore_ascii_case(&column),
                false => **n == column,
            };
            names.iter_mut().filter(same).for_each(|n| to.clone_into(n))
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
        self.suspect_readers(&table);
        self.views_follow_column(&table, &column, to);
    }

    pub(super) fn alter_column(&mut self, table: &Name, column: &str, change: &ColumnChange) {
        let table = self.resolve(table);
        let Some(old) = self.tables.get(&table).and_then(|t| t.column(column).found()) else {
            return;
        };
        let column = old.column.name.clone();
        let was_identity = old.column.identity.is_some();
        let old_type = old.column.ty.clone();
        if let Some(Some(identity)) = &change.identity
            && self.database.is_postgres()
            && !self.is_partition(&table)
        {
            self.add_owned_sequence(&table, &column, Some(identity));
        }
        let retyped = change.ty.is_some();
        let serial = change.default.as_ref().is_some_and(|default| {
            default.as_ref().is_some_and(|d| self.feeds(d, &table, &column))
        });
        let ty = change.ty.as_ref().map(|change| {
            let mut ty = change.to.clone();
            self.qualify(&mut ty);
            ty
        });
        let (span, sqlite) = (self.now.span, self.database.is_sqlite());
        let domain = self.is_domain(ty.as_ref().unwrap_or(&old_type));
        self.tables.edit(&table, |t| {
            let Some(entry) = t.columns.iter_mut().find(|c| c.column.name == column) else {
                return;
            };
            if change.nullable == Some(true) && !entry.column.nullable {
                entry.loosened = Some(span);
            }
            let column = Arc::make_mut(&mut entry.column);
            if let (Some(ty), Some(change)) = (ty, &change.ty) {
                column.ty = ty;
                if !sqlite {
                    column.collation.clone_from(&change.collation);
                }
            }
            if let Some(nullable) = change.nullable {
                column.nullable = nullable;
            }
            if let Some(default) = &change.default {
                column.default = match sqlite {
                    true => default.clone(),
                    false => default.clone().and_then(|d| kept(d, &column.ty, domain)),
                };
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
        if change.ty.is_some() || change.default.is_some() {
            let found = self.tables.get(&table).and_then(|t| t.column(&column).found());
            if let Some(changed) = found.map(|c| Arc::clone(&c.column)) {
                self.note_column(&table, &changed);
            }
        }
        if change.nullable == Some(true) && self.database.is_postgres() {
            let of = |c: &Constraint| c.kind == ConstraintKind::NotNull && c.columns == [&*column];
            let some = self.tables.get(&table).is_some_and(|t| t.constraints.iter().any(of));
            if some {
                self.tables.edit(&table, |t| t.constraints.retain(|c| !of(c)));
            }
        }
        if retyped {
            self.remake_indexes(&table, &column);
        }
        if sqlite {
            self.tables.edit(&table, Table::key_not_null);
        }
        if was_identity && matches!(change.identity, Some(None)) {
            for sequence in self.owned_sequences(&table, Some(&column)) {
                if self.sequences.get(&sequence).is_some_and(|s| s.internal) {
                    self.sequences.remove(&sequence);
                }
            }
        }
    }
}

/// The columns whose values are made from another.
fn generated_from(table: &Table, column: &str) -> Vec<String> {
    let from = |sql: &str| mentions(sql, column, table.folds);
    let generated = table.columns.iter().filter(|c| {
        c.column.name != column && c.column.generated.as_ref().is_some_and(|g| from(&g.sql))
    });
    generated.map(|c| c.column.name.clone()).collect()
}

impl Table {
    /// A column's name as the table spells it (SQLite).
    pub(super) fn respell(&self, column: &mut String) {
        if let Some(found) = self.column(column).found() {
            column.clone_from(&found.column.name);
        }
    }

    /// On SQLite a primary key may hold NULL, but not in a table WITHOUT ROWID, and in a STRICT one
    /// only as the rowid.
    pub(super) fn key_not_null(&mut self) {
        if !self.options.strict && !self.options.without_rowid {
            return;
        }
        if self.rowid().is_some() {
            return;
        }
        let key = self.key_columns().to_vec();
        for of in self.columns.iter_mut().filter(|c| key.contains(&c.column.name)) {
            Arc::make_mut(&mut of.column).nullable = false;
        }
    }

    /// The column that is SQLite's rowid, by which it numbers rows
    /// (sqlite.org/lang_createtable.html#rowid).
    pub fn rowid(&self) -> Option<&str> {
        let [column] = self.key_columns() else { return None };
        let column = &self.column(column).found()?.column;
        let is = self.folds && !self.options.without_rowid;
        (is && column.ty.name.eq_ignore_ascii_case("integer")).then_some(&column.name)
    }

    /// The columns of the primary key; empty where there is none.
    pub fn key_columns(&self) -> &[String] {
        self.primary_key().map(|key| key.columns.as_slice()).unwrap_or_default()
    }
}
