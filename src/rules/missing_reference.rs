use std::collections::BTreeSet;

use super::{Check, Rule, finding, renames::levenshtein};
use crate::{
    diagnostic::{Elsewhere, Finding, Label, Severity},
    facts::{
        reference::{FlawKind, SERIALS, accepts_dangling, is_unique},
        refusal::says,
    },
    ir::Name,
    replay::{Ended, MissingAt},
    source::Span,
};

pub(super) const RULE: Rule = Rule {
    name: "missing-reference",
    severity: Severity::Error,
    page: include_str!("../../rules/missing-reference.md"),
    scales: false,
    check: Check::Ended(check),
};

fn check(ended: &Ended<'_>, out: &mut Vec<(usize, Finding)>) {
    let mut told = BTreeSet::new();
    let suggested = suggested(ended);
    for missing in ended.missing.iter().filter(|m| m.certain) {
        let Some(mut found) = judge(ended, missing, &suggested) else { continue };
        // A table that is missing once is missing in every line that follows.
        let subject = (missing.migration, found.message.clone());
        if !told.insert(subject) {
            continue;
        }
        found.primary.span = missing.flaw.span;
        out.push((missing.migration, found));
    }
}

/// The tables that a name may have been meant for. Those that are only taken for given may be as
/// many as are missing.
fn suggested<'a>(ended: &Ended<'a>) -> Vec<&'a str> {
    let tables = || ended.schema.tables();
    let made = tables().filter(|table| table.complete).take(MAX_MADE);
    let given = tables().filter(|table| !table.complete).take(MAX_GIVEN);
    made.chain(given).map(|table| table.name.name.as_str()).collect()
}

fn judge(ended: &Ended<'_>, missing: &MissingAt, suggested: &[&str]) -> Option<Finding> {
    let kind = &missing.flaw.kind;
    let database = ended.schema.database();
    let mut unseen = false;
    let (message, mut help, table) = match kind {
        FlawKind::Table { table }
        | FlawKind::Referenced { table }
        | FlawKind::View { view: table }
        | FlawKind::Sequence { sequence: table } => {
            return absent(ended, missing, table, suggested);
        }
        FlawKind::Column { table, column } => (
            format!("`{table}` has no column `{column}` at this point"),
            near_column(ended, table, column),
            Some(table),
        ),
        FlawKind::ReferencedColumn { table, column } => (
            format!(
                "the foreign key references `{column}`, which `{table}` does not have at this point"
            ),
            near_column(ended, table, column),
            Some(table),
        ),
        FlawKind::Trigger { .. } if missing.followed => return None,
        FlawKind::Trigger { trigger } => (
            format!("there is no trigger `{trigger}` at this point"),
            "Name the trigger as the migration that made it did.".to_owned(),
            None,
        ),
        // SQLite's own names for indexes are not in the history.
        FlawKind::Index { .. } if database.is_sqlite() && missing.followed => return None,
        FlawKind::Index { index } => (
            format!("there is no index `{index}` at this point"),
            "Name the index as the migration that made it did, or as the server named it."
                .to_owned(),
            Some(index),
        ),
        FlawKind::Constraint { table, name } => (
            format!("`{table}` has no constraint `{name}` at this point"),
            known_constraints(ended, table),
            Some(table),
        ),
        FlawKind::Unnamed { table } => (
            format!("a constraint of `{table}` is dropped without its name"),
            "Name it: with a naming convention by that, else as the server named it \
             (PostgreSQL: `<table>_<column>_fkey`, `<table>_<column>_key`)."
                .to_owned(),
            Some(table),
        ),
        FlawKind::Type { name } if SERIALS.contains(&name.name.as_str()) => (
            format!("`{name}` is no type, except where a column is made"),
            "Change the type to the integer's, make a sequence that the column owns, and set its \
             `nextval` as the default."
                .to_owned(),
            None,
        ),
        // Other migrations were written on top, so it ran: the type comes from elsewhere.
        FlawKind::Type { name }
            if missing.followed
                && !ended.closed
                && !ended.schema.gone_type(name)
                && ended.schema.ty(name).is_missing() =>
        {
            return None;
        }
        FlawKind::Type { name } => {
            unseen = ended.based && !ended.schema.gone_type(name);
            (
                format!("the type `{name}` does not exist at this point"),
                "Create the type before it is used; Alembic makes an Enum's type only with its table."
                    .to_owned(),
                Some(name),
            )
        }
        // SQLite looks for the index when rows are written, so later is early enough.
        FlawKind::NotUnique { table, columns }
            if accepts_dangling(database)
                && ended.schema.table(table).found().is_some_and(|t| is_unique(t, columns)) =>
        {
            return None;
        }
        FlawKind::NotUnique { table, columns } if columns.is_empty() => (
            format!("the foreign key references the primary key of `{table}`, which has none"),
            "Name the referenced columns, and make them unique.".to_owned(),
            Some(table),
        ),
        FlawKind::NotUnique { table, columns } => (
            format!(
                "the foreign key references `{table}` ({}), which is not unique",
                columns.join(", ")
            ),
            "Reference the primary key, or add a UNIQUE constraint on exactly these columns first."
                .to_owned(),
            Some(table),
        ),
        FlawKind::Deferrable { table } => (
            format!("the foreign key references a key of `{table}` that is deferrable"),
            "Reference a key that is checked at once.".to_owned(),
            Some(table),
        ),
        FlawKind::Count { local, referenced } => (
            format!("the foreign key has {local} referencing and {referenced} referenced columns"),
            "Name as many columns on both sides.".to_owned(),
            None,
        ),
        FlawKind::Incompatible { column, ty, table, referenced, referenced_ty } => (
            format!(
                "`{column}` is {ty}, but references `{table}.{referenced}`, which is {referenced_ty}"
            ),
            format!("Give `{column}` the type {referenced_ty}."),
            Some(table),
        ),
    };
    if unseen {
        help = format!("{help} {BASE}");
    }
    let label = says(kind, &missing.op, database);
    let mut found = finding(missing.flaw.span, label, message, help);
    found.table = table.map(Name::to_string);
    found.severity = unseen.then_some(Severity::Warning);
    Some(found)
}

/// Tables that are suggested at the most.
const MAX_MADE: usize = 1_000;
/// Tables that no migration made, and are suggested all the same.
const MAX_GIVEN: usize = 50;

/// What to do where the history starts on tables that it did not make.
const BASE: &str = "If it is part of what was there before the first migration, name a file with that as \
                    `baseline-schema` in the configuration.";

fn known_constraints(ended: &Ended<'_>, table: &Name) -> String {
    let help = "Name the constraint as it was made; without a name, PostgreSQL makes one up.";
    let known = ended.schema.table(table).found();
    let names: Vec<&str> = known
        .iter()
        .flat_map(|t| &t.constraints)
        .filter_map(|c| c.name.as_deref())
        .take(6)
        .collect();
    match names.as_slice() {
        [] => help.to_owned(),
        names => format!("{help} At the end of the history `{table}` has: {}.", names.join(", ")),
    }
}

/// A table that is not there: made later, gone by now, or never made at all.
fn absent(
    ended: &Ended<'_>,
    missing: &MissingAt,
    table: &Name,
    suggested: &[&str],
) -> Option<Finding> {
    let database = ended.schema.database();
    let referenced = matches!(missing.flaw.kind, FlawKind::Referenced { .. });
    let later = ended
        .made
        .get(table)
        .and_then(|made| made.iter().find(|&&made| after(ended, made, missing)));
    // SQLite looks a foreign key's table up when rows are written, so later is early enough.
    if referenced && accepts_dangling(database) && later.is_some() {
        return None;
    }
    if later.is_some_and(|&made| freed_before(ended, table, made, missing)) {
        return None;
    }
    let role = if referenced { "the foreign key references" } else { "this needs" };
    let mut unmade = None;
    let (message, related, help, severity) = if let Some(&later) = later {
        (
            format!("{role} `{table}`, which is only created later"),
            Some(Label { span: later, text: format!("`{table}` is created here") }),
            "Create the table first.".to_owned(),
            None,
        )
    } else if let Some(gone) = missing.gone {
        (
            format!("{role} `{table}`, which is gone by now"),
            Some(Label { span: gone, text: format!("`{table}` is dropped or renamed here") }),
            "Use the table's new name, or do this before it goes.".to_owned(),
            None,
        )
    } else if missing.followed && !ended.closed {
        // Other migrations were written on top, so it ran: the table comes from elsewhere.
        return None;
    } else {
        unmade = Some(table.clone());
        let near = nearest(&table.name, suggested.iter().copied());
        // Of what cannot be seen some names are alike, too.
        let near = near.filter(|near| !ended.based || levenshtein(&table.name, near) == 1);
        let unseen = ended.based && near.is_none();
        let help = match near {
            Some(near) => format!("Did you mean `{near}`?"),
            None if unseen => {
                format!("Create it in a migration before this one, or correct the name. {BASE}")
            }
            None => "Create it in a migration before this one, or correct the name.".to_owned(),
        };
        let by = match ended.closed {
            true => "which neither a migration nor the baseline schema creates",
            false => "which no migration creates",
        };
        (format!("{role} `{table}`, {by}"), None, help, unseen.then_some(Severity::Warning))
    };
    let label = says(&missing.flaw.kind, &missing.op, database);
    let mut found = finding(missing.flaw.span, label, message, help);
    found.table = Some(table.to_string());
    found.related.extend(related);
    found.severity = severity;
    found.unless = unmade.map(Elsewhere::Makes);
    Some(found)
}

/// Whether a place comes after a missing thing in the replay.
fn after(ended: &Ended<'_>, made: Span, missing: &MissingAt) -> bool {
    place(ended, made).is_some_and(|made| made > (missing.migration, missing.op.span.start))
}

/// The position of a place's migration, and where it stands there.
fn place(ended: &Ended<'_>, span: Span) -> Option<(usize, u32)> {
    let at = ended.history.migrations.iter().position(|m| m.file == span.file)?;
    Some((at, span.start))
}

/// Whether the table is dropped or renamed away between the place that needs it and the one
/// that makes it: then it was there, from a base that the history did not make.
fn freed_before(ended: &Ended<'_>, table: &Name, made: Span, missing: &MissingAt) -> bool {
    let (from, to) = ((missing.migration, missing.op.span.start), place(ended, made));
    let between = |freed: &&Span| {
        let freed = place(ended, **freed);
        freed.is_some_and(|at| at >= from) && freed < to
    };
    ended.freed.get(table).is_some_and(|all| all.iter().any(|freed| between(&freed)))
}

fn near_column(ended: &Ended<'_>, table: &Name, column: &str) -> String {
    let known = ended.schema.table(table).found();
    let names = known.iter().flat_map(|t| t.columns.iter().map(|c| c.column.name.as_str()));
    match nearest(column, names) {
        Some(near) => format!("Did you mean `{near}`?"),
        None => "Add the column first, or correct the name.".to_owned(),
    }
}

/// The one name that is a slip of the finger away.
fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    names
        .map(|name| (levenshtein(wanted, name), name))
        .filter(|(distance, name)| *distance > 0 && *distance <= 2 && name.len() > 3)
        .min()
        .map(|(_, name)| name)
}
