//! SQL in the source of the code that runs: string literals of Rust and Python, and files beside
//! them. Only what is read in full, and is clearly about the table, counts.

use crate::{
    frontend::{alembic, sql},
    ir::{Name, OpKind},
    model,
    project::Found,
    schema::Schema,
    source::{Sources, Span},
};

use super::Lost;

/// Files that are looked through for one thing at the most; more is no application.
const MAX_FILES: usize = 20_000;
/// The longest text that is taken for a statement, in bytes.
const MAX_TEXT: usize = 20_000;
/// How a statement that reads or writes rows begins.
const VERBS: &[&str] = &["select", "insert", "update", "delete", "with"];

/// The first statement that needs what is lost. `is_code` tells the application's files.
pub(super) fn uses(
    sources: &Sources,
    project: &Found,
    before: &Schema,
    lost: &Lost,
    is_code: impl Fn(&str) -> bool,
) -> Option<Span> {
    let (table, column) = (lost.table.name.as_str(), lost.column.as_deref());
    for path in project.files.iter().filter(|path| is_code(path)).take(MAX_FILES) {
        let Ok(file) = sources.load(path) else { continue };
        let source = sources.file(file);
        let text = source.text.as_str();
        if !text.contains(table) || !column.is_none_or(|column| text.contains(column)) {
            continue;
        }
        let needs = |text: &str, place| needs(text, place, before, lost);
        let found = statements(path, text)
            .into_iter()
            .find(|(statement, start, end)| needs(statement, Span::new(file, *start, *end)));
        if let Some((_, start, end)) = found {
            return Some(Span::new(file, start, end));
        }
    }
    None
}

/// Texts that begin as a statement does, with their places.
fn statements(path: &str, text: &str) -> Vec<(String, usize, usize)> {
    let all = match path.rsplit('.').next() {
        Some("rs") => model::strings(text),
        Some("py") => alembic::strings(text),
        Some("sql") => vec![(text.to_owned(), 0, text.len())],
        _ => Vec::new(),
    };
    let is_statement = |text: &str| {
        let first = text.trim_start().split(|c: char| !c.is_ascii_alphabetic()).next();
        let verb = |first: &str| VERBS.iter().any(|verb| first.eq_ignore_ascii_case(verb));
        text.len() <= MAX_TEXT && first.is_some_and(verb)
    };
    all.into_iter().filter(|(text, ..)| is_statement(text)).collect()
}

/// Whether a statement names the column, and no other table that could have one of that name.
fn needs(text: &str, place: Span, before: &Schema, lost: &Lost) -> bool {
    let is = |table: &Name| before.resolve(table) == lost.table;
    let ops = sql::read(text, sql::Place::Within(place), before.database().dialect);
    ops.iter().any(|op| {
        let (written, reads) = match &op.kind {
            OpKind::Write(write) => (Some(write), &write.reads),
            OpKind::Read(reads) => (None, reads),
            _ => return false,
        };
        let names_table =
            written.is_some_and(|write| is(&write.table)) || reads.tables.iter().any(is);
        let Some(column) = lost.column.as_deref() else { return names_table };
        let alone = reads.tables.iter().chain(written.map(|write| &write.table)).all(is);
        let set = |write: &crate::ir::Write| write.columns.iter().any(|(name, _)| name == column);
        let read = match &reads.columns {
            Some(columns) => columns.iter().any(|name| name == column),
            None => reads.words.contains(column),
        };
        let named = written.is_some_and(set) || read;
        names_table && alone && named
    })
}
