//! How much of other people's SQL is understood.
//!
//! ```text
//! cargo run --release --example coverage -- [--show N] FOLDER …
//! cargo run --release --example coverage -- --statements FILE
//! ```
//!
//! Reads every `.sql` file of each folder statement by statement, and prints a line for each:
//! the statements, those that are no SQL to the server's own parser, and of the others how many
//! the reader understands, definitions (CREATE, ALTER, DROP) apart. `--show N` lists the first N
//! reasons of the rest with a statement each, those of definitions first.
//!
//! `--statements` prints what a file is split into, as JSON.
//!
//! The oracle for syntax is a server: PostgreSQL where `MIGLINT_POSTGRES` names one (the last of
//! the list), the bundled SQLite otherwise. PostgreSQL parses a whole message before it runs any
//! of it, so `SELECT 1/0; …` fails with 42601 for what is no SQL, and with 22012 for the rest,
//! and nothing runs. SQLite prepares a statement and says `syntax error`.

use std::{
    cmp::Reverse,
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use miglint::{
    database::Dialect,
    frontend::{self, sql},
    ir::{OpKind, OpaqueEffect},
    source::{FileId, Span},
};
use postgres::{Client, NoTls};

#[derive(Default)]
struct Count {
    statements: usize,
    refused: usize,
    understood: usize,
    /// CREATE, ALTER and DROP that the server can parse, and of those, the understood ones.
    definitions: (usize, usize),
    /// By whether a definition is meant, and the reason: how often, and the first statement.
    reasons: BTreeMap<(bool, String), (usize, String)>,
}

fn main() {
    let mut show = 0;
    let mut folders = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--statements" => return statements(&arguments.next().unwrap_or_default()),
            "--show" => show = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(5),
            _ => folders.push(PathBuf::from(argument)),
        }
    }
    let servers = std::env::var("MIGLINT_POSTGRES").unwrap_or_default();
    let last = servers.rsplit(',').next().and_then(|pair| pair.split_once('='));
    let mut postgres = last.map(|(_, url)| Client::connect(url, NoTls).expect("the server"));
    let lite = rusqlite::Connection::open_in_memory().expect("SQLite");
    println!(
        "{:28} {:>10} {:>8} {:>10} {:>9} {:>11} {:>9}",
        "", "statements", "no SQL", "understood", "share", "definitions", "share"
    );
    let mut all = Count::default();
    for folder in &folders {
        let mut count = Count::default();
        for path in files(folder) {
            let Ok(text) = fs::read_to_string(&path) else { continue };
            let dialect = match path.to_string_lossy().contains("sqlite") {
                true => Dialect::Sqlite,
                false => Dialect::Postgres,
            };
            read(&text, dialect, &mut count, &mut |statement| match (dialect, &mut postgres) {
                (Dialect::Postgres, Some(client)) => parses_on_postgres(client, statement),
                (Dialect::Postgres, None) => true,
                (Dialect::Sqlite, _) => parses_on_sqlite(&lite, statement),
            });
        }
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        line(&name, &count);
        let mut reasons: Vec<_> = count.reasons.iter().collect();
        reasons.sort_by_key(|((definition, _), (times, _))| Reverse((*definition, *times)));
        for ((_, reason), (times, example)) in reasons.into_iter().take(show) {
            println!("    {times:4}  {reason}\n          {example}");
        }
        all.statements += count.statements;
        all.refused += count.refused;
        all.understood += count.understood;
        all.definitions.0 += count.definitions.0;
        all.definitions.1 += count.definitions.1;
    }
    line("all", &all);
}

/// Prints the statements of one file as a list in JSON, for programs that run them.
fn statements(path: &str) {
    let text = fs::read_to_string(path).expect("the file");
    let found = frontend::outline(path, &text).statements;
    let written: Vec<&str> = found.into_iter().filter_map(|s| text.get(s.range)).collect();
    println!("{}", serde_json::json!(written));
}

fn line(name: &str, count: &Count) {
    let share = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
    let valid = count.statements - count.refused;
    let (definitions, known) = count.definitions;
    println!(
        "{name:28} {:10} {:8} {:10} {:7.2} % {definitions:11} {:7.2} %",
        count.statements,
        count.refused,
        count.understood,
        share(count.understood, valid),
        share(known, definitions)
    );
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            match path.is_dir() {
                true => open.push(path),
                false if path.extension().is_some_and(|e| e == "sql") => found.push(path),
                false => {}
            }
        }
    }
    found.sort();
    found
}

fn read(text: &str, dialect: Dialect, count: &mut Count, parses: &mut dyn FnMut(&str) -> bool) {
    for statement in frontend::outline("x.sql", text).statements {
        let written = text.get(statement.range).unwrap_or_default();
        count.statements += 1;
        let place = sql::Place::At { file: FileId(0), start: 0 };
        let ops = sql::read(written, place, dialect);
        let opaque = ops.iter().find_map(|op| match &op.kind {
            OpKind::Opaque(opaque) => Some((opaque, op.span)),
            _ => None,
        });
        if !parses(written) {
            count.refused += 1;
            continue;
        }
        let first = written.split(|c: char| !c.is_ascii_alphabetic()).find(|w| !w.is_empty());
        let first = first.unwrap_or_default().to_ascii_uppercase();
        let definition = matches!(first.as_str(), "CREATE" | "ALTER" | "DROP");
        count.definitions.0 += usize::from(definition);
        match opaque {
            None => {
                count.understood += 1;
                count.definitions.1 += usize::from(definition);
            }
            Some((opaque, span)) => {
                let effect = match &opaque.effect {
                    OpaqueEffect::Rows => "rows",
                    OpaqueEffect::Table(_) => "one table",
                    OpaqueEffect::Others => "others",
                    OpaqueEffect::Anything | OpaqueEffect::Call(_) => "anything",
                };
                let reason = format!("{} ({effect})", opaque.reason);
                let entry = count
                    .reasons
                    .entry((definition, reason))
                    .or_insert_with(|| (0, shown(written, span)));
                entry.0 += 1;
            }
        }
    }
}

/// The statement on one line, from the place that was not understood.
fn shown(written: &str, span: Span) -> String {
    let from = written.get(span.start as usize..).unwrap_or(written);
    let flat: Vec<&str> = from.split_whitespace().collect();
    flat.join(" ").chars().take(160).collect()
}

fn parses_on_postgres(client: &mut Client, statement: &str) -> bool {
    match client.batch_execute(&format!("SELECT 1/0; {statement}")) {
        Ok(()) => true,
        Err(error) => error.code().is_none_or(|code| code.code() != "42601"),
    }
}

fn parses_on_sqlite(lite: &rusqlite::Connection, statement: &str) -> bool {
    match lite.prepare(statement) {
        Ok(_) => true,
        Err(error) => !error.to_string().contains("syntax error"),
    }
}
