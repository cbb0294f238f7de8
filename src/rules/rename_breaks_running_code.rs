use super::{Check, Rule, finding};
use crate::{
    diagnostic::{Finding, Severity},
    fix::{self, Writing},
    ir::{Name, OpKind},
    running::{How, Lost, Running},
};

pub(super) const RULE: Rule = Rule {
    name: "rename-breaks-running-code",
    severity: Severity::Warning,
    page: include_str!("../../rules/rename-breaks-running-code.md"),
    scales: false,
    check: Check::Running(check),
};

fn check(running: &Running<'_>, out: &mut Vec<(usize, Finding)>) {
    for lost in running.lost {
        if lost.how == How::Dropped {
            continue;
        }
        let Some(applied) = running.applied.get(lost.at) else { continue };
        let Some(used) = running.uses(lost) else { continue };
        let table = &lost.table;
        let writing = Writing::of(applied.op.style, running.before.database());
        let (message, help, code) = match (&lost.how, &lost.column) {
            (How::Renamed(to), Some(column)) => (
                format!("column `{column}` of `{table}` is renamed while code that runs uses it"),
                format!(
                    "Add `{to}` beside `{column}`, let the new version write both and read the new one, and drop `{column}` in a later release."
                ),
                beside(running, writing, lost, column, to),
            ),
            (How::Moved(_), _) if lost.to_writes => (lost.unwritable(), String::new(), None),
            (How::Moved(to), _) => {
                let moved = matches!(applied.op.kind, OpKind::SetSchema { .. });
                let how = if moved { "moved to another schema" } else { "renamed" };
                (
                    format!("`{table}` is {how} while code that runs uses it"),
                    "A view with the old name lets the old version read and write on; drop it in a later release."
                        .to_owned(),
                    shim(running, writing, table, to),
                )
            }
            _ => continue,
        };
        let help = match (&lost.column, &code) {
            (None, None) => "Make the new table beside the old one, let the new version write both, and drop the old one in a later release.".to_owned(),
            _ => help,
        };
        let mut found = finding(applied.op.span, running.refused(lost), message, help);
        found.related.push(used);
        found.code = code;
        found.table = Some(table.to_string());
        out.push((lost.at, found));
    }
}

/// The new column beside the old one.
fn beside(
    running: &Running<'_>,
    writing: Writing,
    lost: &Lost,
    column: &str,
    to: &str,
) -> Option<String> {
    let ty = &running.column(&lost.table, column)?.ty;
    let add = fix::add_column(writing, &lost.table, to, ty, true);
    let (table, old, new) = (fix::name(&lost.table), fix::ident(column), fix::ident(to));
    let copy = fix::sql(writing, &format!("UPDATE {table} SET {new} = {old}"));
    Some(format!("{add}\n{copy}"))
}

/// A view that takes the table's place. SQLite's views take no rows.
fn shim(running: &Running<'_>, writing: Writing, table: &Name, to: &Name) -> Option<String> {
    if running.before.database().is_sqlite() {
        return None;
    }
    let (old, new) = (fix::name(table), fix::name(to));
    Some(fix::sql(writing, &format!("CREATE VIEW {old} AS SELECT * FROM {new}")))
}
