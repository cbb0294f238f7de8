//! The replayed schema, as JSON of the public contract and as SQL-like text.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::clean;
use crate::{
    ir::{Constraint, ConstraintKind, IndexPart, Name},
    schema::{Schema, Table, TableColumn, TypeKind},
};

/// # Errors
/// Those of the writer.
pub fn schema_json(
    out: &mut dyn Write,
    schema: &Schema,
    heads: &[String],
    opaque: usize,
) -> io::Result<()> {
    let tables: Map<String, Value> =
        lasting(schema).map(|t| (t.name.to_string(), table(schema, t))).collect();
    let enums: Vec<Value> = schema
        .types()
        .filter_map(|ty| match &ty.kind {
            TypeKind::Enum { labels } => Some(json!({
                "schema": ty.name.schema.as_deref().unwrap_or("public"),
                "name": ty.name.name,
                "labels": labels,
            })),
            TypeKind::Domain { .. } => None,
        })
        .collect();
    let views: Map<String, Value> = schema
        .views()
        .map(|v| (v.name.to_string(), json!({ "materialized": v.materialized })))
        .collect();
    let value = json!({
        "version": 1,
        "dialect": schema.database().dialect.sqlalchemy(),
        "heads": heads,
        "opaque": opaque,
        "tables": tables,
        "enums": enums,
        "views": views,
    });
    serde_json::to_writer_pretty(&mut *out, &value)?;
    writeln!(out)
}

fn lasting(schema: &Schema) -> impl Iterator<Item = &Table> {
    schema.tables().filter(|t| !t.temporary)
}

fn table(schema: &Schema, table: &Table) -> Value {
    let columns: Vec<Value> = table.columns.iter().map(|c| column(schema, table, c)).collect();
    let of = |wanted: fn(&Constraint) -> Option<Value>| -> Vec<Value> {
        table.constraints.iter().filter_map(wanted).collect()
    };
    let indexes: Vec<Value> = table
        .indexes
        .iter()
        .map(|i| {
            let columns: Vec<Value> = i
                .index
                .parts
                .iter()
                .map(|part| match part {
                    IndexPart::Column(name) => json!(name),
                    IndexPart::Expression(_) => Value::Null,
                })
                .collect();
            json!({ "name": i.name, "columns": columns, "unique": i.index.unique, "where": i.index.predicate })
        })
        .collect();
    json!({
        "columns": columns,
        "primary_key": table.primary_key().map(|k| json!({ "name": k.name, "columns": k.columns })),
        "foreign_keys": of(foreign_key),
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

fn column(schema: &Schema, table: &Table, of: &TableColumn) -> Value {
    let column = &of.column;
    let ty = (!column.ty.is_unknown()).then(|| column.ty.to_string());
    let mut value = json!({
        "name": column.name,
        "type": ty,
        "nullable": column.nullable,
        "default": default(schema, table, of),
    });
    if let Some(generated) = &column.generated {
        value["computed"] = json!({ "sql": generated.sql, "stored": generated.stored });
    }
    if let Some(identity) = column.identity {
        value["identity"] = json!({ "always": identity.always });
    }
    value
}

fn default(schema: &Schema, table: &Table, of: &TableColumn) -> Value {
    let column = &of.column;
    if column.serial {
        let owned = |s: &&crate::schema::Sequence| {
            s.owner.as_ref().is_some_and(|(t, c)| *t == table.name && *c == column.name)
        };
        let sequence = schema.sequences().find(owned).map(|s| &s.name);
        let fallback = Name::plain(&format!("{}_{}_seq", table.name.name, column.name));
        return json!(format!("nextval('{}'::regclass)", sequence.unwrap_or(&fallback)));
    }
    match &column.default {
        None => Value::Null,
        Some(default) => json!(default.sql.as_deref().unwrap_or("unknown")),
    }
}

fn foreign_key(constraint: &Constraint) -> Option<Value> {
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
        "ref_columns": fk.columns,
        "options": options,
    }))
}

/// # Errors
/// Those of the writer.
pub fn schema_text(out: &mut dyn Write, schema: &Schema, opaque: usize) -> io::Result<()> {
    for ty in schema.types() {
        match &ty.kind {
            TypeKind::Enum { labels } => {
                let labels = labels.iter().map(|l| format!("'{l}'")).collect::<Vec<_>>().join(", ");
                writeln!(out, "type {} enum ({})\n", clean(&ty.name.to_string()), clean(&labels))?;
            }
            TypeKind::Domain { base, .. } => {
                writeln!(out, "domain {} {base}\n", clean(&ty.name.to_string()))?;
            }
        }
    }
    for table in lasting(schema) {
        writeln!(out, "table {}", clean(&table.name.to_string()))?;
        let width = table.columns.iter().map(|c| c.column.name.chars().count()).max().unwrap_or(0);
        for of in &table.columns {
            let column = &of.column;
            let mut line = format!("  {:width$}  {}", column.name, column.ty);
            if !column.nullable {
                line.push_str(" not null");
            }
            if let Value::String(default) = default(schema, table, of) {
                line.push_str(&format!(" default {default}"));
            }
            if let Some(generated) = &column.generated {
                line.push_str(&format!(" generated as ({})", generated.sql));
            }
            if column.identity.is_some() {
                line.push_str(" identity");
            }
            writeln!(out, "{}", clean(line.trim_end()))?;
        }
        for constraint in &table.constraints {
            writeln!(out, "  {}", clean(&constraint_line(constraint)))?;
        }
        for index in &table.indexes {
            let parts: Vec<&str> = index
                .index
                .parts
                .iter()
                .map(|part| match part {
                    IndexPart::Column(name) => name.as_str(),
                    IndexPart::Expression(sql) if sql.is_empty() => "…",
                    IndexPart::Expression(sql) => sql.as_str(),
                })
                .collect();
            let unique = if index.index.unique { "unique index" } else { "index" };
            writeln!(
                out,
                "  {}",
                clean(&format!("{unique} {} ({})", index.name, parts.join(", ")))
            )?;
        }
        if !table.complete {
            writeln!(out, "  … and what the history does not show")?;
        }
        writeln!(out)?;
    }
    for view in schema.views() {
        let kind = if view.materialized { "materialized view" } else { "view" };
        writeln!(out, "{kind} {}", clean(&view.name.to_string()))?;
    }
    if opaque > 0 {
        let places = super::count(opaque, "place");
        writeln!(out, "{places} could not be read; `miglint check --show-opaque` lists them.")?;
    }
    Ok(())
}

fn constraint_line(c: &Constraint) -> String {
    let columns = c.columns.join(", ");
    let name = c.name.as_deref().unwrap_or("(unnamed)");
    match &c.kind {
        ConstraintKind::PrimaryKey => format!("primary key {name} ({columns})"),
        ConstraintKind::Unique { .. } => format!("unique {name} ({columns})"),
        ConstraintKind::ForeignKey(fk) => {
            let action =
                fk.on_delete.as_deref().map(|a| format!(" on delete {a}")).unwrap_or_default();
            format!(
                "foreign key {name} ({columns}) to {} ({}){action}",
                fk.table,
                fk.columns.join(", ")
            )
        }
        ConstraintKind::Check { sql } => {
            format!("check {name} {}", sql.as_deref().unwrap_or("…").trim())
        }
        ConstraintKind::Exclude => format!("exclude {name}"),
        ConstraintKind::NotNull => format!("not null {name} ({columns})"),
    }
}
