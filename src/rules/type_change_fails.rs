use super::{Check, Rule, finding};
use crate::{
    diagnostic::{Finding, Label, Severity},
    facts::{
        dependents::pins_type,
        postgres::{Conversion, Loss, Uncast, conversion, loss},
    },
    fix::{self, Writing},
    ir::{Name, OpKind, TypeChange},
    replay::Step,
    schema::{Table, TableColumn},
    source::Span,
    types::SqlType,
};

pub(super) const RULE: Rule = Rule {
    name: "type-change-fails",
    severity: Severity::Error,
    page: include_str!("../../rules/type-change-fails.md"),
    scales: false,
    check: Check::Op(check),
};

fn check(step: &Step<'_>, out: &mut Vec<Finding>) {
    let OpKind::AlterColumn { table, column, change } = &step.op.kind else { return };
    let Some(ty) = &change.ty else { return };
    if !step.database().is_postgres() {
        return;
    }
    let found = step.before.table(table).found();
    let Some((found, old)) = found.and_then(|t| t.column(column).found().map(|c| (t, c))) else {
        return;
    };
    let before = out.len();
    pinned(step, found, old, ty, out);
    cast(step, found, ty, out);
    if out.len() == before {
        values(step, found, old, ty, out);
    }
    for finding in &mut out[before..] {
        finding.table = Some(table.to_string());
    }
}

/// A view or generated column that reads the column stops any change of its type, even one
/// that would only widen it.
fn pinned(
    step: &Step<'_>,
    table: &Table,
    old: &TableColumn,
    ty: &TypeChange,
    out: &mut Vec<Finding>,
) {
    let name = &old.column.name;
    let dependents = pins_type(step.before, table, name);
    let Some(first) = dependents.first() else { return };
    // Up to 14 a generated column answers with 42601 (experiment `at-generated-dep`).
    let label = match (first.generated, step.database().at_least((15, 0))) {
        (true, true) => {
            "PostgreSQL: 0A000 cannot alter type of a column used by a generated column"
        }
        (true, false) => {
            "PostgreSQL: 42601 cannot alter type of a column used by a generated column"
        }
        (false, _) => "PostgreSQL: 0A000 cannot alter type of a column used by a view or rule",
    };
    let mut found = finding(
        step.op.span,
        label,
        format!("the type of `{name}` cannot change while {} reads it", first.what),
        "Drop what depends on the column, change the type, and make it again, in one migration.",
    );
    if ty.to == old.column.ty {
        return;
    }
    found.related = dependents
        .iter()
        .map(|d| Label { span: d.span, text: format!("{} is made here", d.what) })
        .collect();
    out.push(found);
}

/// No assignment cast from the old type to the new one, or none for the default.
fn cast(step: &Step<'_>, table: &Table, change: &TypeChange, out: &mut Vec<Finding>) {
    let Some(uncast) = Uncast::of(step.before, &step.op.kind) else { return };
    let writing = Writing::of(step.op.style, step.database());
    let Uncast { column: name, from, to, default, made } = &uncast;
    let (message, help, code) = match default {
        None => {
            let using = format!("{}::{to}", fix::ident(name));
            (
                format!("`{name}` cannot become {to} from {from} without USING"),
                "Say how each value is converted, and make sure beforehand that every value can be.",
                fix::change_type(writing, &table.name, name, to, Some(&using)),
            )
        }
        Some(default) => {
            let (t, c) = (fix::name(&table.name), fix::ident(name));
            let using = change.using.as_deref().unwrap_or_default();
            (
                format!(
                    "the default {} of `{name}` stops its change to {to}",
                    default.sql.as_deref().unwrap_or_default()
                ),
                "Drop the default, change the type, and set the new default, in that order.",
                fix::sql(
                    writing,
                    &format!(
                        "ALTER TABLE {t} ALTER COLUMN {c} DROP DEFAULT, ALTER COLUMN {c} TYPE {to} USING {using}"
                    ),
                ),
            )
        }
    };
    let mut found = finding(step.op.span, uncast.says(), message, help);
    found.code = Some(code);
    found.related.push(made_here(name, from, *made));
    out.push(found);
}

/// The types convert, but some values may not fit, or a USING may meet one it cannot read.
fn values(
    step: &Step<'_>,
    table: &Table,
    old: &TableColumn,
    ty: &TypeChange,
    out: &mut Vec<Finding>,
) {
    if !step.before.may_hold_rows(table) {
        return;
    }
    let (name, from, to) = (&old.column.name, &old.column.ty, &ty.to);
    if nulled(step, &table.name, name) {
        return;
    }
    if let Some(using) = &ty.using {
        let strict = conversion(step.before, from, to) == Conversion::NeedsUsing
            && matches!(from.name.as_str(), "text" | "character varying" | "character" | "citext")
            && is_plain_cast(using, name);
        if !strict {
            return;
        }
        let mut found = finding(
            step.op.span,
            format!(
                "PostgreSQL: 22P02 invalid input syntax for type {to}, at the first value that is none"
            ),
            format!("one value of `{name}` that is no {to} stops the migration"),
            "Find such values first; an empty string counts. Turn them into NULL, or correct them, before the change.",
        );
        let (t, c) = (fix::name(&table.name), fix::ident(name));
        let writing = Writing::of(step.op.style, step.database());
        found.code =
            Some(fix::sql(writing, &format!("UPDATE {t} SET {c} = NULL WHERE trim({c}) = ''")));
        found.severity = Some(Severity::Warning);
        out.push(found);
        return;
    }
    let Some(Loss::Fails { sqlstate, message }) = loss(from, to, false) else { return };
    let mut found = finding(
        step.op.span,
        format!("PostgreSQL: {sqlstate} {message}, if one value does not fit"),
        format!("`{name}` shrinks from {from} to {to}"),
        "Make sure that every value fits before the migration runs; a CHECK … NOT VALID keeps new ones small.",
    );
    found.related.push(made_here(name, from, old.column.span));
    found.severity = Some(Severity::Warning);
    out.push(found);
}

/// `UPDATE t SET c = NULL` for all rows earlier in the migration: nothing is left to convert.
pub(super) fn nulled(step: &Step<'_>, table: &Name, column: &str) -> bool {
    step.ops[..step.index].iter().any(|op| match &op.kind {
        OpKind::Write(write) => {
            write.table == *table
                && write.filter == crate::ir::Filter::All
                && write
                    .columns
                    .iter()
                    .any(|(name, value)| name == column && *value == crate::ir::Value::Null)
        }
        _ => false,
    })
}

/// `c::integer` or `CAST(c AS integer)`, with nothing around it.
pub(super) fn is_plain_cast(using: &str, column: &str) -> bool {
    let text: String = using
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '"' && *c != '(' && *c != ')')
        .collect();
    let text = text.to_lowercase();
    let column = column.to_lowercase();
    text.strip_prefix(&format!("{column}::")).is_some_and(|rest| !rest.contains(['+', '|', ',']))
        || text.starts_with(&format!("cast{column}as"))
}

fn made_here(column: &str, ty: &SqlType, span: Span) -> Label {
    Label { span, text: format!("`{column}` is {ty} since here") }
}
