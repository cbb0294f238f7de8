//! Rust source: its tokens, a guard against what is too deep, and a syntax tree of our own.
//!
//! Nothing is expanded, compiled or run. The parser stays in `parse.rs`: its places belong to
//! the thread that parsed, so a file is turned into our own tree, with ranges of bytes, before
//! anything else looks at it.

pub(crate) mod crates;
mod guard;
mod parse;
pub(crate) mod syntax;
pub(crate) mod tokens;

pub(crate) use parse::{expression, parse};

use std::collections::BTreeSet;

use crate::frontend::{Outline, Statement};
use tokens::{Kind, tokens as read};

/// Whether two texts have the same tokens, apart from a function.
pub(crate) fn same_tokens_without(old: &str, new: &str, function: &str) -> bool {
    let words = |text: &str| -> Vec<Kind> {
        let found = read(text);
        let pairs = tokens::pairs(&found);
        let mut out = Vec::new();
        let mut at = 0;
        while let Some(token) = found.get(at) {
            let named = found.get(at + 1).and_then(tokens::Token::word) == Some(function);
            if token.word() == Some("fn") && named {
                let body = (at..found.len()).find(|&i| found[i].is('{') || found[i].is(';'));
                at = body.map_or(found.len(), |body| pairs[body] + 1);
                continue;
            }
            // A comma before a closing bracket is the formatter's.
            let closes = matches!(token.kind, Kind::Mark(')' | ']' | '}'));
            if closes && out.last() == Some(&Kind::Mark(',')) {
                out.pop();
            }
            out.push(token.kind.clone());
            at += 1;
        }
        out
    };
    words(old) == words(new)
}

/// Macros that tell people something, or put texts together.
const TELLS: &[&str] = &[
    "anyhow",
    "assert",
    "assert_eq",
    "assert_ne",
    "bail",
    "concat",
    "debug",
    "ensure",
    "eprintln",
    "error",
    "info",
    "panic",
    "print",
    "println",
    "todo",
    "trace",
    "unreachable",
    "warn",
];

/// The string literals of code, with their places: those of attributes, which document, of tests
/// and of messages are none.
pub(crate) fn strings(text: &str) -> Vec<(String, usize, usize)> {
    let tokens = tokens::without_tests(read(text));
    let pairs = tokens::pairs(&tokens);
    let is = |at: usize, mark: char| tokens.get(at).is_some_and(|token| token.is(mark));
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let attribute = token.is('#') && (is(at + 1, '[') || is(at + 1, '!') && is(at + 2, '['));
        let tells = token.word().is_some_and(|word| TELLS.contains(&word)) && is(at + 1, '!');
        if attribute || tells {
            let open = if is(at + 1, '!') { at + 2 } else { at + 1 };
            at = pairs.get(open).copied().unwrap_or(open).max(at) + 1;
            continue;
        }
        let text = token.text().map(|text| (text.to_owned(), token.start, token.end));
        found.extend(text);
        at += 1;
    }
    found
}

/// What code that works with rows of entities names.
const WORKS_WITH_ROWS: &[&str] = &[
    "ActiveModel",
    "ActiveModelTrait",
    "EntityTrait",
    "IntoActiveModel",
    "PaginatorTrait",
    "query_all",
    "query_one",
    "insert_many",
];

/// The names outside of some places of code that works with rows, as a database would have them
/// too: `Column::FolderId` speaks of `folder_id`.
pub(super) fn row_words(text: &str, covered: &[(usize, usize)]) -> BTreeSet<String> {
    let found = read(text);
    let works = found.iter().filter_map(tokens::Token::word).any(|w| WORKS_WITH_ROWS.contains(&w));
    if !works {
        return BTreeSet::new();
    }
    let mut words = BTreeSet::new();
    let mut next = 0;
    for token in &found {
        while covered.get(next).is_some_and(|(_, end)| *end <= token.start) {
            next += 1;
        }
        if covered.get(next).is_some_and(|(start, _)| *start <= token.start) {
            continue;
        }
        let text = match &token.kind {
            Kind::Word(text) | Kind::Text(text) => text.as_str(),
            Kind::Mark(_) => continue,
        };
        for word in text.split(|c: char| !c.is_alphanumeric() && c != '_') {
            if word.len() > 1 {
                words.insert(word.to_owned());
                words.insert(super::sea_orm::snake(word));
            }
        }
    }
    words
}

/// A statement that has begun, and what its own tokens have said so far.
struct Begun {
    start: usize,
    /// It is an item with a body.
    block: bool,
    /// Whether it imports or declares a module, or is an attribute; `None`: only `pub` was seen.
    plain: Option<bool>,
}

/// The next token of the innermost statement.
fn note(open: &mut [Option<Begun>], token: &tokens::Token) {
    let Some(top) = open.last_mut() else { return };
    let begun = top.get_or_insert(Begun { start: token.start, block: false, plain: None });
    let word = token.word();
    begun.block |= matches!(word, Some("fn" | "impl" | "mod" | "enum" | "struct"));
    if begun.plain.is_none() && word != Some("pub") {
        begun.plain = Some(matches!(word, Some("use" | "mod")) || token.is('#'));
    }
}

/// Where comments and statements lie: a statement ends with `;`, `,` or a block.
pub(super) fn outline(text: &str) -> Outline {
    let found = read(text);
    let mut outline = Outline { comments: tokens::comments(text), ..Outline::default() };
    let mut open: Vec<Option<Begun>> = vec![None];
    let mut last = 0;
    for (at, token) in found.iter().enumerate() {
        match token.kind {
            Kind::Mark('{' | '(' | '[') => {
                // What stands before a block is a statement of its own, with its first line.
                note(&mut open, token);
                if token.is('{')
                    && let Some(Some(begun)) = open.last()
                {
                    let (range, block) = (begun.start..token.end, begun.block);
                    outline.statements.push(Statement { range, block, plain: false });
                }
                open.push(None);
            }
            Kind::Mark('}' | ')' | ']') => {
                if open.len() > 1 {
                    if let Some(Some(begun)) = open.pop() {
                        let range = begun.start..found[at.saturating_sub(1)].end;
                        outline.statements.push(Statement { range, block: false, plain: false });
                    }
                    let followed = found.get(at + 1).is_some_and(|next| {
                        matches!(next.kind, Kind::Mark('.' | '?' | ';' | ',' | ')' | '{'))
                            || next.word() == Some("else")
                    });
                    if token.is('}')
                        && !followed
                        && let Some(top) = open.last_mut()
                    {
                        *top = None;
                    }
                }
            }
            Kind::Mark(';' | ',') => {
                if let Some(Some(begun)) = open.last_mut().map(Option::take) {
                    let range = begun.start..token.end;
                    let plain = begun.plain.unwrap_or(false);
                    outline.statements.push(Statement { range, block: false, plain });
                }
            }
            _ => note(&mut open, token),
        }
        last = token.end;
    }
    if let Some(Some(begun)) = open.first() {
        let range = begun.start..last;
        outline.statements.push(Statement { range, block: false, plain: false });
    }
    outline.statements.retain(|s| s.range.start < s.range.end);
    outline.statements.sort_by_key(|s| s.range.start);
    outline.first = outline.statements.first().map(|s| s.range.start);
    outline
}
