//! What PostgreSQL refuses because of what is there already.

use std::collections::{HashMap, HashSet};

use super::{Conversion, comparable, conversion};
use crate::{
    facts::{
        dependents::{dependents, pins_type, standing_on},
        obstacle::{Obstacle, ObstacleKind},
    },
    ir::{
        Column, ColumnChange, Constraint, ConstraintKind, ConstraintType, CreateTable,
        DefaultValue, EnumPosition, Index, IndexPart, Indexed, Like, Name, Op, OpKind, TableFrom,
    },
    schema::{Lookup, Relation, Schema, Table, TableColumn, TypeKind, clip, sequence_name},
    types::SqlType,
};

/// Everything that stands in an operation's way.
pub fn obstacles(schema: &Schema, op: &Op) -> Vec<Obstacle> {
    let mut found = Found { schema, out: Vec::new() };
    found.depends(op);
    found.operation(op);
    found.out.extend(super::family::obstacles(schema, op));
    found.out
}

struct Found<'a> {
    schema: &'a Schema,
    out: Vec<Obstacle>,
}

impl<'a> Found<'a> {
    fn taken(&mut self, words: String) {
        self.out.push(Obstacle::new(ObstacleKind::Taken, words));
    }

    fn state(&mut self, words: String) {
        self.out.push(Obstacle::new(ObstacleKind::State, words));
    }

    fn ty(&mut self, words: String) {
        self.out.push(Obstacle::new(ObstacleKind::Type, words));
    }

    fn depends(&mut self, op: &Op) {
        let blocking = dependents(self.schema, op);
        if !blocking.is_empty() {
            self.out.push(Obstacle {
                kind: ObstacleKind::Depends,
                words: "2BP01 cannot drop because other objects depend on it".to_owned(),
                dependents: blocking,
            });
        }
    }

    /// Views and sequences have columns and names too, but only tables can be altered so.
    fn altered(&mut self, op: &Op) {
        let table = match &op.kind {
            OpKind::AlterColumn { table, change, .. }
                if change.default.is_none() && change.identity.is_none() =>
            {
                table
            }
            OpKind::AddColumn { table, .. }
            | OpKind::DropColumn { table, .. }
            | OpKind::AddConstraint { table, .. }
            | OpKind::DropConstraint { table, .. }
            | OpKind::ValidateConstraint { table, .. } => table,
            OpKind::RenameConstraint { table, name, .. } => {
                if matches!(self.relation(table), Some(Relation::View | Relation::MaterializedView))
                {
                    let table = &table.name;
                    self.state(format!(
                        "42704 constraint \"{name}\" for table \"{table}\" does not exist"
                    ));
                }
                return;
            }
            OpKind::AlterColumn { table, column, change } => {
                let view = self.relation(table) == Some(Relation::View);
                let missing = match change.identity {
                    Some(None) => !change.if_exists,
                    Some(Some(_)) => true,
                    None => false,
                };
                if view && missing {
                    let view = &table.name;
                    self.state(format!(
                        "55000 column \"{column}\" of relation \"{view}\" is not an identity column"
                    ));
                }
                return self.kind(table, &[Relation::Table, Relation::View], "a table or view");
            }
            _ => return,
        };
        self.kind(table, &[Relation::Table], "a table");
    }

    fn operation(&mut self, op: &Op) {
        self.altered(op);
        match &op.kind {
            OpKind::CreateTable(create) => self.create_table(create),
            OpKind::RenameTable { table, to } => self.rename(table, &table.sibling(to)),
            OpKind::SetSchema { table, schema } => self.set_schema(table, schema.as_deref()),
            OpKind::DropTable { table, .. } => self.kind(table, &[Relation::Table], "a table"),
            OpKind::AddColumn { table, column, constraints, if_not_exists, .. } => {
                self.add_column(table, column, constraints, *if_not_exists);
            }
            OpKind::RenameColumn { table, column, to } => {
                let Some(known) = self.table(table) else { return };
                let there = known.column(clip(to)).found().is_some();
                if there && known.column(column).found().is_some() {
                    self.duplicate_column(known, to);
                }
            }
            OpKind::AlterColumn { table, column, change } => {
                let Some(known) = self.table(table) else { return };
                if let Some(found) = known.column(column).found() {
                    self.alter_column(known, found, change);
                }
            }
            OpKind::AddConstraint { table, constraint } => {
                if let Some(known) = self.table(table) {
                    self.add_constraint(known, None, constraint);
                }
            }
            OpKind::DropConstraint { table, name: Some(name), .. } => {
                let Some(known) = self.table(table) else { return };
                let found = known.constraint(clip(name));
                let found = found.filter(|c| c.kind == ConstraintKind::NotNull);
                let Some(column) = found.and_then(|c| c.columns.first()) else { return };
                let Some(of) = known.column(column).found() else { return };
                let loosened = ColumnChange { nullable: Some(true), ..Default::default() };
                self.alter_column(known, of, &loosened);
            }
            OpKind::RenameConstraint { table, name, to } => {
                let Some(known) = self.table(table) else { return };
                let Some(found) = known.constraint(clip(name)) else { return };
                let keyed = found.stands_on_index();
                if keyed && self.held(&known.name.sibling(to)) {
                    self.relation_exists(clip(to));
                } else if known.constraint(clip(to)).is_some() {
                    self.constraint_exists(&known.name, clip(to));
                }
            }
            OpKind::ValidateConstraint { table, name } => {
                let found = self.table(table).and_then(|t| t.constraint(clip(name)));
                let modern = self.schema.database().at_least((18, 0));
                let can = |c: &Constraint| match c.kind {
                    ConstraintKind::ForeignKey(_) | ConstraintKind::Check { .. } => true,
                    ConstraintKind::NotNull => modern,
                    _ => false,
                };
                if found.is_some_and(|c| !can(c)) {
                    self.state(format!("42809 constraint \"{name}\" of relation \"{}\" is not a foreign key or check constraint", table.name));
                }
            }
            OpKind::CreateIndex { table, index, if_not_exists, .. } => {
                self.create_index(table, index, *if_not_exists);
            }
            OpKind::DropIndex { name, .. } => {
                let name = name.sibling(clip(&name.name));
                if self.relation(&name) == Some(Relation::Key) {
                    self.state(format!(
                        "2BP01 cannot drop index {} because constraint {} requires it",
                        name.name, name.name
                    ));
                } else {
                    self.kind(&name, &[Relation::Index], "an index");
                }
            }
            OpKind::RenameIndex { name, to } | OpKind::RenameSequence { name, to } => {
                self.rename(name, &name.sibling(to));
                let key = self.relation(name) == Some(Relation::Key);
                let table = self.schema.index_table(&self.schema.resolve(name)).found();
                if let Some(table) = table.filter(|t| key && t.constraint(clip(to)).is_some()) {
                    self.constraint_exists(&table.name, clip(to));
                }
            }
            OpKind::CreateEnum { name, checkfirst, .. } => {
                if !checkfirst {
                    self.type_name(name);
                }
            }
            OpKind::CreateDomain { name, .. } | OpKind::CreateType { name, .. } => {
                self.type_name(name)
            }
            OpKind::RenameType { name, to } => {
                if self.schema.ty(name).found().is_some() {
                    self.type_name(&name.sibling(to));
                }
            }
            OpKind::MoveType { name, schema } => {
                let to = Name { schema: schema.clone(), ..name.clone() };
                if self.schema.ty(name).found().is_some() && to != *name {
                    self.type_name(&to);
                }
            }
            OpKind::AddEnumValue { name, label, position, if_not_exists } => {
                self.add_label(name, label, position.as_ref(), *if_not_exists);
            }
            OpKind::RenameEnumValue { name, from, to } => {
                let Some(labels) = self.labels(name) else { return };
                if !labels.contains(from) {
                    self.state(format!("22023 \"{from}\" is not an existing enum label"));
                } else if labels.contains(to) {
                    self.taken(format!("42710 enum label \"{to}\" already exists"));
                }
            }
            OpKind::CreateView {
                name,
                or_replace,
                materialized,
                if_not_exists,
                columns,
                query,
                ..
            } => match self.schema.holder(name) {
                Some(_) if *if_not_exists => {}
                Some(Relation::View) if *or_replace && !materialized => {
                    let query = query.as_deref();
                    let refused = query.and_then(|q| self.schema.cannot_replace(name, q, columns));
                    if let Some(words) = refused {
                        self.state(format!("42P16 {words}"));
                    }
                }
                Some(_) if *or_replace && !materialized => {
                    self.state(format!("42809 \"{}\" is not a view", name.name));
                }
                Some(_) => self.relation_exists(clip(&name.name)),
                None => self.type_name(name),
            },
            OpKind::DropView { name, materialized: true, .. } => {
                self.kind(name, &[Relation::MaterializedView], "a materialized view");
            }
            OpKind::DropView { name, .. } => self.kind(name, &[Relation::View], "a view"),
            OpKind::CreateSequence { name, if_not_exists, owner, .. } => {
                if !self.held(name) {
                    self.owner(name, owner.as_ref());
                } else if !if_not_exists {
                    self.relation_exists(clip(&name.name));
                }
            }
            OpKind::DropSequence { name, .. } => {
                self.kind(name, &[Relation::Sequence], "a sequence");
                if self.feeds_identity(name) {
                    self.state(format!(
                        "2BP01 cannot drop sequence {} because an identity column requires it",
                        name.name
                    ));
                }
            }
            OpKind::OwnSequence { name, owner } => self.own_sequence(name, owner.as_ref()),
            _ => {}
        }
    }

    /// A table that is known in full; one that is not may have become anything.
    fn table(&self, name: &Name) -> Option<&'a Table> {
        self.schema.table(name).found().filter(|t| t.complete)
    }

    fn relation(&self, name: &Name) -> Option<Relation> {
        self.schema.relation(name)
    }

    /// Whether a new thing cannot have the name.
    fn held(&self, name: &Name) -> bool {
        self.schema.holder(name).is_some()
    }

    fn relation_exists(&mut self, name: &str) {
        self.taken(format!("42P07 relation \"{name}\" already exists"));
    }

    fn duplicate_column(&mut self, table: &Table, column: &str) {
        let (column, table) = (clip(column), &table.name.name);
        self.taken(format!("42701 column \"{column}\" of relation \"{table}\" already exists"));
    }

    fn constraint_exists(&mut self, table: &Name, name: &str) {
        let table = &table.name;
        self.taken(format!("42710 constraint \"{name}\" for relation \"{table}\" already exists"));
    }

    /// Tables and views are types too, so all of them share their names with types.
    fn type_name(&mut self, name: &Name) {
        let name = name.sibling(clip(&name.name));
        let row = matches!(
            self.schema.holder(&name),
            Some(Relation::Table | Relation::View | Relation::MaterializedView)
        );
        if row || !self.schema.is_open() && self.schema.ty(&name).found().is_some() {
            self.taken(format!("42710 type \"{}\" already exists", name.name));
        }
    }

    fn kind(&mut self, name: &Name, wanted: &[Relation], what: &str) {
        let mismatched = self.relation(name).is_some_and(|found| !wanted.contains(&found));
        if mismatched {
            self.state(format!("42809 \"{}\" is not {what}", name.name));
        }
    }

    /// A table, view, sequence or index under another name, or in another schema.
    fn rename(&mut self, from: &Name, to: &Name) {
        let Some(kind) = self.relation(from) else { return };
        let to = to.sibling(clip(&to.name));
        if self.held(&to) {
            self.relation_exists(&to.name);
        } else if matches!(kind, Relation::Table | Relation::View | Relation::MaterializedView)
            && !self.schema.is_open()
            && self.schema.ty(&to).found().is_some()
        {
            self.taken(format!("42710 type \"{}\" already exists", to.name));
        }
    }

    /// Indexes and sequences move along, and may meet others of their names.
    fn set_schema(&mut self, table: &Name, schema: Option<&str>) {
        let to = Name::new(schema, &table.name);
        if to == *table {
            return;
        }
        self.rename(table, &to);
        let Some(known) = self.table(table) else { return };
        let keys = known.constraints.iter().filter(|c| c.stands_on_index());
        let names = keys.filter_map(|c| c.name.as_deref());
        for name in names.chain(known.indexes.iter().map(|i| i.name.as_str())) {
            if self.held(&to.sibling(name)) {
                self.relation_exists(name);
            }
        }
        for sequence in self.schema.owned_by(&known.name) {
            if self.held(&to.sibling(&sequence.name.name)) {
                self.relation_exists(&sequence.name.name);
            }
        }
    }

    fn feeds_identity(&self, name: &Name) -> bool {
        let sequence = self.schema.sequence(&self.schema.resolve(name));
        sequence.is_some_and(|s| s.internal)
    }

    fn own_sequence(&mut self, name: &Name, owner: Option<&(Name, String)>) {
        if self.feeds_identity(name) {
            self.state("0A000 cannot change ownership of identity sequence".to_owned());
        }
        self.owner(name, owner);
    }

    fn owner(&mut self, sequence: &Name, owner: Option<&(Name, String)>) {
        let Some((table, _)) = owner else { return };
        if table.schema != sequence.schema && self.relation(table).is_some() {
            self.state("55000 sequence must be in same schema as table it is linked to".to_owned());
        }
    }

    fn create_table(&mut self, create: &CreateTable) {
        let name = create.table.sibling(clip(&create.table.name));
        let there = self.held(&name);
        if there && create.if_not_exists {
            return;
        }
        if there {
            self.relation_exists(&name.name);
        }
        if !self.schema.is_open() && self.schema.ty(&name).found().is_some() {
            self.taken(format!("42710 type \"{}\" already exists", name.name));
        }
        let mut seen: HashSet<String> = HashSet::new();
        for column in self.schema.listed_columns(create).0 {
            let column = clip(&column.name);
            if !seen.insert(column.to_owned()) {
                self.taken(format!("42701 column \"{column}\" specified more than once"));
            }
        }
        if let Some(TableFrom::Query { query: Some(query), columns: given, .. }) = &create.from
            && let Some(columns) = self.schema.would_yield(query, given)
        {
            if given.len() > columns.len() {
                self.state("42601 too many column names were specified".to_owned());
            }
            let names = columns.iter().map(|(name, _)| clip(name));
            if let Some(twice) =
                names.filter(|n| !n.is_empty()).find(|n| !seen.insert((*n).to_owned()))
            {
                self.taken(format!("42701 column \"{twice}\" specified more than once"));
            }
        }
        // All are named before the first is made.
        let mut sequences: HashSet<Name> = HashSet::new();
        let listed = create.columns.iter().filter(|c| c.serial || c.identity.is_some());
        let likes = create.likes.iter().filter(|like| like.including.identity);
        let of = likes.filter_map(|like| self.table(&like.table)).flat_map(|t| &t.columns);
        let copied = of.map(|c| c.column.as_ref()).filter(|c| c.identity.is_some());
        for column in listed.chain(copied).collect::<Vec<_>>() {
            let sequence = sequence_name(&name, clip(&column.name));
            if !sequences.insert(sequence.clone()) {
                self.relation_exists(&sequence.name);
            }
        }
        for constraint in &create.constraints {
            self.references_table(constraint);
        }
        for column in &create.columns {
            self.default_fits(column, &column.ty, column.default.as_ref());
        }
        let made: HashMap<&str, &Column> = {
            let made = create.columns.iter().filter(|c| c.generated.is_some());
            made.map(|c| (clip(&c.name), c)).collect()
        };
        for column in made.values() {
            self.generated(column, &|name| made.contains_key(name));
        }
        let keys =
            create.constraints.iter().filter(|c| c.kind == ConstraintKind::PrimaryKey).count();
        let keyed = |like: &Like| {
            like.including.indexes
                && self.table(&like.table).is_some_and(|t| t.primary_key().is_some())
        };
        if keys + create.likes.iter().filter(|like| keyed(like)).count() > 1 {
            self.second_key(&name);
        }
        let mut names: HashMap<String, bool> = HashMap::new();
        if let Some(TableFrom::Inherits(parents)) = &create.from {
            let of = parents.iter().filter_map(|parent| self.table(parent));
            let checks =
                of.flat_map(|t| &t.constraints).filter(|c| c.ty() == ConstraintType::Check);
            names.extend(checks.filter_map(|c| Some((c.name.clone()?, false))));
        }
        for constraint in self.schema.named(&name, &create.constraints) {
            self.key_columns(&constraint);
            self.acts_on_generated(&constraint, &|name| made.contains_key(name));
            self.key_of_virtual(&constraint, &|name| made.get(name).is_some_and(|c| is_virtual(c)));
            let Some(given) = constraint.name.as_deref() else { continue };
            let keyed = constraint.stands_on_index();
            let before = names.insert(given.to_owned(), keyed);
            let relation = given == name.name || self.held(&name.sibling(given));
            if keyed && (relation || before == Some(true)) {
                self.relation_exists(given);
            } else if before.is_some() {
                self.constraint_exists(&name, given);
            }
        }
        for like in create.likes.iter().filter(|like| like.including.constraints) {
            let Some(source) = self.table(&like.table) else { continue };
            let checks = source.constraints.iter().filter(|c| c.ty() == ConstraintType::Check);
            for check in checks.filter_map(|c| c.name.as_deref()) {
                if names.insert(check.to_owned(), false).is_some() {
                    self.constraint_exists(&name, check);
                }
            }
        }
    }

    fn second_key(&mut self, table: &Name) {
        self.state(format!(
            "42P16 multiple primary keys for table \"{}\" are not allowed",
            table.name
        ));
    }

    /// A column that stands twice in a key.
    fn key_columns(&mut self, constraint: &Constraint) {
        let excludes = constraint.ty() == ConstraintType::Exclude;
        if !constraint.stands_on_index() || excludes {
            return;
        }
        let twice = constraint
            .columns
            .iter()
            .enumerate()
            .find(|(at, column)| constraint.columns[..*at].contains(column));
        if let Some((_, column)) = twice {
            let what = match constraint.kind {
                ConstraintKind::PrimaryKey => "primary key",
                _ => "unique",
            };
            self.taken(format!("42701 column \"{column}\" appears twice in {what} constraint"));
        }
    }

    /// A foreign key cannot write into a generated column.
    fn acts_on_generated(&mut self, constraint: &Constraint, generated: &dyn Fn(&str) -> bool) {
        let Some(fk) = constraint.foreign_key() else { return };
        if !constraint.columns.iter().any(|c| generated(c)) {
            return;
        }
        let writes = |action: Option<&str>, all: &[&str]| action.is_some_and(|a| all.contains(&a));
        let set = ["SET NULL", "SET DEFAULT"];
        for (word, writes) in [
            ("UPDATE", writes(fk.on_update.as_deref(), &[set[0], set[1], "CASCADE"])),
            ("DELETE", writes(fk.on_delete.as_deref(), &set)),
        ] {
            if writes {
                self.state(format!("42601 invalid ON {word} action for foreign key constraint containing generated column"));
            }
        }
    }

    /// A number or a truth value as the default of a column that has no assignment cast from it.
    fn default_fits(&mut self, column: &Column, ty: &SqlType, default: Option<&DefaultValue>) {
        let Some(own) = default.and_then(|d| d.sql.as_deref()).and_then(literal_type) else {
            return;
        };
        if conversion(self.schema, &own, ty) == Conversion::NeedsUsing {
            self.ty(format!(
                "42804 column \"{}\" is of type {ty} but default expression is of type {own}",
                column.name
            ));
        }
    }

    /// A generated column is made of others that are not (42P17), and of a type of the server's own
    /// where it is virtual (0A000; PostgreSQL 18).
    fn generated(&mut self, column: &Column, generated: &dyn Fn(&str) -> bool) {
        let reads = column.generated.iter().flat_map(|g| g.reads.iter().flatten());
        if let Some(read) = reads.map(|name| clip(name)).find(|name| generated(name)) {
            self.state(format!(
                "42P17 cannot use generated column \"{read}\" in column generation expression"
            ));
        }
        let user = || self.schema.types().any(|ty| ty.name.to_string() == column.ty.name);
        if is_virtual(column) && user() {
            self.state(format!(
                "0A000 virtual generated column \"{}\" cannot have a user-defined type",
                column.name
            ));
        }
    }

    /// No key and no foreign key holds a virtual column (PostgreSQL 18).
    fn key_of_virtual(&mut self, constraint: &Constraint, is_virtual: &dyn Fn(&str) -> bool) {
        let what = match constraint.ty() {
            ConstraintType::PrimaryKey => "primary keys",
            ConstraintType::Unique => "unique constraints",
            ConstraintType::ForeignKey => "foreign key constraints",
            ConstraintType::Exclude => "exclusion constraints",
            ConstraintType::Check | ConstraintType::NotNull => return,
        };
        if constraint.columns.iter().chain(&constraint.include).any(|c| is_virtual(clip(c))) {
            self.state(format!("0A000 {what} on virtual generated columns are not supported"));
        }
    }

    fn references_table(&mut self, constraint: &Constraint) {
        let Some(fk) = constraint.foreign_key() else { return };
        if self.relation(&fk.table).is_some_and(|found| found != Relation::Table) {
            self.state(format!("42809 referenced relation \"{}\" is not a table", fk.table.name));
        }
    }

    /// `UNIQUE USING INDEX i`: a whole unique index over columns, in the order that a key has.
    fn using_index(&mut self, table: &Table, constraint: &Constraint) {
        let Some(name) = constraint.using_index.as_deref().map(clip) else { return };
        let Some(found) = table.index(name) else {
            match self.schema.holder(&table.name.sibling(name)) {
                Some(Relation::Key) => {
                    self.state(format!(
                        "55000 index \"{name}\" is already associated with a constraint"
                    ));
                }
                None if !self.schema.is_open() => {
                    self.state(format!("42704 index \"{name}\" does not exist"));
                }
                Some(_) | None => {}
            }
            return;
        };
        let index = &found.index;
        let mut seen = HashSet::new();
        if let Some(column) = index.columns().find(|column| !seen.insert(*column)) {
            self.taken(format!("42701 column \"{column}\" appears twice in unique constraint"));
        }
        let sorted = |p: &IndexPart| {
            p.descending
                || p.nulls_first == Some(true)
                || p.collation.is_some()
                || p.opclass.is_some()
        };
        let wrong = match () {
            () if !index.unique => "is not a unique index",
            () if index.has_expression() => "contains expressions",
            () if index.predicate.is_some() => "is a partial index",
            () if constraint.kind == ConstraintKind::PrimaryKey && index.nulls_not_distinct => {
                return self
                    .state("42P16 primary keys cannot use NULLS NOT DISTINCT indexes".to_owned());
            }
            () if index.parts.iter().any(sorted) => "does not have default sorting behavior",
            () => return,
        };
        self.state(format!("42809 index \"{name}\" {wrong}"));
    }

    fn add_column(
        &mut self,
        table: &Name,
        column: &Column,
        constraints: &[Constraint],
        if_not_exists: bool,
    ) {
        let Some(known) = self.table(table) else { return };
        if known.column(&column.name).found().is_some() {
            if !if_not_exists {
                self.duplicate_column(known, &column.name);
            }
            return;
        }
        self.default_fits(column, &column.ty, column.default.as_ref());
        if column.generated.is_some() {
            let own = clip(&column.name);
            self.generated(column, &|name| {
                name == own
                    || known.column(name).found().is_some_and(|c| c.column.generated.is_some())
            });
        }
        for constraint in constraints {
            self.add_constraint(known, Some(column), constraint);
        }
        let mut names: HashSet<String> = HashSet::new();
        for given in self.schema.named_late(&known.name, constraints).into_iter() {
            let Some(given) = given.name else { continue };
            if names.contains(&given) {
                self.constraint_exists(&known.name, &given);
            }
            names.insert(given);
        }
    }

    fn add_constraint(&mut self, table: &Table, new: Option<&Column>, constraint: &Constraint) {
        self.key_columns(constraint);
        self.acts_on_generated(constraint, &|name| match new.filter(|c| c.name == name) {
            Some(new) => new.generated.is_some(),
            None => table.column(name).found().is_some_and(|c| c.column.generated.is_some()),
        });
        self.key_of_virtual(constraint, &|name| match new.filter(|c| clip(&c.name) == name) {
            Some(new) => is_virtual(new),
            None => table.column(name).found().is_some_and(|c| is_virtual(&c.column)),
        });
        if constraint.kind == ConstraintKind::NotNull {
            return self.not_null(table, constraint);
        }
        self.using_index(table, constraint);
        self.references_table(constraint);
        if constraint.kind == ConstraintKind::PrimaryKey && table.primary_key().is_some() {
            self.second_key(&table.name);
        }
        self.loosened_key(table, constraint);
        let index = constraint.using_index.as_deref().map(clip);
        let kept = constraint.name.as_deref().map(clip).or(index);
        if let Some(name) = index.filter(|index| kept == Some(*index))
            && table.constraint(name).is_some()
            && table.index(name).is_some()
        {
            self.taken("23505 duplicate key value violates unique constraint \"pg_constraint_conrelid_contypid_conname_index\"".to_owned());
            return;
        }
        let Some(given) = constraint.name.as_deref().map(clip) else { return };
        let own = constraint.using_index.as_deref().map(clip) == Some(given);
        if constraint.stands_on_index() && !own && self.held(&table.name.sibling(given)) {
            self.relation_exists(given);
        } else if table.constraint(given).is_some() {
            self.constraint_exists(&table.name, given);
        }
    }

    /// From PostgreSQL 18 on a column has one NOT NULL, under one name.
    fn not_null(&mut self, table: &Table, constraint: &Constraint) {
        let Some(given) = constraint.name.as_deref().map(clip) else { return };
        let on = |c: &Constraint| c.columns == constraint.columns;
        let same = |c: &Constraint| c.kind == ConstraintKind::NotNull && on(c);
        if table.constraint(given).is_some_and(same) {
            return;
        }
        let of = constraint.columns.first().and_then(|column| table.column(column).found());
        if of.is_some_and(|c| !c.column.nullable) {
            let table = &table.name.name;
            self.state(format!(
                "55000 cannot create not-null constraint \"{given}\" on a column of table \"{table}\""
            ));
        } else if table.constraint(given).is_some() {
            self.constraint_exists(&table.name, given);
        }
    }

    /// PostgreSQL 18 marks the columns of a primary key NOT NULL only where they are not, as it
    /// begins a statement, and finds then that the same statement has taken it away; not so those of
    /// an index that becomes a key (tried on 14, 16 and 18).
    fn loosened_key(&mut self, table: &Table, constraint: &Constraint) {
        if constraint.loosened.is_empty() || !self.schema.database().at_least((18, 0)) {
            return;
        }
        let loosened = constraint.columns.iter().find(|name| {
            let column = table.column(name).found();
            column.and_then(|c| c.loosened).is_some_and(|span| constraint.loosened.contains(&span))
        });
        if let Some(column) = loosened {
            self.state(format!("42P16 primary key column \"{column}\" is not marked NOT NULL"));
        }
    }

    fn create_index(&mut self, table: &Name, index: &Index, if_not_exists: bool) {
        if matches!(
            self.relation(table),
            Some(Relation::View | Relation::Sequence | Relation::Index | Relation::Key)
        ) {
            self.state(format!("42809 cannot create index on relation \"{}\"", table.name));
        }
        if let Some(name) = index.name.as_deref().map(clip)
            && self.held(&table.sibling(name))
            && !if_not_exists
        {
            self.relation_exists(name);
        }
        if let Some(known) = self.table(table) {
            let reads = index.include.iter().chain(index.reads.iter().flatten());
            let mut names = index.columns().chain(reads.map(String::as_str));
            let virtual_ = |name| known.column(name).found().is_some_and(|c| is_virtual(&c.column));
            if names.any(virtual_) {
                self.state(
                    "0A000 indexes on virtual generated columns are not supported".to_owned(),
                );
            }
        }
        if index.method.as_deref() == Some("hash") {
            if index.unique {
                self.state(
                    "0A000 access method \"hash\" does not support unique indexes".to_owned(),
                );
            }
            if index.parts.iter().any(|p| p.descending || p.nulls_first.is_some()) {
                self.state(
                    "0A000 access method \"hash\" does not support ASC/DESC options".to_owned(),
                );
            }
            if !index.include.is_empty() {
                self.state(
                    "0A000 access method \"hash\" does not support included columns".to_owned(),
                );
            }
            if index.parts.len() > 1 {
                self.state(
                    "0A000 access method \"hash\" does not support multicolumn indexes".to_owned(),
                );
            }
        }
    }

    fn labels(&self, name: &Name) -> Option<&'a [String]> {
        match self.schema.ty(name) {
            Lookup::Found(ty) if !self.schema.is_open() => match &ty.kind {
                TypeKind::Enum { labels } => Some(labels),
                TypeKind::Domain { .. } | TypeKind::Other { .. } => None,
            },
            _ => None,
        }
    }

    fn add_label(
        &mut self,
        name: &Name,
        label: &String,
        position: Option<&EnumPosition>,
        if_not_exists: bool,
    ) {
        // Up to 11 a transaction is refused first (25001).
        if !self.schema.database().at_least((12, 0)) {
            return;
        }
        let Some(labels) = self.labels(name) else { return };
        if labels.contains(label) {
            if !if_not_exists {
                self.taken(format!("42710 enum label \"{label}\" already exists"));
            }
            return;
        }
        let beside = position.map(|p| match p {
            EnumPosition::Before(label) | EnumPosition::After(label) => label,
        });
        if let Some(beside) = beside.filter(|beside| !labels.contains(beside)) {
            self.state(format!("22023 \"{beside}\" is not an existing enum label"));
        }
    }

    fn alter_column(&mut self, table: &Table, found: &TableColumn, change: &ColumnChange) {
        let column = &found.column;
        let (name, of) = (&column.name, &table.name.name);
        if change.nullable == Some(true) {
            if column.identity.is_some() {
                self.state(format!(
                    "42601 column \"{name}\" of relation \"{of}\" is an identity column"
                ));
            }
            if table.key_columns().contains(name) {
                self.state(format!("42P16 column \"{name}\" is in a primary key"));
            }
        }
        if change.default.is_some() {
            if column.identity.is_some() {
                self.state(format!(
                    "42601 column \"{name}\" of relation \"{of}\" is an identity column"
                ));
            }
            if column.generated.is_some() {
                self.state(format!(
                    "42601 column \"{name}\" of relation \"{of}\" is a generated column"
                ));
            }
        }
        if matches!(change.generated, Some(None)) && column.generated.is_none() && !change.if_exists
        {
            self.state(format!(
                "55000 column \"{name}\" of relation \"{of}\" is not a stored generated column"
            ));
        }
        if let Some(default) = &change.default {
            let ty = change.ty.as_ref().map_or(&column.ty, |change| &change.to);
            self.default_fits(column, ty, default.as_ref());
        }
        if matches!(change.generated, Some(None)) && is_virtual(column) {
            self.state("0A000 ALTER TABLE / DROP EXPRESSION is not supported for virtual generated columns".to_owned());
        }
        match &change.identity {
            Some(Some(_)) => {
                if column.nullable {
                    self.state(format!("55000 column \"{name}\" of relation \"{of}\" must be declared NOT NULL before identity can be added"));
                }
                if column.identity.is_some() {
                    self.state(format!(
                        "55000 column \"{name}\" of relation \"{of}\" is already an identity column"
                    ));
                }
                if column.serial || column.default.is_some() || column.generated.is_some() {
                    self.state(format!(
                        "55000 column \"{name}\" of relation \"{of}\" already has a default value"
                    ));
                }
                if !is_integer(&column.ty) {
                    self.integer_identity();
                }
            }
            Some(None) if column.identity.is_none() && !change.if_exists => self.state(format!(
                "55000 column \"{name}\" of relation \"{of}\" is not an identity column"
            )),
            _ => {}
        }
        if let Some(ty) = &change.ty {
            self.change_type(table, found, &ty.to, ty.using.is_some());
            if ty.twice && ty.to != column.ty {
                self.state(format!("0A000 cannot alter type of column \"{name}\" twice"));
            }
        }
    }

    fn integer_identity(&mut self) {
        self.state("22023 identity column type must be smallint, integer, or bigint".to_owned());
    }

    fn change_type(&mut self, table: &Table, found: &TableColumn, to: &SqlType, using: bool) {
        let column = &found.column;
        let name = &column.name;
        let pinned = pins_type(self.schema, table, name);
        for by in &pinned {
            // Up to 14 a generated column answers with 42601 (experiment `at-generated-dep`).
            let code = match by.generated && !self.schema.database().at_least((15, 0)) {
                true => "42601",
                false => "0A000",
            };
            self.out.push(Obstacle {
                kind: ObstacleKind::Type,
                words: format!("{code} cannot alter type of a column used by {}", by.what),
                dependents: vec![by.clone()],
            });
        }
        if column.identity.is_some() && !is_integer(to) {
            self.integer_identity();
        }
        let needs = conversion(self.schema, &column.ty, to) == Conversion::NeedsUsing;
        if column.generated.is_some() && using {
            self.state(
                "42611 cannot specify USING when altering type of generated column".to_owned(),
            );
        }
        if needs && !using {
            self.ty(format!("42804 column \"{name}\" cannot be cast automatically to type {to}"));
        }
        // A default is converted from its own type: a sequence gives a bigint.
        let serial = || {
            let bigint = SqlType::named("bigint");
            column.serial && conversion(self.schema, &bigint, to) == Conversion::NeedsUsing
        };
        if needs && column.default.is_some() || serial() {
            self.ty(format!(
                "42804 default for column \"{name}\" cannot be cast automatically to type {to}"
            ));
        }
        self.included(table, name);
        self.classes_fit(table, name, to);
        self.keys_fit(table, name, to);
    }

    /// A key is made anew for what it includes, too, but not the foreign keys that stand on it.
    fn included(&mut self, table: &Table, column: &String) {
        let has = |c: &&Constraint| c.include.contains(column) && !c.columns.contains(column);
        let keys = table.constraints.iter().filter(has).filter_map(|c| c.name.as_deref());
        let of = table.indexes.iter();
        let of = of.filter(|i| {
            i.index.include.contains(column) && !i.index.columns().any(|c| c == column)
        });
        for key in keys.chain(of.map(|i| i.name.as_str())) {
            let dependents = standing_on(self.schema, table, key);
            if !dependents.is_empty() {
                let words = format!(
                    "2BP01 cannot drop constraint {key} because other objects depend on it"
                );
                self.out.push(Obstacle { kind: ObstacleKind::Depends, words, dependents });
            }
        }
    }

    /// Indexes are built again with the new type, which their operator classes have to take.
    fn classes_fit(&mut self, table: &Table, column: &String, to: &SqlType) {
        let to = self.schema.based(to);
        let parts = table.indexes.iter().flat_map(|i| &i.index.parts);
        let of = parts.filter(|part| matches!(&part.of, Indexed::Column(name) if name == column));
        let collated = |ty: &SqlType| !ty.is_builtin() || COLLATED.contains(&ty.name.as_str());
        // One that is the column's own is not written.
        let own = table.column(column).found().and_then(|c| c.column.collation.as_deref());
        let kept = |part: &&IndexPart| part.collation.is_some() && part.collation.as_deref() != own;
        if !collated(&to) && of.clone().any(|part| kept(&part)) {
            self.ty(format!("42804 collations are not supported by type {to}"));
        }
        let misfit = of.filter_map(|part| part.opclass.as_deref()).find(|class| {
            let types: &[&str] = match *class {
                "text_ops" | "text_pattern_ops" | "varchar_ops" | "varchar_pattern_ops" => {
                    &["text", "character varying"]
                }
                "bpchar_ops" | "bpchar_pattern_ops" => &["character"],
                _ => return false,
            };
            to.is_builtin() && (to.dims > 0 || !types.contains(&to.name.as_str()))
        });
        if let Some(class) = misfit {
            self.ty(format!("42804 operator class \"{class}\" does not accept data type {to}"));
        }
    }

    /// Foreign keys are built again with the new type.
    fn keys_fit(&mut self, table: &Table, column: &String, to: &SqlType) {
        let ty = |of: &Table, other: &str| -> Option<SqlType> {
            // What inherits from the table follows.
            if other == column && self.schema.descends_from(&of.name, &table.name) {
                return Some(to.clone());
            }
            of.column(other).found().map(|c| c.column.ty.clone())
        };
        let mut misfit = false;
        let mut check = |child: &Table, key: &Constraint, parent: &Table| {
            let Some(fk) = key.foreign_key() else { return };
            for (local, remote) in key.columns.iter().zip(&fk.columns) {
                if let (Some(a), Some(b)) = (ty(child, local), ty(parent, remote)) {
                    misfit |= comparable(self.schema, &a, &b) == Some(false);
                }
            }
        };
        for key in &table.constraints {
            let parent = key.foreign_key().and_then(|fk| self.schema.table(&fk.table).found());
            if let Some(parent) = parent.filter(|_| key.columns.contains(column)) {
                check(table, key, parent);
            }
        }
        for (child, key) in self.schema.references_to(&table.name) {
            if key.foreign_key().is_some_and(|fk| fk.columns.contains(column)) {
                check(child, key, table);
            }
        }
        if misfit {
            self.ty("42804 foreign key constraint cannot be implemented".to_owned());
        }
    }
}

/// The type of a number or a truth value (manual, 4.1.2.6); of nothing else.
fn literal_type(sql: &str) -> Option<SqlType> {
    let bare = sql.trim_matches(|c: char| c.is_whitespace() || c == '(' || c == ')');
    if bare.eq_ignore_ascii_case("true") || bare.eq_ignore_ascii_case("false") {
        return Some(SqlType::named("boolean"));
    }
    let digits = bare.trim_start_matches(['-', '+', ' ']);
    let number = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    let ty = match digits.parse::<i64>() {
        _ if !number => return None,
        Ok(n) if i32::try_from(n).is_ok() => "integer",
        Ok(_) => "bigint",
        Err(_) => "numeric",
    };
    Some(SqlType::named(ty))
}

fn is_virtual(column: &Column) -> bool {
    column.generated.as_ref().is_some_and(|g| !g.stored)
}

/// The built-in types that have a collation (`pg_type.typcollation`).
const COLLATED: &[&str] = &["text", "character varying", "character", "name"];

fn is_integer(ty: &SqlType) -> bool {
    ty.dims == 0 && matches!(ty.name.as_str(), "smallint" | "integer" | "bigint")
}
