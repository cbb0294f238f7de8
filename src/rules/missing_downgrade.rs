use super::{Check, Rule, finding};
use crate::{
    diagnostic::{Finding, Severity},
    frontend::Body,
    ir::{OpKind, Style},
    replay::RoundTrip,
};

pub(super) const RULE: Rule = Rule {
    name: "missing-downgrade",
    severity: Severity::Warning,
    page: include_str!("../../rules/missing-downgrade.md"),
    scales: false,
    check: Check::Downgrade(check),
};

fn check(trip: &RoundTrip<'_>, out: &mut Vec<Finding>) {
    // Nothing to take back: merges, releases, pure data.
    if !trip.changed {
        return;
    }
    let rust = trip.up.ops.iter().any(|op| matches!(op.style, Style::SeaOrm { .. }));
    let python = trip.up.ops.iter().any(|op| !op.style.is_sql()) || is_python(trip);
    let (message, label) = match trip.down.body {
        // A folder of plain files promises no way back; a tool with a place for one does.
        Body::Absent if rust => {
            ("has no `down`", "sea-orm-migration: Migration Error: We Don't Do That Here")
        }
        Body::Absent if !python && trip.migration.down_file.is_none() => return,
        Body::Absent => ("has no downgrade", "Alembic: AttributeError when it is downgraded"),
        Body::Empty => {
            ("has an empty downgrade", "a downgrade does nothing, and is recorded as done")
        }
        Body::Raises => ("cannot be downgraded: its downgrade raises", "a downgrade stops here"),
        Body::Code => {
            let idle = trip
                .down
                .ops
                .iter()
                .all(|op| matches!(op.kind, OpKind::Neutral { .. } | OpKind::Setting { .. }));
            if !idle || !trip.down.ops.is_empty() {
                return;
            }
            (
                "has a downgrade that changes nothing",
                "a downgrade does nothing, and is recorded as done",
            )
        }
    };
    let span = match (trip.down.body, trip.down.span) {
        (Body::Absent, _) | (_, None) => trip.migration.id_span,
        (_, Some(span)) => span,
    };
    let help = match trip.down.body {
        Body::Raises => "Write the inverse of the upgrade, if there is one.",
        _ => "Write the inverse of the upgrade; where there is none, raise an error that says so.",
    };
    out.push(finding(span, label, format!("migration `{}` {message}", trip.migration.id), help));
}

/// Only Alembic's migrations say their parents in the file.
fn is_python(trip: &RoundTrip<'_>) -> bool {
    trip.migration.parent_span.is_some()
}
