use std::collections::BTreeSet;

use super::{Check, Rule, finding};
use crate::{
    diagnostic::{Finding, Label, Severity},
    facts::reference::{FlawKind, accepts_dangling},
    ir::{Name, OpKind},
    replay::{Ended, MissingAt},
    source::Span,
};

pub(super) const RULE: Rule = Rule {
    name: "missing-reference",
    severity: Severity::Error,
    page: include_str!("../../rules/missing-reference.md"),
    check: Check::Ended(check),
};

fn check(ended: &Ended<'_>, out: &mut Vec<(usize, Finding)>) {
    let mut told = BTreeSet::new();
    for missing in ended.missing.iter().filter(|m| m.certain) {
        let Some(mut found) = judge(ended, missing) else { continue };
        // A table that is missing once is missing in every line that follows.
        let subject = (missing.migration, found.message.clone());
        if !told.insert(subject) {
            continue;
        }
        found.primary.span = missing.flaw.span;
        out.push((missing.migration, found));
    }
}

fn judge(ended: &Ended<'_>, missing: &MissingAt) -> Option<Finding> {
    let span = missing.flaw.span;
    let sqlite = accepts_dangling(ended.schema.database());
    match &missing.flaw.kind {
        FlawKind::Table { table } => absent(ended, missing, table, false),
        FlawKind::Referenced { table } => absent(ended, missing, table, sqlite),
        FlawKind::Column { table, column } => Some(about(
            span,
            no_column(&missing.op.kind, sqlite, column),
            format!("`{table}` has no column `{column}` at this point"),
            near_column(ended, table, column),
            table,
        )),
        FlawKind::ReferencedColumn { table, column } => {
            let label = match sqlite {
                true => {
                    "SQLite: accepted; every insert then fails with foreign key mismatch".to_owned()
                }
                false => format!(
                    "PostgreSQL: 42703 column \"{column}\" referenced in foreign key constraint does not exist"
                ),
            };
            let message = format!(
                "the foreign key references `{column}`, which `{table}` does not have at this point"
            );
            Some(about(span, label, message, near_column(ended, table, column), table))
        }
        FlawKind::Index { index } => {
            if sqlite && missing.followed {
                return None;
            }
            let own = index.name.starts_with("sqlite_autoindex_");
            let error = match sqlite {
                true if own => "SQLite: index associated with UNIQUE or PRIMARY KEY constraint cannot be dropped".to_owned(),
                true => format!("SQLite: no such index: {}", index.name),
                false => format!("PostgreSQL: 42704 index \"{}\" does not exist", index.name),
            };
            Some(about(
                span,
                error,
                format!("there is no index `{index}` at this point"),
                "Name the index as the migration that made it did, or as the server named it."
                    .to_owned(),
                index,
            ))
        }
        FlawKind::Constraint { table, name } => {
            let known = ended.schema.table(table).found();
            let names: Vec<&str> = known
                .iter()
                .flat_map(|t| &t.constraints)
                .filter_map(|c| c.name.as_deref())
                .take(6)
                .collect();
            let mut help =
                "Name the constraint as it was made; without a name, PostgreSQL makes one up."
                    .to_owned();
            if !names.is_empty() {
                help = format!(
                    "{help} At the end of the history `{table}` has: {}.",
                    names.join(", ")
                );
            }
            Some(about(
                span,
                format!(
                    "PostgreSQL: 42704 constraint \"{name}\" of relation \"{}\" does not exist",
                    table.name
                ),
                format!("`{table}` has no constraint `{name}` at this point"),
                help,
                table,
            ))
        }
        FlawKind::Unnamed { table } => Some(about(
            span,
            "SQLAlchemy: CompileError: Can't emit DROP CONSTRAINT … it has no name".to_owned(),
            format!("a constraint of `{table}` is dropped without its name"),
            "Name it: with a naming convention by that, else as the server named it \
             (PostgreSQL: `<table>_<column>_fkey`, `<table>_<column>_key`)."
                .to_owned(),
            table,
        )),
        FlawKind::Type { name } => Some(about(
            span,
            format!("PostgreSQL: 42704 type \"{name}\" does not exist"),
            format!("the type `{name}` does not exist at this point"),
            "Create the type before it is used; Alembic makes an Enum's type only with its table."
                .to_owned(),
            name,
        )),
        FlawKind::NotUnique { table, columns } => Some(not_unique(span, sqlite, table, columns)),
        FlawKind::Count { local, referenced } => {
            let label = match sqlite {
                true => "SQLite: number of columns in foreign key does not match the number of columns in the \
                         referenced table"
                    .to_owned(),
                false => "PostgreSQL: 42830 number of referencing and referenced columns for foreign key disagree"
                    .to_owned(),
            };
            let message =
                format!("the foreign key has {local} columns and references {referenced}");
            Some(finding(span, label, message, "Name as many columns on both sides."))
        }
        FlawKind::Incompatible { column, ty, table, referenced, referenced_ty } => Some(about(
            span,
            "PostgreSQL: 42804 foreign key constraint cannot be implemented: incompatible types"
                .to_owned(),
            format!(
                "`{column}` is {ty}, but references `{table}.{referenced}`, which is {referenced_ty}"
            ),
            format!("Give `{column}` the type {referenced_ty}."),
            table,
        )),
    }
}

/// A server's words for a column that is not there.
fn no_column(kind: &OpKind, sqlite: bool, column: &str) -> String {
    match kind {
        _ if !sqlite => format!("PostgreSQL: 42703 column \"{column}\" does not exist"),
        OpKind::RenameColumn { .. } | OpKind::DropColumn { .. } => {
            format!("SQLite: no such column: \"{column}\"")
        }
        OpKind::CreateIndex { index, .. } if index.loose => {
            format!("SQLite: accepted, as an index on the text '{column}'")
        }
        _ => format!("SQLite: no such column: {column}"),
    }
}

/// A table that is not there: made later, gone by now, or never made at all.
fn absent(ended: &Ended<'_>, missing: &MissingAt, table: &Name, dangling: bool) -> Option<Finding> {
    let span = missing.flaw.span;
    let later = ended
        .made
        .get(table)
        .and_then(|made| made.iter().find(|&&made| after(ended, made, missing)));
    let sqlite = ended.schema.database().is_sqlite();
    // SQLite looks a foreign key's table up when rows are written, so later is early enough.
    if dangling && later.is_some() {
        return None;
    }
    let label = match (sqlite, dangling) {
        (false, _) => format!("PostgreSQL: 42P01 relation \"{table}\" does not exist"),
        (true, true) => format!(
            "SQLite: accepted; every insert then fails with no such table: main.{}",
            table.name
        ),
        (true, false) if matches!(missing.op.kind, OpKind::CreateIndex { .. }) => {
            format!("SQLite: no such table: main.{}", table.name)
        }
        (true, false) => format!("SQLite: no such table: {}", table.name),
    };
    let role = if matches!(missing.flaw.kind, FlawKind::Referenced { .. }) {
        "the foreign key references"
    } else {
        "this needs"
    };
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
    } else if missing.followed {
        // Other migrations were written on top, so it ran: the table comes from elsewhere.
        return None;
    } else {
        let names = ended.schema.tables().map(|t| t.name.name.as_str());
        let help = match nearest(&table.name, names) {
            Some(near) => format!("Did you mean `{near}`?"),
            None => "Create it in a migration before this one, or correct the name.".to_owned(),
        };
        (format!("{role} `{table}`, which no migration creates"), None, help, None)
    };
    let mut found = about(span, label, message, help, table);
    found.related.extend(related);
    found.severity = severity;
    Some(found)
}

/// Whether a place comes after a missing thing in the replay.
fn after(ended: &Ended<'_>, made: Span, missing: &MissingAt) -> bool {
    let of = |span: Span| ended.history.migrations.iter().position(|m| m.file == span.file);
    match of(made) {
        Some(at) if at == missing.migration => made.start > missing.op.span.start,
        Some(at) => at > missing.migration,
        None => false,
    }
}

fn not_unique(span: Span, sqlite: bool, table: &Name, columns: &[String]) -> Finding {
    if columns.is_empty() {
        let label = match sqlite {
            true => {
                "SQLite: accepted; every insert then fails with foreign key mismatch".to_owned()
            }
            false => format!(
                "PostgreSQL: 42704 there is no primary key for referenced table \"{}\"",
                table.name
            ),
        };
        let message =
            format!("the foreign key references the primary key of `{table}`, which has none");
        return about(
            span,
            label,
            message,
            "Name the referenced columns, and make them unique.".to_owned(),
            table,
        );
    }
    let list = columns.join(", ");
    let label = match sqlite {
        true => "SQLite: accepted; every insert then fails with foreign key mismatch".to_owned(),
        false => format!(
            "PostgreSQL: 42830 there is no unique constraint matching given keys for referenced table \"{}\"",
            table.name
        ),
    };
    let message = format!("the foreign key references `{table}` ({list}), which is not unique");
    let help =
        "Reference the primary key, or add a UNIQUE constraint on exactly these columns first."
            .to_owned();
    about(span, label, message, help, table)
}

fn about(span: Span, label: String, message: String, help: String, table: &Name) -> Finding {
    let mut found = finding(span, label, message, help);
    found.table = Some(table.to_string());
    found
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
        .map(|name| (super::renames::levenshtein(wanted, name), name))
        .filter(|(distance, name)| *distance > 0 && *distance <= 2 && name.len() > 3)
        .min()
        .map(|(_, name)| name)
}
