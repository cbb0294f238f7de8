use std::collections::BTreeSet;

use super::{Check, Rule, finding, moves::Moves, renames};
use crate::{
    diagnostic::{Finding, Label, Severity},
    ir::OpKind,
    replay::Change,
};

pub(super) const RULE: Rule = Rule {
    name: "table-data-dropped",
    severity: Severity::Warning,
    page: include_str!("../../rules/table-data-dropped.md"),
    scales: false,
    check: Check::Change(check),
};

fn check(change: &Change<'_>, out: &mut Vec<Finding>) {
    let renamed: BTreeSet<usize> = renames::tables(change).iter().map(|p| p.dropped).collect();
    let moves = Moves::of(change);
    for (at, applied) in change.applied.iter().enumerate() {
        let OpKind::DropTable { table, cascade, .. } = &applied.op.kind else { continue };
        let Some(before) = &applied.before else { continue };
        if applied.new_table || !applied.held_rows || before.options.virtual_table {
            continue;
        }
        if renamed.contains(&at) || moves.copied(change, at, &before.name) {
            continue;
        }
        let label = if *cascade {
            "its rows, and the foreign keys and views that depend on it, are gone"
        } else {
            "its rows are gone"
        };
        let mut found = finding(
            applied.op.span,
            label,
            format!("table `{table}` is dropped with its data"),
            "Rename it out of the way first, and drop it when nobody has missed it for a release.",
        );
        found
            .related
            .push(Label { span: before.created.span, text: format!("`{table}` is made here") });
        found.table = Some(table.to_string());
        out.push(found);
    }
}
