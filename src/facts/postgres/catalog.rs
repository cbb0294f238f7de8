//! PostgreSQL's catalogs and its information schema (manual, 52: System Catalogs, and 36: The
//! Information Schema), for the columns that migrations ask for.

use super::extensions::types_of;
use crate::{
    facts::catalog::{Cell, Relation, default, index_columns, lasting},
    ir::{Constraint, ConstraintKind, IndexPart, Name},
    schema::{Schema, Table, TypeKind},
    types::SqlType,
};

/// See [`crate::facts::catalog::relation`].
pub(in crate::facts) fn relation(schema: &Schema, name: &Name) -> Option<Relation> {
    let relation = match (name.schema.as_deref(), name.name.as_str()) {
        (Some("information_schema"), "tables") => tables(schema),
        (Some("information_schema"), "columns") => columns(schema),
        (Some("information_schema"), "table_constraints") => table_constraints(schema),
        (Some("information_schema"), "key_column_usage") => key_column_usage(schema),
        (Some("information_schema"), "constraint_column_usage") => constraint_column_usage(schema),
        (Some("information_schema"), "referential_constraints") => referential(schema),
        (Some("information_schema"), "schemata") => schemata(schema),
        (None | Some("pg_catalog"), "pg_namespace") => namespaces(schema),
        (None | Some("pg_catalog"), "pg_class") => classes(schema),
        (None | Some("pg_catalog"), "pg_attribute") => attributes(schema),
        (None | Some("pg_catalog"), "pg_constraint") => constraints(schema),
        (None | Some("pg_catalog"), "pg_index") => indexes(schema),
        (None | Some("pg_catalog"), "pg_indexes") => index_list(schema),
        (None | Some("pg_catalog"), "pg_tables") => table_list(schema),
        (None | Some("pg_catalog"), "pg_views") => view_list(schema, false),
        (None | Some("pg_catalog"), "pg_matviews") => view_list(schema, true),
        (None | Some("pg_catalog"), "pg_type") => types(schema),
        (None | Some("pg_catalog"), "pg_enum") => enums(schema),
        _ => return None,
    };
    Some(relation)
}

/// What `'…'::regclass` and `to_regclass('…')` mean: the name as the catalog has it.
pub fn regclass(written: &str) -> Name {
    let mut parts: Vec<String> = Vec::new();
    let mut rest = written.trim();
    while !rest.is_empty() {
        let (part, after) = match rest.strip_prefix('"') {
            Some(quoted) => match quoted.split_once('"') {
                Some((part, after)) => (part.to_owned(), after),
                None => (quoted.to_owned(), ""),
            },
            None => {
                let end = rest.find('.').unwrap_or(rest.len());
                (rest[..end].to_ascii_lowercase(), &rest[end..])
            }
        };
        parts.push(part);
        rest = after.strip_prefix('.').unwrap_or_default();
    }
    let name = parts.pop().unwrap_or_default();
    Name::new(parts.pop().as_deref(), &name)
}

fn namespace(name: &Name) -> Cell {
    Cell::text(name.schema.as_deref().unwrap_or("public"))
}

fn oid(name: &Name) -> Cell {
    Cell::Text(name.to_string())
}

/// Every table, and one more that may be there where anything may have been made.
fn each_table(schema: &Schema, relation: &mut Relation, row: impl Fn(&Table) -> Vec<Vec<Cell>>) {
    for table in lasting(schema) {
        row(table).into_iter().for_each(|row| relation.push(row));
    }
    if schema.is_open() {
        relation.perhaps(&[]);
    }
}

fn tables(schema: &Schema) -> Relation {
    let mut found = Relation::new(&["table_catalog", "table_schema", "table_name", "table_type"]);
    each_table(schema, &mut found, |table| {
        let row = vec![Cell::Unknown, namespace(&table.name), Cell::text(&table.name.name)];
        vec![row.into_iter().chain([Cell::text("BASE TABLE")]).collect()]
    });
    for view in schema.views().filter(|view| !view.materialized) {
        let row = vec![Cell::Unknown, namespace(&view.name), Cell::text(&view.name.name)];
        found.push(row.into_iter().chain([Cell::text("VIEW")]).collect());
    }
    found
}

fn columns(schema: &Schema) -> Relation {
    let mut found = Relation::new(&[
        "table_catalog",
        "table_schema",
        "table_name",
        "column_name",
        "ordinal_position",
        "column_default",
        "is_nullable",
        "data_type",
        "udt_name",
        "character_maximum_length",
        "is_identity",
        "is_generated",
    ]);
    for table in lasting(schema) {
        for (at, column) in table.columns.iter().enumerate() {
            let column = &column.column;
            let (data_type, udt) = type_names(schema, &column.ty);
            let length = match column.ty.name.as_str() {
                "character varying" | "character" => {
                    column.ty.length().map_or(Cell::Null, |n| Cell::Int(n.into()))
                }
                "" => Cell::Unknown,
                _ => Cell::Null,
            };
            found.push(vec![
                Cell::Unknown,
                namespace(&table.name),
                Cell::text(&table.name.name),
                Cell::text(&column.name),
                Cell::Int(at as i64 + 1),
                default(column),
                Cell::text(if column.nullable { "YES" } else { "NO" }),
                data_type,
                udt,
                length,
                Cell::text(if column.identity.is_some() { "YES" } else { "NO" }),
                Cell::text(if column.generated.is_some() { "ALWAYS" } else { "NEVER" }),
            ]);
        }
        if !table.complete {
            let name = Cell::text(&table.name.name);
            found.perhaps(&[("table_schema", namespace(&table.name)), ("table_name", name)]);
        }
    }
    if schema.is_open() {
        found.perhaps(&[]);
    }
    found
}

/// `data_type` and `udt_name` of the information schema.
fn type_names(schema: &Schema, ty: &SqlType) -> (Cell, Cell) {
    if ty.is_unknown() {
        return (Cell::Unknown, Cell::Unknown);
    }
    let internal = match ty.name.as_str() {
        "integer" => "int4",
        "bigint" => "int8",
        "smallint" => "int2",
        "character varying" => "varchar",
        "character" => "bpchar",
        "boolean" => "bool",
        "double precision" => "float8",
        "real" => "float4",
        "timestamp with time zone" => "timestamptz",
        "timestamp without time zone" => "timestamp",
        "time with time zone" => "timetz",
        "time without time zone" => "time",
        other => other,
    };
    if ty.dims > 0 {
        return (Cell::text("ARRAY"), Cell::Text(format!("_{internal}")));
    }
    let name = Name::plain(&ty.name);
    if schema.ty(&name).found().is_some() {
        return (Cell::text("USER-DEFINED"), Cell::text(&name.name));
    }
    let built_in = internal != ty.name || BUILT_IN.contains(&internal);
    let data_type = if built_in { Cell::text(&ty.name) } else { Cell::text("USER-DEFINED") };
    (data_type, Cell::text(internal))
}

/// Built-in types whose SQL name is their internal one.
const BUILT_IN: &[&str] = &[
    "text",
    "uuid",
    "json",
    "jsonb",
    "bytea",
    "date",
    "interval",
    "inet",
    "cidr",
    "macaddr",
    "numeric",
    "tsvector",
    "tsquery",
    "xml",
    "money",
    "oid",
    "bit",
    "bit varying",
];

/// The constraints of a table that stand in the catalog. From 18 on, NOT NULL stands there too.
fn named(table: &Table) -> impl Iterator<Item = (&Constraint, &str)> {
    let named = |c: &'_ &Constraint| !matches!(c.kind, ConstraintKind::NotNull);
    table.constraints.iter().filter(named).map(|c| (c, c.name.as_deref().unwrap_or_default()))
}

fn name_cell(name: &str) -> Cell {
    if name.is_empty() { Cell::Unknown } else { Cell::text(name) }
}

/// Runs over the constraints, with one more that may be on each table not known in full.
fn each_constraint(
    schema: &Schema,
    found: &mut Relation,
    table_columns: (&str, &str),
    rows: impl Fn(&Table, &Constraint, &str) -> Vec<Vec<Cell>>,
) {
    for table in lasting(schema) {
        for (constraint, name) in named(table) {
            rows(table, constraint, name).into_iter().for_each(|row| found.push(row));
        }
        if !table.complete {
            let (space, name) = table_columns;
            found.perhaps(&[
                (space, namespace(&table.name)),
                (
                    name,
                    if name == "conrelid" {
                        oid(&table.name)
                    } else {
                        Cell::text(&table.name.name)
                    },
                ),
            ]);
        }
    }
    if schema.is_open() {
        found.perhaps(&[]);
    }
}

fn table_constraints(schema: &Schema) -> Relation {
    let mut found = Relation::new(&[
        "constraint_schema",
        "constraint_name",
        "table_schema",
        "table_name",
        "constraint_type",
        "is_deferrable",
    ]);
    each_constraint(schema, &mut found, ("table_schema", "table_name"), |table, c, name| {
        let kind = match c.kind {
            ConstraintKind::PrimaryKey => "PRIMARY KEY",
            ConstraintKind::Unique { .. } => "UNIQUE",
            ConstraintKind::ForeignKey(_) => "FOREIGN KEY",
            ConstraintKind::Check { .. } => "CHECK",
            ConstraintKind::Exclude { .. } | ConstraintKind::NotNull => return Vec::new(),
        };
        vec![vec![
            namespace(&table.name),
            name_cell(name),
            namespace(&table.name),
            Cell::text(&table.name.name),
            Cell::text(kind),
            Cell::text(if c.deferrable { "YES" } else { "NO" }),
        ]]
    });
    found
}

fn key_column_usage(schema: &Schema) -> Relation {
    let mut found = Relation::new(&[
        "constraint_schema",
        "constraint_name",
        "table_schema",
        "table_name",
        "column_name",
        "ordinal_position",
    ]);
    each_constraint(schema, &mut found, ("table_schema", "table_name"), |table, c, name| {
        if matches!(c.kind, ConstraintKind::Check { .. } | ConstraintKind::Exclude { .. }) {
            return Vec::new();
        }
        let row = |(at, column): (usize, &String)| {
            vec![
                namespace(&table.name),
                name_cell(name),
                namespace(&table.name),
                Cell::text(&table.name.name),
                Cell::text(column),
                Cell::Int(at as i64 + 1),
            ]
        };
        c.columns.iter().enumerate().map(row).collect()
    });
    found
}

/// The columns that a constraint uses; of a foreign key the referenced ones.
fn constraint_column_usage(schema: &Schema) -> Relation {
    let mut found = Relation::new(&[
        "table_schema",
        "table_name",
        "column_name",
        "constraint_schema",
        "constraint_name",
    ]);
    each_constraint(schema, &mut found, ("constraint_schema", ""), |table, c, name| {
        let (of, columns) = match c.foreign_key() {
            Some(fk) => (&fk.table, fk.columns.as_slice()),
            None => (&table.name, c.columns.as_slice()),
        };
        let row = |column: &String| {
            vec![
                namespace(of),
                Cell::text(&of.name),
                Cell::text(column),
                namespace(&table.name),
                name_cell(name),
            ]
        };
        columns.iter().map(row).collect()
    });
    found
}

fn referential(schema: &Schema) -> Relation {
    let mut found = Relation::new(&[
        "constraint_schema",
        "constraint_name",
        "unique_constraint_name",
        "update_rule",
        "delete_rule",
    ]);
    each_constraint(schema, &mut found, ("constraint_schema", ""), |table, c, name| {
        let Some(fk) = c.foreign_key() else { return Vec::new() };
        let rule = |action: &Option<String>| Cell::text(action.as_deref().unwrap_or("NO ACTION"));
        let (update, delete) = (rule(&fk.on_update), rule(&fk.on_delete));
        vec![vec![namespace(&table.name), name_cell(name), Cell::Unknown, update, delete]]
    });
    found
}

fn schema_names(schema: &Schema) -> Vec<String> {
    let mut names = vec!["public".to_owned()];
    for table in lasting(schema) {
        if let Some(own) = table.name.schema.as_ref().filter(|own| !names.contains(own)) {
            names.push(own.clone());
        }
    }
    names
}

/// Schemas are known by their tables: one that is asked for by another name may be empty.
fn schemata(schema: &Schema) -> Relation {
    let mut found = Relation::new(&["schema_name"]);
    schema_names(schema).iter().for_each(|name| found.push(vec![Cell::text(name)]));
    found.perhaps(&[]);
    found
}

fn namespaces(schema: &Schema) -> Relation {
    let mut found = Relation::new(&["oid", "nspname"]);
    for name in schema_names(schema) {
        found.push(vec![Cell::text(&name), Cell::text(&name)]);
    }
    found
}

fn classes(schema: &Schema) -> Relation {
    let mut found = Relation::new(&["oid", "relname", "relnamespace", "relkind"]);
    let mut add = |name: &Name, kind: &str| {
        found.push(vec![oid(name), Cell::text(&name.name), namespace(name), Cell::text(kind)]);
    };
    for table in lasting(schema) {
        add(&table.name, if table.options.partition_by.is_some() { "p" } else { "r" });
        for index in index_names(table) {
            add(&table.name.sibling(&index), "i");
        }
    }
    schema.views().for_each(|view| add(&view.name, if view.materialized { "m" } else { "v" }));
    schema.sequences().for_each(|sequence| add(&sequence.name, "S"));
    if schema.is_open() || lasting(schema).any(|table| !table.complete) {
        found.perhaps(&[]);
    }
    found
}

/// The indexes of a table, those of its keys among them.
fn index_names(table: &Table) -> impl Iterator<Item = String> {
    let keys = table.constraints.iter().filter(|c| {
        matches!(
            c.kind,
            ConstraintKind::PrimaryKey
                | ConstraintKind::Unique { .. }
                | ConstraintKind::Exclude { .. }
        )
    });
    let keys = keys.filter_map(|c| c.name.clone());
    table.indexes.iter().map(|index| index.name.clone()).chain(keys)
}

fn attributes(schema: &Schema) -> Relation {
    let mut found = Relation::new(&[
        "attrelid",
        "attname",
        "attnum",
        "attnotnull",
        "attisdropped",
        "atthasdef",
        "atttypid",
    ]);
    for table in lasting(schema) {
        for (at, column) in table.columns.iter().enumerate() {
            let column = &column.column;
            found.push(vec![
                oid(&table.name),
                Cell::text(&column.name),
                Cell::Int(at as i64 + 1),
                Cell::Bool(!column.nullable),
                Cell::Bool(false),
                Cell::Bool(column.server_filled() && column.identity.is_none()),
                Cell::text(&column.ty.name),
            ]);
        }
        if !table.complete {
            found.perhaps(&[("attrelid", oid(&table.name))]);
        }
    }
    if schema.is_open() {
        found.perhaps(&[]);
    }
    found
}

/// The numbers of columns. The replay counts those that are there; nobody can tell from a
/// number what it was, only look it up again.
fn numbers(table: Option<&Table>, columns: &[String]) -> Cell {
    let number = |column: &String| {
        let at = table?.columns.iter().position(|c| c.column.name == *column)?;
        Some(Cell::Int(at as i64 + 1))
    };
    Cell::List(columns.iter().map(|column| number(column).unwrap_or(Cell::Unknown)).collect())
}

fn constraints(schema: &Schema) -> Relation {
    let mut found = Relation::new(&[
        "oid",
        "conname",
        "connamespace",
        "contype",
        "condeferrable",
        "convalidated",
        "conrelid",
        "conindid",
        "confrelid",
        "conkey",
        "confkey",
        "confdeltype",
    ]);
    each_constraint(schema, &mut found, ("connamespace", "conrelid"), |table, c, name| {
        let kind = match c.kind {
            ConstraintKind::PrimaryKey => "p",
            ConstraintKind::Unique { .. } => "u",
            ConstraintKind::ForeignKey(_) => "f",
            ConstraintKind::Check { .. } => "c",
            ConstraintKind::Exclude { .. } => "x",
            ConstraintKind::NotNull => "n",
        };
        let target = c.foreign_key().map(|fk| &fk.table);
        let referenced = target.and_then(|name| schema.table(name).found());
        let keys = match c.kind {
            ConstraintKind::Check { .. } if c.columns.is_empty() => Cell::Unknown,
            _ => numbers(Some(table), &c.columns),
        };
        let foreign = c.foreign_key().map_or(Cell::Null, |fk| numbers(referenced, &fk.columns));
        let delete = c.foreign_key().map_or(" ", |fk| match fk.on_delete.as_deref() {
            Some("CASCADE") => "c",
            Some("SET NULL") => "n",
            Some("SET DEFAULT") => "d",
            Some("RESTRICT") => "r",
            _ => "a",
        });
        let index = if matches!(kind, "p" | "u" | "x") {
            name_cell(name)
        } else {
            Cell::Text("-".to_owned())
        };
        vec![vec![
            Cell::Text(format!("{} {name}", table.name)),
            name_cell(name),
            namespace(&table.name),
            Cell::text(kind),
            Cell::Bool(c.deferrable),
            Cell::Bool(c.validated),
            oid(&table.name),
            index,
            target.map_or(Cell::Text("-".to_owned()), oid),
            keys,
            foreign,
            Cell::text(delete),
        ]]
    });
    found
}

fn indexes(schema: &Schema) -> Relation {
    let mut found = Relation::new(&[
        "indexrelid",
        "indrelid",
        "indisunique",
        "indisprimary",
        "indisvalid",
        "indkey",
        "indnatts",
        "indnkeyatts",
        "indpred",
    ]);
    for table in lasting(schema) {
        for index in &table.indexes {
            let columns: Vec<String> = index.index.columns().map(str::to_owned).collect();
            let count = Cell::Int(index.index.parts.len() as i64);
            let predicate =
                if index.index.predicate.is_some() { Cell::Unknown } else { Cell::Null };
            found.push(vec![
                oid(&table.name.sibling(&index.name)),
                oid(&table.name),
                Cell::Bool(index.index.unique),
                Cell::Bool(false),
                Cell::Bool(true),
                numbers(Some(table), &columns),
                count.clone(),
                count,
                predicate,
            ]);
        }
        for (c, name) in named(table) {
            let primary = c.kind == ConstraintKind::PrimaryKey;
            if !primary && !matches!(c.kind, ConstraintKind::Unique { .. }) {
                continue;
            }
            let count = Cell::Int(c.columns.len() as i64);
            found.push(vec![
                oid(&table.name.sibling(name)),
                oid(&table.name),
                Cell::Bool(true),
                Cell::Bool(primary),
                Cell::Bool(true),
                numbers(Some(table), &c.columns),
                count.clone(),
                count,
                Cell::Null,
            ]);
        }
        if !table.complete {
            found.perhaps(&[("indrelid", oid(&table.name))]);
        }
    }
    if schema.is_open() {
        found.perhaps(&[]);
    }
    found
}

fn index_list(schema: &Schema) -> Relation {
    let mut found = Relation::new(&["schemaname", "tablename", "indexname", "indexdef"]);
    for table in lasting(schema) {
        let name = Cell::text(&table.name.name);
        for index in &table.indexes {
            let plain = |part: &IndexPart| {
                part.collation.is_none() && part.opclass.is_none() && !part.descending
            };
            let plain = index.index.parts.iter().all(plain)
                && !index_columns(index).contains(&Cell::Null)
                && index.index.predicate.is_none()
                && index.index.include.is_empty();
            let definition = plain.then(|| {
                let columns: Vec<&str> = index.index.columns().collect();
                let unique = if index.index.unique { "UNIQUE " } else { "" };
                let method = index.index.method.as_deref().unwrap_or("btree");
                let schema = table.name.schema.as_deref().unwrap_or("public");
                format!(
                    "CREATE {unique}INDEX {} ON {schema}.{} USING {method} ({})",
                    index.name,
                    table.name.name,
                    columns.join(", ")
                )
            });
            let definition = definition.map_or(Cell::Unknown, Cell::Text);
            found.push(vec![
                namespace(&table.name),
                name.clone(),
                Cell::text(&index.name),
                definition,
            ]);
        }
        let own: Vec<&str> = table.indexes.iter().map(|index| index.name.as_str()).collect();
        for key in index_names(table).filter(|name| !own.contains(&name.as_str())) {
            found.push(vec![namespace(&table.name), name.clone(), Cell::Text(key), Cell::Unknown]);
        }
        if !table.complete {
            found.perhaps(&[("schemaname", namespace(&table.name)), ("tablename", name)]);
        }
    }
    if schema.is_open() {
        found.perhaps(&[]);
    }
    found
}

fn table_list(schema: &Schema) -> Relation {
    let mut found = Relation::new(&["schemaname", "tablename"]);
    each_table(schema, &mut found, |table| {
        vec![vec![namespace(&table.name), Cell::text(&table.name.name)]]
    });
    found
}

fn view_list(schema: &Schema, materialized: bool) -> Relation {
    let mut found = Relation::new(match materialized {
        true => &["schemaname", "matviewname"],
        false => &["schemaname", "viewname"],
    });
    for view in schema.views().filter(|view| view.materialized == materialized) {
        found.push(vec![namespace(&view.name), Cell::text(&view.name.name)]);
    }
    if schema.is_open() {
        found.perhaps(&[]);
    }
    found
}

fn types(schema: &Schema) -> Relation {
    let mut found = Relation::new(&["oid", "typname", "typnamespace", "typtype"]);
    for ty in schema.types() {
        let kind = match ty.kind {
            TypeKind::Enum { .. } => "e",
            TypeKind::Domain { .. } => "d",
            TypeKind::Other { .. } => "c",
        };
        let name = Cell::text(&ty.name.name);
        found.push(vec![oid(&ty.name), name, namespace(&ty.name), Cell::text(kind)]);
    }
    // An extension makes types; which ones another makes than those known here, nobody says.
    for (extension, space) in schema.extensions() {
        let Some(types) = types_of(extension) else {
            found.perhaps(&[("typtype", Cell::text("b"))]);
            continue;
        };
        let space = Cell::text(space.unwrap_or("public"));
        let row = |ty: &&str| vec![Cell::text(ty), Cell::text(ty), space.clone(), Cell::text("b")];
        types.iter().for_each(|ty| found.push(row(ty)));
    }
    // Built-in types, as far as columns have them.
    let mut seen: Vec<&str> = Vec::new();
    for column in lasting(schema).flat_map(|table| &table.columns) {
        let ty = &column.column.ty;
        let own = schema.ty(&Name::plain(&ty.name)).found().is_some();
        if ty.is_unknown() || own || ty.dims > 0 || seen.contains(&ty.name.as_str()) {
            continue;
        }
        seen.push(&ty.name);
        let (_, internal) = type_names(schema, ty);
        found.push(vec![Cell::text(&ty.name), internal, Cell::text("pg_catalog"), Cell::text("b")]);
    }
    // A table is a type as well.
    each_table(schema, &mut found, |table| {
        let name = Cell::text(&table.name.name);
        vec![vec![oid(&table.name), name, namespace(&table.name), Cell::text("c")]]
    });
    found
}

fn enums(schema: &Schema) -> Relation {
    let mut found = Relation::new(&["enumtypid", "enumlabel", "enumsortorder"]);
    for ty in schema.types() {
        let TypeKind::Enum { labels } = &ty.kind else { continue };
        for (at, label) in labels.iter().enumerate() {
            found.push(vec![oid(&ty.name), Cell::text(label), Cell::Int(at as i64 + 1)]);
        }
    }
    if schema.is_open() {
        found.perhaps(&[]);
    }
    found
}
