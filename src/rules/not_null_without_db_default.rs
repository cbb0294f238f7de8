use super::{Check, Rule, finding};
use crate::{
    diagnostic::{Finding, Severity},
    fix::{self, Writing},
    ir::OpKind,
    running::{Required, Running, Was},
};

pub(super) const RULE: Rule = Rule {
    name: "not-null-without-db-default",
    severity: Severity::Warning,
    page: include_str!("../../rules/not-null-without-db-default.md"),
    scales: false,
    check: Check::Running(check),
};

fn check(running: &Running<'_>, out: &mut Vec<(usize, Finding)>) {
    for required in running.required {
        let Some(applied) = running.applied.get(required.at) else { continue };
        let Some(left_out) = running.leaves_out(required) else { continue };
        let Required { table, column, was, .. } = required;
        let message = match was {
            Was::Missing => format!(
                "column `{column}` is added to `{table}` as NOT NULL while code that runs does not fill it"
            ),
            Was::Nullable => format!(
                "column `{column}` of `{table}` is set NOT NULL while code that runs does not fill it"
            ),
            Was::Filled => format!(
                "column `{column}` of `{table}` loses its default, which code that runs may rely on"
            ),
        };
        let label = match running.before.database().is_postgres() {
            true => format!(
                "PostgreSQL: 23502 null value in column \"{column}\" of relation \"{}\" violates not-null constraint",
                table.name
            ),
            false => format!("SQLite: NOT NULL constraint failed: {}.{column}", table.name),
        };
        let help = match was {
            Was::Nullable => {
                "Set NOT NULL in the release after the one whose code always fills it."
            }
            _ => {
                "Leave the column a default of the server's for one release: the version that is deployed inserts rows without it until the new one has taken its place."
            }
        };
        let mut found = finding(applied.op.span, label, message, help);
        found.related.push(left_out);
        if *was != Was::Nullable {
            found.code = default(
                running,
                Writing::of(applied.op.style, running.before.database()),
                required,
            );
        }
        found.table = Some(table.to_string());
        out.push((required.at, found));
    }
}

/// A default that stays: the one that it had, if any. SQLite's SQL cannot set one afterwards.
fn default(running: &Running<'_>, writing: Writing, required: &Required) -> Option<String> {
    let Required { table, column, .. } = required;
    if matches!(writing, Writing::Sql | Writing::SeaOrm) && running.before.database().is_sqlite() {
        return None;
    }
    let ty = &running.after.column(table, column).found()?.column.ty;
    let known = had(running, required).map(str::to_owned);
    let value = known.unwrap_or_else(|| fix::sample(running.after, ty));
    Some(fix::set_default(writing, table, column, &value))
}

/// The default that the change takes from a column, or gives it for a while.
fn had<'a>(running: &'a Running<'_>, required: &Required) -> Option<&'a str> {
    let Required { table, column, .. } = required;
    let added = running.applied.iter().find_map(|applied| match &applied.op.kind {
        OpKind::AddColumn { table: t, column: c, .. } if t == table && c.name == *column => Some(c),
        _ => None,
    });
    let column = added.or_else(|| running.column(table, column))?;
    column.default.as_ref()?.sql.as_deref()
}
