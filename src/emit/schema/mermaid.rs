//! The schema as an entity relationship diagram of Mermaid (<https://mermaid.js.org>, syntax of
//! version 11: `erDiagram.jison`).

use std::{
    collections::{HashMap, HashSet},
    io::{self, Write},
};

use super::Replayed;
use crate::{
    emit::clean,
    ir::{Constraint, ConstraintKind, Name},
    schema::Table,
};

/// # Errors
/// Those of the writer.
pub(super) fn mermaid(out: &mut dyn Write, replayed: &Replayed<'_>) -> io::Result<()> {
    draw(out, replayed, true)
}

/// Only which table references which.
///
/// # Errors
/// Those of the writer.
pub(super) fn relations(out: &mut dyn Write, replayed: &Replayed<'_>) -> io::Result<()> {
    draw(out, replayed, false)
}

fn draw(out: &mut dyn Write, replayed: &Replayed<'_>, columns: bool) -> io::Result<()> {
    writeln!(out, "erDiagram")?;
    let tables: Vec<&Table> = replayed.tables().collect();
    let mut names: HashMap<&Name, String> = HashMap::new();
    let mut taken: HashSet<String> = HashSet::new();
    for table in &tables {
        let first = entity(&table.name.to_string());
        let numbered = (2..).map(|n| format!("{}_{n}\"", first.trim_end_matches('"')));
        let free =
            std::iter::once(first.clone()).chain(numbered).find(|name| !taken.contains(name));
        let name = free.unwrap_or(first);
        taken.insert(name.clone());
        names.insert(&table.name, name);
    }
    for table in &tables {
        let name = &names[&table.name];
        if !columns || table.columns.is_empty() {
            writeln!(out, "    {name}")?;
            continue;
        }
        writeln!(out, "    {name} {{")?;
        for of in &table.columns {
            let column = &of.column;
            let ty = match column.ty.is_unknown() {
                true => "unknown".to_owned(),
                false => word(&column.ty.to_string()),
            };
            let spelled = word(&column.name);
            let mut line = format!("        {ty} {spelled}");
            let keys = keys(table, &column.name);
            if !keys.is_empty() {
                line.push_str(&format!(" {}", keys.join(", ")));
            }
            let mut notes = Vec::new();
            if spelled != column.name {
                notes.push(comment(&column.name));
            }
            if !column.nullable {
                notes.push("not null".to_owned());
            }
            if !notes.is_empty() {
                line.push_str(&format!(" \"{}\"", notes.join(", ")));
            }
            writeln!(out, "{line}")?;
        }
        writeln!(out, "    }}")?;
    }
    for table in &tables {
        for c in &table.constraints {
            let Some(fk) = c.foreign_key() else { continue };
            let target = names.get(&fk.table).cloned();
            let target = target.unwrap_or_else(|| entity(&fk.table.to_string()));
            let label = comment(&c.columns.join(", "));
            writeln!(
                out,
                "    {target} {}--{} {} : \"{label}\"",
                if optional(table, c) { "|o" } else { "||" },
                if single(table, c) { "o|" } else { "o{" },
                names[&table.name]
            )?;
        }
    }
    Ok(())
}

/// Whether a row may reference nothing.
fn optional(table: &Table, c: &Constraint) -> bool {
    c.columns.iter().any(|name| table.column(name).found().is_none_or(|c| c.column.nullable))
}

/// Whether a row is referenced once at the most.
fn single(table: &Table, c: &Constraint) -> bool {
    let same = |columns: &[&str]| {
        columns.len() == c.columns.len()
            && columns.iter().all(|name| c.columns.iter().any(|own| own == name))
    };
    let by_constraint = table.constraints.iter().any(|other| {
        let columns: Vec<&str> = other.columns.iter().map(String::as_str).collect();
        matches!(other.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique { .. })
            && same(&columns)
    });
    let by_index = || {
        table.indexes.iter().map(|i| &i.index).any(|index| {
            let columns: Vec<&str> = index.columns().collect();
            let whole = index.predicate.is_none() && !index.has_expression();
            index.unique && whole && same(&columns)
        })
    };
    by_constraint || by_index()
}

fn keys(table: &Table, column: &str) -> Vec<&'static str> {
    let of = |wanted: fn(&Constraint) -> bool| {
        table.constraints.iter().any(|c| wanted(c) && c.columns.iter().any(|name| name == column))
    };
    let unique =
        |c: &Constraint| matches!(c.kind, ConstraintKind::Unique { .. }) && c.columns.len() == 1;
    [
        ("PK", of(|c| c.kind == ConstraintKind::PrimaryKey)),
        ("FK", of(|c| c.foreign_key().is_some())),
        ("UK", of(unique)),
    ]
    .into_iter()
    .filter_map(|(key, holds)| holds.then_some(key))
    .collect()
}

/// The name of an entity: in quotes everything goes but quotes, `%`, `\` and what ends a line.
fn entity(name: &str) -> String {
    format!("\"{}\"", comment(name))
}

/// A type or attribute: a letter, then letters, digits, `_`, `-`, `[]`, `()`. What else there is
/// becomes `_`.
fn word(text: &str) -> String {
    let kept = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '(' | ')' | '[' | ']');
    let word: String = clean(text).chars().map(|c| if kept(c) { c } else { '_' }).collect();
    match word.starts_with(|c: char| c.is_ascii_alphabetic()) && !is_key(&word) {
        true => word,
        false => format!("x_{word}"),
    }
}

/// What the grammar would take for a key.
fn is_key(word: &str) -> bool {
    ["PK", "FK", "UK"].iter().any(|key| word.eq_ignore_ascii_case(key))
}

/// Text between double quotes, which nothing escapes.
fn comment(text: &str) -> String {
    let kept = clean(text).replace('"', "'").replace(['%', '\\'], "_");
    // `direction LR` is taken for a command wherever it stands in a line.
    let kept = kept
        .replace(['<', '>'], "_")
        .replace(';', ",")
        .replace('#', "_")
        .replace("direction ", "direction_");
    if kept.trim().is_empty() { "unnamed".to_owned() } else { kept }
}

#[cfg(test)]
mod tests {
    use super::{entity, word};

    #[test]
    fn odd_names_are_made_safe() {
        for (name, want) in [
            ("hero", "\"hero\""),
            ("audit.events", "\"audit.events\""),
            ("a\"b%c\\d\n", "\"a'b_c_d_u{a}\""),
            ("", "\"unnamed\""),
            ("direction LR", "\"direction_LR\""),
        ] {
            assert_eq!(entity(name), want);
        }
        for (text, want) in [
            ("numeric(10,2)", "numeric(10_2)"),
            ("timestamp with time zone", "timestamp_with_time_zone"),
            ("text[]", "text[]"),
            ("1st", "x_1st"),
            ("größe", "gr__e"),
            ("pk", "x_pk"),
            ("", "x_"),
        ] {
            assert_eq!(word(text), want);
        }
    }
}
