//! In whose words, and when, a missing thing makes a migration fail.

use super::{
    obstacle::obstacles,
    reference::{FlawKind, flaws},
};
use crate::{
    database::Database,
    ir::{ANY_STATE, ConstraintType, Op, OpKind, Style},
    schema::Schema,
};

/// Why a server, or the tool in front of it, will not do an operation, in their own words; empty
/// where nothing is known against it. `PostgreSQL: 42P07 relation "t" already exists`.
pub fn foreseen(schema: &Schema, op: &Op) -> Vec<String> {
    let database = schema.database();
    let missing = flaws(schema, op).into_iter().map(|flaw| says(&flaw.kind, op, database));
    let refused = missing.filter(|said| !said.contains("accepted"));
    refused.chain(obstacles(schema, op).into_iter().map(|o| o.says(database))).collect()
}

/// Whether the server refuses an operation, and what stands around it allows for that.
pub fn is_forgiven(schema: &Schema, op: &Op) -> bool {
    let forgives = |said: &String| {
        let state = said.strip_prefix("PostgreSQL: ").and_then(|words| words.split(' ').next());
        op.forgiven.iter().any(|f| *f == ANY_STATE || Some(*f) == state)
    };
    !op.forgiven.is_empty() && foreseen(schema, op).iter().any(forgives)
}

/// What PostgreSQL, SQLite, or the Python that speaks to them says about a flaw of an operation.
///
/// Inside a batch that rebuilds the table, SQLite never sees the operation: Alembic reflects
/// the table and edits the copy, so the words are its own (measured with Alembic 1.20 on
/// SQLite 3.45, for each kind below).
pub fn says(flaw: &FlawKind, op: &Op, database: Database) -> String {
    let raised = match op.style {
        Style::Batch { rebuild: true, .. } => rebuilding(flaw, op).map(|said| {
            let alone = said.starts_with("SQLAlchemy: ArgumentError") || !database.is_sqlite();
            if alone { said } else { format!("On SQLite, {said}") }
        }),
        Style::Alembic | Style::Batch { .. } => building(flaw, op),
        Style::Sql | Style::SeaOrm { .. } => None,
    };
    if let Some(raised) = raised {
        return raised;
    }
    match database.is_sqlite() {
        true => sqlite(flaw, op),
        false => postgres(flaw, op),
    }
}

/// What Alembic says while it edits the copy of a table.
fn rebuilding(flaw: &FlawKind, op: &Op) -> Option<String> {
    match flaw {
        FlawKind::Table { table } => Some(format!("SQLAlchemy: NoSuchTableError: {}", table.name)),
        FlawKind::Column { .. } if is_check(op) => None,
        FlawKind::Column { .. } if matches!(op.kind, OpKind::AddConstraint { .. }) => {
            Some("Alembic: accepted; the constraint is left out without a word".to_owned())
        }
        FlawKind::Column { column, .. } => Some(format!("Alembic: KeyError: '{column}'")),
        FlawKind::Index { index } => {
            Some(format!("Alembic: ValueError: No such index: '{}'", index.name))
        }
        FlawKind::Unnamed { .. } => {
            Some("Alembic: ValueError: Constraint must have a name".to_owned())
        }
        FlawKind::Count { .. } => building(flaw, op),
        _ => None,
    }
}

/// The copy is made with it, whatever it says.
fn is_check(op: &Op) -> bool {
    matches!(&op.kind, OpKind::AddConstraint { constraint, .. } if constraint.ty() == ConstraintType::Check)
}

/// What SQLAlchemy says before any statement is sent.
fn building(flaw: &FlawKind, op: &Op) -> Option<String> {
    match flaw {
        FlawKind::Column { column, .. } if matches!(op.kind, OpKind::CreateTable(_)) => {
            Some(format!(
                "SQLAlchemy: ConstraintColumnNotFoundError: … no column named '{column}' is present"
            ))
        }
        FlawKind::Count { .. } => Some(
            "SQLAlchemy: ArgumentError: ForeignKeyConstraint number of constrained columns must match the number of referenced columns"
                .to_owned(),
        ),
        _ => None,
    }
}

fn postgres(flaw: &FlawKind, op: &Op) -> String {
    let words = match flaw {
        FlawKind::Trigger { trigger } => format!("42704 trigger \"{trigger}\" does not exist"),
        FlawKind::View { view: table }
        | FlawKind::Sequence { sequence: table }
        | FlawKind::Table { table }
        | FlawKind::Referenced { table } => {
            format!("42P01 relation \"{table}\" does not exist")
        }
        FlawKind::Column { column, .. } => format!("42703 column \"{column}\" does not exist"),
        FlawKind::ReferencedColumn { column, .. } => {
            format!("42703 column \"{column}\" referenced in foreign key constraint does not exist")
        }
        FlawKind::Index { index } if matches!(op.kind, OpKind::RenameIndex { .. }) => {
            format!("42P01 relation \"{}\" does not exist", index.name)
        }
        FlawKind::Index { index } => format!("42704 index \"{}\" does not exist", index.name),
        FlawKind::Constraint { table, name } => {
            format!("42704 constraint \"{name}\" of relation \"{}\" does not exist", table.name)
        }
        FlawKind::Unnamed { .. } => {
            return "SQLAlchemy: CompileError: Can't emit DROP CONSTRAINT … it has no name"
                .to_owned();
        }
        FlawKind::Type { name } => format!("42704 type \"{name}\" does not exist"),
        FlawKind::NotUnique { table, columns } if columns.is_empty() => {
            format!("42704 there is no primary key for referenced table \"{}\"", table.name)
        }
        FlawKind::NotUnique { table, .. } => format!(
            "42830 there is no unique constraint matching given keys for referenced table \"{}\"",
            table.name
        ),
        FlawKind::Deferrable { table } => format!(
            "55000 cannot use a deferrable unique constraint for referenced table \"{}\"",
            table.name
        ),
        FlawKind::Count { .. } => {
            "42830 number of referencing and referenced columns for foreign key disagree".to_owned()
        }
        FlawKind::Incompatible { .. } => {
            "42804 foreign key constraint cannot be implemented: incompatible types".to_owned()
        }
    };
    format!("PostgreSQL: {words}")
}

/// SQLite looks at what a foreign key references when rows are written. Flaws of constraints
/// and types are not looked for on it.
fn sqlite(flaw: &FlawKind, op: &Op) -> String {
    let words = match (flaw, &op.kind) {
        (FlawKind::Trigger { trigger }, _) => format!("no such trigger: {trigger}"),
        (FlawKind::Table { table }, OpKind::CreateIndex { .. } | OpKind::CreateTrigger { .. }) => {
            format!("no such table: main.{}", table.name)
        }
        (FlawKind::Table { table }, _) => format!("no such table: {}", table.name),
        (FlawKind::View { view }, _) => format!("no such view: {}", view.name),
        (FlawKind::Referenced { table }, _) => {
            format!("accepted; every insert then fails with no such table: main.{}", table.name)
        }
        (
            FlawKind::Column { column, .. },
            OpKind::RenameColumn { .. } | OpKind::DropColumn { .. },
        ) => format!("no such column: \"{column}\""),
        (FlawKind::Column { column, .. }, OpKind::CreateIndex { index, .. })
            if index.loose.contains(column) && index.columns().any(|c| c == column) =>
        {
            format!("accepted, as an index on the text '{column}'")
        }
        (FlawKind::Column { column, .. }, OpKind::CreateTable(create))
            if create
                .constraints
                .iter()
                .find(|c| c.ty() != ConstraintType::Check && c.columns.contains(column))
                .is_some_and(|c| c.foreign_key().is_some()) =>
        {
            format!("unknown column \"{column}\" in foreign key definition")
        }
        (FlawKind::Column { column, .. }, _) => format!("no such column: {column}"),
        (FlawKind::ReferencedColumn { .. } | FlawKind::NotUnique { .. }, _) => {
            "accepted; every insert then fails with foreign key mismatch".to_owned()
        }
        (FlawKind::Index { index }, _) if index.name.starts_with("sqlite_autoindex_") => {
            "index associated with UNIQUE or PRIMARY KEY constraint cannot be dropped".to_owned()
        }
        (FlawKind::Index { index }, _) => format!("no such index: {}", index.name),
        (FlawKind::Count { .. }, _) => {
            "number of columns in foreign key does not match the number of columns in the \
             referenced table"
                .to_owned()
        }
        (
            FlawKind::Constraint { .. }
            | FlawKind::Unnamed { .. }
            | FlawKind::Deferrable { .. }
            | FlawKind::Sequence { .. }
            | FlawKind::Type { .. }
            | FlawKind::Incompatible { .. },
            _,
        ) => return postgres(flaw, op),
    };
    format!("SQLite: {words}")
}
