use super::{Check, Rule, dropped, finding};
use crate::{
    database::Database,
    diagnostic::{Finding, Label, Severity},
    facts::{
        obstacle::{Obstacle, ObstacleKind},
        postgres::Uncast,
        reference::{FlawKind, accepts_dangling},
        refusal::says,
    },
    frontend::Body,
    ir::{ConstraintKind, Name, Op, OpKind, OpaqueEffect, Style},
    replay::{RoundTrip, Trouble},
    schema::{Table, Touched, TypeKind},
    source::Span,
};

pub(super) const RULE: Rule = Rule {
    name: "downgrade-not-inverse",
    severity: Severity::Error,
    page: include_str!("../../rules/downgrade-not-inverse.md"),
    scales: false,
    check: Check::Downgrade(check),
};

/// Differences that are listed; the rest is counted.
const SHOWN: usize = 6;

fn check(trip: &RoundTrip<'_>, out: &mut Vec<Finding>) {
    if trip.down.body != Body::Code || !trip.changed {
        return;
    }
    let before = out.len();
    for (op, trouble) in &trip.trouble {
        out.extend(refused(op, trouble, trip.database));
    }
    // After a refusal nothing else of the downgrade happens; what it leaves is not the point.
    if out.len() > before || unknown(trip) {
        return;
    }
    let mut left: Vec<Difference> = Vec::new();
    for touched in &trip.tables {
        table(touched, &mut left);
    }
    if trip.database.is_postgres() {
        for touched in &trip.types {
            types(touched, &mut left);
        }
    }
    if left.is_empty() {
        return;
    }
    let span = trip.down.span.unwrap_or(trip.migration.id_span);
    let mut found = finding(
        span,
        "",
        format!("the downgrade of `{}` does not restore the schema", trip.migration.id),
        "Undo every step of the upgrade, in reverse order.",
    );
    found.consequences = left.iter().take(SHOWN).map(|d| format!("after it, {}", d.text)).collect();
    if left.len() > SHOWN {
        found.consequences.push(format!("and {} more differences", left.len() - SHOWN));
    }
    let back = trip.down.span.map(|s| s.file);
    found.related = left
        .iter()
        .filter_map(|d| d.span)
        .filter(|s| Some(s.file) == back || trip.up.ops.iter().any(|op| op.span.contains(*s)))
        .take(3)
        .map(|span| {
            let undone = trip.up.ops.iter().any(|op| op.span.contains(span));
            let text = if undone { "this is not undone" } else { "it is made differently here" };
            Label { span, text: text.to_owned() }
        })
        .collect();
    // Only types are left: the schema works, but the upgrade cannot run again.
    if left.iter().all(|d| d.only_again) {
        found.help = "Drop the type in the downgrade: the next upgrade fails with 42710 type already exists.".to_owned();
    }
    found.table = trip.tables.first().map(|t| t.name.to_string());
    out.push(found);
}

/// Where something could not be read, or may not run, the comparison says nothing.
fn unknown(trip: &RoundTrip<'_>) -> bool {
    trip.up.ops.iter().chain(&trip.down.ops).any(|op| {
        !op.certain && !op.kind.is_data()
            || matches!(&op.kind, OpKind::Opaque(opaque) if opaque.effect != OpaqueEffect::Rows)
    })
}

fn refused(op: &Op, trouble: &Trouble, database: Database) -> Option<Finding> {
    let flaw = match trouble {
        Trouble::Depends(dependents) => {
            let first = &dependents[0];
            let mut found = finding(
                op.span,
                "PostgreSQL: 2BP01 cannot drop because other objects depend on it",
                format!(
                    "the downgrade drops {} while {} still depends on it",
                    dropped(&op.kind),
                    first.what
                ),
                "Drop in the reverse of the order in which the upgrade creates.",
            );
            let text = format!("{} is made here", first.what);
            found.related.push(Label { span: first.span, text });
            return Some(found);
        }
        Trouble::Refused(obstacle) => return hindered(op, obstacle, database),
        Trouble::Uncast(uncast) => {
            let Uncast { column, from, to, default, .. } = uncast;
            let (message, help) = match default {
                None => (
                    format!("the downgrade turns `{column}` from {from} into {to} without USING"),
                    "Say how each value is converted.",
                ),
                Some(_) => (
                    format!("the default of `{column}` stops its change to {to} by the downgrade"),
                    "Drop the default, change the type, and set the new default, in that order.",
                ),
            };
            return Some(finding(op.span, uncast.says(), message, help));
        }
        Trouble::Missing(flaw) => &flaw.kind,
    };
    let message = match flaw {
        FlawKind::Unnamed { table } => {
            format!("the downgrade drops a constraint of `{table}` without its name")
        }
        FlawKind::Table { table } => {
            format!("the downgrade needs `{table}`, which does not exist after the upgrade")
        }
        FlawKind::Column { table, column } => format!(
            "the downgrade needs `{table}.{column}`, which does not exist after the upgrade"
        ),
        FlawKind::Index { index } => format!(
            "the downgrade drops index `{}`, which does not exist after the upgrade",
            index.name
        ),
        FlawKind::Constraint { table, name } => format!(
            "the downgrade drops constraint `{name}` of `{table}`, which does not exist after the upgrade"
        ),
        FlawKind::Type { name } => {
            format!("the downgrade needs type `{name}`, which does not exist at this point")
        }
        // Where it is accepted, the table may yet be made by a later step.
        FlawKind::Referenced { table } if !accepts_dangling(database) => {
            format!("the downgrade references `{table}`, which does not exist at this point")
        }
        _ => return None,
    };
    let label = says(flaw, op, database);
    let help = "Name what the upgrade made, as it or the server named it.";
    Some(finding(op.span, label, message, help))
}

/// What is there after the upgrade does not allow it.
fn hindered(op: &Op, obstacle: &Obstacle, database: Database) -> Option<Finding> {
    // A copy that batch mode makes never shows the operation to SQLite, and types and what its
    // ALTER cannot do are other rules' matters.
    let copied = matches!(op.style, Style::Batch { rebuild: true, .. });
    let message = match obstacle.kind {
        _ if copied => return None,
        ObstacleKind::Type => return None,
        ObstacleKind::State if database.is_sqlite() => return None,
        ObstacleKind::Taken => "the downgrade makes something whose name is taken",
        ObstacleKind::Depends => "the downgrade drops something that is still needed",
        ObstacleKind::State => "the downgrade does what is not allowed after the upgrade",
    };
    let help = "Undo the steps of the upgrade, and only these, in reverse order.";
    Some(finding(op.span, obstacle.says(database), message, help))
}

struct Difference {
    text: String,
    span: Option<Span>,
    /// It does no harm until the migration is applied again.
    only_again: bool,
}

fn table(touched: &Touched<Table>, out: &mut Vec<Difference>) {
    let mut say =
        |text: String, span: Option<Span>| out.push(Difference { text, span, only_again: false });
    let name = &touched.name;
    let (before, after) = match (&touched.before, &touched.after) {
        (None, None) => return,
        (None, Some(after)) => {
            if !after.complete {
                return;
            }
            return say(format!("table `{name}` is still there"), Some(after.created.span));
        }
        (Some(before), None) => {
            if !before.complete {
                return;
            }
            return say(format!("table `{name}` is gone"), None);
        }
        (Some(before), Some(after)) => (before, after),
    };
    for new in after.columns.iter().filter(|c| before.column(&c.column.name).is_missing()) {
        say(format!("column `{name}.{}` is still there", new.column.name), Some(new.column.span));
    }
    for old in &before.columns {
        let Some(now) = after.column(&old.column.name).found() else {
            say(format!("column `{name}.{}` is gone", old.column.name), None);
            continue;
        };
        let (was, is) = (&old.column, &now.column);
        let span = Some(is.span);
        if was.ty != is.ty && !was.ty.is_unknown() && !is.ty.is_unknown() {
            say(format!("`{name}.{}` is {} and was {}", was.name, is.ty, was.ty), span);
        }
        if was.nullable != is.nullable {
            let word = if is.nullable { "nullable" } else { "NOT NULL" };
            say(format!("`{name}.{}` is {word} and was not", was.name), span);
        }
        if was.default.is_some() != is.default.is_some() && was.serial == is.serial {
            let word = if is.default.is_some() {
                "has a default it had not"
            } else {
                "has lost its default"
            };
            say(format!("`{name}.{}` {word}", was.name), span);
        }
    }
    constraints(name, before, after, &mut say);
    let listed = before.complete && after.complete;
    for old in before.indexes.iter().filter(|i| after.index(&i.name).is_none() && listed) {
        say(format!("index `{}` is gone", old.name), None);
    }
    for new in after.indexes.iter().filter(|i| before.index(&i.name).is_none() && listed) {
        say(format!("index `{}` is still there", new.name), Some(new.index.span));
    }
}

/// By what they are, not by their names: names may be the server's own.
fn constraints(
    name: &Name,
    before: &Table,
    after: &Table,
    say: &mut impl FnMut(String, Option<Span>),
) {
    if !before.complete || !after.complete {
        return;
    }
    let key = |c: &crate::ir::Constraint| -> Option<String> {
        let columns = c.columns.join(", ");
        // The order of a key's columns is an index's matter, not the schema's.
        let mut sorted = c.columns.clone();
        sorted.sort();
        let sorted = sorted.join(", ");
        Some(match &c.kind {
            ConstraintKind::PrimaryKey => format!("the primary key ({sorted})"),
            ConstraintKind::Unique { .. } => format!("the unique constraint ({sorted})"),
            ConstraintKind::ForeignKey(fk) => {
                let action = fk.on_delete.as_deref().filter(|a| *a != "NO ACTION");
                let action = action.map(|a| format!(" ON DELETE {a}")).unwrap_or_default();
                format!("the foreign key ({columns}) to `{}`{action}", fk.table)
            }
            ConstraintKind::Check { .. } => format!("the check `{}`", c.name.as_deref()?),
            ConstraintKind::Exclude { .. } | ConstraintKind::NotNull => return None,
        })
    };
    let list = |t: &Table| -> Vec<(String, Span)> {
        t.constraints.iter().filter_map(|c| Some((key(c)?, c.span))).collect()
    };
    let (old, new) = (list(before), list(after));
    for (what, _) in old.iter().filter(|(what, _)| !new.iter().any(|(other, _)| other == what)) {
        say(format!("{what} of `{name}` is gone"), None);
    }
    for (what, span) in new.iter().filter(|(what, _)| !old.iter().any(|(other, _)| other == what)) {
        say(format!("{what} of `{name}` is still there"), Some(*span));
    }
}

fn types(touched: &Touched<crate::schema::Type>, out: &mut Vec<Difference>) {
    match (&touched.before, &touched.after) {
        (None, Some(after)) => out.push(Difference {
            text: format!("type `{}` is still there", touched.name),
            span: Some(after.created.span),
            only_again: true,
        }),
        (Some(_), None) => {
            out.push(Difference {
                text: format!("type `{}` is gone", touched.name),
                span: None,
                only_again: false,
            });
        }
        (Some(before), Some(after)) => {
            // PostgreSQL cannot take a label out again, so a label that stays is no oversight.
            if let (TypeKind::Enum { labels: was }, TypeKind::Enum { labels: is }) =
                (&before.kind, &after.kind)
                && let Some(gone) = was.iter().find(|label| !is.contains(label))
            {
                let text = format!("type `{}` has lost the label `{gone}`", touched.name);
                out.push(Difference { text, span: None, only_again: false });
            }
        }
        (None, None) => {}
    }
}
