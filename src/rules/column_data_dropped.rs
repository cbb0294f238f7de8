use std::collections::BTreeSet;

use super::{Check, Rule, finding, moves::Moves, renames};
use crate::{
    diagnostic::{Finding, Label, Severity},
    ir::OpKind,
    replay::Change,
};

pub(super) const RULE: Rule = Rule {
    name: "column-data-dropped",
    severity: Severity::Warning,
    page: include_str!("../../rules/column-data-dropped.md"),
    scales: false,
    check: Check::Change(check),
};

fn check(change: &Change<'_>, out: &mut Vec<Finding>) {
    let renamed: BTreeSet<usize> = renames::columns(change).iter().map(|p| p.dropped).collect();
    let moves = Moves::of(change);
    for (at, applied) in change.applied.iter().enumerate() {
        let OpKind::DropColumn { table, column, .. } = &applied.op.kind else { continue };
        let Some(before) = &applied.before else { continue };
        let Some(old) = before.column(column).found() else { continue };
        if applied.new_table || !applied.held_rows || renamed.contains(&at) {
            continue;
        }
        if old.column.generated.is_some() || moves.made_here(old) {
            continue;
        }
        if moves.data_moved(change, at, &before.name, column) {
            continue;
        }
        let mut found = finding(
            applied.op.span,
            "its values cannot be restored by a downgrade",
            format!("column `{column}` of `{table}` is dropped with its data"),
            "Stop using the column in one release and drop it in a later one; keep a copy if the values may be wanted.",
        );
        found.related.push(Label {
            span: old.column.span,
            text: format!("`{column}` is {} since here", old.column.ty),
        });
        found.table = Some(table.to_string());
        out.push(found);
    }
}
