//! SQL in the source of the code that runs: string literals of Rust and Python, and files of
//! queries beside them. Only what is read in full, and is clearly about the table, counts.

use std::collections::{HashMap, HashSet};

use crate::{
    frontend::{alembic, rust, sql},
    ir::Name,
    project::Found,
    schema::Schema,
    source::{Glance, Sources, Span},
};

use super::Lost;

/// A table, or one of its columns.
pub(super) type Key = (Name, Option<String>);

/// The first statement that needs each of what is lost. `is_code` tells the application's files,
/// each of which is read once.
pub(super) fn uses(
    sources: &Sources,
    project: &Found,
    before: &Schema,
    lost: &[&Lost],
    is_code: impl Fn(&str) -> bool,
    glance: &mut Glance,
) -> HashMap<Key, Span> {
    let mut open: HashSet<Key> =
        lost.iter().map(|lost| (lost.table.clone(), lost.column.clone())).collect();
    let tables: HashSet<String> = open.iter().map(|(table, _)| table.name.to_lowercase()).collect();
    let asker = sql::Asker::new(before);
    let mut found = HashMap::new();
    for path in project.files.iter().filter(|path| is_code(path)) {
        let read: fn(&str) -> Vec<(String, usize, usize)> = match path.rsplit('.').next() {
            Some("rs") => rust::strings,
            Some("py") => python,
            Some("sql") => |text| vec![(text.to_owned(), 0, text.len())],
            _ => continue,
        };
        if open.is_empty() {
            break;
        }
        let Some(text) = glance.peek(sources, path) else { continue };
        if !names_one(&text, &tables) {
            continue;
        }
        let mut places: Vec<(Key, usize, usize)> = Vec::new();
        for (statements, start, end) in read(&text) {
            if !sql::asks(&statements) || !names_one(&statements, &tables) {
                continue;
            }
            if !glance.spend(statements.len()) {
                break;
            }
            let whole = path.ends_with(".sql");
            for (asked, from, to) in asker.statements(&statements).unwrap_or_default() {
                let (start, end) = if whole { (from, to) } else { (start, end) };
                for (table, columns) in asked {
                    let columns = columns.into_iter().map(|column| (table.clone(), Some(column)));
                    let keys = columns.chain([(table.clone(), None)]);
                    places.extend(keys.filter(|key| open.remove(key)).map(|key| (key, start, end)));
                }
            }
        }
        if let (false, Ok(file)) = (places.is_empty(), sources.load(path)) {
            let span = |(key, start, end)| (key, Span::new(file, start, end));
            found.extend(places.into_iter().map(span));
        }
    }
    found
}

/// Whether a text has one of some words, however they are written.
fn names_one(text: &str, words: &HashSet<String>) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').any(|word| {
        let plain = !word.contains(char::is_uppercase);
        if plain { words.contains(word) } else { words.contains(&word.to_lowercase()) }
    }) || words.iter().any(|word| {
        // A name that is no word can only stand between quotes.
        word.contains(|c: char| !c.is_alphanumeric() && c != '_' && c != '$')
            && text.to_lowercase().contains(word.as_str())
    })
}

/// Python's texts, in which drivers fill in `%s` and `%(name)s`. A migration has none.
fn python(text: &str) -> Vec<(String, usize, usize)> {
    if text.contains("down_revision") {
        return Vec::new();
    }
    let mut found = alembic::strings(text);
    for (text, ..) in found.iter_mut().filter(|(text, ..)| text.contains('%')) {
        *text = bound(text);
    }
    found
}

fn bound(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let named = after.strip_prefix('(').and_then(|inner| inner.split_once(")s"));
        rest = match named {
            Some((_, rest)) => {
                out.push_str("$1");
                rest
            }
            None if after.starts_with('s') => {
                out.push_str("$1");
                &after[1..]
            }
            None => {
                out.push('%');
                after.strip_prefix('%').unwrap_or(after)
            }
        };
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::bound;

    #[test]
    fn what_a_driver_fills_in_is_bound() {
        assert_eq!(bound("a = %s AND b = %(b)s"), "a = $1 AND b = $1");
        assert_eq!(bound("a LIKE 'x%%' AND b % 2 = 1 %("), "a LIKE 'x%' AND b % 2 = 1 %(");
    }
}
