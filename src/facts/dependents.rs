//! What stops a table, column, type, key, index, view or sequence from being dropped.

use crate::{
    ir::{Column, Constraint, ConstraintKind, ForeignKey, Name, Op, OpKind},
    schema::{Schema, Sequence, Table, TableColumn, TypeKind, View, clip, mentions},
    source::Span,
};

/// Something that depends on what is dropped or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependent {
    /// For people: "foreign key `task_user_id_fkey` on `task`".
    pub what: String,
    /// A generated column, which PostgreSQL treats in its own way.
    pub generated: bool,
    pub span: Span,
}

/// What PostgreSQL names in a 2BP01 for a drop without CASCADE. SQLite drops regardless.
pub fn dependents(schema: &Schema, op: &Op) -> Vec<Dependent> {
    if !schema.database().is_postgres() {
        return Vec::new();
    }
    match &op.kind {
        OpKind::DropTable { table, cascade: false, .. } | OpKind::Rebuild { table, .. } => {
            let table = &schema.resolve(table);
            let keys = schema.references_to(table).filter(|(child, _)| child.name != *table);
            let mut found: Vec<Dependent> = keys.map(|(child, c)| key(child, c)).collect();
            found.extend(schema.readers(table, None).map(reader));
            let fed = schema.owned_by(table).flat_map(|s| fed_elsewhere(schema, s));
            let partition = |of: &Name| {
                let of = schema.table(of).found().filter(|t| t.bound.is_some());
                of.is_some_and(|t| t.parents.contains(table))
            };
            let other = fed.filter(|(of, _)| of != table && !partition(of));
            found.extend(other.map(|(_, fed)| fed));
            found
        }
        OpKind::DropColumn { table, column, cascade: false, .. } => {
            let Some(known) = schema.table(table).found() else { return Vec::new() };
            dependents_of_column(schema, known, clip(column), op.only)
        }
        OpKind::DropConstraint { table, name: Some(name), cascade: false, .. } => {
            let found = schema.table(table).found();
            let keyed = found.filter(|t| t.constraint(clip(name)).is_some());
            keyed.map_or(Vec::new(), |table| standing_on(schema, table, clip(name)))
        }
        OpKind::DropIndex { name, cascade: false, .. } => {
            let name = name.sibling(clip(&name.name));
            let table = schema.index_table(&name).found();
            table.map_or(Vec::new(), |table| standing_on(schema, table, &name.name))
        }
        OpKind::DropType { name, cascade: false, .. } => {
            let mut found = columns_of_type(schema, name);
            found.extend(schema.types().filter(|ty| is_over(&ty.kind, name)).map(|ty| Dependent {
                what: format!("domain `{}`", ty.name),
                generated: false,
                span: ty.created.span,
            }));
            found
        }
        OpKind::DropView { name, cascade: false, .. } => {
            schema.readers(&schema.resolve(name), None).map(reader).collect()
        }
        OpKind::DropSequence { name, cascade: false, .. } => fed(schema, name),
        _ => Vec::new(),
    }
}

fn is_over(kind: &TypeKind, name: &Name) -> bool {
    matches!(kind, TypeKind::Domain { domain, .. } if domain.base.name == name.to_string())
}

fn key(child: &Table, constraint: &Constraint) -> Dependent {
    let name = constraint.name.as_deref().unwrap_or("unnamed");
    let kind = if constraint.foreign_key().is_some() { "foreign key" } else { "constraint" };
    let what = format!("{kind} `{name}` on `{}`", child.name);
    Dependent { what, generated: false, span: constraint.span }
}

/// `only`: the columns of its children stay.
pub(super) fn dependents_of_column(
    schema: &Schema,
    table: &Table,
    column: &str,
    only: bool,
) -> Vec<Dependent> {
    let made = made_from(table, column);
    // Up to 14 they go with the column (experiment `drop-col-generated-dep`).
    let stay = schema.database().at_least((15, 0));
    let mut going = vec![column];
    going.extend(made.iter().filter(|_| !stay).map(|c| c.column.name.as_str()));
    let goes = |names: &[String]| names.iter().any(|name| going.contains(&name.as_str()));
    // A foreign key of the table itself goes with its own columns, not with those it references.
    let includes = |key: &str| {
        table.constraint(key).is_some_and(|c| goes(&c.include))
            || table.index(key).is_some_and(|i| goes(&i.index.include))
    };
    let keys = schema.references_to(&table.name).filter(|(child, c)| {
        let own = child.name == table.name && goes(&c.columns);
        let stands = |fk: &ForeignKey| goes(&fk.columns) || fk.key.as_deref().is_some_and(includes);
        !own && c.foreign_key().is_some_and(stands)
    });
    // A child's column goes along.
    let goes_too = |of: &Table| !only && inherits(schema, of, table, column, DEEP);
    let keys =
        keys.filter(|(child, c)| !(goes_too(child) && c.columns.iter().any(|own| own == column)));
    let mut found: Vec<Dependent> = keys.map(|(child, c)| key(child, c)).collect();
    // EXCLUDE goes with its own columns, not with those of its expressions.
    let reads = |c: &&Constraint| match &c.kind {
        ConstraintKind::Exclude { sql: Some(sql) } => {
            !goes(&c.columns) && going.iter().any(|column| mentions(sql, column, table.folds))
        }
        _ => false,
    };
    found.extend(table.constraints.iter().filter(reads).map(|c| key(table, c)));
    for column in &going {
        found.extend(schema.readers(&table.name, Some(column)).map(reader));
    }
    let owned = |s: &&Sequence| {
        s.owner.as_ref().is_some_and(|(_, column)| going.contains(&column.as_str()))
    };
    let fed = schema.owned_by(&table.name).filter(owned).flat_map(|s| fed_elsewhere(schema, s));
    let other = |of: &Name| !schema.table(of).found().is_some_and(goes_too);
    found.extend(fed.filter(|(of, _)| other(of)).map(|(_, fed)| fed));
    if stay {
        found.extend(made.into_iter().map(generated));
    }
    found
}

/// Generations that are looked through.
const DEEP: usize = 8;

/// Whether a table has a column from another one, and not of its own.
fn inherits(schema: &Schema, of: &Table, from: &Table, column: &str, deep: usize) -> bool {
    let given = of.column(column).found().is_some_and(|c| !c.local);
    given
        && deep > 0
        && of.parents.iter().any(|parent| {
            let parent = schema.table(parent).found();
            parent
                .is_some_and(|p| p.name == from.name || inherits(schema, p, from, column, deep - 1))
        })
}

/// The foreign keys that stand on a key or a unique index.
pub fn standing_on(schema: &Schema, table: &Table, index: &str) -> Vec<Dependent> {
    let of = |c: &Constraint| c.foreign_key().and_then(|fk| fk.key.as_deref()) == Some(index);
    let keys = schema.references_to(&table.name).filter(|(_, c)| of(c));
    keys.map(|(child, c)| key(child, c)).collect()
}

/// The columns whose default a sequence feeds; an identity cannot be without its own.
fn fed(schema: &Schema, name: &Name) -> Vec<Dependent> {
    let Some(sequence) = schema.sequence(&name.sibling(clip(&name.name))) else {
        return Vec::new();
    };
    let mut found: Vec<Dependent> =
        fed_elsewhere(schema, sequence).into_iter().map(|(_, fed)| fed).collect();
    if let Some((table, column)) = &sequence.owner
        && let Some(of) = schema.column(table, column).found()
        && (of.column.serial
            || sequence.internal
            || schema.fed_by(&sequence.name).contains(&(table.clone(), column.clone())))
    {
        found.push(of_column(table, &of.column));
    }
    found
}

/// The columns that a sequence feeds besides the one that it goes with, with their tables.
fn fed_elsewhere(schema: &Schema, sequence: &Sequence) -> Vec<(Name, Dependent)> {
    let fed = schema.fed_by(&sequence.name).into_iter();
    let others = fed.filter(|fed| sequence.owner.as_ref() != Some(fed));
    others
        .filter_map(|(table, column)| {
            let of = schema.column(&table, &column).found()?;
            let fed = of_column(&table, &of.column);
            Some((table, fed))
        })
        .collect()
}

fn of_column(table: &Name, column: &Column) -> Dependent {
    let what = format!("column `{}` of `{table}`", column.name);
    Dependent { what, generated: false, span: column.span }
}

/// The columns whose type it is.
pub fn columns_of_type(schema: &Schema, name: &Name) -> Vec<Dependent> {
    let spelled = name.to_string();
    let mut found = Vec::new();
    for table in schema.tables_with_type(&spelled) {
        for column in table.columns.iter().filter(|c| c.column.ty.name == spelled) {
            let what = format!("column `{}` of `{}`", column.column.name, table.name);
            found.push(Dependent { what, generated: false, span: column.created.span });
        }
    }
    found
}

/// Whether a generated column or a view reads a column, so that its type cannot change
/// (0A000; experiments `at-view-dep`, `at-generated-dep`).
pub fn pins_type(schema: &Schema, table: &Table, column: &str) -> Vec<Dependent> {
    let mut found = generated_from(table, column);
    found.extend(schema.readers(&table.name, Some(column)).map(reader));
    found
}

fn generated_from(table: &Table, column: &str) -> Vec<Dependent> {
    made_from(table, column).into_iter().map(generated).collect()
}

/// The generated columns that read a column.
fn made_from<'a>(table: &'a Table, column: &str) -> Vec<&'a TableColumn> {
    let from = |sql: &str| mentions(sql, column, table.folds);
    let generated = table.columns.iter().filter(|c| {
        c.column.name != column && c.column.generated.as_ref().is_some_and(|g| from(&g.sql))
    });
    generated.collect()
}

fn generated(of: &TableColumn) -> Dependent {
    let what = format!("generated column `{}`", of.column.name);
    Dependent { what, generated: true, span: of.created.span }
}

fn reader(view: &View) -> Dependent {
    let what = format!("view `{}`", view.name);
    Dependent { what, generated: false, span: view.created.span }
}
