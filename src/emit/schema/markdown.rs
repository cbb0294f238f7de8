//! The schema as a document for people: a diagram, then every table.

use std::{
    collections::HashMap,
    io::{self, Write},
};

use serde_json::Value;

use super::{Replayed, default, mermaid};
use crate::{
    emit::{
        clean,
        escape::{code, fence},
    },
    ir::{Constraint, ConstraintKind, Indexed, Name},
    schema::{Schema, Table, TableIndex, TypeKind},
};

/// Tables that one diagram shows at the most: more are no help to anybody.
const MAX_DRAWN: usize = 60;

/// # Errors
/// Those of the writer.
pub(super) fn markdown(out: &mut dyn Write, replayed: &Replayed<'_>) -> io::Result<()> {
    let schema = replayed.schema;
    writeln!(out, "# Data model\n")?;
    writeln!(
        out,
        "The schema that {}, for {}. Written by `miglint schema{} --output-format markdown`.",
        replayed.words.makes,
        schema.database(),
        replayed.words.option
    )?;
    if replayed.opaque > 0 {
        let places = crate::emit::count(replayed.opaque, "place");
        writeln!(
            out,
            "\n{places} of {} could not be read; what they do is not in it.",
            replayed.words.files
        )?;
    }
    let tables: Vec<&Table> = replayed.tables().collect();
    if (1..=MAX_DRAWN).contains(&tables.len()) {
        let mut drawn = Vec::new();
        mermaid::relations(&mut drawn, replayed)?;
        let drawn = String::from_utf8_lossy(&drawn);
        write!(out, "\n{}", fence("mermaid", drawn.trim_end()))?;
    }
    let mut references: HashMap<&Name, Vec<(&Table, &Constraint)>> = HashMap::new();
    for table in &tables {
        for c in &table.constraints {
            if let Some(fk) = c.foreign_key() {
                references.entry(&fk.table).or_default().push((table, c));
            }
        }
    }
    let anchors = Anchors::new(&tables);
    for table in &tables {
        let referencing = references.get(&table.name).map_or(&[][..], Vec::as_slice);
        one_table(out, replayed, &anchors, table, referencing)?;
    }
    types(out, replayed)?;
    let views: Vec<_> = schema.views().collect();
    if !views.is_empty() {
        writeln!(out, "\n## Views")?;
    }
    for view in views {
        let kind = if view.materialized { " (materialized)" } else { "" };
        writeln!(out, "\n### {}{kind}\n", shown(&view.name.to_string()))?;
        match &view.sql {
            Some(sql) => write!(out, "{}", fence("sql", &lines(sql)))?,
            None => writeln!(out, "Its query is not known.")?,
        }
    }
    Ok(())
}

/// A name in code, harmless in a cell.
fn shown(name: &str) -> String {
    code(&clean(name))
}

/// Text of several lines, harmless to a terminal.
fn lines(text: &str) -> String {
    text.trim()
        .lines()
        .map(|line| clean(&line.replace('\t', "    ")))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The links that GitHub and others make of headings: lower case, without punctuation, and a
/// number where two are alike.
struct Anchors<'a>(HashMap<&'a Name, String>);

impl<'a> Anchors<'a> {
    fn new(tables: &[&'a Table]) -> Anchors<'a> {
        let mut seen: HashMap<String, usize> = HashMap::new();
        // The title's own.
        seen.insert("data-model".to_owned(), 1);
        let mut of = HashMap::new();
        for table in tables {
            let name = clean(&table.name.to_string()).to_lowercase();
            let kept = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | ' ');
            let slug: String = name.chars().filter(|c| kept(*c)).collect();
            let slug = slug.replace(' ', "-");
            let times = seen.entry(slug.clone()).or_default();
            let anchor = if *times == 0 { slug } else { format!("{slug}-{times}") };
            *times += 1;
            of.insert(&table.name, anchor);
        }
        Anchors(of)
    }

    fn link(&self, table: &Name) -> String {
        let text = shown(&table.to_string());
        match self.0.get(table) {
            Some(anchor) => format!("[{text}](#{anchor})"),
            None => text,
        }
    }
}

fn one_table(
    out: &mut dyn Write,
    replayed: &Replayed<'_>,
    anchors: &Anchors<'_>,
    table: &Table,
    referencing: &[(&Table, &Constraint)],
) -> io::Result<()> {
    writeln!(out, "\n## {}", shown(&table.name.to_string()))?;
    if !table.complete {
        writeln!(out, "\nKnown in part: it may have more than {} show.", replayed.words.files)?;
    }
    if !table.columns.is_empty() {
        writeln!(out, "\n| column | type | null | default | key |\n|---|---|---|---|---|")?;
    }
    for of in &table.columns {
        let column = &of.column;
        let ty = match column.ty.is_unknown() {
            true => "unknown".to_owned(),
            false => shown(&column.ty.to_string()),
        };
        let null = if column.nullable { "yes" } else { "" };
        writeln!(
            out,
            "| {} | {ty} | {null} | {} | {} |",
            shown(&column.name),
            filled(replayed, table, of),
            keys(table, &column.name)
        )?;
    }
    let mut said: Vec<String> = Vec::new();
    for c in &table.constraints {
        said.extend(constraint(anchors, replayed.schema, c));
    }
    said.extend(table.indexes.iter().map(index));
    for (child, c) in referencing {
        let columns = columns(&c.columns);
        said.push(format!("Referenced by {} {columns}", anchors.link(&child.name)));
    }
    said.extend(table.parents.iter().map(|p| match table.bound.is_some() {
        true => format!("A partition of {}", anchors.link(p)),
        false => format!("Inherits from {}", anchors.link(p)),
    }));
    if !said.is_empty() {
        writeln!(out)?;
    }
    for line in said {
        writeln!(out, "- {line}")?;
    }
    Ok(())
}

/// What fills the column where nothing is given.
fn filled(replayed: &Replayed<'_>, table: &Table, of: &crate::schema::TableColumn) -> String {
    let column = &of.column;
    if let Some(identity) = &column.identity {
        return if identity.always { "identity, always" } else { "identity" }.to_owned();
    }
    if let Some(generated) = &column.generated {
        return match generated.sql.is_empty() {
            true => "generated".to_owned(),
            false => format!("generated as {}", shown(&generated.sql)),
        };
    }
    match default(replayed, table, of) {
        Value::String(text) => match column.default.as_ref().is_some_and(|d| d.sql.is_none()) {
            true => "unknown".to_owned(),
            false => shown(&text),
        },
        _ => String::new(),
    }
}

/// Which keys a column is part of: PK, UK for one of its own, FK.
fn keys(table: &Table, column: &str) -> String {
    let mut keys = Vec::new();
    let has = |wanted: fn(&Constraint) -> bool| {
        table.constraints.iter().any(|c| wanted(c) && c.columns.iter().any(|name| name == column))
    };
    if has(|c| c.kind == ConstraintKind::PrimaryKey) {
        keys.push("PK");
    }
    if has(|c| c.foreign_key().is_some()) {
        keys.push("FK");
    }
    if has(|c| matches!(c.kind, ConstraintKind::Unique { .. }) && c.columns.len() == 1) {
        keys.push("UK");
    }
    keys.join(", ")
}

fn columns(names: &[String]) -> String {
    format!("({})", names.iter().map(|name| shown(name)).collect::<Vec<_>>().join(", "))
}

fn constraint(anchors: &Anchors<'_>, schema: &Schema, c: &Constraint) -> Option<String> {
    let name = c.name.as_deref().map(|name| format!(" {}", shown(name))).unwrap_or_default();
    let columns = columns(&c.columns);
    Some(match &c.kind {
        ConstraintKind::PrimaryKey => format!("Primary key{name} {columns}"),
        ConstraintKind::Unique { nulls_not_distinct } => {
            let nulls = if *nulls_not_distinct { ", NULLs not distinct" } else { "" };
            let include = match c.include.as_slice() {
                [] => String::new(),
                include => format!(", with {}", self::columns(include)),
            };
            format!("Unique{name} {columns}{nulls}{include}")
        }
        ConstraintKind::ForeignKey(fk) => {
            let mut text = format!("Foreign key{name} {columns} to {}", anchors.link(&fk.table));
            let referenced = schema.referenced_columns(fk);
            if !referenced.is_empty() {
                text.push_str(&format!(" {}", self::columns(referenced)));
            }
            for (action, when) in [(&fk.on_delete, "delete"), (&fk.on_update, "update")] {
                if let Some(action) = action {
                    text.push_str(&format!(", on {when} {}", action.to_lowercase()));
                }
            }
            if c.deferrable {
                text.push_str(", deferrable");
            }
            text
        }
        ConstraintKind::Check { sql } => match sql.as_deref().filter(|sql| !sql.is_empty()) {
            Some(sql) => format!("Check{name}: {}", shown(sql.trim())),
            None => format!("Check{name}"),
        },
        ConstraintKind::Exclude { sql } => match sql {
            Some(sql) => format!("Exclude{name}: {}", shown(sql)),
            None => format!("Exclude{name}"),
        },
        ConstraintKind::NotNull => return None,
    })
}

fn index(of: &TableIndex) -> String {
    let index = &of.index;
    let parts: Vec<String> = index
        .parts
        .iter()
        .map(|part| {
            let text = match &part.of {
                Indexed::Column(name) => shown(name),
                Indexed::Expression(sql) if sql.is_empty() => "an expression".to_owned(),
                Indexed::Expression(sql) => shown(sql),
            };
            if part.descending { format!("{text} descending") } else { text }
        })
        .collect();
    let what = if index.unique { "Unique index" } else { "Index" };
    let mut text = format!("{what} {} ({})", shown(&of.name), parts.join(", "));
    if let Some(method) = index.method.as_ref().filter(|m| *m != "btree") {
        text.push_str(&format!(", {}", shown(method)));
    }
    if !index.include.is_empty() {
        text.push_str(&format!(", with {}", columns(&index.include)));
    }
    if let Some(predicate) = &index.predicate {
        match predicate.is_empty() {
            true => text.push_str(", of some rows"),
            false => text.push_str(&format!(", where {}", shown(predicate))),
        }
    }
    text
}

fn types(out: &mut dyn Write, replayed: &Replayed<'_>) -> io::Result<()> {
    let mut first = true;
    for ty in replayed.schema.types() {
        let what = match &ty.kind {
            TypeKind::Enum { labels } => {
                let labels: Vec<String> = labels.iter().map(|label| shown(label)).collect();
                format!("enum of {}", labels.join(", "))
            }
            TypeKind::Domain { domain, .. } => {
                let mut text = format!("domain over {}", shown(&domain.base.to_string()));
                for check in &domain.checks {
                    if let ConstraintKind::Check { sql: Some(sql) } = &check.kind {
                        text.push_str(&format!(", check {}", shown(sql)));
                    }
                }
                text
            }
            TypeKind::Other { sql: Some(sql) } => shown(sql),
            TypeKind::Other { sql: None } => "not known in full".to_owned(),
        };
        if std::mem::take(&mut first) {
            writeln!(out, "\n## Types\n")?;
        }
        writeln!(out, "- {}: {what}", shown(&ty.name.to_string()))?;
    }
    Ok(())
}
