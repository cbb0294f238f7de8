use super::{Check, Rule, finding, type_change_fails};
use crate::{
    diagnostic::{Finding, Severity},
    facts::postgres::{Loss, loss},
    ir::{OpKind, Style, TypeChange},
    replay::Step,
    schema::TableColumn,
};

pub(super) const RULE: Rule = Rule {
    name: "lossy-type-change",
    severity: Severity::Error,
    page: include_str!("../../rules/lossy-type-change.md"),
    scales: false,
    check: Check::Op(check),
};

fn check(step: &Step<'_>, out: &mut Vec<Finding>) {
    let OpKind::AlterColumn { table, column, change } = &step.op.kind else { return };
    let Some(ty) = &change.ty else { return };
    let Some(found) = step.before.table(table).found() else { return };
    let Some(old) = found.column(column).found() else { return };
    if !step.before.may_hold_rows(found)
        || type_change_fails::nulled(step, &found.name, &old.column.name)
    {
        return;
    }
    let label =
        if step.database().is_postgres() { postgres(old, ty) } else { sqlite(step, old, ty) };
    let Some(label) = label else { return };
    let (name, from, to) = (&old.column.name, &old.column.ty, &ty.to);
    let mut report = finding(
        step.op.span,
        label,
        format!("changing `{name}` from {from} to {to} loses data without an error"),
        "Count the values that would change first; or add a new column, copy and check, and drop the old one later.",
    );
    report.table = Some(table.to_string());
    out.push(report);
}

fn postgres(old: &TableColumn, ty: &TypeChange) -> Option<String> {
    let name = &old.column.name;
    let explicit = ty.using.as_deref();
    match explicit {
        None => {}
        Some(using) if type_change_fails::is_plain_cast(using, name) => {}
        Some(using) => {
            let constant = !crate::schema::mentions(using, name, false);
            return constant.then(|| format!("every value becomes {}", using.trim()));
        }
    }
    match loss(&old.column.ty, &ty.to, explicit.is_some())? {
        Loss::Silent(how) => Some(format!("PostgreSQL: {how}")),
        Loss::Fails { .. } => None,
    }
}

/// Batch mode copies through `CAST`, and a CAST in SQLite never fails: `CAST('12abc' AS
/// INTEGER)` is 12, `CAST('abc' AS INTEGER)` is 0 (experiment `cast-text-int-garbage`).
fn sqlite(step: &Step<'_>, old: &TableColumn, ty: &TypeChange) -> Option<String> {
    if !matches!(step.op.style, Style::Batch { rebuild: true, .. }) {
        return None;
    }
    let textual = |name: &str| {
        let upper = name.to_ascii_uppercase();
        ["CHAR", "TEXT", "CLOB"].iter().any(|word| upper.contains(word))
    };
    let numeric = |name: &str| {
        let upper = name.to_ascii_uppercase();
        ["INT", "REAL", "FLOA", "DOUB", "NUMERIC", "DECIMAL", "BOOL"]
            .iter()
            .any(|word| upper.contains(word))
    };
    (textual(&old.column.ty.name) && numeric(&ty.to.name))
        .then(|| "SQLite: text that is no number becomes 0 or its leading digits".to_owned())
}
