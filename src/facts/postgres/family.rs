//! What PostgreSQL refuses because a table has parents, children or partitions (manual, 5.11 and
//! 5.12; tried on 14, 16 and 18).

use crate::{
    facts::{
        dependents::{dependents_of_column, pins_type},
        obstacle::{Obstacle, ObstacleKind},
    },
    ir::{Column, ColumnChange, Constraint, ConstraintKind, Index, Name, Op, OpKind, TableFrom},
    schema::{Schema, Table, clip, mentions},
};

/// Generations that are looked through.
const DEEP: usize = 8;

/// Tables of a family that are looked through.
const WIDE: usize = 1_000;

/// What stands in an operation's way in the family of its table.
pub(super) fn obstacles(schema: &Schema, op: &Op) -> Vec<Obstacle> {
    let mut found = Found { schema, out: Vec::new() };
    if let OpKind::DropIndex { name, .. } = &op.kind {
        found.drop_index(name);
        return found.out;
    }
    if let OpKind::Attach { table, child, bound } = &op.kind {
        found.attach(table, child, bound.is_some());
        return found.out;
    }
    if let OpKind::Detach { table, child } = &op.kind {
        found.detach(table, child);
        return found.out;
    }
    if let OpKind::CreateTable(create) = &op.kind {
        if let Some(TableFrom::Inherits(parents)) = &create.from {
            parents.iter().for_each(|parent| found.merge(&create.columns, parent));
        }
        return found.out;
    }
    let table = op.kind.table().and_then(|name| schema.table(&schema.resolve(name)).found());
    let Some(table) = table.filter(|t| t.complete) else { return found.out };
    let family = !table.parents.is_empty() || is_parted(table) || schema.has_children(&table.name);
    if family {
        found.operation(op, table);
    }
    found.out
}

struct Found<'a> {
    schema: &'a Schema,
    out: Vec<Obstacle>,
}

fn is_parted(table: &Table) -> bool {
    table.options.partition_by.is_some()
}

/// Whether the rows are parted by a column.
fn is_parted_by(table: &Table, column: &str) -> bool {
    table.options.partition_by.as_deref().is_some_and(|by| mentions(by, column, false))
}

impl<'a> Found<'a> {
    fn state(&mut self, words: String) {
        self.out.push(Obstacle::new(ObstacleKind::State, words));
    }

    fn ty(&mut self, words: String) {
        self.out.push(Obstacle::new(ObstacleKind::Type, words));
    }

    fn parents(&self, table: &'a Table) -> impl Iterator<Item = &'a Table> {
        let schema = self.schema;
        table.parents.iter().filter_map(move |name| schema.table(name).found())
    }

    fn children(&self, table: &Table) -> Vec<&'a Table> {
        let names = self.schema.children(&table.name);
        names.iter().filter_map(|name| self.schema.table(name).found()).collect()
    }

    /// Parents that give a table a column.
    fn givers(&self, table: &'a Table, column: &str) -> usize {
        self.parents(table).filter(|p| p.column(column).found().is_some()).count()
    }

    fn operation(&mut self, op: &Op, table: &'a Table) {
        match &op.kind {
            OpKind::DropTable { cascade: false, .. } => self.drop_table(table),
            OpKind::DropColumn { column, cascade, .. } => {
                self.drop_column(op, table, clip(column), *cascade);
            }
            OpKind::RenameColumn { column, to, .. } => {
                self.rename_column(op, table, clip(column), clip(to));
            }
            OpKind::AlterColumn { column, change, .. } => {
                self.alter_column(op, table, clip(column), change);
            }
            OpKind::AddColumn { column, constraints, .. } => {
                if table.bound.is_some() {
                    self.state("42809 cannot add column to a partition".to_owned());
                }
                let children = self.children(table);
                if op.only && !children.is_empty() {
                    self.state("42P16 column must be added to child tables too".to_owned());
                }
                self.merge_below(table, column);
                let partitions = is_parted(table) && self.schema.database().at_least((17, 0));
                if column.identity.is_some() && !children.is_empty() && !partitions {
                    self.state("42P16 cannot recursively add identity column to table that has child tables".to_owned());
                }
                for constraint in constraints {
                    self.add_constraint(op, table, constraint);
                }
            }
            OpKind::AddConstraint { constraint, .. } => self.add_constraint(op, table, constraint),
            OpKind::DropConstraint { name: Some(name), .. } => {
                let name = clip(name);
                let Some(found) = table.constraint(name) else { return };
                if self.is_given(table, found) {
                    self.state(format!(
                        "42P16 cannot drop inherited constraint \"{name}\" of relation \"{}\"",
                        table.name.name
                    ));
                }
                let goes = found.kind != ConstraintKind::NotNull;
                if op.only && is_parted(table) && goes && !self.children(table).is_empty() {
                    self.state("42P16 cannot remove constraint from only the partitioned table when partitions exist".to_owned());
                }
            }
            OpKind::RenameConstraint { name, to, .. } => {
                let (name, to) = (clip(name), clip(to));
                let Some(found) = table.constraint(name) else { return };
                if !matches!(found.kind, ConstraintKind::Check { .. } | ConstraintKind::NotNull) {
                    return;
                }
                if self.is_given(table, found) {
                    self.state(format!("42P16 cannot rename inherited constraint \"{name}\""));
                }
                for child in self.children(table) {
                    let of = self.parents(child);
                    if of.filter(|p| p.constraint(name).is_some()).count() > 1 {
                        self.state(format!("42P16 cannot rename inherited constraint \"{name}\""));
                    }
                    if child.constraint(to).is_some() {
                        let child = &child.name.name;
                        self.state(format!(
                            "42710 constraint \"{to}\" for relation \"{child}\" already exists"
                        ));
                    }
                }
            }
            OpKind::CreateIndex { index, .. } => self.create_index(table, index),
            _ => {}
        }
    }

    /// A column that is added goes down until there is one of its name.
    fn merge_below(&mut self, table: &'a Table, column: &Column) {
        let (mut todo, mut seen) = (vec![(table, 0)], 0);
        while let Some((of, deep)) = todo.pop().filter(|_| seen < WIDE) {
            seen += 1;
            for child in self.children(of) {
                let name = &child.name.name;
                match child.column(clip(&column.name)).found() {
                    Some(known) if known.column.ty != column.ty => {
                        self.ty(format!(
                            "42804 child table \"{name}\" has different type for column \"{}\"",
                            column.name
                        ));
                    }
                    Some(known) if known.column.collation != column.collation => {
                        self.state(format!("42P21 child table \"{name}\" has different collation for column \"{}\"", column.name));
                    }
                    None if deep < DEEP => todo.push((child, deep + 1)),
                    _ => {}
                }
            }
        }
    }

    /// A column that its table says again is the parent's.
    fn merge(&mut self, columns: &[Column], parent: &Name) {
        let Some(parent) = self.schema.table(parent).found().filter(|t| t.complete) else { return };
        if is_parted(parent) || parent.bound.is_some() {
            let parent = &parent.name.name;
            self.state(format!(
                "42809 cannot inherit from partitioned table or partition \"{parent}\""
            ));
        }
        for column in columns {
            let name = clip(&column.name);
            let Some(given) = parent.column(name).found() else { continue };
            if given.column.ty != column.ty {
                self.ty(format!("42804 column \"{name}\" has a type conflict"));
            } else if given.column.collation != column.collation {
                self.state(format!("42P21 column \"{name}\" has a collation conflict"));
            }
        }
    }

    /// Whether a parent gives a table a constraint.
    fn is_given(&self, table: &'a Table, constraint: &Constraint) -> bool {
        let check = |c: &Constraint| c.name == constraint.name && c.ty() == constraint.ty();
        let inheritable = matches!(constraint.kind, ConstraintKind::Check { .. });
        let given = |p: &Table| p.constraints.iter().any(|c| check(c) && !c.no_inherit);
        constraint.inherited && table.bound.is_some()
            || inheritable && self.parents(table).any(given)
            || constraint.kind == ConstraintKind::NotNull
                && self.is_marked(table, &constraint.columns)
    }

    /// Whether a parent marks one of these columns NOT NULL.
    fn is_marked(&self, table: &'a Table, columns: &[String]) -> bool {
        self.parents(table).any(|p| {
            columns.iter().any(|c| p.column(c).found().is_some_and(|c| !c.column.nullable))
        })
    }

    fn drop_table(&mut self, table: &'a Table) {
        let children = self.children(table);
        if children.is_empty() {
            return;
        }
        let mut blocked = !is_parted(table);
        for child in &children {
            let mut keys = self.schema.references_to(&child.name);
            blocked |= keys.any(|(of, _)| of.name != child.name && of.name != table.name);
            blocked |= self.schema.readers(&child.name, None).next().is_some();
        }
        if blocked {
            self.out.push(Obstacle::new(
                ObstacleKind::Depends,
                "2BP01 cannot drop because other objects depend on it".to_owned(),
            ));
        }
    }

    fn drop_column(&mut self, op: &Op, table: &'a Table, column: &str, cascade: bool) {
        if table.column(column).found().is_none() {
            return;
        }
        if self.givers(table, column) > 0 {
            self.state(format!("42P16 cannot drop inherited column \"{column}\""));
        }
        if is_parted_by(table, column) {
            self.state(format!("42P16 cannot drop column \"{column}\" because it is part of the partition key of relation \"{}\"", table.name.name));
        }
        if op.only {
            if is_parted(table) && !self.children(table).is_empty() {
                self.state("42P16 cannot drop column from only the partitioned table when partitions exist".to_owned());
            }
            return;
        }
        let (mut going, mut seen) = (vec![(table, 0)], 0);
        while let Some((of, deep)) = going.pop().filter(|_| seen < WIDE) {
            seen += 1;
            for child in self.children(of) {
                let own = child.column(column).found().is_none_or(|c| c.local);
                if own || self.givers(child, column) > 1 || deep > DEEP {
                    continue;
                }
                let blocking = dependents_of_column(self.schema, child, column, false);
                if !cascade && !blocking.is_empty() {
                    self.out.push(Obstacle {
                        kind: ObstacleKind::Depends,
                        words: "2BP01 cannot drop because other objects depend on it".to_owned(),
                        dependents: blocking,
                    });
                }
                going.push((child, deep + 1));
            }
        }
    }

    fn rename_column(&mut self, op: &Op, table: &'a Table, column: &str, to: &str) {
        if self.givers(table, column) > 0 {
            self.state(format!("42P16 cannot rename inherited column \"{column}\""));
        }
        let children = self.children(table);
        if op.only && !children.is_empty() {
            self.state(format!(
                "42P16 inherited column \"{column}\" must be renamed in child tables too"
            ));
        }
        for child in children {
            if self.givers(child, column) > 1 {
                self.state(format!("42P16 cannot rename inherited column \"{column}\""));
            }
            let both = child.column(to).found().and(child.column(column).found());
            if both.is_some() {
                let child = &child.name.name;
                self.state(format!("42701 column \"{to}\" of relation \"{child}\" already exists"));
            }
        }
    }

    fn alter_column(&mut self, op: &Op, table: &'a Table, column: &str, change: &ColumnChange) {
        let Some(found) = table.column(column).found() else { return };
        let given = self.givers(table, column) > 0;
        let children = self.children(table);
        let modern = self.schema.database().at_least((17, 0));
        if change.ty.is_some() {
            if given {
                self.state(format!("42P16 cannot alter inherited column \"{column}\""));
            }
            if is_parted_by(table, column) {
                self.state(format!("42P16 cannot alter column \"{column}\" because it is part of the partition key of relation \"{}\"", table.name.name));
            }
            if op.only && !children.is_empty() {
                self.state(format!("42P16 type of inherited column \"{column}\" must be changed in child tables too"));
            }
            for child in &children {
                if self.givers(child, column) > 1 {
                    let child = &child.name.name;
                    self.state(format!(
                        "42P16 cannot alter inherited column \"{column}\" of relation \"{child}\""
                    ));
                }
                let pinned = pins_type(self.schema, child, column);
                if let Some(by) = pinned.first() {
                    let code = if by.generated && !self.schema.database().at_least((15, 0)) {
                        "42601"
                    } else {
                        "0A000"
                    };
                    self.ty(format!("{code} cannot alter type of a column used by {}", by.what));
                }
            }
        }
        if change.nullable == Some(true) && !found.column.nullable {
            let kept = table.bound.is_some() || self.schema.database().at_least((18, 0));
            if kept && self.is_marked(table, &[column.to_owned()]) {
                self.state(format!("42P16 column \"{column}\" is marked NOT NULL in parent table"));
            }
            for child in children.iter().filter(|_| !op.only && !found.column.nullable) {
                if child.key_columns().iter().any(|c| c == column) {
                    self.state(format!("42P16 column \"{column}\" is in a primary key"));
                }
            }
        }
        if change.identity.is_some() && table.bound.is_some() && modern {
            self.state("42P16 cannot change the identity of a column of a partition".to_owned());
        }
        if matches!(change.generated, Some(None)) && given {
            self.state("42P16 cannot drop generation expression from inherited column".to_owned());
        }
    }

    /// Keys of a partitioned table hold what it is parted by.
    fn holds_key(&mut self, table: &Table, columns: &[&str]) {
        // Before 11 they have none at all.
        let some = self.schema.database().at_least((11, 0));
        let Some(by) = table.options.partition_by.as_ref().filter(|_| some) else { return };
        let names = table.columns.iter().map(|c| c.column.name.as_str());
        let lacks = |name: &&str| mentions(by, name, false) && !columns.contains(name);
        if names.clone().any(|name| lacks(&name)) {
            self.state("0A000 unique constraint on partitioned table must include all partitioning columns".to_owned());
        }
    }

    fn add_constraint(&mut self, op: &Op, table: &'a Table, constraint: &Constraint) {
        let modern = |version| self.schema.database().at_least(version);
        let parted = is_parted(table);
        let (early, old) = (!modern((17, 0)), !modern((18, 0)));
        if parted && constraint.using_index.is_some() {
            return self.state("0A000 ALTER TABLE / ADD CONSTRAINT USING INDEX is not supported on partitioned tables".to_owned());
        }
        if constraint.stands_on_index() {
            let columns: Vec<&str> = constraint.columns.iter().map(|c| clip(c)).collect();
            self.holds_key(table, &columns);
        }
        match &constraint.kind {
            ConstraintKind::Exclude { .. } if parted && early && modern((11, 0)) => self.state(
                "0A000 exclusion constraints are not supported on partitioned tables".to_owned(),
            ),
            ConstraintKind::ForeignKey(_)
                if parted && old && modern((11, 0)) && !constraint.validated =>
            {
                self.state(format!(
                    "42809 cannot add NOT VALID foreign key on partitioned table \"{}\"",
                    table.name.name
                ));
            }
            ConstraintKind::ForeignKey(fk) if parted => {
                let to = self.schema.table(&self.schema.resolve(&fk.table)).found();
                let below = |to: &&Table| {
                    to.name != table.name && self.is_partition_below(to, &table.name, DEEP)
                };
                if let Some(to) = to.filter(below) {
                    self.state(format!(
                        "55006 cannot ALTER TABLE \"{}\" because it is being used by active queries in this session",
                        to.name.name
                    ));
                }
            }
            ConstraintKind::PrimaryKey if parted => {
                let keyed = |child: &&Table| {
                    child.primary_key().is_some_and(|key| key.columns != constraint.columns)
                };
                if self.children(table).iter().any(keyed) {
                    self.state("42P16 multiple primary keys are not allowed".to_owned());
                }
            }
            ConstraintKind::Check { .. } if !constraint.no_inherit => {
                let children = self.children(table);
                if op.only && !children.is_empty() {
                    self.state("42P16 constraint must be added to child tables too".to_owned());
                }
                let Some(name) = constraint.name.as_deref().map(clip) else { return };
                for child in children {
                    let Some(known) = child.constraint(name) else { continue };
                    if known.kind != constraint.kind {
                        let child = &child.name.name;
                        self.state(format!(
                            "42710 constraint \"{name}\" for relation \"{child}\" already exists"
                        ));
                    }
                }
            }
            _ => {}
        }
    }

    fn is_partition_below(&self, table: &Table, top: &Name, deep: usize) -> bool {
        table.bound.is_some()
            && table.parents.iter().any(|parent| {
                parent == top
                    || deep > 0
                        && self
                            .schema
                            .table(parent)
                            .found()
                            .is_some_and(|p| self.is_partition_below(p, top, deep - 1))
            })
    }

    fn create_index(&mut self, table: &'a Table, index: &Index) {
        if !index.unique {
            return;
        }
        let columns: Vec<&str> = index.columns().map(clip).collect();
        self.holds_key(table, &columns);
    }

    /// The index of a partition goes with that of its parent.
    fn drop_index(&mut self, name: &Name) {
        let name = name.sibling(clip(&name.name));
        let Some(table) = self.schema.index_table(&name).found() else { return };
        let Some(index) = table.index(&name.name).filter(|_| table.bound.is_some()) else { return };
        let like = |t: &'a Table| t.indexes.iter().filter(|i| i.index.is_like(&index.index));
        let at = like(table).position(|i| i.name == index.name).unwrap_or_default();
        if self.parents(table).any(|parent| like(parent).count() > at) {
            self.out.push(Obstacle::new(
                ObstacleKind::Depends,
                format!("2BP01 cannot drop index {} because another index requires it", name.name),
            ));
        }
    }

    fn attach(&mut self, table: &Name, child: &Name, partition: bool) {
        let (schema, of) = (self.schema, |name| self.schema.table(name).found());
        let (Some(parent), Some(child)) = (of(table), of(child)) else { return };
        if !parent.complete || !child.complete {
            return;
        }
        let identity = child.columns.iter().find(|c| c.column.identity.is_some());
        if let Some(found) = identity.filter(|_| partition && schema.database().at_least((17, 0))) {
            self.state(format!(
                "55000 table \"{}\" being attached contains an identity column \"{}\"",
                child.name.name, found.column.name
            ));
        }
        if child.parents.contains(&parent.name) {
            self.state(format!(
                "42P07 relation \"{}\" would be inherited from more than once",
                parent.name.name
            ));
        }
        for column in &parent.columns {
            let name = &column.column.name;
            let Some(own) = child.column(name).found() else {
                self.ty(format!("42804 child table is missing column \"{name}\""));
                continue;
            };
            if own.column.ty != column.column.ty {
                self.ty(format!(
                    "42804 child table \"{}\" has different type for column \"{name}\"",
                    child.name.name
                ));
            }
            if own.column.generated.is_none() && column.column.generated.is_some() {
                self.ty(format!(
                    "42804 column \"{name}\" in child table must be a generated column"
                ));
            }
            if own.column.nullable && !column.column.nullable {
                self.ty(format!("42804 column \"{name}\" in child table must be marked NOT NULL"));
            }
        }
    }

    fn detach(&mut self, table: &Name, child: &Name) {
        let of = |name| self.schema.table(name).found().filter(|t| t.complete);
        let (Some(parent), Some(child)) = (of(table), of(child)) else { return };
        if !child.parents.contains(&parent.name) {
            self.state(format!(
                "42P01 relation \"{}\" is not a parent of relation \"{}\"",
                parent.name.name, child.name.name
            ));
        }
    }
}
