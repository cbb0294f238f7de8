//! What the models declare against what the migrations leave behind, for people and machines.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{clean, count};
use crate::{
    database::Database,
    drift::{Difference, Harm, code},
    fix::Writing,
    schema::Schema,
    source::{Sources, Span},
};

/// What one tree and one database have to say.
pub struct Compared<'a> {
    pub sources: &'a Sources,
    /// The migrations, as people see them.
    pub tree: &'a str,
    /// Where the models are.
    pub models: &'a str,
    pub database: Database,
    pub differences: &'a [Difference],
    /// The schema of the models.
    pub declared: &'a Schema,
    /// Places in the models and in the history that could not be read.
    pub opaque: usize,
    pub notes: &'a [String],
    pub writing: Writing,
}

/// For people.
///
/// # Errors
/// Those of the writer.
pub fn diff_text(out: &mut dyn Write, compared: &Compared<'_>) -> io::Result<()> {
    let Compared { tree, models, database, differences, .. } = compared;
    writeln!(out, "{} against {}, on {database}", clean(models), clean(tree))?;
    for difference in *differences {
        let place = difference.declared.filter(|_| difference.models.is_some()).or(difference.made);
        let place = place.or(difference.declared).map(|span| shown(compared.sources, span));
        writeln!(out)?;
        writeln!(out, "{}: {}", place.unwrap_or_default(), clean(&difference.sentence()))?;
        let other = difference.made.filter(|_| difference.models.is_some());
        if let Some(made) = other {
            writeln!(out, "  the migration: {}", shown(compared.sources, made))?;
        }
        if !difference.consequence.is_empty() {
            writeln!(out, "  {}: {}", word(difference.harm), clean(&difference.consequence))?;
        }
        let lines = code(&difference.ops, compared.writing, compared.declared).unwrap_or_default();
        for line in lines.lines() {
            writeln!(out, "      {}", clean(line))?;
        }
    }
    writeln!(out)?;
    for note in compared.notes {
        writeln!(out, "note: {}", clean(note))?;
    }
    let harmless = differences.iter().filter(|d| d.harm == Harm::None).count();
    let mut line = match differences.len() {
        0 => "The models and the migrations agree".to_owned(),
        n => count(n, "difference"),
    };
    if harmless > 0 {
        line.push_str(&format!(", {harmless} of no consequence"));
    }
    if compared.opaque > 0 {
        line.push_str(&format!("; {} could not be read", count(compared.opaque, "place")));
    }
    writeln!(out, "{line}.")
}

fn word(harm: Harm) -> &'static str {
    match harm {
        Harm::Breaks => "error",
        Harm::Risk => "warning",
        Harm::None => "harmless",
    }
}

fn shown(sources: &Sources, span: Span) -> String {
    let file = sources.file(span.file);
    let at = file.position(span.start);
    clean(&format!("{}:{}:{}", file.path, at.line, at.column))
}

/// For machines: one document for all trees and databases.
///
/// # Errors
/// Those of the writer.
pub fn diff_json(out: &mut dyn Write, all: &[Compared<'_>]) -> io::Result<()> {
    let comparisons: Vec<Value> = all.iter().map(document).collect();
    let document = json!({ "version": 1, "comparisons": comparisons });
    serde_json::to_writer_pretty(&mut *out, &document).map_err(io::Error::from)?;
    writeln!(out)
}

fn document(compared: &Compared<'_>) -> Value {
    let place = |span: Option<Span>| {
        span.map(|span| {
            let file = compared.sources.file(span.file);
            let at = file.position(span.start);
            json!({ "path": file.path, "line": at.line, "column": at.column })
        })
    };
    let differences: Vec<Value> = compared
        .differences
        .iter()
        .map(|d| {
            json!({
                "kind": d.kind.name(), "table": d.table.to_string(), "name": d.name,
                "models": d.models, "migrations": d.migrations, "harm": d.harm.name(),
                "message": d.sentence(), "consequence": d.consequence,
                "declared": place(d.declared), "made": place(d.made),
                "code": code(&d.ops, compared.writing, compared.declared),
            })
        })
        .collect();
    json!({
        "migrations": compared.tree, "models": compared.models,
        "database": compared.database.to_string(), "opaque": compared.opaque,
        "notes": compared.notes, "differences": differences,
    })
}
