//! What an operation on a table does to the tables that inherit from it (PostgreSQL).

use std::sync::Arc;

use super::{
    Schema, Table,
    constraints::{key_names, part_names},
    inherit::is_inherited,
    query::COPY,
};
use crate::ir::{
    ColumnChange, Constraint, ConstraintKind, Index, Name, Op, OpKind, Opaque, OpaqueEffect, Style,
};

/// Generations of inheritance that an operation is followed through; a name that came back may have
/// closed a circle.
const MAX_GENERATIONS: usize = 64;

impl Schema {
    /// The table as it is before an operation, where others inherit from it.
    pub(super) fn mother(&self, op: &Op) -> Option<Arc<Table>> {
        if self.mothers.is_empty() {
            return None;
        }
        let table = match &op.kind {
            OpKind::AddColumn { table, .. }
            | OpKind::DropColumn { table, .. }
            | OpKind::RenameColumn { table, .. }
            | OpKind::AlterColumn { table, .. }
            | OpKind::AddConstraint { table, .. }
            | OpKind::DropConstraint { table, .. }
            | OpKind::RenameConstraint { table, .. }
            | OpKind::ValidateConstraint { table, .. }
            | OpKind::CreateIndex { table, .. }
            | OpKind::RenameTable { table, .. }
            | OpKind::SetSchema { table, .. }
            | OpKind::DropTable { table, .. } => self.resolve(table),
            OpKind::DropIndex { name, .. } => self.index_owners.get(name)?.table.clone(),
            _ => return None,
        };
        self.has_children(&table).then(|| self.tables.shared(&table)).flatten()
    }

    /// Goes on with the tables that inherit from one, after the operation has changed it.
    pub(super) fn descend(&mut self, op: &Op, before: &Table) {
        if let OpKind::RenameTable { .. } | OpKind::SetSchema { .. } = op.kind {
            // Its children follow by themselves.
            return;
        }
        let wide = self.children(&before.name).len() + before.columns.len() * COPY;
        self.generations += 1;
        let deep = self.generations > MAX_GENERATIONS;
        if deep || !self.spend(wide) {
            self.generations -= 1;
            let reason = String::new();
            let opened = Opaque { reason, effect: OpaqueEffect::Anything };
            return self.apply(&Op { kind: OpKind::Opaque(opened), ..op.clone() });
        }
        for child in self.children(&before.name) {
            let Some(table) = self.tables.shared(&child) else { continue };
            for kind in self.for_child(op, before, &table) {
                self.apply(&Op { kind, ..op.clone() });
            }
            self.settle(op, before, &child);
        }
        self.generations -= 1;
    }

    /// The operations that a parent's one stands for on a child.
    fn for_child(&self, op: &Op, before: &Table, child: &Table) -> Vec<OpKind> {
        let table = child.name.clone();
        let after = self.tables.get(&before.name);
        let partitioned = before.options.partition_by.is_some();
        let others = |has: &dyn Fn(&Table) -> bool| {
            child.parents.iter().filter_map(|p| self.tables.get(p)).any(has)
        };
        match &op.kind {
            OpKind::DropTable { cascade, .. } if partitioned || *cascade => {
                vec![OpKind::DropTable { table, if_exists: false, cascade: *cascade }]
            }
            // A child keeps what ALTER TABLE ONLY takes from its parent.
            _ if op.only => Vec::new(),
            OpKind::AddColumn { column, .. } => {
                let Some(after) = after else { return Vec::new() };
                let Some(added) = after.column(&column.name).found() else { return Vec::new() };
                let partition = child.bound.is_some();
                // From PostgreSQL 18 on, NOT NULL goes to the column that the child has already.
                let marks = self.database.at_least((18, 0)) && !added.column.nullable;
                let known = child.column(&column.name).found().filter(|_| marks);
                let marked = known.map(|_| OpKind::AlterColumn {
                    table: table.clone(),
                    column: column.name.clone(),
                    change: ColumnChange { nullable: Some(false), ..Default::default() },
                });
                let add = OpKind::AddColumn {
                    table,
                    column: self.inherited_column(after, &added.column, partition),
                    constraints: new_constraints(before, after, partitioned),
                    indexes: Vec::new(),
                    if_not_exists: true,
                };
                [add].into_iter().chain(marked).collect()
            }
            OpKind::DropColumn { column, cascade, .. } => {
                let inherited = child.column(column).found().is_some_and(|c| !c.local)
                    && !others(&|t| t.column(column).found().is_some());
                let drop = OpKind::DropColumn {
                    table,
                    column: column.clone(),
                    if_exists: true,
                    cascade: *cascade,
                };
                inherited.then_some(drop).into_iter().collect()
            }
            OpKind::RenameColumn { column, to, .. } => {
                vec![OpKind::RenameColumn { table, column: column.clone(), to: to.clone() }]
            }
            OpKind::AlterColumn { column, change, .. } => {
                let mut change = change.clone();
                if child.bound.is_none() || self.database.version.0 < 17 {
                    change.identity = None;
                }
                vec![OpKind::AlterColumn { table, column: column.clone(), change }]
            }
            OpKind::AddConstraint { .. } => {
                let Some(after) = after else { return Vec::new() };
                let added = new_constraints(before, after, partitioned);
                let marked = |c: &Constraint| {
                    c.kind == ConstraintKind::NotNull
                        && c.columns.iter().all(|name| {
                            child.column(name).found().is_some_and(|c| !c.column.nullable)
                        })
                };
                let missing = added.into_iter().filter(|c| !has_free(child, c) && !marked(c));
                let mut kinds: Vec<OpKind> = missing
                    .map(|constraint| {
                        let constraint = renamed_where_taken(constraint, child);
                        OpKind::AddConstraint { table: table.clone(), constraint }
                    })
                    .collect();
                // A key makes its columns NOT NULL, and NOT NULL goes to all children.
                let keyed = after.primary_key().filter(|_| before.primary_key().is_none());
                for column in keyed.filter(|_| !partitioned).iter().flat_map(|key| &key.columns) {
                    let change = ColumnChange { nullable: Some(false), ..Default::default() };
                    let (table, column) = (table.clone(), column.clone());
                    kinds.push(OpKind::AlterColumn { table, column, change });
                }
                kinds
            }
            OpKind::ValidateConstraint { name, .. } => {
                vec![OpKind::ValidateConstraint { table, name: name.clone() }]
            }
            OpKind::DropConstraint { cascade, .. } => {
                let Some(after) = after else { return Vec::new() };
                let gone = before.constraints.iter().find(|c| !after.constraints.contains(c));
                let Some(gone) = gone else { return Vec::new() };
                let same = child.constraints.iter().find(|c| c.inherited && is_same(c, gone));
                let left = |c: &Constraint| {
                    others(&|t| is_inherited(c) && t.constraints.iter().any(|o| o.name == c.name))
                };
                let dropped = same.filter(|c| !left(c)).map(|c| OpKind::DropConstraint {
                    table,
                    name: c.name.clone(),
                    kind: Some(c.ty()),
                    if_exists: true,
                    cascade: *cascade,
                });
                dropped.into_iter().collect()
            }
            OpKind::RenameConstraint { name, to, .. } => {
                let check = before.constraint(name).is_some_and(is_inherited);
                let (name, to) = (name.clone(), to.clone());
                check.then_some(OpKind::RenameConstraint { table, name, to }).into_iter().collect()
            }
            OpKind::CreateIndex { .. } if partitioned => {
                let Some(after) = after else { return Vec::new() };
                let known = |i: &&super::TableIndex| before.index(&i.name).is_none();
                let Some(added) = after.indexes.iter().find(known) else { return Vec::new() };
                // One that another index of the parent has already does not count.
                let like = |i: &&super::TableIndex| i.index.is_like(&added.index);
                let taken = before.indexes.iter().filter(like).count();
                if child.indexes.iter().filter(like).count() > taken {
                    return Vec::new();
                }
                vec![OpKind::CreateIndex {
                    table,
                    index: Index { name: None, ..added.index.clone() },
                    concurrently: false,
                    if_not_exists: false,
                }]
            }
            OpKind::DropIndex { name, .. } if partitioned => {
                let Some(gone) = before.index(&name.name) else { return Vec::new() };
                let same = child.indexes.iter().find(|i| i.index.is_like(&gone.index));
                let drop = same.map(|i| OpKind::DropIndex {
                    name: table.sibling(&i.name),
                    table: None,
                    if_exists: true,
                    cascade: false,
                    concurrently: false,
                });
                drop.into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// What a child has to remember of it: what came from the parent alone, what is its own now.
    fn settle(&mut self, op: &Op, before: &Table, child: &Name) {
        let after = self.tables.shared(&before.name);
        self.tables.edit(child, |t| match &op.kind {
            OpKind::DropTable { .. } => t.parents.retain(|parent| *parent != before.name),
            OpKind::DropColumn { column, .. } if op.only => {
                t.columns
                    .iter_mut()
                    .filter(|c| c.column.name == *column)
                    .for_each(|c| c.local = true);
            }
            OpKind::AddColumn { column, .. } if !op.only => {
                let had = before.column(&column.name).found().is_some();
                let new = t.columns.last_mut().filter(|c| c.column.name == column.name && !had);
                if let Some(new) = new.filter(|c| c.created.span == op.span) {
                    new.local = false;
                }
                inherit_new(t, before, after.as_deref());
            }
            OpKind::AddConstraint { .. } if !op.only => inherit_new(t, before, after.as_deref()),
            _ => {}
        });
    }

    /// A table becomes a partition: it gets the keys, foreign keys and indexes that it lacks.
    /// Under INHERIT it has everything already.
    pub(super) fn adopt(&mut self, parent: &Name, child: &Name, partition: bool) {
        let (parent, child) = (self.resolve(parent), self.resolve(child));
        self.note_child(&parent, &child);
        let Some(mother) = self.tables.shared(&parent) else { return };
        if !self.spend((mother.constraints.len() + mother.indexes.len()) * COPY) {
            return self.know_in_part(&child);
        }
        if partition {
            self.give_partition(&mother, &child);
        }
        self.tables.edit(&child, |t| {
            for column in t.columns.iter_mut().filter(|_| partition) {
                column.local &= mother.column(&column.column.name).found().is_none();
            }
            for constraint in t.constraints.iter_mut().filter(|_| partition) {
                constraint.inherited |= mother.constraints.iter().any(|c| is_same(constraint, c));
            }
        });
    }

    /// The keys, foreign keys and indexes of a partitioned table, for a partition and those of
    /// its own.
    pub(super) fn give_partition(&mut self, mother: &Table, child: &Name) {
        for constraint in mother.constraints.iter().filter(|c| !is_check(c)) {
            let Some(table) = self.tables.shared(child) else { return };
            if has_free(&table, constraint) {
                continue;
            }
            let mut copy = renamed_where_taken(for_partition(constraint), &table);
            let label = match constraint.kind {
                ConstraintKind::Unique { .. } => Some("key"),
                ConstraintKind::Exclude { .. } => Some("excl"),
                _ => None,
            };
            if let (Some(index), Some(label)) = (&constraint.name, label) {
                let index = mother.name.sibling(index);
                copy.name = self.copied_name(&index, &key_names(constraint), child, label);
            }
            let constraint = copy;
            self.go_on(OpKind::AddConstraint { table: child.clone(), constraint });
        }
        for (at, index) in mother.indexes.iter().enumerate() {
            let like = |i: &&super::TableIndex| i.index.is_like(&index.index);
            let taken = mother.indexes[..at].iter().filter(like).count();
            let has = |t: &Table| t.indexes.iter().filter(like).count() > taken;
            if !self.tables.get(child).is_some_and(has) {
                let old = mother.name.sibling(&index.name);
                let name = self.copied_name(&old, &part_names(&index.index), child, "idx");
                self.go_on(OpKind::CreateIndex {
                    table: child.clone(),
                    index: Index { name, ..index.index.clone() },
                    concurrently: false,
                    if_not_exists: false,
                });
            }
        }
    }

    /// Applies what an operation brings about.
    fn go_on(&mut self, kind: OpKind) {
        let span = self.now.span;
        let (style, transaction) = (Style::Sql, None);
        let op = Op {
            kind,
            span,
            style,
            transaction,
            certain: true,
            only: false,
            if_exists: false,
            forgiven: Vec::new(),
        };
        self.apply(&op);
    }
}

/// The constraints that an operation has added to a parent, as its children get them.
fn new_constraints(before: &Table, after: &Table, partitioned: bool) -> Vec<Constraint> {
    let new = after.constraints.iter().skip(before.constraints.len());
    let goes = |c: &&Constraint| match c.kind {
        ConstraintKind::NotNull => true,
        _ => is_inherited(c) || (partitioned && !is_check(c)),
    };
    new.filter(goes).map(for_partition).collect()
}

/// Keys are named anew on each partition; checks and foreign keys keep their names.
fn for_partition(constraint: &Constraint) -> Constraint {
    let keyed = matches!(
        constraint.kind,
        ConstraintKind::PrimaryKey | ConstraintKind::Unique { .. } | ConstraintKind::Exclude { .. }
    );
    Constraint {
        name: constraint.name.clone().filter(|_| !keyed),
        inherited: true,
        using_index: None,
        ..constraint.clone()
    }
}

fn inherit_new(child: &mut Table, before: &Table, after: Option<&Table>) {
    let Some(after) = after else { return };
    for added in after.constraints.iter().skip(before.constraints.len()) {
        for own in child.constraints.iter_mut().rev().filter(|c| is_same(c, added)).take(1) {
            own.inherited |= before.bound.is_some() || before.options.partition_by.is_some();
        }
    }
}

fn is_check(constraint: &Constraint) -> bool {
    matches!(constraint.kind, ConstraintKind::Check { .. })
}

/// Whether a child has a constraint that can be its parent's: keys and foreign keys are one
/// parent's only.
fn has_free(child: &Table, constraint: &Constraint) -> bool {
    let free = |own: &Constraint| is_check(own) || !own.inherited;
    child.constraints.iter().any(|own| free(own) && is_same(own, constraint))
}

/// A foreign key whose name the child uses already gets one of its own.
fn renamed_where_taken(constraint: Constraint, child: &Table) -> Constraint {
    let taken = constraint.name.as_deref().is_some_and(|name| child.constraint(name).is_some());
    let name = constraint.name.clone().filter(|_| !taken || is_check(&constraint));
    Constraint { name, ..constraint }
}

/// Whether a child's constraint is its parent's: a check by its name, all others by what they do.
fn is_same(own: &Constraint, parent: &Constraint) -> bool {
    match (&own.kind, &parent.kind) {
        (ConstraintKind::Check { .. }, ConstraintKind::Check { .. }) => own.name == parent.name,
        (ConstraintKind::ForeignKey(a), ConstraintKind::ForeignKey(b)) => {
            own.columns == parent.columns && a.table == b.table && a.columns == b.columns
        }
        (a, b) => {
            std::mem::discriminant(a) == std::mem::discriminant(b) && own.columns == parent.columns
        }
    }
}
