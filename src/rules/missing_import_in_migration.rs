use super::{Check, Rule, finding};
use crate::{
    diagnostic::{Finding, Severity},
    replay::RoundTrip,
};

pub(super) const RULE: Rule = Rule {
    name: "missing-import-in-migration",
    severity: Severity::Error,
    page: include_str!("../../rules/missing-import-in-migration.md"),
    scales: false,
    check: Check::Downgrade(check),
};

fn check(trip: &RoundTrip<'_>, out: &mut Vec<Finding>) {
    for (span, name) in &trip.up.unbound {
        out.push(finding(
            *span,
            format!("Alembic: NameError: name '{name}' is not defined"),
            format!("migration `{}` uses `{name}`, which it does not import or define", trip.migration.id),
            format!("Add the import at the top of the file; to `script.py.mako`, too, if every new migration needs `{name}`."),
        ));
    }
}
