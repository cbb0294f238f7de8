use super::{Check, Rule, finding};
use crate::{
    database::Dialect,
    diagnostic::{Finding, Label, Severity},
    fix,
    frontend::{Live, Used},
    replay::RoundTrip,
};

pub(super) const RULE: Rule = Rule {
    name: "model-import-in-migration",
    severity: Severity::Warning,
    page: include_str!("../../rules/model-import-in-migration.md"),
    scales: false,
    check: Check::Downgrade(check),
};

fn check(trip: &RoundTrip<'_>, out: &mut Vec<Finding>) {
    for live in &trip.up.live {
        let name = &live.name;
        let consequence = match (live.used, trip.database.dialect) {
            (Used::Create, Dialect::Postgres) => {
                "PostgreSQL: 42701 column already exists, if a later migration adds one that the model has by then"
            }
            (Used::Create, Dialect::Sqlite) => {
                "SQLite: duplicate column name, if a later migration adds one that the model has by then"
            }
            (Used::Rows, Dialect::Postgres) => {
                "PostgreSQL: 42703 column does not exist, if the model has one by then that a later migration adds"
            }
            (Used::Rows, Dialect::Sqlite) => {
                "SQLite: no such column, if the model has one by then that a later migration adds"
            }
            (Used::Columns, _) => "it fails once one of these columns is renamed or dropped",
        };
        let help = match live.used {
            Used::Create => {
                "Write the table's columns out, in `op.create_table`: a migration says what the table is at its point of the history."
            }
            Used::Columns | Used::Rows => {
                "Declare in the migration the columns of the table that it uses, and work with these."
            }
        };
        let message = format!(
            "migration `{}` uses the model `{name}`, which changes with the application's code",
            trip.migration.id
        );
        let mut found = finding(live.span, consequence, message, help);
        found.table = Some(live.table.to_string());
        found.code = (live.used != Used::Create).then(|| declaration(live)).flatten();
        found
            .related
            .extend(live.import.map(|span| Label { span, text: "it is imported here".to_owned() }));
        out.push(found);
    }
}

/// A table of the migration's own, with what it uses.
fn declaration(live: &Live) -> Option<String> {
    if live.columns.is_empty() {
        return None;
    }
    let columns: Vec<String> = live
        .columns
        .iter()
        .map(|(name, ty)| match fix::alembic_type(ty) {
            // Any type will do where none has a meaning to Python.
            ty if ty.contains('…') => format!("    sa.column({}),", fix::text(name)),
            ty => format!("    sa.column({}, {ty}),", fix::text(name)),
        })
        .collect();
    let schema = live.table.schema.as_deref();
    let schema = schema.map(|schema| format!("\n    schema={},", fix::text(schema)));
    Some(format!(
        "{} = sa.table(\n    {},\n{}{}\n)",
        variable(&live.table.name),
        fix::text(&live.table.name),
        columns.join("\n"),
        schema.unwrap_or_default()
    ))
}

/// A name that Python takes.
fn variable(table: &str) -> String {
    let made: String =
        table.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    match made.as_str() {
        // What the migration's own imports are called.
        "op" | "sa" => format!("{made}_"),
        word if fix::is_keyword(word) => format!("{made}_"),
        word if !word.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic()) => {
            format!("t_{made}")
        }
        _ => made,
    }
}
