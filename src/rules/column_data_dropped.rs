use super::{Check, Rule, finding, renames};
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
    let renamed = renames::columns(change);
    for (at, applied) in change.applied.iter().enumerate() {
        let OpKind::DropColumn { table, column, .. } = &applied.op.kind else { continue };
        let Some(before) = &applied.before else { continue };
        let Some(old) = before.column(column).found() else { continue };
        if applied.new_table || !applied.held_rows || renamed.iter().any(|pair| pair.dropped == at)
        {
            continue;
        }
        if old.column.generated.is_some() || renames::made_here(change, old) {
            continue;
        }
        if renames::data_moved(change, at, &before.name, column) {
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
