use super::{Check, Rule, finding};
use crate::{
    diagnostic::{Finding, Severity},
    running::{How, Running},
};

pub(super) const RULE: Rule = Rule {
    name: "schema-field-stale",
    severity: Severity::Warning,
    page: include_str!("../../rules/schema-field-stale.md"),
    scales: false,
    check: Check::Running(check),
};

fn check(running: &Running<'_>, out: &mut Vec<(usize, Finding)>) {
    for lost in running.lost {
        let (Some(column), Some(applied)) = (&lost.column, running.applied.get(lost.at)) else {
            continue;
        };
        let stale = running.stale(lost);
        if stale.is_empty() {
            continue;
        }
        let table = &lost.table;
        let (message, help) = match &lost.how {
            How::Dropped => (
                format!(
                    "column `{column}` of `{table}` is dropped, and a class of the API still has it"
                ),
                "Take the field out of the class: no row gives it a value any more.".to_owned(),
            ),
            How::Moved(_) => continue,
            How::Renamed(to) => (
                format!(
                    "column `{column}` of `{table}` is renamed, and a class of the API has its old name"
                ),
                format!(
                    "Rename the field to `{to}`, or give it an alias where clients know it by its old name."
                ),
            ),
        };
        let mut found = finding(applied.op.span, "", message, help);
        found.related = stale.to_vec();
        found.table = Some(table.to_string());
        out.push((lost.at, found));
    }
}
