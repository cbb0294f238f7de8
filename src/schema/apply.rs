//! What an operation leaves behind. An operation that a server would refuse changes nothing.

use std::sync::Arc;

use super::{
    Mark, Rows, Schema, Sequence, Table, Trigger, Type, TypeKind, clip,
    expressions::rename_table_in, open_key, rebuild::named_first, type_key, views::NewView,
};
use crate::{
    facts::refusal::is_forgiven,
    ir::{
        ConstraintKind, CreateTable, EnumPosition, Name, Op, OpKind, Opaque, OpaqueEffect, Style,
        TableFrom, schemas,
    },
};

/// Columns, constraints and indexes that a table is known to have. PostgreSQL stops at 1,600
/// columns, SQLite at 2,000 (SQLITE_MAX_COLUMN); a table with more is known in part.
pub const MAX_PARTS: usize = 2_000;

impl Schema {
    /// Applies one operation.
    pub fn apply(&mut self, op: &Op) {
        let meant = self.on_path(op);
        let op = meant.as_ref().unwrap_or(op);
        if is_forgiven(self, op) {
            return;
        }
        self.now.span = op.span;
        if matches!(
            op.kind,
            OpKind::RenameTable { .. } | OpKind::DropColumn { .. } | OpKind::RenameColumn { .. }
        ) {
            self.settle_views();
        }
        match self.mother(op) {
            None => self.apply_alone(op),
            Some(before) => {
                self.apply_alone(op);
                self.descend(op, &before);
            }
        }
    }

    /// Applies an operation to what it names.
    fn apply_alone(&mut self, op: &Op) {
        match &op.kind {
            OpKind::CreateTable(create) => self.create_table(create),
            OpKind::DropTable { table, cascade, .. } => self.drop_table(table, *cascade),
            OpKind::RenameTable { table, to } => self.move_table(table, table.sibling(to)),
            OpKind::SetSchema { table, schema } => {
                self.move_table(table, Name::new(schema.as_deref(), &table.name))
            }
            OpKind::AddColumn { table, column, constraints, indexes, .. } => {
                self.add_column(table, column, constraints, indexes);
            }
            OpKind::DropColumn { table, column, cascade, .. } => {
                self.drop_column(table, column, *cascade)
            }
            OpKind::RenameColumn { table, column, to } if rebuilt(op) => {
                self.rename_in_copy(table, column, to);
            }
            OpKind::RenameColumn { table, column, to } => self.rename_column(table, column, to),
            OpKind::AlterColumn { table, column, change } => {
                self.alter_column(table, column, change)
            }
            OpKind::AddConstraint { table, constraint }
                if rebuilt(op) && self.leaves_out(table, constraint) => {}
            OpKind::AddConstraint { table, constraint } => {
                if rebuilt(op) {
                    self.make_room(table, constraint.name.as_deref());
                    self.replace_key(table, constraint);
                }
                self.add_constraint(table, constraint);
                if rebuilt(op) && self.database.is_sqlite() {
                    self.edit(table, named_first);
                }
            }
            OpKind::ValidateConstraint { table, name } => self.edit(table, |t| {
                for constraint in
                    t.constraints.iter_mut().filter(|c| c.name.as_deref() == Some(name))
                {
                    constraint.validated = true;
                }
            }),
            OpKind::DropConstraint { table, name, kind, cascade, .. } => {
                self.drop_constraint(table, name.as_deref(), *kind, *cascade);
            }
            OpKind::RenameConstraint { table, name, to } => self.rename_constraint(table, name, to),
            OpKind::CreateIndex { table, index, .. } => self.create_index(table, index),
            OpKind::DropIndex { name, table, cascade, .. } => {
                self.drop_index(name, table.as_ref(), *cascade);
            }
            OpKind::RenameIndex { name, to } => self.rename_index(name, to),
            OpKind::CreateEnum { name, labels, .. } => {
                self.create_type(name, TypeKind::Enum { labels: labels.clone() });
            }
            OpKind::CreateDomain { name, domain } => {
                self.create_type(name, TypeKind::Domain { domain: domain.clone(), known: true });
            }
            OpKind::AlterDomain { name, change } => self.alter_domain(name, change),
            OpKind::CreateType { name, sql } => {
                self.create_type(name, TypeKind::Other { sql: Some(sql.clone()) });
            }
            OpKind::DropType { name, cascade, .. } => self.drop_type(name, *cascade),
            OpKind::AddEnumValue { name, label, position, .. } => {
                self.add_label(name, label, position.as_ref())
            }
            OpKind::RenameEnumValue { name, from, to } => {
                self.types.edit(name, |ty| {
                    let TypeKind::Enum { labels } = &mut ty.kind else { return };
                    labels.iter_mut().filter(|l| *l == from).for_each(|l| l.clone_from(to));
                });
                self.rename_label_in_defaults(name, from, to);
            }
            OpKind::ReplaceEnum { name, labels } => {
                let labels = labels.clone();
                self.types.edit(name, |ty| ty.kind = TypeKind::Enum { labels });
            }
            OpKind::RenameType { name, to } => self.rename_type(name, name.sibling(to)),
            OpKind::MoveType { name, schema } => {
                self.rename_type(name, Name { schema: schema.clone(), ..name.clone() });
            }
            OpKind::CreateView {
                name,
                materialized,
                or_replace,
                columns,
                reads,
                sql,
                query,
                ..
            } => {
                let (materialized, or_replace) = (*materialized, *or_replace);
                let (sql, query) = (sql.as_deref(), query.as_deref());
                let view = NewView { name, materialized, or_replace, columns, reads, sql, query };
                self.create_view(&view);
            }
            OpKind::DropView { name, cascade: true, .. } => {
                self.drop_views(vec![self.resolve(name)])
            }
            OpKind::DropView { name, .. } => self.remove_view(&self.resolve(name)),
            OpKind::CreateSequence { name, options, owner, .. } => {
                if !self.relation_exists(name) {
                    if let Some((table, column)) = owner {
                        self.not_serial_by(table, column, name);
                    }
                    let (options, owner) = (options.clone(), owner.clone());
                    let made = Sequence { name: name.clone(), owner, options, internal: false };
                    self.sequences.insert(name.clone(), made);
                    self.note_owner(name);
                }
            }
            OpKind::OwnSequence { name, owner } => self.own_sequence(name, owner.as_ref()),
            OpKind::RenameSequence { name, to } => self.rename_sequence(name, to),
            OpKind::DropSequence { name, cascade, .. } => self.drop_sequence(name, *cascade),
            OpKind::CreateTrigger { if_not_exists: true, name, .. } if self.has_trigger(name) => {}
            OpKind::CreateTrigger { name, table, .. } if self.is_view_of_sqlite(table) => {
                let view = self.resolve(table);
                self.note_trigger(name, view.clone());
                self.views.edit(&view, |v| v.triggers.push(name.clone()));
            }
            OpKind::CreateTrigger { name, table, sql, .. } => {
                self.note_trigger(name, self.resolve(table));
                self.edit(table, |t| {
                    t.triggers.retain(|known| known.name != *name);
                    t.triggers.push(Trigger { name: name.clone(), sql: sql.clone() });
                });
            }
            OpKind::DropTrigger { name, table, .. } => self.drop_trigger(name, table.as_ref()),
            OpKind::DropSchema { name, cascade } => self.drop_schema(name, *cascade),
            OpKind::CreateSchema { name } => self.create_namespace(name),
            OpKind::CreateExtension { name, schema } => {
                self.create_extension(name, schema.as_deref());
            }
            OpKind::DropExtension { name, .. } => self.drop_extension(name),
            OpKind::CreateRoutine(routine) => self.create_routine(routine),
            OpKind::DropRoutine { name, arguments } => {
                self.drop_routine(name, arguments.as_deref());
            }
            OpKind::Attach { table, child, bound } => self.attach(table, child, bound.as_deref()),
            OpKind::Detach { table, child } => self.detach(table, child),
            OpKind::Write(write) => self.write(write, op.span),
            OpKind::Rebuild { table, from, names, .. } => {
                match from {
                    None if self.database.is_sqlite() => {
                        self.rebuild(table);
                        self.name_in_copy(table, names);
                    }
                    None => self.rebuild_on_postgres(table),
                    Some(from) => self.rebuild_from(table, from),
                }
                if self.database.is_sqlite() {
                    self.edit(table, named_first);
                }
            }
            OpKind::Opaque(opaque) => self.open_up(opaque),
            OpKind::Setting { name, value } if name == "search_path" => {
                self.path = schemas(value).map(|s| Name::new(Some(&s), "").schema).collect();
            }
            OpKind::Setting { name, value } if name == "legacy_alter_table" => {
                let on = ["1", "on", "true", "yes"];
                self.legacy_rename = on.contains(&value.to_ascii_lowercase().as_str());
            }
            OpKind::Read(_) | OpKind::Setting { .. } | OpKind::Neutral { .. } => {}
        }
    }

    /// Takes a table for given that the history did not make: it starts on a base of its own.
    pub fn assume(&mut self, name: &Name) {
        let name = self.resolve(name);
        if self.tables.get(&name).is_some() {
            return;
        }
        let table = Table { rows: Rows::Unknown, ..self.empty_table(&name) };
        self.tables.insert(name.clone(), table);
        self.know_in_part(&name);
    }

    /// A point to which the schema can be put back.
    pub fn mark(&mut self) -> Mark {
        Mark([
            self.tables.mark(),
            self.types.mark(),
            self.views.mark(),
            self.sequences.mark(),
            self.index_owners.mark(),
            self.open.mark(),
            self.gone.mark(),
            self.fresh.mark(),
            self.extras.mark(),
            self.suspects.mark(),
        ])
    }

    pub fn rollback(&mut self, to: Mark) {
        let Mark([tables, types, views, sequences, owners, open, gone, fresh, extras, suspects]) =
            to;
        self.tables.rollback(tables);
        self.types.rollback(types);
        self.views.rollback(views);
        self.sequences.rollback(sequences);
        self.index_owners.rollback(owners);
        self.open.rollback(open);
        self.gone.rollback(gone);
        self.fresh.rollback(fresh);
        self.extras.rollback(extras);
        self.suspects.rollback(suspects);
    }

    /// Gives up the way back, and with it the memory it takes.
    pub fn commit(&mut self) {
        self.tables.commit();
        self.types.commit();
        self.views.commit();
        self.sequences.commit();
        self.index_owners.commit();
        self.open.commit();
        self.gone.commit();
        self.fresh.commit();
        self.extras.commit();
        self.suspects.commit();
    }

    pub(super) fn edit(&mut self, table: &Name, change: impl FnOnce(&mut Table)) {
        let table = self.resolve(table);
        self.tables.edit(&table, change);
    }

    /// A table may have more than is known of it from now on.
    pub(super) fn know_in_part(&mut self, table: &Name) {
        self.edit(table, |t| t.complete = false);
        self.partial.insert(self.resolve(table));
    }

    fn note_partial(&mut self, table: &Table) {
        if !table.complete {
            self.partial.insert(table.name.clone());
        }
    }

    fn empty_table(&self, name: &Name) -> Table {
        Table {
            name: name.clone(),
            columns: Vec::new(),
            constraints: Vec::new(),
            indexes: Vec::new(),
            triggers: Vec::new(),
            options: Default::default(),
            parents: Vec::new(),
            bound: None,
            created: self.now,
            rows: Rows::None,
            temporary: false,
            folds: self.database.is_sqlite(),
            complete: true,
        }
    }

    /// The table is another one afterwards, with the rows of the old one. Columns that the
    /// definition lacks were dropped before. On PostgreSQL what has no name is named after the
    /// table that Alembic makes first, and named constraints leave the old one before
    /// (`ApplyBatchImpl._create`, `PostgresqlImpl.prep_table_for_batch`).
    pub(super) fn rebuild_from(&mut self, table: &Name, from: &CreateTable) {
        let Some(old) = self.shared_table(table) else { return };
        let name = old.name.clone();
        let fresh = self.fresh.get(&name).is_some();
        if self.database.is_postgres() {
            for given in from.constraints.iter().filter_map(|c| c.name.as_deref()) {
                self.drop_constraint(&name, Some(given), None, false);
            }
            let made: String = format!("_alembic_tmp_{}", name.name).chars().take(50).collect();
            let made = name.sibling(&made);
            let (indexes, likes) = (Vec::new(), Vec::new());
            self.create_table(&CreateTable { table: made.clone(), indexes, likes, ..from.clone() });
            self.drop_table(&name, false);
            self.move_table(&made, name.clone());
            self.gone.remove(&made);
            self.gone.remove(&name);
            for index in &from.indexes {
                self.create_index(&name, index);
            }
        } else {
            self.drop_table(&name, false);
            self.gone.remove(&name);
            self.create_table(&CreateTable { table: name.clone(), ..from.clone() });
        }
        if !fresh {
            self.fresh.remove(&name);
        }
        self.edit(&name, |t| {
            (t.created, t.rows) = (old.created, old.rows);
            for of in &mut t.columns {
                if let Some(known) = old.column(&of.column.name).found() {
                    of.created = known.created;
                    (of.loosened, of.filled) = (known.loosened, known.filled);
                }
            }
        });
    }

    fn create_table(&mut self, create: &CreateTable) {
        let name = self.resolve_new(&create.table);
        // "object name reserved for internal use": SQLite's own, which a dump may list.
        if self.database.is_sqlite() && name.name.starts_with("sqlite_") {
            return;
        }
        let stays = |t: &Table| t.complete || create.if_not_exists && !t.columns.is_empty();
        let other = self.tables.get(&name).is_none() && self.relation_exists(&name);
        if other || self.tables.get(&name).is_some_and(stays) {
            return;
        }
        // One that was only assumed: what it was thought to have goes, names included.
        if self.tables.get(&name).is_some() {
            self.drop_table(&name, false);
        }
        let mut table = Table {
            options: create.options.clone(),
            temporary: create.temporary,
            ..self.empty_table(&name)
        };
        self.give_columns(&mut table, create);
        self.fresh.insert(name.clone(), ());
        self.note_partial(&table);
        self.tables.insert(name.clone(), table);
        self.respell_references(&name);
        if let Some(TableFrom::PartitionOf { table: parent, .. }) = &create.from
            && let Some(mother) = self.shared_table(parent).filter(|_| !self.tired())
        {
            self.give_partition(&mother, &name);
        }
        self.note_columns(&name);
        let (references, own): (Vec<_>, Vec<_>) = self
            .named(&name, &create.constraints)
            .into_iter()
            .partition(|c| c.foreign_key().is_some() && !create.likes.is_empty());
        self.add_declared(&name, &own);
        self.give_likes(&name, &create.likes);
        for constraint in &references {
            self.add_constraint(&name, constraint);
        }
        for index in &create.indexes {
            self.create_index(&name, index);
        }
        if self.database.is_sqlite() {
            self.edit(&name, |t| t.key_not_null());
        }
    }

    fn drop_table(&mut self, table: &Name, cascade: bool) {
        let table = self.resolve(table);
        let Some(old) = self.tables.remove(&table) else { return };
        self.suspect_readers(&table);
        self.gone.insert(table.clone(), self.now.span);
        for name in owned_index_names(&old) {
            self.index_owners.remove(&table.sibling(&name));
        }
        for sequence in self.owned_sequences(&table, None) {
            self.drop_sequence(&sequence, cascade);
        }
        if !cascade {
            return;
        }
        self.edit_referencing(&table, |child, table| {
            child.constraints.retain(|c| c.foreign_key().is_none_or(|fk| fk.table != *table));
        });
        self.drop_views(self.readers(&table, None).map(|v| v.name.clone()).collect());
    }

    fn move_table(&mut self, from: &Name, to: Name) {
        let from = self.resolve(from);
        let to = to.sibling(if self.database.is_postgres() { clip(&to.name) } else { &to.name });
        if self.tables.get(&to).is_some() && from != to {
            return;
        }
        if self.views.get(&from).is_some() {
            return self.rename_view(&from, &to);
        }
        let Some(old) = self.tables.remove(&from) else { return };
        self.suspect_readers(&from);
        self.gone.insert(from.clone(), self.now.span);
        let mut new = Table { name: to.clone(), ..Table::clone(&old) };
        for child in self.children(&from) {
            self.tables.edit(&child, |t| {
                t.parents.iter_mut().filter(|p| **p == from).for_each(|p| p.clone_from(&to));
            });
            self.note_child(&to, &child);
        }
        for parent in &new.parents {
            self.note_child(parent, &to);
        }
        let legacy = self.legacy_rename && self.database.is_sqlite();
        if !legacy {
            point_at(&mut new, &from, &to);
        }
        for name in owned_index_names(&old) {
            self.index_moves(&from.sibling(&name), to.sibling(&name), &to);
        }
        let owned = self.owned_sequences(&from, None);
        for sequence in &owned {
            self.sequences.edit(sequence, |s| {
                s.owner = s.owner.take().map(|(_, column)| (to.clone(), column));
            });
            self.note_owner(sequence);
        }
        for constraint in &new.constraints {
            self.constraint_names.extend(constraint.name.iter().map(|name| to.sibling(name)));
        }
        if !legacy {
            self.views_follow(&from, &to);
        }
        self.fresh.insert(to.clone(), ());
        for fk in new.constraints.iter().filter_map(|c| c.foreign_key()) {
            self.note_reference(&fk.table, &to);
        }
        self.note_partial(&new);
        for trigger in &new.triggers {
            self.note_trigger(&trigger.name, to.clone());
        }
        if self.quoted_texts.contains(&from) {
            self.quoted_texts.insert(to.clone());
        }
        self.tables.insert(to.clone(), new);
        self.note_columns(&to);
        self.respell_references(&to);
        for child in self.ever_referencing(&from).cloned().collect::<Vec<_>>() {
            self.note_reference(&to, &child);
        }
        // SET SCHEMA takes the sequences along.
        for sequence in owned {
            let moved = Name { schema: to.schema.clone(), ..sequence.clone() };
            self.move_sequence(&sequence, moved);
        }
        if !legacy {
            self.edit_referencing(&from, |child, from| point_at(child, from, &to));
        }
    }

    /// A foreign key may have been written before the table that it references, in another case
    /// (SQLite).
    fn respell_references(&mut self, table: &Name) {
        if self.database.is_postgres() {
            return;
        }
        let same = self.referenced.get(&table.name.to_ascii_lowercase());
        let others =
            same.into_iter().flat_map(|names| names.keys()).filter(|other| *other != table);
        for other in others.cloned().collect::<Vec<_>>() {
            self.edit_referencing(&other, |child, other| {
                for constraint in &mut child.constraints {
                    if let ConstraintKind::ForeignKey(fk) = &mut constraint.kind
                        && fk.table == *other
                    {
                        fk.table.clone_from(table);
                    }
                }
            });
            for child in self.ever_referencing(&other).cloned().collect::<Vec<_>>() {
                self.note_reference(table, &child);
            }
        }
    }

    /// Changes every table with a foreign key to `target`.
    pub(super) fn edit_referencing(&mut self, target: &Name, change: impl Fn(&mut Table, &Name)) {
        let mut children: Vec<Name> =
            self.references_to(target).map(|(table, _)| table.name.clone()).collect();
        children.dedup();
        for child in children {
            self.tables.edit(&child, |table| change(table, target));
        }
    }

    pub(super) fn owned_sequences(&self, table: &Name, column: Option<&str>) -> Vec<Name> {
        let owned = |s: &&Sequence| {
            let of = s.owner.as_ref();
            column.is_none_or(|column| of.is_some_and(|(_, c)| c == column))
        };
        self.owned_by(table).filter(owned).map(|s| s.name.clone()).collect()
    }

    fn create_type(&mut self, name: &Name, kind: TypeKind) {
        if self.types.get(name).is_none() {
            self.types.insert(name.clone(), Type { name: name.clone(), kind, created: self.now });
        }
    }

    fn drop_type(&mut self, name: &Name, cascade: bool) {
        if self.types.remove(name).is_some() {
            self.gone.insert(type_key(name), self.now.span);
        }
        if !cascade {
            return;
        }
        let spelled = name.to_string();
        let of_type = |t: &Table| -> Vec<(Name, String)> {
            let typed = t.columns.iter().filter(|c| c.column.ty.name == spelled);
            typed.map(|c| (t.name.clone(), c.column.name.clone())).collect()
        };
        let tables = self.ever_typed(&spelled);
        let tables = tables.iter().filter_map(|table| self.tables.get(table));
        let columns: Vec<_> = tables.flat_map(of_type).collect();
        for (table, column) in columns {
            self.drop_column(&table, &column, true);
        }
    }

    fn add_label(&mut self, name: &Name, label: &str, position: Option<&EnumPosition>) {
        self.types.edit(name, |ty| {
            let TypeKind::Enum { labels } = &mut ty.kind else { return };
            if labels.iter().any(|l| l == label) {
                return;
            }
            let at = match position {
                Some(EnumPosition::Before(other)) => labels.iter().position(|l| l == other),
                Some(EnumPosition::After(other)) => {
                    labels.iter().position(|l| l == other).map(|i| i + 1)
                }
                None => None,
            };
            labels.insert(at.unwrap_or(labels.len()), label.to_owned());
        });
    }

    fn rename_type(&mut self, name: &Name, to: Name) {
        if self.types.get(&to).is_some() {
            return;
        }
        let Some(old) = self.types.remove(name) else { return };
        self.types.insert(to.clone(), Type { name: to.clone(), ..Type::clone(&old) });
        let (from, to) = (name.to_string(), to.to_string());
        for view in self.ever_yielding(&from) {
            self.views.edit(&view, |v| {
                let types = v.output.iter_mut().flatten().map(|(_, ty)| &mut ty.name);
                types.filter(|name| **name == from).for_each(|name| name.clone_from(&to));
            });
            self.note_view(&view);
        }
        for table in self.ever_typed(&from) {
            let of = |t: &Table| t.columns.iter().any(|c| c.column.ty.name == from);
            if !self.tables.get(&table).is_some_and(of) {
                continue;
            }
            self.tables.edit(&table, |t| {
                for c in t.columns.iter_mut().filter(|c| c.column.ty.name == from) {
                    Arc::make_mut(&mut c.column).ty.name.clone_from(&to);
                }
            });
            self.note_columns(&table);
        }
    }

    pub(super) fn note_trigger(&mut self, trigger: &str, table: Name) {
        self.triggers.entry(trigger.to_ascii_lowercase()).or_default().insert(table);
    }

    fn has_trigger(&self, name: &str) -> bool {
        self.database.is_sqlite()
            && (self.tables_with_trigger(name).next().is_some()
                || self.view_with_trigger(name).is_some())
    }

    fn is_view_of_sqlite(&self, name: &Name) -> bool {
        self.database.is_sqlite() && self.views.get(&self.resolve(name)).is_some()
    }

    fn drop_trigger(&mut self, name: &str, table: Option<&Name>) {
        let folds = self.database.is_sqlite();
        if let Some(view) = self.view_with_trigger(name).map(|v| v.name.clone()) {
            let is = |known: &String| known.eq_ignore_ascii_case(name);
            self.views.edit(&view, |v| v.triggers.retain(|known| !is(known)));
        }
        let is =
            |known: &Trigger| known.name == name || folds && known.name.eq_ignore_ascii_case(name);
        let holder = match table {
            Some(table) => Some(table.clone()),
            None => {
                let mut of = self.tables_with_trigger(name);
                of.find(|t| t.triggers.iter().any(is)).map(|t| t.name.clone())
            }
        };
        if let Some(table) = holder {
            self.edit(&table, |t| t.triggers.retain(|known| !is(known)));
        }
    }

    fn drop_schema(&mut self, schema: &str, cascade: bool) {
        self.drop_namespace(schema);
        if !cascade {
            return;
        }
        // Names in the default schema are kept without it.
        let kept = Name::new(Some(schema), "").schema;
        let views: Vec<Name> = self.views.within(&kept).cloned().collect();
        self.drop_views(views);
        let tables: Vec<Name> = self.tables.within(&kept).cloned().collect();
        for table in tables {
            self.drop_table(&table, true);
        }
        let types: Vec<Name> = self.types.within(&kept).cloned().collect();
        for ty in types {
            self.drop_type(&ty, true);
        }
    }

    fn open_up(&mut self, opaque: &Opaque) {
        match &opaque.effect {
            OpaqueEffect::Rows => {}
            OpaqueEffect::Table(table) => self.know_in_part(table),
            OpaqueEffect::Others => self.open.insert(open_key(), true),
            OpaqueEffect::Anything | OpaqueEffect::Call(_) => {
                self.open.insert(open_key(), true);
                let fresh: Vec<Name> = self.fresh.names().cloned().collect();
                for table in fresh {
                    self.fresh.remove(&table);
                    self.know_in_part(&table);
                }
            }
        }
    }
}

/// Whether the operation is done to the copy of a table, not by the server.
fn rebuilt(op: &Op) -> bool {
    matches!(op.style, Style::Batch { rebuild: true, .. })
}

/// The names that a table holds in the namespace of indexes: its indexes, and on PostgreSQL
/// the constraints that stand on one.
pub(super) fn owned_index_names(table: &Table) -> Vec<String> {
    let backed = table.constraints.iter().filter(|c| {
        !table.folds
            && matches!(
                c.kind,
                ConstraintKind::PrimaryKey
                    | ConstraintKind::Unique { .. }
                    | ConstraintKind::Exclude { .. }
            )
    });
    let names = backed.filter_map(|c| c.name.clone());
    names.chain(table.indexes.iter().map(|i| i.name.clone())).collect()
}

/// Follows a rename in what a table says of it: foreign keys, parents, expressions.
fn point_at(table: &mut Table, from: &Name, to: &Name) {
    table.parents.iter_mut().filter(|p| *p == from).for_each(|p| p.clone_from(to));
    table.triggers.iter_mut().for_each(|t| t.sql = None);
    rename_table_in(table, &from.name, &to.name);
    for constraint in &mut table.constraints {
        if let ConstraintKind::ForeignKey(fk) = &mut constraint.kind
            && fk.table == *from
        {
            fk.table = to.clone();
        }
    }
}
