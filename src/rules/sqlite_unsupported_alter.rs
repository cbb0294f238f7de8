use super::{Check, Rule, finding};
use crate::{
    diagnostic::{Finding, Severity},
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
    check: Check::Op(check),
};

fn check(step: &Step<'_>, out: &mut Vec<Finding>) {
    if let OpKind::Rebuild { table } = &step.op.kind {
        if let Some(table) = step.before.table(table).found() {
            lost_in_batch(step, table, out);
        }
        return;
    }
    let Some(refused) = sqlite::alter(step.before, step.op) else { return };
    let Some(table) = step.op.kind.table() else { return };
    let sqlite = format!("SQLite {}.{}", step.database().version.0, step.database().version.1);
    let (label, message) = match refused.outcome {
        Outcome::Refused => (
            match refused.when {
                Some(when) => format!("{sqlite}: {}, {when}", refused.error),
                None => format!("{sqlite}: {}", refused.error),
            },
            format!("SQLite cannot do this to `{table}` with ALTER TABLE"),
        ),
        Outcome::AlembicRefuses => (
            format!("Alembic: NotImplementedError: {}", refused.error),
            format!("Alembic cannot do this to `{table}` on SQLite outside batch mode"),
        ),
        Outcome::HalfApplied => (
            format!(
                "Alembic: NotImplementedError: {}; the column is there by then, and stays",
                refused.error
            ),
            format!("this leaves `{table}` half changed on SQLite"),
        ),
    };
    let help = match (step.op.style, refused.since) {
        (Style::Sql, None) => {
            "Rebuild the table: create a new one, copy the rows, drop the old one, rename the new one.".to_owned()
        }
        (Style::Sql, Some((major, minor))) => {
            format!("SQLite does this from {major}.{minor} on; before, rebuild the table: create, copy, drop, rename.")
        }
        _ => "Do it in batch mode, which copies the table on SQLite and is a plain ALTER on PostgreSQL.".to_owned(),
    };
    let mut found = finding(step.op.span, label, message, help);
    if refused.when.is_some_and(|when| when.contains("foreign_keys")) {
        found.severity = Some(Severity::Warning);
    }
    if step.op.style != Style::Sql {
        let file = step.sources.file(step.op.span.file);
        found.code = fix::batched(file.slice(step.op.span), table);
    }
    found.table = Some(table.to_string());
    out.push(found);
}

/// What the copy does not carry over (recorded with Alembic 1.20.1 and SQLAlchemy 2.1.9).
fn lost_in_batch(step: &Step<'_>, table: &Table, out: &mut Vec<Finding>) {
    let mut lost = Vec::new();
    for trigger in &table.triggers {
        lost.push(format!("trigger `{trigger}`"));
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
