//! `batch_alter_table`: operations that are done by a rebuilt table, and others as they are.

use std::collections::HashMap;

use super::{
    call::Args, machine::Machine, models::model_of, naming::Conventions, orm, value::Value,
};
use crate::{
    database::Dialect,
    ir::{
        Constraint, ConstraintKind, ConstraintType, CreateTable, Index, Name, Op, OpKind,
        OpaqueEffect, Style,
    },
    schema::{Mark, Table, mentions},
    source::Span,
};

/// An open `with op.batch_alter_table(…)`.
pub(super) struct Batch {
    pub(super) number: u32,
    pub(super) table: Option<Name>,
    pub(super) recreate: Recreate,
    pub(super) span: Span,
    /// Where the block's operations begin, and what the schema is there.
    from: usize,
    mark: Mark,
    pub(super) conventions: Option<Conventions>,
    /// What a copy is made from, where that is not the table as it is (`copy_from`).
    pub(super) copied: Option<CreateTable>,
    /// Columns that such a copy does not have, with what is in them.
    left_behind: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Recreate {
    Auto,
    Always,
    Never,
}

impl Machine<'_, '_> {
    pub(super) fn begin_batch(&mut self, args: Args) -> Value {
        let schema = args.kw("schema").and_then(Value::as_str);
        let table = args.str(0, "table_name").map(|name| Name::new(schema.as_deref(), &name));
        let recreate = match args.str(2, "recreate").as_deref() {
            Some("always") => Recreate::Always,
            Some("never") => Recreate::Never,
            _ => Recreate::Auto,
        };
        let conventions = args.kw("naming_convention").and_then(super::env::conventions);
        // Where the block makes the table anew, this is what it makes it from.
        let rebuilds = match self.dialect() {
            Dialect::Sqlite => recreate != Recreate::Never,
            Dialect::Postgres => recreate == Recreate::Always,
        };
        let given = args.kw("copy_from").filter(|v| rebuilds && !v.is_none()).cloned();
        let (mut copied, mut left_behind) = (None, Vec::new());
        if let (Some(table), Some(given)) = (&table, given) {
            copied = self.copied_from(&given, table, args.span);
            match &copied {
                Some(from) => left_behind = self.left_behind(table, from),
                None => {
                    let reason = "`copy_from` may give the table another definition";
                    self.opaque(args.span, reason, OpaqueEffect::Table(table.clone()));
                }
            }
        }
        let number = self.batches.len() as u32 + self.ops.len() as u32 * 16 + 1;
        self.batches.push(Batch {
            number,
            table,
            recreate,
            span: args.span,
            from: self.ops.len(),
            mark: self.schema.mark(),
            conventions,
            copied,
            left_behind,
        });
        Value::Batch(number)
    }

    /// The definition that `copy_from=sa.Table('t', …)` gives, or a model's `__table__`.
    fn copied_from(&mut self, given: &Value, table: &Name, span: Span) -> Option<CreateTable> {
        if let Some(class) = model_of(given) {
            let conventions = self.own_conventions(given);
            let outer = std::mem::replace(&mut self.local_conventions, conventions);
            let made = self.model(&class, span);
            self.local_conventions = outer;
            self.say_unread(table);
            return made;
        }
        let Value::Call(call) = given else { return None };
        if call.name() != "Table" || call.kwarg("autoload_with").is_some() {
            return None;
        }
        let parts: Vec<Value> = call.args.iter().skip(2).cloned().collect();
        let conventions = call.args.get(1).cloned();
        let conventions = conventions.and_then(|of| orm::conventions_of(self, &of));
        let outer = std::mem::replace(&mut self.local_conventions, conventions);
        let made = self.table_of(table.clone(), &parts, span, Style::Alembic);
        self.local_conventions = outer;
        self.say_unread(table);
        let mut made = made?;
        self.table_options(&mut made, &call.kwargs);
        Some(made)
    }

    /// Columns that a copy from another definition leaves behind, with what is in them.
    fn left_behind(&self, table: &Name, from: &CreateTable) -> Vec<String> {
        let Some(old) = self.schema.table(table).found() else { return Vec::new() };
        let folds = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
        let has = |name: &str| from.columns.iter().any(|column| folds(&column.name, name));
        let names = old.columns.iter().map(|c| c.column.name.clone());
        names.filter(|name| !has(name)).collect()
    }

    /// Ends the innermost block. Alembic keeps what it says until then, so that whatever else is
    /// in it runs first. Where the table is made anew, that goes before the block's operations: with
    /// `recreate="always"`, and on SQLite if one of them asks for it.
    pub(super) fn end_batch(&mut self) {
        let Some(batch) = self.batches.pop() else { return };
        let from = batch.from.min(self.ops.len());
        let of = |op: &Op| in_batch(op, batch.number);
        let asked = |ops: &[Op]| ops.iter().any(|op| of(op) && needs_rebuild(op));
        let rebuild = match batch.recreate {
            Recreate::Always => true,
            Recreate::Never => false,
            Recreate::Auto => self.dialect() == Dialect::Sqlite && asked(&self.ops[from..]),
        };
        let in_order = self.ops[from..].is_sorted_by_key(of);
        let Some(table) = batch.table.clone().filter(|_| rebuild || !in_order) else { return };
        let (block, others) = self.ops.drain(from..).partition::<Vec<Op>, _>(of);
        self.schema.rollback(batch.mark);
        for op in others {
            self.again(op);
        }
        match rebuild {
            true => self.rebuild(batch, &table, block),
            false => block.into_iter().for_each(|op| self.again(op)),
        }
    }

    fn again(&mut self, op: Op) {
        self.schema.apply(&op);
        self.ops.push(op);
    }

    /// The operations of a block as the copy of its table gets them (`ApplyBatchImpl`): columns
    /// keep the names that they are called by to the end, and keys and indexes are made when all
    /// columns are there.
    fn rebuild(&mut self, batch: Batch, table: &Name, block: Vec<Op>) {
        let style = Style::Batch { block: batch.number, rebuild: true };
        let transaction = (self.autocommit == 0).then_some(self.transaction);
        let made = Op {
            kind: OpKind::Rebuild {
                table: table.clone(),
                foreign_keys: self.project.foreign_keys,
                from: batch.copied.map(Box::new),
                names: Vec::new(),
            },
            span: batch.span,
            style,
            transaction,
            certain: self.uncertain == 0,
            only: false,
            if_exists: false,
            forgiven: Vec::new(),
        };
        for column in batch.left_behind {
            let (table, if_exists, cascade) = (table.clone(), false, false);
            self.again(Op {
                kind: OpKind::DropColumn { table, column, if_exists, cascade },
                ..made.clone()
            });
        }
        let made = self.with_names(made, table, batch.conventions);
        self.again(made);
        let mut phases = Phases::default();
        for mut op in block {
            op.style = style;
            phases.put(op);
        }
        let Phases { drops, columns, keys, indexes, renames, texts, .. } = phases;
        drops.into_iter().for_each(|op| self.again(op));
        let before = self.schema.shared_table(table);
        let dropped: Vec<Op> = columns.iter().filter(|op| drops_column(op)).cloned().collect();
        columns.into_iter().for_each(|op| self.again(op));
        if let Some(before) = before.filter(|_| !dropped.is_empty()) {
            self.keep_what_names(table, &before, &dropped);
        }
        let later = keys.into_iter().chain(indexes).chain(renames).chain(texts);
        later.for_each(|op| self.again(op));
    }

    /// The table is reflected into a metadata that has the block's naming convention, and none
    /// other: what has no name gets one.
    fn with_names(&mut self, mut made: Op, table: &Name, given: Option<Conventions>) -> Op {
        let given = given.filter(|_| self.dialect() == Dialect::Sqlite);
        let (OpKind::Rebuild { from: None, .. }, Some(given)) = (&made.kind, given) else {
            return made;
        };
        let mark = self.schema.mark();
        self.schema.apply(&made);
        let outer = self.local_conventions.replace(given);
        let mut found = Vec::new();
        if let Some(known) = self.schema.table(table).found() {
            for (place, constraint) in known.constraints.iter().enumerate() {
                if constraint.name.is_none() {
                    let name = self.conventional(constraint, &known.name, None);
                    found.extend(name.map(|name| (place, name)));
                }
            }
        }
        self.local_conventions = outer;
        self.schema.rollback(mark);
        if let OpKind::Rebuild { names, .. } = &mut made.kind {
            *names = found;
        }
        made
    }

    /// Of what names a dropped column, the copy gets checks and indexes all the same, and other
    /// constraints where a new column has the name; a primary key loses the column.
    fn keep_what_names(&mut self, table: &Name, before: &Table, dropped: &[Op]) {
        for op in dropped {
            let OpKind::DropColumn { column, .. } = &op.kind else { continue };
            let Some(column) = before.column(column).found().map(|c| c.column.name.clone()) else {
                continue;
            };
            for constraint in &before.constraints {
                let kept = self.kept_constraint(table, constraint, &column);
                if let Some(constraint) = kept {
                    let kind = OpKind::AddConstraint { table: table.clone(), constraint };
                    self.again(Op { kind, ..op.clone() });
                }
            }
            for known in &before.indexes {
                let now = self.schema.table(table).found();
                if now.is_none_or(|now| now.index(&known.name).is_some()) {
                    continue;
                }
                let kind = OpKind::CreateIndex {
                    table: table.clone(),
                    index: Index { name: Some(known.name.clone()), ..known.index.clone() },
                    concurrently: false,
                    if_not_exists: false,
                };
                // SQLite itself gets the statement.
                let Style::Batch { block, .. } = op.style else { continue };
                let style = Style::Batch { block, rebuild: false };
                self.again(Op { kind, style, ..op.clone() });
            }
        }
    }

    fn kept_constraint(&self, table: &Name, old: &Constraint, column: &str) -> Option<Constraint> {
        let now = self.schema.table(table).found()?;
        let named = old.columns.iter().any(|c| c == column);
        let mut kept = old.clone();
        match &old.kind {
            ConstraintKind::PrimaryKey if named && now.primary_key().is_none() => {
                kept.columns.retain(|c| c != column);
                return (!kept.columns.is_empty()).then_some(kept);
            }
            ConstraintKind::Check { sql: Some(sql) } if mentions(sql, column, true) => {
                kept.reads.get_or_insert_with(|| vec![column.to_owned()]);
            }
            ConstraintKind::Unique { .. } | ConstraintKind::ForeignKey(_)
                if named && old.columns.iter().all(|c| now.column(c).found().is_some()) => {}
            _ => return None,
        }
        (!now.constraints.contains(old)).then_some(kept)
    }

    /// A call on the context: the same operation with the block's table put in.
    pub(super) fn batch_operation(&mut self, number: u32, name: &str, args: Args) -> Value {
        let Some(batch) = self.batches.iter().find(|b| b.number == number) else {
            return Value::None;
        };
        let style = Style::Batch { block: number, rebuild: false };
        if NOT_ON_A_TABLE.contains(&name) {
            return self.operation(name, args);
        }
        let span = args.span;
        let Some(table) = batch.table.clone() else {
            self.not_read("batch_alter_table", &args, span);
            return Value::None;
        };
        let full = with_table(name, &table, args);
        if self.table_operation(name, &full, style).is_none() {
            self.not_read(name, &full, span);
        }
        Value::None
    }
}

/// What a block's context has of `op`, and what is not about the block's table.
const NOT_ON_A_TABLE: &[&str] = &["execute", "f", "get_bind", "get_context", "inline_literal"];

/// What a block says, in the order in which it comes to the copy.
#[derive(Default)]
struct Phases {
    drops: Vec<Op>,
    columns: Vec<Op>,
    keys: Vec<Op>,
    indexes: Vec<Op>,
    renames: Vec<Op>,
    /// What is SQL text, which has to name the columns as they are called in the end.
    texts: Vec<Op>,
    /// The constraints that the block itself adds, and whether they are texts.
    added: HashMap<String, bool>,
}

impl Phases {
    fn put(&mut self, op: Op) {
        let phase = match &op.kind {
            OpKind::DropIndex { .. } => &mut self.drops,
            OpKind::DropConstraint { name, .. } => {
                match name.as_ref().and_then(|name| self.added.get(name)) {
                    None => &mut self.drops,
                    Some(false) => &mut self.keys,
                    Some(true) => &mut self.texts,
                }
            }
            OpKind::AddConstraint { constraint, .. } => {
                let text = constraint.ty() == ConstraintType::Check;
                // Of two with one name the later one counts.
                if let Some(name) = constraint.name.as_ref().filter(|n| self.added.contains_key(*n))
                {
                    self.keys.retain(|op| !adds(op, name));
                    self.texts.retain(|op| !adds(op, name));
                }
                self.added.extend(constraint.name.iter().map(|name| (name.clone(), text)));
                if text { &mut self.texts } else { &mut self.keys }
            }
            OpKind::CreateIndex { .. } => &mut self.indexes,
            // `a` becomes `b` after `b` has become `c`.
            OpKind::RenameColumn { column, .. } => {
                let takes =
                    |op: &Op| matches!(&op.kind, OpKind::RenameColumn { to, .. } if to == column);
                let at = self.renames.iter().position(takes).unwrap_or(self.renames.len());
                return self.renames.insert(at, op);
            }
            _ => &mut self.columns,
        };
        phase.push(op);
    }
}

fn adds(op: &Op, name: &str) -> bool {
    matches!(&op.kind, OpKind::AddConstraint { constraint, .. } if constraint.name.as_deref() == Some(name))
}

fn drops_column(op: &Op) -> bool {
    matches!(op.kind, OpKind::DropColumn { .. })
}

fn in_batch(op: &Op, number: u32) -> bool {
    matches!(op.style, Style::Batch { block, .. } if block == number)
}

/// `SQLiteImpl.requires_recreate_in_batch`: everything but plain columns and indexes.
fn needs_rebuild(op: &Op) -> bool {
    match &op.kind {
        OpKind::AddColumn { column, constraints, .. } => {
            let clause = column
                .default
                .as_ref()
                .and_then(|d| d.sql.as_deref())
                .is_some_and(|sql| !sql.starts_with('\''));
            clause || !constraints.is_empty() || column.generated.as_ref().is_some_and(|g| g.stored)
        }
        OpKind::CreateIndex { .. } | OpKind::DropIndex { .. } => false,
        kind => !kind.is_data(),
    }
}

/// Where an operation on a table that exists has that table: its place, and its keyword.
pub(super) fn table_argument(name: &str) -> Option<(usize, &'static str)> {
    Some(match name {
        "create_foreign_key" => (1, "source_table"),
        "create_unique_constraint"
        | "create_check_constraint"
        | "create_primary_key"
        | "create_exclude_constraint"
        | "drop_constraint"
        | "create_index"
        | "drop_index" => (1, "table_name"),
        "alter_column" | "add_column" | "drop_column" => (0, "table_name"),
        _ => return None,
    })
}

/// Puts the table where the operation of `op` has it.
fn with_table(name: &str, table: &Name, args: Args) -> Args {
    let Args { mut args, mut kwargs, span } = args;
    let (at, key) = table_argument(name).unwrap_or((0, "table_name"));
    if name == "create_primary_key" && args.is_empty() {
        args.push(Value::None);
    }
    let value = Value::str(&table.name);
    if args.len() >= at {
        args.insert(at, value);
    } else {
        kwargs.push((key.to_owned(), value));
    }
    if name == "alter_column" && args.len() > 2 {
        // In a batch `existing_type` cannot be positional; what is left are keywords.
        args.truncate(2);
    }
    if let Some(schema) = &table.schema {
        let key = if name == "create_foreign_key" { "source_schema" } else { "schema" };
        kwargs.push((key.to_owned(), Value::str(schema)));
    }
    Args { args, kwargs, span }
}
