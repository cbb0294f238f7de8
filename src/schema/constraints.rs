//! Constraints and indexes, and the names that PostgreSQL gives them.

use std::sync::Arc;

use super::{
    Schema, Table, TableIndex,
    apply::MAX_PARTS,
    clip,
    names::{called, index_name, numbered, object_name},
};
use crate::ir::{Constraint, ConstraintKind, ConstraintType, Index, Indexed, Name};

impl Schema {
    pub(super) fn add_constraint(&mut self, table: &Name, constraint: &Constraint) {
        let table = self.resolve(table);
        let Some(old) = self.tables.shared(&table) else { return };
        let mut constraint = constraint.clone();
        let taken = old.constraints.iter().any(|c| c.name.is_some() && c.name == constraint.name);
        let second_key =
            constraint.kind == ConstraintKind::PrimaryKey && old.primary_key().is_some();
        if taken || second_key {
            // A check that it has from a parent is its own as well, once it says so itself.
            let own = |c: &&mut Constraint| c.inherited && c.name == constraint.name;
            if taken && !constraint.inherited {
                drop(old);
                self.tables.edit(&table, |t| {
                    t.constraints.iter_mut().filter(own).for_each(|c| c.inherited = false)
                });
            }
            return;
        }
        if old.constraints.len() >= MAX_PARTS {
            let known = old.complete;
            drop(old);
            return if known {
                self.edit(&table, |t| t.complete = false)
            };
        }
        if let ConstraintKind::ForeignKey(fk) = &mut constraint.kind {
            self.complete_reference(&table, fk);
            self.referenced.insert(fk.table.clone());
        }
        if let Some(index) = constraint.using_index.clone() {
            self.promote_index(&table, &index, &mut constraint);
        }
        constraint.name = self.constraint_name(&old, &constraint);
        if let Some(name) = &constraint.name
            && matches!(
                constraint.kind,
                ConstraintKind::PrimaryKey
                    | ConstraintKind::Unique { .. }
                    | ConstraintKind::Exclude { .. }
            )
        {
            self.index_owners.insert(table.sibling(name), table.clone());
        }
        let not_null: &[String] = match constraint.kind {
            ConstraintKind::NotNull => &constraint.columns,
            // SQLite: "NOT NULL is enforced on every column of the PRIMARY KEY" (withoutrowid).
            ConstraintKind::PrimaryKey
                if self.database.is_postgres() || old.options.without_rowid =>
            {
                &constraint.columns
            }
            _ => &[],
        };
        let not_null = not_null.to_vec();
        drop(old);
        self.tables.edit(&table, |t| {
            for column in t.columns.iter_mut().filter(|c| not_null.contains(&c.column.name)) {
                if column.column.nullable {
                    Arc::make_mut(&mut column.column).nullable = false;
                }
            }
            t.constraints.push(constraint);
        });
    }

    /// `REFERENCES t` without columns means the primary key of `t`.
    fn complete_reference(&self, table: &Name, fk: &mut crate::ir::ForeignKey) {
        fk.table = self.resolve(&fk.table);
        if !fk.columns.is_empty() {
            return;
        }
        let target =
            if fk.table == *table { self.tables.get(table) } else { self.table(&fk.table).found() };
        if let Some(target) = target {
            fk.columns = target.key_columns().to_vec();
        }
    }

    /// `… USING INDEX i`: the index becomes the constraint's, and takes its name.
    fn promote_index(&mut self, table: &Name, index: &str, constraint: &mut Constraint) {
        let Some(found) = self.tables.get(table).and_then(|t| t.index(index)) else { return };
        constraint.columns = found.index.columns().map(str::to_owned).collect();
        constraint.include.clone_from(&found.index.include);
        if constraint.name.is_none() {
            constraint.name = Some(index.to_owned());
        }
        self.index_owners.remove(&table.sibling(index));
        self.tables.edit(table, |t| t.indexes.retain(|i| i.name != index));
    }

    /// The name a constraint ends up with. SQLite gives none.
    pub(super) fn constraint_name(&self, table: &Table, constraint: &Constraint) -> Option<String> {
        if let Some(name) = &constraint.name {
            let cut = if self.database.is_postgres() { clip(name) } else { name };
            return Some(cut.to_owned());
        }
        if self.database.is_sqlite() {
            return None;
        }
        let columns: Vec<&str> = constraint.columns.iter().map(String::as_str).collect();
        let name = match constraint.ty() {
            ConstraintType::PrimaryKey => object_name(&table.name.name, None, "pkey"),
            ConstraintType::Unique => index_name(&table.name.name, &columns, "key"),
            ConstraintType::ForeignKey => index_name(&table.name.name, &columns, "fkey"),
            ConstraintType::Exclude => index_name(&table.name.name, &columns, "excl"),
            ConstraintType::NotNull => index_name(&table.name.name, &columns, "not_null"),
            ConstraintType::Check => match columns.as_slice() {
                [column] => index_name(&table.name.name, &[column], "check"),
                _ => object_name(&table.name.name, None, "check"),
            },
        };
        let indexed = matches!(
            constraint.ty(),
            ConstraintType::PrimaryKey | ConstraintType::Unique | ConstraintType::Exclude
        );
        Some(numbered(name, |candidate| {
            table.constraint(candidate).is_some()
                || (indexed && self.relation_exists(&table.name.sibling(candidate)))
        }))
    }

    /// Tables, views, sequences and indexes of one schema share their names (PostgreSQL).
    fn relation_exists(&self, name: &Name) -> bool {
        self.tables.get(name).is_some()
            || self.index_owners.get(name).is_some()
            || self.views.get(name).is_some()
            || self.sequences.get(name).is_some()
    }

    pub(super) fn drop_constraint(
        &mut self,
        table: &Name,
        name: Option<&str>,
        kind: Option<ConstraintType>,
        cascade: bool,
    ) {
        let table = self.resolve(table);
        let Some(old) = self.tables.shared(&table) else { return };
        let Some(found) = self.find_constraint(&old, name, kind) else { return };
        let gone = &old.constraints[found];
        self.tables.edit(&table, |t| {
            t.constraints.remove(found);
            if gone.kind == ConstraintKind::NotNull {
                for c in t.columns.iter_mut().filter(|c| gone.columns.contains(&c.column.name)) {
                    Arc::make_mut(&mut c.column).nullable = true;
                }
            }
        });
        if let Some(name) = &gone.name {
            self.index_owners.remove(&table.sibling(name));
        }
        if cascade && gone.foreign_key().is_none() {
            let columns = gone.columns.clone();
            self.edit_referencing(&table, |child, target| {
                child.constraints.retain(|c| {
                    c.foreign_key().is_none_or(|fk| fk.table != *target || fk.columns != columns)
                });
            });
        }
    }

    /// By name; on SQLite, where constraints made without a name stay nameless, Alembic's batch
    /// mode finds them by the naming convention: such a name is made of the table and its columns.
    fn find_constraint(
        &self,
        table: &Table,
        name: Option<&str>,
        kind: Option<ConstraintType>,
    ) -> Option<usize> {
        let wanted = name.map(|n| if self.database.is_postgres() { clip(n) } else { n });
        let named =
            table.constraints.iter().position(|c| wanted.is_some() && c.name.as_deref() == wanted);
        if named.is_some() || self.database.is_postgres() {
            return named;
        }
        let of_kind = |c: &Constraint| c.name.is_none() && kind.is_none_or(|kind| c.ty() == kind);
        if kind == Some(ConstraintType::PrimaryKey) {
            return table.constraints.iter().position(|c| c.kind == ConstraintKind::PrimaryKey);
        }
        let wanted = wanted?;
        let fits = |c: &Constraint| {
            of_kind(c) && c.columns.iter().all(|column| wanted.contains(column.as_str()))
        };
        table
            .constraints
            .iter()
            .enumerate()
            .filter(|(_, c)| fits(c))
            .max_by_key(|(_, c)| c.columns.iter().map(String::len).sum::<usize>())
            .map(|(at, _)| at)
    }

    pub(super) fn rename_constraint(&mut self, table: &Name, name: &str, to: &str) {
        let table = self.resolve(table);
        self.tables.edit(&table, |t| {
            t.constraints
                .iter_mut()
                .filter(|c| c.name.as_deref() == Some(name))
                .for_each(|c| c.name = Some(clip(to).to_owned()));
        });
        if self.index_owners.remove(&table.sibling(name)).is_some() {
            self.index_owners.insert(table.sibling(clip(to)), table);
        }
    }

    pub(super) fn create_index(&mut self, table: &Name, index: &Index) {
        if self.views.get(table).is_some_and(|v| v.materialized) {
            return self.index_view(table, index);
        }
        let table = self.resolve(table);
        let Some(old) = self.tables.get(&table) else { return };
        if old.indexes.len() >= MAX_PARTS {
            return if old.complete {
                self.edit(&table, |t| t.complete = false)
            };
        }
        let name = match &index.name {
            Some(name) if self.database.is_postgres() => clip(name).to_owned(),
            Some(name) => name.clone(),
            None => {
                let parts: Vec<String> = index
                    .parts
                    .iter()
                    .map(|part| match &part.of {
                        Indexed::Column(name) => name.clone(),
                        Indexed::Expression(sql) => called(sql).unwrap_or("expr".to_owned()),
                    })
                    .collect();
                let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
                let base = index_name(&old.name.name, &parts, "idx");
                numbered(base, |candidate| self.relation_exists(&table.sibling(candidate)))
            }
        };
        let qualified = table.sibling(&name);
        if self.relation_exists(&qualified) {
            return;
        }
        self.index_owners.insert(qualified, table.clone());
        let entry = TableIndex { name, index: index.clone(), created: self.now };
        self.tables.edit(&table, |t| t.indexes.push(entry));
    }

    /// An index of a materialized view that has a name.
    fn index_view(&mut self, view: &Name, index: &Index) {
        let Some(name) = index.name.as_deref().map(clip) else { return };
        let qualified = view.sibling(name);
        if self.relation_exists(&qualified) {
            return;
        }
        self.index_owners.insert(qualified, view.clone());
        let entry = TableIndex { name: name.to_owned(), index: index.clone(), created: self.now };
        self.views.edit(view, |v| v.indexes.push(entry));
    }

    pub(super) fn drop_index(&mut self, name: &Name, table: Option<&Name>) {
        let name =
            name.sibling(if self.database.is_postgres() { clip(&name.name) } else { &name.name });
        let owner = self.index_owners.shared(&name).map(|owner| Name::clone(&owner));
        let Some(owner) = owner.or_else(|| table.map(|t| self.resolve(t))) else { return };
        if self.views.get(&owner).is_some() {
            self.index_owners.remove(&owner.sibling(&name.name));
            self.views.edit(&owner, |v| v.indexes.retain(|i| i.name != name.name));
            return;
        }
        let has = self.tables.get(&owner).is_some_and(|t| t.index(&name.name).is_some());
        if !has {
            return;
        }
        self.index_owners.remove(&owner.sibling(&name.name));
        self.tables.edit(&owner, |t| t.indexes.retain(|i| i.name != name.name));
    }

    pub(super) fn rename_index(&mut self, name: &Name, to: &str) {
        let name = &name.sibling(clip(&name.name));
        let Some(owner) = self.index_owners.remove(name) else { return };
        let owner = Name::clone(&owner);
        let to = clip(to);
        self.index_owners.insert(name.sibling(to), owner.clone());
        self.tables.edit(&owner, |t| {
            t.indexes
                .iter_mut()
                .filter(|i| i.name == name.name)
                .for_each(|i| to.clone_into(&mut i.name));
            t.constraints
                .iter_mut()
                .filter(|c| c.name.as_deref() == Some(&name.name))
                .for_each(|c| c.name = Some(to.to_owned()));
        });
    }
}
