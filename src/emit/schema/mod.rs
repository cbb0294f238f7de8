//! The schema that a history leaves behind, as bytes. One table lists the formats.

mod json;
mod markdown;
mod mermaid;
mod sql;
mod text;

use std::{
    collections::HashMap,
    io::{self, Write},
};

use serde_json::{Value, json};

use crate::{
    ir::Name,
    replay::Walked,
    schema::{Schema, Sequence, Table, TableColumn},
};

/// A way to write a schema.
#[derive(Debug)]
pub struct SchemaFormat {
    /// As `--output-format` names it.
    pub name: &'static str,
    /// Errors are those of the writer.
    pub write: fn(&mut dyn Write, &Replayed<'_>) -> io::Result<()>,
}

/// Every format, in the order of `--help`.
pub const SCHEMA_FORMATS: &[SchemaFormat] = &[
    SchemaFormat { name: "text", write: text::text },
    SchemaFormat { name: "json", write: json::json },
    SchemaFormat { name: "sql", write: sql::sql },
    SchemaFormat { name: "markdown", write: markdown::markdown },
    SchemaFormat { name: "mermaid", write: mermaid::mermaid },
];

/// What every writer is given.
pub struct Replayed<'a> {
    schema: &'a Schema,
    /// The revisions that it ends with.
    heads: &'a [String],
    /// Places that could not be read.
    opaque: usize,
    words: &'static Words,
    /// Sequences by the column that they go with.
    owned: HashMap<(&'a Name, &'a str), &'a Sequence>,
}

/// How a document speaks of what its schema was read from.
struct Words {
    /// What makes it so.
    makes: &'static str,
    /// The whole of it.
    whole: &'static str,
    /// What it is written in.
    files: &'static str,
    /// What it does not tell.
    hides: &'static str,
    /// Who names the places that could not be read.
    listed: &'static str,
    option: &'static str,
}

const MIGRATIONS: Words = Words {
    makes: "the migrations leave behind",
    whole: "the history",
    files: "the migrations",
    hides: "the history does not show",
    listed: "; `miglint check --show-opaque` lists them",
    option: "",
};

/// Their places are said beside the document.
const MODELS: Words = Words {
    makes: "the models ask for",
    whole: "the models",
    files: "the models",
    hides: "the models do not show",
    listed: "",
    option: " --source models",
};

impl<'a> Replayed<'a> {
    /// What models ask for.
    pub fn models(schema: &'a Schema, opaque: usize) -> Replayed<'a> {
        Replayed { words: &MODELS, ..Replayed::new(schema, &[], opaque) }
    }

    /// What a history leaves behind.
    pub fn new(schema: &'a Schema, heads: &'a [String], opaque: usize) -> Replayed<'a> {
        let owned = schema.sequences().filter_map(|sequence| {
            let (table, column) = sequence.owner.as_ref()?;
            Some(((table, column.as_str()), sequence))
        });
        Replayed { schema, heads, opaque, words: &MIGRATIONS, owned: owned.collect() }
    }

    /// The tables that outlive a session.
    fn tables(&self) -> impl Iterator<Item = &'a Table> {
        self.schema.tables().filter(|t| !t.temporary)
    }

    /// The sequence that goes with a column.
    fn sequence(&self, table: &Table, column: &str) -> Option<&'a Sequence> {
        self.owned.get(&(&table.name, column)).copied()
    }
}

/// A step of a walk as JSON on one line: `direction`, `revision`, `schema`.
pub fn schema_step(step: &Walked<'_>) -> String {
    json::step(step)
}

/// A column's default as the server shows it; null where there is none.
fn default(replayed: &Replayed<'_>, table: &Table, of: &TableColumn) -> Value {
    let column = &of.column;
    if column.serial {
        let sequence = replayed.sequence(table, &column.name).map(|s| &s.name);
        let fallback = table.name.sibling(&format!("{}_{}_seq", table.name.name, column.name));
        return json!(format!("nextval('{}'::regclass)", sequence.unwrap_or(&fallback)));
    }
    match &column.default {
        None => Value::Null,
        Some(default) => json!(default.sql.as_deref().unwrap_or("unknown")),
    }
}
