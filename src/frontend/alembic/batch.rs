//! `batch_alter_table`: operations that SQLite gets by a rebuilt table, and others as they are.

use super::{call::Args, machine::Machine, naming::Conventions, orm, value::Value};
use crate::{
    database::Dialect,
    ir::{CreateTable, Name, Op, OpKind, OpaqueEffect, Style},
    source::Span,
};

/// An open `with op.batch_alter_table(…)`.
pub(super) struct Batch {
    pub(super) number: u32,
    pub(super) table: Option<Name>,
    pub(super) recreate: Recreate,
    pub(super) span: Span,
    /// Where the block's operations begin.
    pub(super) from: usize,
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
            conventions,
            copied,
            left_behind,
        });
        Value::Batch(number)
    }

    /// The definition that `copy_from=sa.Table('t', …)` gives; of PostgreSQL's copies none is known.
    fn copied_from(&mut self, given: &Value, table: &Name, span: Span) -> Option<CreateTable> {
        let Value::Call(call) = given else { return None };
        if self.dialect() == Dialect::Postgres
            || call.name() != "Table"
            || call.kwarg("autoload_with").is_some()
        {
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

    /// Ends the innermost block: on SQLite a rebuild is put before its operations, if one of
    /// them asks for it.
    pub(super) fn end_batch(&mut self) {
        let Some(batch) = self.batches.pop() else { return };
        let from = batch.from.min(self.ops.len());
        let rebuild = self.dialect() == Dialect::Sqlite
            && match batch.recreate {
                Recreate::Always => true,
                Recreate::Never => false,
                Recreate::Auto => self.ops[from..]
                    .iter()
                    .any(|op| in_batch(op, batch.number) && needs_rebuild(op)),
            };
        if !rebuild {
            return;
        }
        let Some(table) = batch.table else { return };
        for op in &mut self.ops[from..] {
            if in_batch(op, batch.number) {
                op.style = Style::Batch { block: batch.number, rebuild: true };
            }
        }
        let transaction = (self.autocommit == 0).then_some(self.transaction);
        let style = Style::Batch { block: batch.number, rebuild: true };
        let left = batch.left_behind.into_iter().map(|column| OpKind::DropColumn {
            table: table.clone(),
            column,
            if_exists: false,
            cascade: false,
        });
        let rebuild = OpKind::Rebuild {
            table: table.clone(),
            foreign_keys: self.project.foreign_keys,
            from: batch.copied.map(Box::new),
        };
        let made: Vec<Op> = left
            .chain([rebuild])
            .map(|kind| Op {
                kind,
                span: batch.span,
                style,
                transaction,
                certain: self.uncertain == 0,
                only: false,
                if_exists: false,
                forgiven: Vec::new(),
            })
            .collect();
        self.ops.splice(from..from, made);
    }

    /// A call on the context: the same operation with the block's table put in.
    pub(super) fn batch_operation(&mut self, number: u32, name: &str, args: Args) -> Value {
        let Some(batch) = self.batches.iter().find(|b| b.number == number) else {
            return Value::None;
        };
        let style = Style::Batch { block: number, rebuild: false };
        if name == "f" {
            return self.operation(name, args);
        }
        if name == "execute" {
            return self.execute(&args);
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
