//! The replayed schema as JSON of the public contract.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::{Replayed, default};
use crate::{
    frontend::Direction,
    ir::{Constraint, ConstraintKind, Indexed},
    replay::Walked,
    schema::{Table, TableColumn, TableIndex, TypeKind, View},
};

/// # Errors
/// Those of the writer.
pub(super) fn json(out: &mut dyn Write, replayed: &Replayed<'_>) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &document(replayed))?;
    writeln!(out)
}

/// One step of a walk, on one line.
pub(super) fn step(step: &Walked<'_>) -> String {
    let replayed = Replayed::new(step.schema, &[], step.opaque);
    let direction = match step.direction {
        Direction::Up => "up",
        Direction::Down => "down",
    };
    let schema = document(&replayed);
    json!({ "direction": direction, "revision": step.migration.id, "schema": schema }).to_string()
}

fn document(replayed: &Replayed<'_>) -> Value {
    let schema = replayed.schema;
    let tables: Map<String, Value> =
        replayed.tables().map(|t| (t.name.to_string(), table(replayed, t))).collect();
    let enums: Vec<Value> = schema
        .types()
        .filter_map(|ty| match &ty.kind {
            TypeKind::Enum { labels } => Some(json!({
                "schema": ty.name.schema.as_deref().unwrap_or("public"),
                "name": ty.name.name,
                "labels": labels,
            })),
            TypeKind::Domain { .. } | TypeKind::Other { .. } => None,
        })
        .collect();
    let views: Map<String, Value> = schema.views().map(|v| (v.name.to_string(), view(v))).collect();
    json!({
        "version": 1,
        "dialect": schema.database().dialect.sqlalchemy(),
        "heads": replayed.heads,
        "opaque": replayed.opaque,
        "tables": tables,
        "enums": enums,
        "views": views,
    })
}

fn view(view: &View) -> Value {
    let mut value = json!({ "materialized": view.materialized, "sql": view.sql });
    if !view.columns.is_empty() {
        value["columns"] = json!(view.columns);
    }
    value
}

fn table(replayed: &Replayed<'_>, table: &Table) -> Value {
    let columns: Vec<Value> = table.columns.iter().map(|c| column(replayed, table, c)).collect();
    let of = |wanted: fn(&Constraint) -> Option<Value>| -> Vec<Value> {
        table.constraints.iter().filter_map(wanted).collect()
    };
    let indexes: Vec<Value> = table.indexes.iter().map(index).collect();
    json!({
        "columns": columns,
        "primary_key": table.primary_key().map(|k| json!({ "name": k.name, "columns": k.columns })),
        "foreign_keys": table.constraints.iter().filter_map(|c| foreign_key(replayed.schema, c)).collect::<Vec<_>>(),
        "unique_constraints": of(|c| match c.kind {
            ConstraintKind::Unique { .. } => Some(json!({ "name": c.name, "columns": c.columns })),
            _ => None,
        }),
        "check_constraints": of(|c| match &c.kind {
            ConstraintKind::Check { sql } => Some(json!({ "name": c.name, "sql": sql })),
            _ => None,
        }),
        "indexes": indexes,
        "complete": table.complete,
    })
}

/// Of an index without plain columns, `columns` has nulls and `expressions` what stands there.
fn index(of: &TableIndex) -> Value {
    let index = &of.index;
    let (mut columns, mut expressions) = (Vec::new(), Vec::new());
    for part in &index.parts {
        match &part.of {
            Indexed::Column(name) => columns.push(json!(name)),
            Indexed::Expression(sql) => {
                columns.push(Value::Null);
                expressions.push(Some(sql.as_str()).filter(|sql| !sql.is_empty()));
            }
        }
    }
    let mut value = json!({
        "name": of.name, "columns": columns, "unique": index.unique, "where": index.predicate,
    });
    if !expressions.is_empty() {
        value["expressions"] = json!(expressions);
    }
    if !index.include.is_empty() {
        value["include"] = json!(index.include);
    }
    if let Some(method) = &index.method {
        value["method"] = json!(method);
    }
    value
}

fn column(replayed: &Replayed<'_>, table: &Table, of: &TableColumn) -> Value {
    let column = &of.column;
    let ty = (!column.ty.is_unknown()).then(|| column.ty.to_string());
    let mut value = json!({
        "name": column.name,
        "type": ty,
        "nullable": column.nullable,
        "default": default(replayed, table, of),
    });
    if let Some(generated) = &column.generated {
        value["computed"] = json!({ "sql": generated.sql, "stored": generated.stored });
    }
    if let Some(identity) = &column.identity {
        value["identity"] = json!({ "always": identity.always });
    }
    value
}

fn foreign_key(schema: &crate::schema::Schema, constraint: &Constraint) -> Option<Value> {
    let fk = constraint.foreign_key()?;
    let mut options = Map::new();
    for (key, action) in [("ondelete", &fk.on_delete), ("onupdate", &fk.on_update)] {
        if let Some(action) = action {
            options.insert(key.to_owned(), json!(action));
        }
    }
    Some(json!({
        "name": constraint.name,
        "columns": constraint.columns,
        "ref_schema": fk.table.schema,
        "ref_table": fk.table.name,
        "ref_columns": schema.referenced_columns(fk),
        "options": options,
    }))
}
