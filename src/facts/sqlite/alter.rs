//! What SQLite's own ALTER TABLE can do, by version; and what Alembic makes of the rest.

use crate::{
    database::Database,
    ir::{Column, ConstraintKind, ConstraintType, Op, OpKind, Style},
    schema::{Schema, Table, mentions},
};

/// How an operation ends when SQLite cannot do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// SQLite answers with an error and changes nothing.
    Refused,
    /// Alembic refuses before anything is sent.
    AlembicRefuses,
    /// The column is added, then the rest raises: the table is left half changed.
    HalfApplied,
}

/// Why SQLite does not do an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub outcome: Outcome,
    /// The exact words of SQLite, or of Alembic.
    pub error: String,
    /// The first version that does it, if any does.
    pub since: Option<(u16, u16)>,
}

/// Whether the target's ALTER TABLE can do an operation. Inside a batch that rebuilds the
/// table the question does not arise.
pub fn alter(schema: &Schema, op: &Op) -> Option<Refused> {
    let database = schema.database();
    if !database.is_sqlite() || matches!(op.style, Style::Batch { rebuild: true, .. }) {
        return None;
    }
    let alembic = op.style != Style::Sql;
    match &op.kind {
        OpKind::AlterColumn { change, .. } => alter_column(database, change, alembic),
        OpKind::AddConstraint { constraint, .. } => {
            add_constraint(database, constraint.ty(), alembic)
        }
        OpKind::DropConstraint { kind, .. } => drop_constraint(database, *kind, alembic),
        OpKind::RenameConstraint { .. } | OpKind::ValidateConstraint { .. } => {
            Some(refused("near \"CONSTRAINT\": syntax error", None))
        }
        OpKind::RenameColumn { .. } if !database.at_least((3, 25)) => {
            Some(refused("near \"COLUMN\": syntax error", Some((3, 25))))
        }
        OpKind::AddColumn { table, column, constraints, .. } => {
            let table = schema.table(table).found();
            let empty = table.is_some_and(|t| !schema.may_hold_rows(t));
            add_column(database, column, constraints.iter().map(|c| &c.kind), empty, alembic)
        }
        OpKind::DropColumn { table, column, .. } => {
            if !database.at_least((3, 35)) {
                return Some(refused("near \"DROP\": syntax error", Some((3, 35))));
            }
            drop_column(schema.table(table).found()?, column)
        }
        OpKind::RenameIndex { .. } => Some(refused("near \"INDEX\": syntax error", None)),
        OpKind::SetSchema { .. } => Some(refused("near \"SET\": syntax error", None)),
        _ => None,
    }
}

fn refused(error: &str, since: Option<(u16, u16)>) -> Refused {
    Refused { outcome: Outcome::Refused, error: error.to_owned(), since }
}

/// SET and DROP NOT NULL from 3.53.0 on; type and default never.
fn alter_column(
    database: Database,
    change: &crate::ir::ColumnChange,
    alembic: bool,
) -> Option<Refused> {
    let other = change.ty.is_some()
        || change.default.is_some()
        || change.generated.is_some()
        || change.identity.is_some();
    if !other && change.nullable.is_none() {
        return None;
    }
    let modern = database.at_least((3, 53));
    if modern && !other && !alembic {
        return None;
    }
    let word = match modern {
        false => "ALTER",
        true if change.ty.is_some() => "TYPE",
        true if change.default.is_some() => "DEFAULT",
        true => "ALTER",
    };
    Some(refused(&format!("near \"{word}\": syntax error"), (!other).then_some((3, 53))))
}

/// Alembic's own refusal, the same for all constraints (recorded with 1.13.3 and 1.20.1).
const NO_CONSTRAINTS: &str = "No support for ALTER of constraints in SQLite dialect";

fn add_constraint(database: Database, kind: ConstraintType, alembic: bool) -> Option<Refused> {
    if alembic {
        return Some(Refused {
            outcome: Outcome::AlembicRefuses,
            error: NO_CONSTRAINTS.to_owned(),
            since: None,
        });
    }
    let modern = database.at_least((3, 53));
    let word = match kind {
        ConstraintType::Check if modern => return None,
        _ if !modern => "CONSTRAINT",
        ConstraintType::ForeignKey => "FOREIGN",
        ConstraintType::Unique => "UNIQUE",
        ConstraintType::PrimaryKey => "PRIMARY",
        ConstraintType::Check | ConstraintType::Exclude | ConstraintType::NotNull => "CONSTRAINT",
    };
    let since = (kind == ConstraintType::Check).then_some((3, 53));
    Some(refused(&format!("near \"{word}\": syntax error"), since))
}

fn drop_constraint(
    database: Database,
    kind: Option<ConstraintType>,
    alembic: bool,
) -> Option<Refused> {
    if alembic {
        return Some(Refused {
            outcome: Outcome::AlembicRefuses,
            error: NO_CONSTRAINTS.to_owned(),
            since: None,
        });
    }
    let since = match kind {
        Some(ConstraintType::ForeignKey) => Some((3, 54)),
        Some(ConstraintType::Unique | ConstraintType::PrimaryKey | ConstraintType::Exclude) => None,
        Some(ConstraintType::Check | ConstraintType::NotNull) | None => Some((3, 53)),
    };
    if since.is_some_and(|since| database.at_least(since)) {
        return None;
    }
    let error = if database.at_least((3, 53)) {
        "constraint may not be dropped"
    } else {
        "near \"CONSTRAINT\": syntax error"
    };
    Some(refused(error, since))
}

/// The limits of ADD COLUMN (SQLite, ALTER TABLE, section 4), by what holds on a filled table.
/// NOT NULL without a default belongs to `not-null-without-backfill`.
fn add_column<'a>(
    database: Database,
    column: &Column,
    mut constraints: impl Iterator<Item = &'a ConstraintKind>,
    empty: bool,
    alembic: bool,
) -> Option<Refused> {
    let lenient = empty && database.at_least((3, 32));
    let moving =
        column.default.as_ref().and_then(|d| d.sql.as_deref()).is_some_and(is_not_constant);
    if moving && !lenient {
        return Some(refused("Cannot add a column with non-constant default", None));
    }
    if column.generated.as_ref().is_some_and(|g| g.stored) && !lenient {
        return Some(refused("cannot add a STORED column", None));
    }
    constraints.find_map(|kind| match kind {
        ConstraintKind::PrimaryKey => Some(refused("Cannot add a PRIMARY KEY column", None)),
        ConstraintKind::Unique { .. } | ConstraintKind::ForeignKey(_) if alembic => Some(Refused {
            outcome: Outcome::HalfApplied,
            error: NO_CONSTRAINTS.to_owned(),
            since: None,
        }),
        ConstraintKind::Unique { .. } => Some(refused("Cannot add a UNIQUE column", None)),
        ConstraintKind::ForeignKey(_)
            if column.default.as_ref().is_some_and(|d| !d.is_null()) && !lenient =>
        {
            Some(refused("Cannot add a REFERENCES column with non-NULL default value", None))
        }
        _ => None,
    })
}

/// `CURRENT_TIMESTAMP` and its kin, and any parenthesised expression that is more than a
/// literal: `DEFAULT (1)` and `DEFAULT -1` are constants, `DEFAULT (random())` is not.
fn is_not_constant(sql: &str) -> bool {
    let text = sql.trim();
    if ["CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME"]
        .iter()
        .any(|w| text.eq_ignore_ascii_case(w))
    {
        return true;
    }
    let Some(inner) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) else {
        return text.contains('(') && !text.starts_with('\'');
    };
    let inner = inner.trim();
    let quoted = inner.len() >= 2
        && inner.starts_with('\'')
        && inner.ends_with('\'')
        && !inner[1..inner.len() - 1].contains('\'');
    let number = inner.trim_start_matches(['-', '+']).parse::<f64>().is_ok();
    let word = ["NULL", "TRUE", "FALSE"].iter().any(|w| inner.eq_ignore_ascii_case(w));
    !(quoted || number || word)
}

/// DROP COLUMN refuses what anything else in the schema names, except triggers, which it
/// does not notice.
fn drop_column(table: &Table, column: &str) -> Option<Refused> {
    let found = table.column(column).found()?;
    let column = found.column.name.as_str();
    if table.key_columns().iter().any(|c| c == column) {
        return Some(refused(&format!("cannot drop PRIMARY KEY column: \"{column}\""), None));
    }
    for constraint in &table.constraints {
        let named = constraint.columns.iter().any(|c| c == column);
        match &constraint.kind {
            ConstraintKind::Unique { .. } if named && constraint.columns.len() == 1 => {
                return Some(refused(&format!("cannot drop UNIQUE column: \"{column}\""), None));
            }
            ConstraintKind::Unique { .. } if named => {
                return Some(after_drop(&format!("table {}", table.name), column));
            }
            ConstraintKind::ForeignKey(_) if named && !constraint.inline => {
                let error = format!(
                    "error in table {} after drop column: unknown column \"{column}\" in foreign key definition",
                    table.name
                );
                return Some(refused(&error, None));
            }
            ConstraintKind::Check { sql: Some(sql) }
                if mentions(sql, column) && !constraint.inline =>
            {
                return Some(after_drop(&format!("table {}", table.name), column));
            }
            _ => {}
        }
    }
    let index = table.indexes.iter().find(|i| {
        i.index.columns().any(|c| c == column)
            || i.index.predicate.as_deref().is_some_and(|p| mentions(p, column))
            || i.index.parts.iter().any(
                |part| matches!(part, crate::ir::IndexPart::Expression(sql) if mentions(sql, column)),
            )
    })?;
    Some(after_drop(&format!("index {}", index.name), column))
}

fn after_drop(what: &str, column: &str) -> Refused {
    refused(&format!("error in {what} after drop column: no such column: {column}"), None)
}
