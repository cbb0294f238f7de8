//! Whether code asks the database for a column that a `table!` has. The macro has all that the
//! database has; a query of all columns needs a structure with as many fields, and any other
//! names them.

use super::{
    ASIDE, Field, Mapped,
    tokens::{Token, tokens},
};
use crate::{
    project::{Found, Tree, parent},
    source::{Sources, Span},
};

/// The first place that uses a table, or a column of it; `None`: nobody does.
pub(in crate::model) fn used(
    sources: &Sources,
    project: &Found,
    tree: &Tree,
    mapped: &Mapped,
    field: Option<&Field>,
) -> Option<Span> {
    let table = mapped.class.as_str();
    let wanted = field.map(|field| [field.name.as_str(), field.column.as_str()]);
    let is_code = |path: &&String| {
        path.ends_with(".rs")
            && tree.below(path).is_none()
            && !parent(path).split('/').any(|part| ASIDE.contains(&part))
    };
    for path in project.files.iter().filter(is_code) {
        let Ok(file) = sources.load(path) else { continue };
        let text = &sources.file(file).text;
        let named = wanted.is_none_or(|names| names.iter().any(|name| text.contains(name)));
        if file == mapped.span.file || !named || !text.contains(table) {
            continue;
        }
        if let Some(token) = in_file(&tokens(text), table, wanted) {
            return Some(Span::new(file, token.start, token.end));
        }
    }
    None
}

fn in_file<'t>(tokens: &'t [Token], table: &str, wanted: Option<[&str; 2]>) -> Option<&'t Token> {
    let is = |token: &Token, name: &str| token.word() == Some(name);
    let first = tokens.iter().position(|token| is(token, table))?;
    let Some(names) = wanted else { return tokens.get(first) };
    // `use tasks::dsl::*` makes names of all columns.
    let open = tokens.windows(4).any(|w| {
        is(&w[0], table)
            && w[1].is(':')
            && w[2].is(':')
            && (is(&w[3], "dsl") || is(&w[3], "columns"))
    });
    (0..tokens.len()).find_map(|at| {
        let token = tokens.get(at)?;
        if !names.iter().any(|name| is(token, name)) {
            return None;
        }
        let mark = |at: usize, mark| tokens.get(at).is_some_and(|token| token.is(mark));
        let path = at.checked_sub(3).is_some_and(|from| {
            tokens.get(from).is_some_and(|t| is(t, table)) && mark(at - 1, ':') && mark(at - 2, ':')
        });
        // A field of a structure, or its value: `note: String`, `note: form.note`.
        let is_field = mark(at + 1, ':') && !mark(at + 2, ':');
        // `#[diesel(column_name = note)]`.
        let renamed = at.checked_sub(2).is_some_and(|from| {
            tokens.get(from).is_some_and(|t| is(t, "column_name")) && mark(at - 1, '=')
        });
        (path || is_field || renamed || open).then_some(token)
    })
}
