use super::{Check, Rule, finding};
use crate::{
    diagnostic::{Finding, Label, Severity},
    facts::sqlite::{self, Outcome},
    fix,
    ir::{ConstraintKind, OpKind, Style},
    replay::Step,
    schema::Table,
};

pub(super) const RULE: Rule = Rule {
    name: "sqlite-unsupported-alter",
    severity: Severity::Error,
    page: include_str!("../../rules/sqlite-unsupported-alter.md"),
    scales: false,
    check: Check::Op(check),
};

fn check(step: &Step<'_>, out: &mut Vec<Finding>) {
    if let OpKind::Rebuild { table, foreign_keys, from, .. } = &step.op.kind {
        let sqlite = step.database().is_sqlite();
        if let Some(table) = step.before.table(table).found().filter(|_| sqlite) {
            fails_in_batch(step, table, out);
            if from.is_none() {
                lost_in_batch(step, table, out);
            }
            if *foreign_keys {
                emptied_by_batch(step, table, out);
            }
        }
        return;
    }
    let Some(refused) = sqlite::alter(step.before, step.op) else { return };
    let panics = refused.outcome == Outcome::SeaQueryPanics;
    let table = match step.op.kind.table() {
        Some(table) => Some(table),
        None if panics || statement(&step.op.kind).is_some() => None,
        None => return,
    };
    let shown = table.map_or_else(|| "a type".to_owned(), |table| format!("`{table}`"));
    let sqlite = format!("SQLite {}.{}", step.database().version.0, step.database().version.1);
    let (label, message) = match refused.outcome {
        Outcome::Refused => (
            match refused.when {
                Some(when) => format!("{sqlite}: {}, {when}", refused.error),
                None => format!("{sqlite}: {}", refused.error),
            },
            match statement(&step.op.kind) {
                Some(words) => format!("SQLite has no {words}"),
                None => format!("SQLite cannot do this to {shown} with ALTER TABLE"),
            },
        ),
        Outcome::AlembicRefuses => (
            format!("Alembic: NotImplementedError: {}", refused.error),
            format!("Alembic cannot do this to {shown} on SQLite outside batch mode"),
        ),
        Outcome::HalfApplied => (
            format!(
                "Alembic: NotImplementedError: {}; the column is there by then, and stays",
                refused.error
            ),
            format!("this leaves {shown} half changed on SQLite"),
        ),
        Outcome::SeaQueryPanics => (
            format!("sea-query panics: {}", refused.error),
            format!("sea-query cannot write this for {shown} on SQLite"),
        ),
    };
    let help = match (step.op.style, refused.since) {
        (Style::SeaOrm { .. }, _) if several(&refused.error) => {
            "Call `alter_table` once for each of them.".to_owned()
        }
        (Style::SeaOrm { .. }, _) if panics => {
            "Ask `manager.get_database_backend()` first, and do it in another way on SQLite: create a new table, copy the rows, drop the old one, rename the new one.".to_owned()
        }
        (Style::Sql, None) if matches!(step.op.kind, OpKind::CreateView { .. }) => {
            "Drop the view, and create it again.".to_owned()
        }
        (Style::Sql, None) if statement(&step.op.kind).is_some() => {
            "Run it where the dialect is PostgreSQL's only.".to_owned()
        }
        (Style::Sql | Style::SeaOrm { .. }, None) => {
            "Rebuild the table: create a new one, copy the rows, drop the old one, rename the new one.".to_owned()
        }
        (Style::Sql | Style::SeaOrm { .. }, Some((major, minor))) => {
            format!("SQLite does this from {major}.{minor} on; before, rebuild the table: create, copy, drop, rename.")
        }
        _ => "Do it in batch mode, which copies the table on SQLite and is a plain ALTER on PostgreSQL.".to_owned(),
    };
    let mut found = finding(step.op.span, label, message, help);
    if refused.when.is_some_and(|when| when.contains("foreign_keys")) {
        found.severity = Some(Severity::Warning);
    }
    if let (false, Some(table)) = (step.op.style.is_sql(), table) {
        let file = step.sources.file(step.op.span.file);
        found.code = fix::batched(file.slice(step.op.span), table);
    }
    found.table = table.map(|table| table.to_string());
    out.push(found);
}

/// A statement about no table that SQLite does not know.
fn statement(kind: &OpKind) -> Option<&'static str> {
    match kind {
        OpKind::RenameIndex { .. } => Some("ALTER INDEX"),
        OpKind::CreateView { .. } => Some("CREATE OR REPLACE VIEW"),
        OpKind::AddEnumValue { .. }
        | OpKind::RenameEnumValue { .. }
        | OpKind::RenameType { .. }
        | OpKind::MoveType { .. } => Some("ALTER TYPE"),
        _ => None,
    }
}

/// Whether it is only that they come together.
fn several(words: &str) -> bool {
    words.contains("multiple alter options")
}

/// A copy that SQLite refuses (recorded with Alembic 1.20.1): it leaves `_alembic_tmp_…` behind,
/// so that the migration cannot run again.
fn fails_in_batch(step: &Step<'_>, table: &Table, out: &mut Vec<Finding>) {
    let name = &table.name.name;
    let view = step.before.readers(&table.name, None).next();
    let generated = table.columns.iter().find(|c| c.column.generated.is_some());
    let (error, because, made) = match (view, generated) {
        (Some(view), _) => (
            format!("error in view {}: no such table: main.{name}", view.name.name),
            format!("view `{}` reads it", view.name),
            view.created.span,
        ),
        (None, Some(column)) => (
            format!("cannot INSERT into generated column \"{}\"", column.column.name),
            format!("`{}` is generated", column.column.name),
            column.column.span,
        ),
        (None, None) => return,
    };
    let mut found = finding(
        step.op.span,
        format!("SQLite: {error}"),
        format!("batch mode cannot rebuild `{}` on SQLite: {because}", table.name),
        "Drop it before the block and make it again afterwards.",
    );
    found.related.push(Label { span: made, text: "made here".to_owned() });
    found.table = Some(table.name.to_string());
    out.push(found);
}

/// With foreign keys on, DROP TABLE deletes the rows first, and children follow their ON DELETE
/// (experiment `rebuild-cascades`; `PRAGMA foreign_keys = OFF` inside a transaction does nothing).
fn emptied_by_batch(step: &Step<'_>, table: &Table, out: &mut Vec<Finding>) {
    let acting = step.before.references_to(&table.name).find(|(child, key)| {
        let action = key.foreign_key().and_then(|fk| fk.on_delete.as_deref());
        child.name != table.name && matches!(action, Some("CASCADE" | "SET NULL"))
    });
    let Some((child, key)) = acting else { return };
    let action = key.foreign_key().and_then(|fk| fk.on_delete.as_deref()).unwrap_or_default();
    let lost = if action == "CASCADE" { "are deleted" } else { "lose their reference" };
    let mut found = finding(
        step.op.span,
        format!("the rows of `{}` {lost}: ON DELETE {action}, and foreign keys are on", child.name),
        format!("batch mode replaces `{}`, and with it empties what references it", table.name),
        "Turn `PRAGMA foreign_keys` off before the transaction begins, in env.py, and check with `PRAGMA foreign_key_check` afterwards.",
    );
    found.related.push(Label { span: key.span, text: "this foreign key acts".to_owned() });
    found.table = Some(child.name.to_string());
    out.push(found);
}

/// What the copy does not carry over (recorded with Alembic 1.20.1 and SQLAlchemy 2.1.9).
fn lost_in_batch(step: &Step<'_>, table: &Table, out: &mut Vec<Finding>) {
    let mut lost = Vec::new();
    for trigger in &table.triggers {
        lost.push(format!("trigger `{}`", trigger.name));
    }
    for index in table.indexes.iter().filter(|i| i.index.has_expression()) {
        lost.push(format!("index `{}` over an expression", index.name));
    }
    for constraint in &table.constraints {
        match &constraint.kind {
            ConstraintKind::Check { .. } if constraint.name.is_none() => {
                lost.push("a CHECK without a name".to_owned())
            }
            ConstraintKind::ForeignKey(fk) if constraint.inline && fk.on_delete.is_some() => {
                let action = fk.on_delete.as_deref().unwrap_or_default();
                lost.push(format!("ON DELETE {action} of `{}`", constraint.columns.join(", ")));
            }
            _ => {}
        }
    }
    if table.options.autoincrement {
        lost.push("AUTOINCREMENT".to_owned());
    }
    lost.extend(
        table
            .columns
            .iter()
            .filter(|c| c.column.collation.is_some())
            .map(|c| format!("COLLATE of `{}`", c.column.name)),
    );
    if lost.is_empty() {
        return;
    }
    let shown = lost.iter().take(4).cloned().collect::<Vec<_>>().join(", ");
    let more = if lost.len() > 4 { format!(" and {} more", lost.len() - 4) } else { String::new() };
    let mut found = finding(
        step.op.span,
        format!("lost on SQLite: {shown}{more}"),
        format!("batch mode rebuilds `{}` on SQLite without everything it has", table.name),
        "Make them again after the block, or pass the table as it is with `copy_from=`.",
    );
    found.severity = Some(Severity::Warning);
    found.table = Some(table.name.to_string());
    out.push(found);
}
