//! What SQLite's own ALTER TABLE can do, by version; and what Alembic makes of the rest.

use crate::{
    database::Database,
    ir::{Column, Constraint, ConstraintKind, ConstraintType, Op, OpKind, Style},
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
    /// sea-query panics before anything is sent.
    SeaQueryPanics,
}

/// Why SQLite does not do an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub outcome: Outcome,
    /// The exact words of SQLite, or of Alembic.
    pub error: String,
    /// Under what circumstances, where not always: "a row exists".
    pub when: Option<&'static str>,
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
    if let Style::SeaOrm { panics: Some(words) } = op.style {
        return Some(Refused {
            outcome: Outcome::SeaQueryPanics,
            error: words.to_owned(),
            when: None,
            since: None,
        });
    }
    let alembic = !op.style.is_sql();
    match &op.kind {
        OpKind::AlterColumn { change, .. } => alter_column(database, change, alembic),
        OpKind::AddConstraint { constraint, .. } => {
            add_constraint(database, constraint.ty(), constraint.name.is_some(), alembic)
        }
        OpKind::DropConstraint { kind, .. } => drop_constraint(database, *kind, alembic),
        OpKind::RenameConstraint { .. } | OpKind::ValidateConstraint { .. } => {
            Some(refused("syntax error", None))
        }
        // The word in front of which it stops depends on whether COLUMN is written.
        OpKind::RenameColumn { .. } if !database.at_least((3, 25)) => {
            Some(refused("syntax error", Some((3, 25))))
        }
        OpKind::AddColumn { table, column, constraints, .. } => {
            let table = schema.table(table).found();
            let empty = table.is_some_and(|t| !schema.may_hold_rows(t));
            let adding = Adding { database, table, column, empty, alembic };
            add_column(&adding, constraints.iter().map(|c| &c.kind))
        }
        OpKind::DropColumn { table, column, .. } => {
            if !database.at_least((3, 35)) {
                return Some(refused("near \"DROP\": syntax error", Some((3, 35))));
            }
            drop_column(schema.table(table).found()?, column)
        }
        OpKind::RenameIndex { .. } => Some(refused("near \"INDEX\": syntax error", None)),
        // Only as SQL: what a library writes asks for the dialect.
        OpKind::CreateView { or_replace: true, .. } if op.style.is_sql() => {
            Some(refused("near \"OR\": syntax error", None))
        }
        OpKind::AddEnumValue { .. }
        | OpKind::RenameEnumValue { .. }
        | OpKind::RenameType { .. }
        | OpKind::MoveType { .. }
            if op.style.is_sql() =>
        {
            Some(refused("near \"TYPE\": syntax error", None))
        }
        OpKind::SetSchema { .. } => Some(refused("near \"SET\": syntax error", None)),
        _ => None,
    }
}

/// Whether no SQLite does an operation, whatever its tables hold: where it ran, the database was
/// another one.
pub fn never(schema: &Schema, op: &Op) -> bool {
    let whatever = matches!(
        op.kind,
        OpKind::AlterColumn { .. }
            | OpKind::AddConstraint { .. }
            | OpKind::DropConstraint { .. }
            | OpKind::RenameIndex { .. }
            | OpKind::CreateView { .. }
            | OpKind::AddEnumValue { .. }
            | OpKind::RenameEnumValue { .. }
            | OpKind::RenameType { .. }
            | OpKind::MoveType { .. }
    );
    let found = if op.certain && whatever { alter(schema, op) } else { None };
    found.is_some_and(|refused| {
        refused.when.is_none()
            && refused.since.is_none()
            && refused.outcome != Outcome::SeaQueryPanics
    })
}

fn refused(error: &str, since: Option<(u16, u16)>) -> Refused {
    Refused { outcome: Outcome::Refused, error: error.to_owned(), when: None, since }
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
    // From 3.53 on the grammar goes further before it stops.
    let error = if modern { "syntax error" } else { "near \"ALTER\": syntax error" };
    Some(refused(error, (!other).then_some((3, 53))))
}

/// Alembic's own refusal, the same for all constraints (recorded with 1.13.3 and 1.20.1).
const NO_CONSTRAINTS: &str = "No support for ALTER of constraints in SQLite dialect";

fn add_constraint(
    database: Database,
    kind: ConstraintType,
    named: bool,
    alembic: bool,
) -> Option<Refused> {
    if alembic {
        return Some(Refused {
            outcome: Outcome::AlembicRefuses,
            error: NO_CONSTRAINTS.to_owned(),
            when: None,
            since: None,
        });
    }
    let modern = database.at_least((3, 53));
    let word = match kind {
        ConstraintType::Check if modern => return None,
        _ if !modern && named => "CONSTRAINT",
        ConstraintType::ForeignKey => "FOREIGN",
        ConstraintType::Unique => "UNIQUE",
        ConstraintType::PrimaryKey => "PRIMARY",
        ConstraintType::Check => "CHECK",
        ConstraintType::NotNull => "NOT",
        ConstraintType::Exclude => "EXCLUDE",
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
            when: None,
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
    let error = match () {
        () if database.at_least((3, 53)) => "constraint may not be dropped",
        () if database.at_least((3, 35)) => "near \"CONSTRAINT\": syntax error",
        () => "near \"DROP\": syntax error",
    };
    Some(refused(error, since))
}

/// A column that is added, and to what.
struct Adding<'a> {
    database: Database,
    table: Option<&'a Table>,
    column: &'a Column,
    /// Nothing was written to the table since the change made or emptied it.
    empty: bool,
    alembic: bool,
}

/// The limits of ADD COLUMN (SQLite, ALTER TABLE, section 4). From 3.32 on some of them hold
/// only where a row exists. NOT NULL without a default belongs to `not-null-without-backfill`.
fn add_column<'a>(
    adding: &Adding<'_>,
    mut constraints: impl Iterator<Item = &'a ConstraintKind>,
) -> Option<Refused> {
    let Adding { database, column, .. } = adding;
    let kinds: Vec<&ConstraintKind> = constraints.by_ref().collect();
    if kinds.contains(&&ConstraintKind::PrimaryKey) {
        return Some(refused("Cannot add a PRIMARY KEY column", None));
    }
    let unique = kinds.iter().any(|kind| matches!(kind, ConstraintKind::Unique { .. }));
    if unique && !adding.alembic {
        return Some(refused("Cannot add a UNIQUE column", None));
    }
    let by_rows = database.at_least((3, 32));
    let lenient = adding.empty && by_rows;
    let filled = |error: &str| Refused {
        when: by_rows.then_some("if a row exists"),
        ..refused(error, None)
    };
    match column.default.as_ref().and_then(|d| d.sql.as_deref()).map_or(Constant::Yes, constant) {
        Constant::Syntax => return Some(refused("near \"(\": syntax error", None)),
        Constant::No if adding.names_column(column) => {
            let error = format!("default value of column [{}] is not constant", column.name);
            return Some(refused(&error, None));
        }
        Constant::No if !lenient => {
            return Some(filled("Cannot add a column with non-constant default"));
        }
        Constant::No | Constant::Yes => {}
    }
    if column.generated.is_some() && !database.at_least((3, 31)) {
        return Some(refused("near \"AS\": syntax error", Some((3, 31))));
    }
    if column.generated.as_ref().is_some_and(|g| g.stored) && !lenient {
        return Some(filled("cannot add a STORED column"));
    }
    kinds.into_iter().find_map(|kind| match kind {
        ConstraintKind::Unique { .. } | ConstraintKind::ForeignKey(_) if adding.alembic => {
            Some(Refused {
                outcome: Outcome::HalfApplied,
                error: NO_CONSTRAINTS.to_owned(),
                when: None,
                since: None,
            })
        }
        ConstraintKind::ForeignKey(_)
            if column.default.as_ref().is_some_and(|d| !d.is_null()) && !lenient =>
        {
            Some(Refused {
                when: Some("if foreign_keys is on and a row exists"),
                ..refused("Cannot add a REFERENCES column with non-NULL default value", None)
            })
        }
        _ => None,
    })
}

impl Adding<'_> {
    /// The default speaks of another column of the table, or of its own.
    fn names_column(&self, column: &Column) -> bool {
        let sql = column.default.as_ref().and_then(|d| d.sql.as_deref()).unwrap_or_default();
        let known = self.table.into_iter().flat_map(|t| &t.columns);
        known.map(|c| &c.column.name).chain([&column.name]).any(|name| mentions(sql, name, true))
    }
}

/// Whether a default is a constant for SQLite.
enum Constant {
    Yes,
    No,
    /// A call without parentheses around it does not even parse.
    Syntax,
}

/// `CURRENT_TIMESTAMP` and its kin, and any parenthesised expression that is more than a
/// literal: `DEFAULT (1)` and `DEFAULT -1` are constants, `DEFAULT (random())` is not.
fn constant(sql: &str) -> Constant {
    let text = sql.trim();
    if ["CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME"]
        .iter()
        .any(|w| text.eq_ignore_ascii_case(w))
    {
        return Constant::No;
    }
    let Some(inner) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) else {
        let called = text.contains('(') && !text.starts_with('\'');
        return if called { Constant::Syntax } else { Constant::Yes };
    };
    let inner = inner.trim();
    let quoted = inner.len() >= 2
        && inner.starts_with('\'')
        && inner.ends_with('\'')
        && !inner[1..inner.len() - 1].contains('\'');
    let number = inner.trim_start_matches(['-', '+']).parse::<f64>().is_ok();
    let word = ["NULL", "TRUE", "FALSE"].iter().any(|w| inner.eq_ignore_ascii_case(w));
    if quoted || number || word { Constant::Yes } else { Constant::No }
}

/// DROP COLUMN refuses what anything else in the schema names, except triggers, which it
/// does not notice.
fn drop_column(table: &Table, column: &str) -> Option<Refused> {
    let found = table.column(column).found()?;
    let column = found.column.name.as_str();
    if table.key_columns().iter().any(|c| c == column) {
        return Some(refused(&format!("cannot drop PRIMARY KEY column: \"{column}\""), None));
    }
    let unique = |c: &&Constraint| {
        matches!(c.kind, ConstraintKind::Unique { .. }) && c.inline && c.columns == [column]
    };
    if table.constraints.iter().any(|c| unique(&c)) {
        return Some(refused(&format!("cannot drop UNIQUE column: \"{column}\""), None));
    }
    if table.complete && table.columns.len() == 1 {
        let error = format!("cannot drop column \"{column}\": no other columns exist");
        return Some(refused(&error, None));
    }
    let this = format!("table {}", table.name);
    for constraint in &table.constraints {
        let named = constraint.columns.iter().any(|c| c == column);
        // What is written on the column goes with it.
        let own = constraint.inline && named;
        match &constraint.kind {
            ConstraintKind::Unique { .. } if named => return Some(after_drop(&this, column)),
            ConstraintKind::ForeignKey(_) if named && !own => {
                let error = format!(
                    "error in {this} after drop column: unknown column \"{column}\" in foreign key definition"
                );
                return Some(refused(&error, None));
            }
            ConstraintKind::Check { sql: Some(sql) } if !own && mentions(sql, column, true) => {
                return Some(after_drop(&this, column));
            }
            _ => {}
        }
    }
    let made_of = |c: &&crate::schema::TableColumn| {
        c.column.name != column
            && c.column.generated.as_ref().is_some_and(|g| mentions(&g.sql, column, true))
    };
    if table.columns.iter().any(|c| made_of(&c)) {
        return Some(after_drop(&this, column));
    }
    let index = table.indexes.iter().find(|i| {
        i.index.columns().any(|c| c == column)
            || i.index.predicate.as_deref().is_some_and(|p| mentions(p, column, true))
            || i.index.parts.iter().any(
                |part| matches!(&part.of, crate::ir::Indexed::Expression(sql) if mentions(sql, column, true)),
            )
    })?;
    Some(after_drop(&format!("index {}", index.name), column))
}

fn after_drop(what: &str, column: &str) -> Refused {
    refused(&format!("error in {what} after drop column: no such column: {column}"), None)
}
