use super::{Check, Rule, finding};
use crate::{
    diagnostic::{Finding, Severity},
    running::{How, Lost, Running},
};

pub(super) const RULE: Rule = Rule {
    name: "dropped-column-still-used",
    severity: Severity::Error,
    page: include_str!("../../rules/dropped-column-still-used.md"),
    scales: false,
    check: Check::Running(check),
};

fn check(running: &Running<'_>, out: &mut Vec<(usize, Finding)>) {
    for lost in running.lost.iter().filter(|lost| lost.how == How::Dropped) {
        let Some(applied) = running.applied.get(lost.at) else { continue };
        let Some(used) = running.uses(lost) else { continue };
        let Lost { table, column, to_writes, .. } = lost;
        let message = match column {
            Some(column) => {
                format!("column `{column}` of `{table}` is dropped while code that runs uses it")
            }
            None if *to_writes => lost.unwritable(),
            None => format!("`{table}` is dropped while code that runs uses it"),
        };
        let mut found = finding(
            applied.op.span,
            running.refused(lost),
            message,
            "The version that is deployed runs until the new one has taken its place, and again after a roll-back. \
             Release code that does not use it any more first, and drop it in the release after that.",
        );
        found.related.push(used);
        found.table = Some(table.to_string());
        found.severity = (!applied.op.certain).then_some(Severity::Warning);
        out.push((lost.at, found));
    }
}
