//! Constraints and indexes, and the names that PostgreSQL gives them.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use super::{
    Owner, Schema, Table, TableIndex,
    apply::MAX_PARTS,
    clip,
    expressions::{constraint_mentions, index_mentions},
    names::{MadeUp, called, joined, written},
};
use crate::ir::{
    Constraint, ConstraintKind, ConstraintType, ForeignKey, Index, IndexPart, Indexed, Name,
};

impl Schema {
    /// The constraints that one statement declares on a table, with their names. PostgreSQL makes
    /// checks first, then the primary key, other keys and foreign keys, and a made-up name
    /// depends on what is there already. Where the same key is declared twice it makes one index,
    /// under the first name that is given (`transformIndexConstraints`).
    pub fn named(&self, table: &Name, declared: &[Constraint]) -> Vec<Constraint> {
        self.named_in_turn(table, declared, 0)
    }

    /// The same for a column that is added: its keys are made before its checks
    /// (`AT_PASS_ADD_INDEX`, `AT_PASS_ADD_OTHERCONSTR`).
    pub fn named_late(&self, table: &Name, declared: &[Constraint]) -> Vec<Constraint> {
        self.named_in_turn(table, declared, 3)
    }

    fn named_in_turn(&self, table: &Name, declared: &[Constraint], checks: u8) -> Vec<Constraint> {
        if self.database.is_sqlite() {
            return declared.to_vec();
        }
        let rank = |c: &Constraint| match c.kind {
            ConstraintKind::Check { .. } | ConstraintKind::NotNull => checks,
            ConstraintKind::PrimaryKey => 1,
            ConstraintKind::Unique { .. } | ConstraintKind::Exclude { .. } => 2,
            ConstraintKind::ForeignKey(_) => 3,
        };
        let mut declared: Vec<(usize, &Constraint)> = declared.iter().enumerate().collect();
        declared.sort_by_key(|(_, c)| rank(c));
        let mut made: Vec<(usize, Constraint)> = Vec::with_capacity(declared.len());
        let mut keys: HashMap<&[String], Vec<usize>> = HashMap::new();
        for (at, constraint) in declared {
            if constraint.stands_on_index() {
                let alike = keys.entry(&constraint.columns).or_default();
                if let Some(&same) = alike.iter().find(|&&at| is_same_key(&made[at].1, constraint))
                {
                    let name = &mut made[same].1.name;
                    *name = name.take().or_else(|| constraint.name.clone());
                    continue;
                }
                alike.push(made.len());
            }
            made.push((at, constraint.clone()));
        }
        let mut names: HashSet<String> = HashSet::new();
        for (_, constraint) in &mut made {
            let name = self.constraint_name(table, constraint, &|name| names.contains(name));
            names.extend(name.clone());
            constraint.name = name;
        }
        // As they are declared, but for foreign keys to the table's own primary key.
        made.sort_by_key(|(at, c)| (c.foreign_key().is_some(), *at));
        made.into_iter().map(|(_, constraint)| constraint).collect()
    }

    /// Adds what one statement declares. The index of the primary key is made first, wherever it is
    /// written (`transformIndexConstraints`), and a foreign key may look for the oldest.
    pub(super) fn add_declared(&mut self, table: &Name, declared: &[Constraint]) {
        let postgres = self.database.is_postgres();
        let (references, others): (Vec<_>, Vec<_>) =
            declared.iter().partition(|c| postgres && c.foreign_key().is_some());
        for constraint in &others {
            self.add_constraint(table, constraint);
        }
        let mut keys = others.iter().filter(|c| c.stands_on_index());
        let is_primary = |c: &&&Constraint| c.kind == ConstraintKind::PrimaryKey;
        let behind =
            keys.clone().any(|c| is_primary(&c)) && !keys.next().is_some_and(|c| is_primary(&c));
        if behind && postgres {
            let later = others.iter().filter(|c| c.stands_on_index() && !is_primary(c));
            for (name, key) in later.filter_map(|c| Some((c.name.as_ref()?, c))) {
                self.index_made(table.sibling(name), table, key_names(key));
            }
        }
        for constraint in references {
            self.add_constraint(table, constraint);
        }
    }

    pub(super) fn add_constraint(&mut self, table: &Name, constraint: &Constraint) {
        let table = self.resolve(table);
        let Some(old) = self.tables.shared(&table) else { return };
        let mut constraint = constraint.clone();
        match old.folds {
            true => constraint.columns.iter_mut().for_each(|column| old.respell(column)),
            false => {
                let reads = constraint.reads.iter_mut().flatten();
                let names = constraint.columns.iter_mut().chain(&mut constraint.include);
                names.chain(reads).for_each(|c| c.truncate(clip(c).len()));
            }
        }
        let named = |c: &&Constraint| c.name.is_some() && c.name == constraint.name;
        let taken = self.database.is_postgres() && old.constraints.iter().any(|c| named(&c));
        let second_key =
            constraint.kind == ConstraintKind::PrimaryKey && old.primary_key().is_some();
        if taken || second_key {
            // A check that it has from a parent is its own as well, once it says so itself; a
            // partition's stays its parent's.
            let own = |c: &&mut Constraint| c.inherited && c.name == constraint.name;
            if taken && !constraint.inherited && old.bound.is_none() {
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
                self.know_in_part(&table)
            };
        }
        if let ConstraintKind::ForeignKey(fk) = &mut constraint.kind {
            self.complete_reference(&table, fk);
            self.note_reference(&fk.table, &table);
        }
        let index = constraint.using_index.clone();
        let promoted = index.filter(|index| self.promote_index(&table, index, &mut constraint));
        let promoted = promoted.map(|index| table.sibling(&index));
        constraint.name = self.constraint_name(&table, &constraint, &|_| false);
        if let Some(name) = &constraint.name {
            self.constraint_names.insert(table.sibling(name));
        }
        if let Some(name) = &constraint.name
            && self.database.is_postgres()
            && matches!(
                constraint.kind,
                ConstraintKind::PrimaryKey
                    | ConstraintKind::Unique { .. }
                    | ConstraintKind::Exclude { .. }
            )
        {
            match promoted {
                Some(index) => self.index_moves(&index, table.sibling(name), &table),
                None => {
                    self.index_made(table.sibling(name), &table, key_names(&constraint));
                }
            }
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
            let columns = if not_null.is_empty() { &mut [] } else { t.columns.as_mut_slice() };
            for column in columns.iter_mut().filter(|c| not_null.contains(&c.column.name)) {
                if column.column.nullable {
                    Arc::make_mut(&mut column.column).nullable = false;
                }
            }
            t.constraints.push(constraint);
        });
    }

    /// `REFERENCES t` without columns means the primary key of `t`.
    fn complete_reference(&self, table: &Name, fk: &mut ForeignKey) {
        fk.table = self.resolve(&fk.table);
        // SQLite looks for the primary key when it needs it: it may be another one then.
        if self.database.is_sqlite() {
            return;
        }
        if !fk.columns.is_empty() {
            return self.find_key(fk);
        }
        let target =
            if fk.table == *table { self.tables.get(table) } else { self.table(&fk.table).found() };
        if let Some(target) = target {
            fk.columns = target.key_columns().to_vec();
            fk.key = target.primary_key().and_then(|key| key.name.clone());
        }
    }

    /// The key that a foreign key stands on: the first made of those that have exactly these
    /// columns (`transformFkeyCheckAttrs`, which goes through the indexes by their numbers).
    fn find_key(&self, fk: &mut ForeignKey) {
        let Some(target) = self.tables.get(&fk.table).filter(|_| self.database.is_postgres())
        else {
            return;
        };
        let mut wanted: Vec<&str> = fk.columns.iter().map(String::as_str).collect();
        wanted.sort_unstable();
        let fits = |mut columns: Vec<&str>| {
            columns.sort_unstable();
            columns == wanted
        };
        let keys = target.constraints.iter().filter(|c| {
            matches!(c.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique { .. })
                && !c.deferrable
                && fits(c.columns.iter().map(String::as_str).collect())
        });
        let indexes = target.indexes.iter().filter(|i| {
            let index = &i.index;
            index.unique
                && index.predicate.is_none()
                && !index.has_expression()
                && fits(index.columns().collect())
        });
        let made = |name: &&String| self.index_owners.get(&fk.table.sibling(name)).map(|o| o.at);
        let names = keys.filter_map(|c| c.name.as_ref()).chain(indexes.map(|i| &i.name));
        fk.key = names.min_by_key(made).cloned();
    }

    /// A column's new type makes its keys and indexes anew, and the foreign keys then find theirs
    /// again (`ATPostAlterTypeCleanup`).
    pub(super) fn remake_indexes(&mut self, table: &Name, column: &str) {
        let Some(of) = self.tables.shared(table).filter(|_| self.database.is_postgres()) else {
            return;
        };
        let keys = of
            .constraints
            .iter()
            .filter(|c| c.stands_on_index() && constraint_mentions(c, column, false));
        let indexes = of.indexes.iter().filter(|i| index_mentions(&i.index, column, false));
        let keys = keys.filter_map(|c| Some((c.name.as_ref()?, key_names(c))));
        let indexes = indexes.map(|i| (&i.name, part_names(&i.index)));
        for (name, columns) in keys.chain(indexes).collect::<Vec<_>>() {
            self.index_made(table.sibling(name), table, columns);
        }
        let mut found: Vec<(Name, usize, ForeignKey)> = Vec::new();
        let children: BTreeSet<&Name> = self.ever_referencing(table).chain([table]).collect();
        for child in children.into_iter().filter_map(|name| self.tables.get(name)) {
            for (at, constraint) in child.constraints.iter().enumerate() {
                let Some(fk) = constraint.foreign_key() else { continue };
                let own = child.name == *table && constraint.columns.iter().any(|c| c == column);
                if own || fk.table == *table && fk.columns.iter().any(|c| c == column) {
                    let mut fk = fk.clone();
                    self.find_key(&mut fk);
                    found.push((child.name.clone(), at, fk));
                }
            }
        }
        for (child, at, fk) in found {
            self.tables.edit(&child, |t| t.constraints[at].kind = ConstraintKind::ForeignKey(fk));
        }
    }

    /// Foreign keys go on standing on a key that gets another name.
    fn key_renamed(&mut self, table: &Name, from: &str, to: &str) {
        self.edit_referencing(table, |child, target| {
            for constraint in &mut child.constraints {
                if let ConstraintKind::ForeignKey(fk) = &mut constraint.kind
                    && fk.table == *target
                    && fk.key.as_deref() == Some(from)
                {
                    fk.key = Some(to.to_owned());
                }
            }
        });
    }

    /// With CASCADE, foreign keys go with the key that they stand on.
    pub(super) fn drop_standing_on(&mut self, table: &Name, key: &str) {
        self.edit_referencing(table, |child, target| {
            child.constraints.retain(|c| {
                c.foreign_key()
                    .is_none_or(|fk| fk.table != *target || fk.key.as_deref() != Some(key))
            });
        });
    }

    /// `… USING INDEX i`: the index becomes the constraint's, and takes its name.
    fn promote_index(&mut self, table: &Name, index: &str, constraint: &mut Constraint) -> bool {
        let Some(found) = self.tables.get(table).and_then(|t| t.index(index)) else { return false };
        constraint.columns = found.index.columns().map(str::to_owned).collect();
        constraint.include.clone_from(&found.index.include);
        if let ConstraintKind::Unique { nulls_not_distinct } = &mut constraint.kind {
            *nulls_not_distinct = found.index.nulls_not_distinct;
        }
        if constraint.name.is_none() {
            constraint.name = Some(index.to_owned());
        }
        self.tables.edit(table, |t| t.indexes.retain(|i| i.name != index));
        true
    }

    /// `columns`: as the index calls its own from now on.
    pub(super) fn index_made(&mut self, name: Name, table: &Name, columns: Vec<String>) {
        self.indexes_made += 1;
        let owner = Owner { table: table.clone(), at: self.indexes_made, columns };
        self.index_owners.insert(name, owner);
    }

    /// The name of a copy of an index, if its columns had other names when it was made: those go
    /// on in it (`generateClonedIndexStmt`).
    pub(super) fn copied_name(
        &self,
        index: &Name,
        columns: &[String],
        table: &Name,
        label: &'static str,
    ) -> Option<String> {
        let owner = self.index_owners.get(index).filter(|o| o.columns != columns)?;
        let columns = joined(owner.columns.iter().map(String::as_str));
        let made = MadeUp { table: clip(&table.name), columns, label };
        Some(made.free(|candidate| {
            let name = table.sibling(candidate);
            self.relation_exists(&name) || label != "idx" && self.constraint_exists(&name)
        }))
    }

    /// An index has another name, or its table has.
    pub(super) fn index_moves(&mut self, from: &Name, to: Name, table: &Name) {
        let Some(owner) = self.index_owners.remove(from) else { return };
        self.index_owners.insert(to, Owner { table: table.clone(), ..Owner::clone(&owner) });
    }

    /// The name a constraint ends up with. SQLite gives none.
    pub(super) fn constraint_name(
        &self,
        table: &Name,
        constraint: &Constraint,
        taken: &dyn Fn(&str) -> bool,
    ) -> Option<String> {
        if let Some(name) = &constraint.name {
            let cut = if self.database.is_postgres() { clip(name) } else { name };
            return Some(cut.to_owned());
        }
        if self.database.is_sqlite() {
            return None;
        }
        let columns = constraint.columns.iter().map(String::as_str);
        let indexed = columns.clone().chain(constraint.include.iter().map(String::as_str));
        let (columns, label) = match constraint.ty() {
            ConstraintType::PrimaryKey => (None, "pkey"),
            ConstraintType::Unique => (joined(indexed), "key"),
            ConstraintType::Exclude => (joined(indexed), "excl"),
            ConstraintType::ForeignKey => (written(columns), "fkey"),
            ConstraintType::NotNull => (joined(columns), "not_null"),
            ConstraintType::Check => {
                let reads = constraint.reads.as_ref().unwrap_or(&constraint.columns);
                let one = (reads.len() == 1).then(|| reads[0].clone());
                (one, "check")
            }
        };
        let keyed = constraint.stands_on_index();
        let made = MadeUp { table: clip(&table.name), columns, label };
        Some(made.free(|candidate| {
            let name = table.sibling(candidate);
            taken(candidate)
                || self.constraint_exists(&name)
                || keyed && (self.relation_exists(&name) || *candidate == *table.name)
        }))
    }

    /// Whether any table of a schema has a constraint of this name: PostgreSQL makes up none
    /// that is in use there (`ConstraintNameExists`), although two tables may share one.
    fn constraint_exists(&self, name: &Name) -> bool {
        self.constraint_names.contains(name)
            && self
                .tables
                .values()
                .any(|t| t.name.schema == name.schema && t.constraint(&name.name).is_some())
    }

    /// Tables, views, sequences and indexes of one schema share their names (PostgreSQL).
    pub(super) fn relation_exists(&self, name: &Name) -> bool {
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
        let Some(name) = gone.name.as_ref().filter(|_| gone.stands_on_index()) else { return };
        if self.database.is_postgres() {
            self.index_owners.remove(&table.sibling(name));
        }
        if cascade {
            self.drop_standing_on(&table, name);
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
        let name = clip(name);
        let keyed = |c: &Constraint| c.stands_on_index();
        let keyed = self.tables.get(&table).and_then(|t| t.constraint(name)).is_some_and(keyed);
        self.constraint_names.insert(table.sibling(clip(to)));
        self.tables.edit(&table, |t| {
            t.constraints
                .iter_mut()
                .filter(|c| c.name.as_deref() == Some(name))
                .for_each(|c| c.name = Some(clip(to).to_owned()));
        });
        if keyed {
            self.index_moves(&table.sibling(name), table.sibling(clip(to)), &table);
            self.key_renamed(&table, name, clip(to));
        }
    }

    pub(super) fn create_index(&mut self, table: &Name, index: &Index) {
        let table = self.resolve(table);
        let view = self.views.get(&table).is_some_and(|v| v.materialized);
        let old = self.tables.get(&table);
        if old.is_none() && !view {
            return;
        }
        if let Some(old) = old.filter(|t| t.indexes.len() >= MAX_PARTS) {
            return if old.complete {
                self.know_in_part(&table)
            };
        }
        let mut index = index.clone();
        if self.database.is_postgres() {
            clip_columns(&mut index);
        }
        let name = match &index.name {
            Some(name) if self.database.is_postgres() => clip(name).to_owned(),
            Some(name) => name.clone(),
            None => {
                let parts = part_names(&index);
                let columns = joined(parts.iter().map(String::as_str));
                let made = MadeUp { table: &table.name, columns, label: "idx" };
                made.free(|candidate| self.relation_exists(&table.sibling(candidate)))
            }
        };
        let qualified = table.sibling(&name);
        if self.relation_exists(&qualified) {
            return;
        }
        if let Some(old) = old.filter(|t| t.folds) {
            for part in &mut index.parts {
                let Indexed::Column(column) = &mut part.of else { continue };
                match index.loose.contains(column) && old.column(column).is_missing() {
                    true => part.of = Indexed::Expression(crate::quote::text(column)),
                    false => old.respell(column),
                }
            }
        }
        self.index_made(qualified, &table, part_names(&index));
        if !index.loose.is_empty() {
            self.quoted_texts.insert(table.clone());
        }
        let entry = TableIndex { name, index, created: self.now };
        match view {
            true => self.views.edit(&table, |v| v.indexes.push(entry)),
            false => self.tables.edit(&table, |t| t.indexes.push(entry)),
        };
    }

    pub(super) fn drop_index(&mut self, name: &Name, table: Option<&Name>, cascade: bool) {
        let name =
            name.sibling(if self.database.is_postgres() { clip(&name.name) } else { &name.name });
        let name = self.index_name(&name);
        let owner = self.index_owners.get(&name).map(|owner| owner.table.clone());
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
        if cascade {
            self.drop_standing_on(&owner, &name.name);
        }
    }

    pub(super) fn rename_index(&mut self, name: &Name, to: &str) {
        let name = &name.sibling(clip(&name.name));
        let Some(owner) = self.index_owners.get(name).map(|owner| owner.table.clone()) else {
            return;
        };
        let to = clip(to);
        self.index_moves(name, name.sibling(to), &owner);
        self.constraint_names.insert(name.sibling(to));
        self.views.edit(&owner, |v| {
            let renamed = v.indexes.iter_mut().filter(|i| i.name == name.name);
            renamed.for_each(|i| to.clone_into(&mut i.name));
        });
        self.tables.edit(&owner, |t| {
            if let Some(index) = t.indexes.iter_mut().find(|i| i.name == name.name) {
                return to.clone_into(&mut index.name);
            }
            let key =
                |c: &&mut Constraint| c.stands_on_index() && c.name.as_deref() == Some(&name.name);
            t.constraints.iter_mut().filter(key).for_each(|c| c.name = Some(to.to_owned()));
        });
        self.key_renamed(&owner, &name.name, to);
    }
}

/// What the columns of a key's index are called.
pub(super) fn key_names(key: &Constraint) -> Vec<String> {
    key.columns.iter().chain(&key.include).cloned().collect()
}

/// What the columns of an index are called.
pub(super) fn part_names(index: &Index) -> Vec<String> {
    let name = |part: &IndexPart| match &part.of {
        Indexed::Column(name) => name.clone(),
        Indexed::Expression(sql) => called(sql).unwrap_or("expr".to_owned()),
    };
    index.parts.iter().map(name).chain(index.include.iter().cloned()).collect()
}

/// Names are cut where the statement is read.
fn clip_columns(index: &mut Index) {
    let cut = |name: &mut String| name.truncate(clip(name).len());
    for part in &mut index.parts {
        if let Indexed::Column(column) = &mut part.of {
            cut(column);
        }
    }
    index.include.iter_mut().for_each(cut);
    index.reads.iter_mut().flatten().for_each(cut);
}

/// Whether two keys over the same columns are one index: a primary key takes in a UNIQUE.
fn is_same_key(first: &Constraint, second: &Constraint) -> bool {
    let distinct = |c: &Constraint| c.kind == ConstraintKind::Unique { nulls_not_distinct: true };
    let excludes = |c: &Constraint| matches!(c.kind, ConstraintKind::Exclude { .. });
    !excludes(first)
        && !excludes(second)
        && first.using_index.is_none()
        && second.using_index.is_none()
        && first.include == second.include
        && first.deferrable == second.deferrable
        && first.initially_deferred == second.initially_deferred
        && distinct(first) == distinct(second)
}
