//! The replayed schema as text for people, near to SQL.

use std::io::{self, Write};

use serde_json::Value;

use super::{Replayed, default};
use crate::{
    emit::{clean, count},
    ir::{Constraint, ConstraintKind, Indexed},
    schema::TypeKind,
};

/// # Errors
/// Those of the writer.
pub(super) fn text(out: &mut dyn Write, replayed: &Replayed<'_>) -> io::Result<()> {
    let schema = replayed.schema;
    for ty in schema.types() {
        match &ty.kind {
            TypeKind::Enum { labels } => {
                let labels = labels.iter().map(|l| format!("'{l}'")).collect::<Vec<_>>().join(", ");
                writeln!(out, "type {} enum ({})\n", clean(&ty.name.to_string()), clean(&labels))?;
            }
            TypeKind::Domain { domain, .. } => {
                writeln!(out, "domain {} {}\n", clean(&ty.name.to_string()), domain.base)?;
            }
            TypeKind::Other { .. } => writeln!(out, "type {}\n", clean(&ty.name.to_string()))?,
        }
    }
    for table in replayed.tables() {
        writeln!(out, "table {}", clean(&table.name.to_string()))?;
        let width = table.columns.iter().map(|c| c.column.name.chars().count()).max().unwrap_or(0);
        for of in &table.columns {
            let column = &of.column;
            let mut line = format!("  {:width$}  {}", column.name, column.ty);
            if !column.nullable {
                line.push_str(" not null");
            }
            if let Value::String(default) = default(replayed, table, of) {
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
            writeln!(out, "  {}", clean(&constraint_line(schema, constraint)))?;
        }
        for index in &table.indexes {
            let parts: Vec<&str> = index
                .index
                .parts
                .iter()
                .map(|part| match &part.of {
                    Indexed::Column(name) => name.as_str(),
                    Indexed::Expression(sql) if sql.is_empty() => "…",
                    Indexed::Expression(sql) => sql.as_str(),
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
            writeln!(out, "  … and what {}", replayed.words.hides)?;
        }
        writeln!(out)?;
    }
    for view in schema.views() {
        let kind = if view.materialized { "materialized view" } else { "view" };
        writeln!(out, "{kind} {}", clean(&view.name.to_string()))?;
    }
    if replayed.opaque > 0 {
        let places = count(replayed.opaque, "place");
        writeln!(out, "{places} could not be read{}.", replayed.words.listed)?;
    }
    Ok(())
}

fn constraint_line(schema: &crate::schema::Schema, c: &Constraint) -> String {
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
                schema.referenced_columns(fk).join(", ")
            )
        }
        ConstraintKind::Check { sql } => {
            format!("check {name} {}", sql.as_deref().unwrap_or("…").trim())
        }
        ConstraintKind::Exclude { .. } => format!("exclude {name}"),
        ConstraintKind::NotNull => format!("not null {name} ({columns})"),
    }
}
