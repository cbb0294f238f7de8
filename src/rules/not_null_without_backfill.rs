use super::{Check, Rule, finding};
use crate::{
    diagnostic::{Finding, Label, Severity},
    fix::{self, Writing},
    ir::{Column, ConstraintKind, Name, OpKind, Style},
    replay::Step,
    schema::{Filled, Lookup, Table, TableColumn},
    types::SqlType,
};

pub(super) const RULE: Rule = Rule {
    name: "not-null-without-backfill",
    severity: Severity::Error,
    page: include_str!("../../rules/not-null-without-backfill.md"),
    scales: false,
    check: Check::Op(check),
};

fn check(step: &Step<'_>, out: &mut Vec<Finding>) {
    match &step.op.kind {
        OpKind::AddColumn { table, column, .. } if !column.nullable && !column.server_filled() => {
            added(step, table, column, out);
        }
        OpKind::AlterColumn { table, column, change } if change.nullable == Some(false) => {
            let declared = change.ty.as_ref().map(|t| &t.to).or(change.existing_type.as_ref());
            set(step, table, column, declared, out);
        }
        _ => {}
    }
}

/// A NOT NULL column without a value for the rows that exist.
fn added(step: &Step<'_>, table: &Name, column: &Column, out: &mut Vec<Finding>) {
    let Some(known) = rows_at_risk(step, table) else { return };
    let Column { name, .. } = column;
    let rebuild = matches!(step.op.style, Style::Batch { rebuild: true, .. });
    let label = match (step.database().is_postgres(), rebuild) {
        (true, _) => {
            format!("PostgreSQL: 23502 column \"{name}\" contains null values, if a row exists")
        }
        // Up to 3.31 on an empty table too (experiment `add-notnull-empty-table`).
        (false, false) => {
            let when = if step.database().at_least((3, 32)) { ", if a row exists" } else { "" };
            format!("SQLite: Cannot add a NOT NULL column with default value NULL{when}")
        }
        (false, true) => {
            format!("SQLite: NOT NULL constraint failed: _alembic_tmp_{}.{name}", table.name)
        }
    };
    let mut help = "Add the column nullable, fill the rows that exist, then set NOT NULL; or give it a server default."
        .to_owned();
    if column.client_default {
        help.push_str(" `default=` is Python's: the database never sees it; `server_default=` is the database's.");
    }
    let subject = format!(
        "column `{name}` is added to `{table}` as NOT NULL without a value for the rows that exist"
    );
    let mut found = finding(column.span, label, subject, help);
    found.related.extend(known.rows_from(table));
    let writing = Writing::of(step.op.style, step.database());
    found.code = Some(match (writing, step.database().is_sqlite()) {
        // SQLite sets no NOT NULL afterwards; a constant default fills the rows.
        (Writing::Sql, true) => fix::add_with_default(table, name, &column.ty),
        _ => {
            let file = step.sources.file(step.op.span.file);
            let written = fix::nullable(file.slice(step.op.span), step.op.style, table);
            let add =
                written.unwrap_or_else(|| fix::add_column(writing, table, name, &column.ty, true));
            safe_way(step, writing, table, name, &column.ty, Some(add))
        }
    });
    found.table = Some(table.to_string());
    out.push(found);
}

/// SET NOT NULL on a column in which nothing has replaced the NULLs.
fn set(
    step: &Step<'_>,
    table: &Name,
    column: &str,
    declared: Option<&SqlType>,
    out: &mut Vec<Finding>,
) {
    let Some(known) = rows_at_risk(step, table) else { return };
    let column_state = match step.before.column(table, column) {
        Lookup::Found(found) if !found.column.nullable => return,
        Lookup::Found(found) => Some(found),
        Lookup::Missing => return,
        Lookup::Unknown => None,
    };
    if step.code_words.contains(column) || proven(known.table, column) {
        return;
    }
    let mut severity = None;
    let mut related = Vec::new();
    match column_state.map(|c| c.filled) {
        Some(Filled::Fully(_)) => return,
        Some(Filled::Partly(span)) => {
            severity = Some(Severity::Warning);
            related.push(Label { span, text: "this fills some rows, not every NULL".to_owned() });
        }
        Some(Filled::No) => {}
        // Whether the column holds NULLs cannot be seen.
        None => severity = Some(Severity::Warning),
    }
    if let Some(TableColumn { created, column: old, loosened, .. }) = column_state {
        let declared = if old.span.end > 0 { old.span } else { created.span };
        let text = format!("`{column}` is nullable since here");
        related.push(Label { span: loosened.unwrap_or(declared), text });
    }
    let ty = column_state
        .map(|c| c.column.ty.clone())
        .filter(|ty| !ty.is_unknown())
        .or(declared.cloned());
    let label = match step.database().is_postgres() {
        true => {
            format!("PostgreSQL: 23502 column \"{column}\" contains null values, if a NULL exists")
        }
        false => "SQLite: NOT NULL constraint failed, if a NULL exists".to_owned(),
    };
    let subject = match severity {
        None => format!(
            "column `{column}` of `{table}` is set NOT NULL, and nothing has filled its NULLs"
        ),
        Some(_) => {
            format!("column `{column}` of `{table}` is set NOT NULL, and may still hold NULLs")
        }
    };
    let help = "Fill the NULLs first. On a large table do it in an earlier migration, in batches that commit.";
    let mut found = finding(step.op.span, label, subject, help);
    found.related = related;
    found.code = Some(safe_way(
        step,
        Writing::of(step.op.style, step.database()),
        table,
        column,
        &ty.unwrap_or_else(SqlType::unknown),
        None,
    ));
    found.table = Some(table.to_string());
    found.severity = severity;
    out.push(found);
}

struct Known<'a> {
    table: Option<&'a Table>,
}

impl Known<'_> {
    fn rows_from(&self, name: &Name) -> Option<Label> {
        match self.table?.rows {
            crate::schema::Rows::Written(span) => {
                Some(Label { span, text: format!("`{name}` gets rows here") })
            }
            _ => None,
        }
    }
}

/// The table, if rows may be in it. A table that is certainly missing is another rule's matter.
fn rows_at_risk<'a>(step: &'a Step<'_>, table: &Name) -> Option<Known<'a>> {
    match step.before.table(table) {
        Lookup::Found(found) => {
            step.before.may_hold_rows(found).then_some(Known { table: Some(found) })
        }
        Lookup::Unknown => Some(Known { table: None }),
        Lookup::Missing => None,
    }
}

/// A validated CHECK (c IS NOT NULL), alone or in an AND, proves it (experiments
/// `set-notnull-valid-check`, `set-notnull-valid-check-and`; NOT VALID proves nothing).
fn proven(table: Option<&Table>, column: &str) -> bool {
    table.is_some_and(|table| {
        table.constraints.iter().any(|c| match &c.kind {
            ConstraintKind::Check { sql: Some(sql) } if c.validated => {
                let folded = sql.replace('"', "").to_lowercase();
                let wanted = format!("{} is not null", column.to_lowercase());
                let words = folded.split_whitespace().collect::<Vec<_>>().join(" ");
                words.contains(&wanted) && !words.contains(" or ")
            }
            ConstraintKind::PrimaryKey => c.columns.iter().any(|name| name == column),
            _ => false,
        })
    })
}

fn safe_way(
    step: &Step<'_>,
    writing: Writing,
    table: &Name,
    column: &str,
    ty: &SqlType,
    add: Option<String>,
) -> String {
    let (t, c) = (fix::name(table), fix::ident(column));
    let value = fix::sample(step.before, ty);
    let mut lines: Vec<String> = add.into_iter().collect();
    lines.push(fix::sql(writing, &format!("UPDATE {t} SET {c} = {value} WHERE {c} IS NULL")));
    lines.push(fix::set_not_null(writing, table, column));
    lines.join("\n")
}
