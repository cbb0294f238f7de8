//! SQL in the source of the code that runs: string literals of Rust and Python, and files of
//! queries beside them. Only what is read in full, and is clearly about the table, counts.

use std::collections::{HashMap, HashSet};

use crate::{
    database::Dialect,
    frontend::{
        alembic, rust,
        sql::{self, Inserted, Request},
    },
    ir::Name,
    model::Look,
    project::is_test,
    schema::Schema,
    source::{Glance, Span},
};

use super::{Key, Required, required::places};

/// The first statement that needs each of some things, or writes to one of some tables.
pub(super) fn uses(
    look: Look<'_>,
    before: &Schema,
    mut open: HashSet<Key>,
    mut to_writes: HashSet<Name>,
    glance: &mut Glance,
) -> HashMap<Key, Span> {
    let needed = open.iter().map(|(table, _)| table);
    let tables = Words::of(needed.chain(&to_writes).map(|table| table.name.as_str()));
    let count = open.len() + to_writes.len();
    let needs = |request: Request| {
        let written = request.written.into_iter().filter(|table| to_writes.remove(table));
        let mut found: Vec<Key> = written.map(|table| (table, None)).collect();
        let keys = request.asked.into_iter().flat_map(|(table, columns)| {
            let columns = columns.into_iter().map(Some).chain([None]);
            columns.map(move |column| (table.clone(), column))
        });
        found.extend(keys.filter(|key| open.remove(key)));
        found
    };
    first(look, before, &tables, count, needs, glance)
}

/// The first statement that inserts rows without each of some columns.
pub(super) fn leaves_out<'r>(
    look: Look<'_>,
    before: &Schema,
    after: &Schema,
    open: impl Iterator<Item = &'r Required>,
    glance: &mut Glance,
) -> HashMap<Key, Span> {
    let mut by_table: HashMap<&Name, Vec<&Required>> = HashMap::new();
    for required in open {
        by_table.entry(&required.table).or_default().push(required);
    }
    let tables = Words::of(by_table.keys().map(|table| table.name.as_str()));
    let places: HashMap<&Name, HashMap<&str, usize>> = by_table
        .keys()
        .filter_map(|table| Some((*table, places(after.table(table).found()?)?)))
        .collect();
    let dialect = before.database().dialect;
    let count = by_table.values().map(Vec::len).sum();
    let needs = |request: Request| {
        let mut found = Vec::new();
        for Inserted { table, given } in &request.inserted {
            let Some(open) = by_table.get_mut(table) else { continue };
            let places = places.get(table);
            open.retain(|required| {
                let leaves_out = required.is_lacking(given, dialect, places);
                if leaves_out {
                    found.push(required.key());
                }
                !leaves_out
            });
        }
        found
    };
    first(look, before, &tables, count, needs, glance)
}

/// The first statement for each thing that code asks of some tables. Each file is read once.
/// `open`: how many there are. `needs`: those of a statement that were not found before.
fn first(
    look: Look<'_>,
    before: &Schema,
    tables: &Words,
    mut open: usize,
    mut needs: impl FnMut(Request) -> Vec<Key>,
    glance: &mut Glance,
) -> HashMap<Key, Span> {
    let sources = look.sources;
    let asker = sql::Asker::new(before);
    let mut found = HashMap::new();
    for path in look.files(&["rs", "py", "sql"]) {
        let read: fn(&str) -> Vec<(String, usize, usize)> = match path.rsplit('.').next() {
            Some("rs") => rust::strings,
            Some("py") => python,
            Some("sql") => |text| vec![(text.to_owned(), 0, text.len())],
            _ => continue,
        };
        if open == 0 {
            break;
        }
        let Some(text) = glance.peek(sources, path) else { continue };
        if !tables.is_in(&text) || is_test(path, &text) {
            continue;
        }
        let mut places: Vec<(Key, usize, usize)> = Vec::new();
        let read = read(&text);
        let texts = read.iter().map(|(text, ..)| text.as_str());
        let hidden = hidden(texts, before.database().dialect, glance);
        for (statements, start, end) in read {
            if !sql::asks(&statements) || !tables.is_in(&statements) {
                continue;
            }
            if !glance.spend(statements.len()) {
                break;
            }
            let whole = path.ends_with(".sql");
            for mut request in asker.statements(&statements).unwrap_or_default() {
                if !glance.spend(open) {
                    break;
                }
                let (from, to) = (request.start, request.end);
                let (start, end) = if whole { (from, to) } else { (start, end) };
                let is_seen = |table: &Name| !hidden.contains(&table.name.to_lowercase());
                request.asked.retain(|table, _| is_seen(table));
                request.written.retain(is_seen);
                request.inserted.retain(|rows| is_seen(&rows.table));
                let keys = needs(request);
                open -= keys.len();
                places.extend(keys.into_iter().map(|key| (key, start, end)));
            }
        }
        if let (false, Ok(file)) = (places.is_empty(), sources.load(path)) {
            let span = |(key, start, end)| (key, Span::new(file, start, end));
            found.extend(places.into_iter().map(span));
        }
    }
    found
}

/// Tables that one of the texts makes for its session: what others ask of such a name may be
/// meant for them.
fn hidden<'a>(
    texts: impl Iterator<Item = &'a str>,
    dialect: Dialect,
    glance: &mut Glance,
) -> HashSet<String> {
    let mut found = HashSet::new();
    for text in texts {
        if words(text).any(is_temporary) && glance.spend(text.len()) {
            found.extend(sql::temporary(text, dialect));
        }
    }
    found
}

fn is_temporary(word: &str) -> bool {
    ["temp", "temporary"].iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Words of which a text has one where it has one of some names, however they are written.
#[derive(Default)]
struct Words {
    words: HashSet<String>,
    /// A name has no word in it, and any text may have it.
    any: bool,
}

impl Words {
    fn of<'a>(names: impl Iterator<Item = &'a str>) -> Words {
        let mut found = Words::default();
        for name in names.map(str::to_lowercase) {
            // Of a name that is no word, `a-table`, its longest part.
            match words(&name).max_by_key(|word| word.len()) {
                Some(word) if !word.is_empty() => _ = found.words.insert(word.to_owned()),
                _ => found.any = true,
            }
        }
        found
    }

    fn is_in(&self, text: &str) -> bool {
        self.any
            || words(text).any(|word| {
                let plain = !word.contains(char::is_uppercase);
                if plain {
                    self.words.contains(word)
                } else {
                    self.words.contains(&word.to_lowercase())
                }
            })
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$')
}

/// Python's texts, in which drivers fill in `%s` and `%(name)s`. A migration has none.
fn python(text: &str) -> Vec<(String, usize, usize)> {
    let assigns = |(at, word): (usize, &str)| {
        let starts = at == 0 || text.as_bytes().get(at - 1) == Some(&b'\n');
        let rest = text.get(at + word.len()..).unwrap_or_default().trim_start();
        starts && (rest.starts_with(':') || rest.starts_with('=') && !rest.starts_with("=="))
    };
    if text.match_indices("down_revision").any(assigns) {
        return Vec::new();
    }
    let mut found = alembic::strings(text);
    for (text, ..) in found.iter_mut().filter(|(text, ..)| text.contains('%')) {
        *text = bound(text);
    }
    found
}

fn bound(text: &str) -> String {
    let text = sql::plain_parameters(text);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        rest = match after.strip_prefix('s') {
            Some(after) => {
                out.push_str("$1");
                after
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
    use super::{Words, bound, python};

    #[test]
    fn odd_names_are_looked_for_by_a_word_of_theirs() {
        let tables = Words::of(["a b-Tasks", "plain"].into_iter());
        assert!(tables.is_in("SELECT 1 FROM \"a b-TASKS\""));
        assert!(tables.is_in("select * from PLAIN"));
        assert!(!tables.is_in("SELECT a, b FROM plain_tasks"));
        assert!(Words::of(["--"].into_iter()).is_in("anything"));
        // A look at each name would take hours.
        let many: Vec<String> = (0..100_000).map(|n| format!("a b{n}")).collect();
        let many = Words::of(many.iter().map(String::as_str));
        assert!(!many.is_in(&"x y ".repeat(1_000_000)));
    }

    #[test]
    fn what_a_driver_fills_in_is_bound() {
        assert_eq!(bound("a = %s AND b = %(b)s"), "a = $1 AND b = :b");
        assert_eq!(bound("a LIKE 'x%%' AND b % 2 = 1 %("), "a LIKE 'x%' AND b % 2 = 1 %(");
        // A look for the end of each would take hours.
        let open = "%(".repeat(2_000_000);
        assert_eq!(bound(&open), open);
    }

    #[test]
    fn a_migration_has_no_queries() {
        let query = "Q = 'SELECT 1'\n";
        let found = |before: &str| python(&format!("{before}{query}")).len();
        assert_eq!(found("down_revision: str | None = None\n"), 0);
        assert_eq!(found("\ndown_revision = None\n"), 0);
        assert_eq!(found("def f(r): return r.down_revision\n"), 1);
        assert_eq!(found("x = 1\ndown_revision == 2\n"), 1);
    }
}
