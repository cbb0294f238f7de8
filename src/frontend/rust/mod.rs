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

use std::collections::{BTreeSet, HashSet};

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

/// Macros that only say something.
pub(crate) const SAY: &[&str] = &[
    "println",
    "eprintln",
    "print",
    "eprint",
    "info",
    "debug",
    "trace",
    "warn",
    "error",
    "log",
    "dbg",
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "debug_assert_eq",
];

/// Methods that are given what people read.
const TOLD: &[&str] =
    &["about", "context", "expect", "help", "long_about", "long_help", "push", "push_str"];

/// Macros with which everything ends.
pub(crate) const STOP: &[&str] = &["panic", "todo", "unimplemented", "unreachable", "bail"];

/// Further macros whose texts are messages, or parts of one.
const TELL: &[&str] = &["anyhow", "concat", "ensure"];

/// Whether the texts in a macro of this name are told to people.
fn tells(name: &str) -> bool {
    [SAY, STOP, TELL].iter().any(|names| names.contains(&name))
}

/// The string literals of code, with their places: those of attributes, which document, of tests
/// and of messages are none, nor are texts of which others are put together.
pub(crate) fn strings(text: &str) -> Vec<(String, usize, usize)> {
    let tokens = tokens::without_tests(read(text));
    let pairs = tokens::pairs(&tokens);
    let is = |at: usize, mark: char| tokens.get(at).is_some_and(|token| token.is(mark));
    let mut found = Vec::new();
    let mut skipped: HashSet<usize> = HashSet::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let attribute = token.is('#') && (is(at + 1, '[') || is(at + 1, '!') && is(at + 2, '['));
        let tells = token.word().is_some_and(tells) && is(at + 1, '!');
        let told = token.word().is_some_and(|word| TOLD.contains(&word))
            && is(at + 1, '(')
            && at.checked_sub(1).is_some_and(|dot| is(dot, '.'));
        let close = pairs.get(at).copied().unwrap_or(at);
        let joined = token.is('[') && is(close + 1, '.') && {
            let method = tokens.get(close + 2).and_then(tokens::Token::word);
            method.is_some_and(|word| matches!(word, "concat" | "join"))
        };
        if joined || told || tells && token.word() != Some("concat") {
            let open = at + usize::from(told) + 2 * usize::from(tells);
            skip_direct(&tokens, &pairs, open, &mut skipped);
        } else if attribute || tells {
            let open = if is(at + 1, '!') { at + 2 } else { at + 1 };
            at = pairs.get(open).copied().unwrap_or(open).max(at) + 1;
            continue;
        }
        if let Some(text) = token.text()
            && !skipped.contains(&at)
            && !is_part(&tokens, at)
        {
            found.push((text.to_owned(), token.start, token.end));
        }
        at += 1;
    }
    found
}

/// Adds the texts that stand between two brackets, and in none inside of them.
fn skip_direct(
    tokens: &[tokens::Token],
    pairs: &[usize],
    open: usize,
    skipped: &mut HashSet<usize>,
) {
    let close = pairs.get(open).copied().unwrap_or(open);
    let mut at = open + 1;
    while at < close {
        if tokens[at].text().is_some() {
            skipped.insert(at);
        }
        at = pairs.get(at).copied().unwrap_or(at).max(at) + 1;
    }
}

/// Whether another text is made of one: `"…".to_owned() + x`, `x + "…"`, `"…".replace(…)`, or it
/// is one that grows: `let mut sql = String::from("…")`.
fn is_part(tokens: &[tokens::Token], text: usize) -> bool {
    let is = |at: usize, mark: char| tokens.get(at).is_some_and(|token| token.is(mark));
    let word = |at: usize| tokens.get(at).and_then(tokens::Token::word);
    let before = |steps: usize| text.checked_sub(steps);
    let mut first = text;
    if is(text.wrapping_sub(1), '(')
        && matches!(word(text.wrapping_sub(2)), Some("from" | "new"))
        && is(text.wrapping_sub(3), ':')
        && word(text.wrapping_sub(5)) == Some("String")
    {
        first = text - 5;
    }
    let mut last = text + usize::from(first < text);
    while is(last + 1, '.') && is(last + 3, '(') && is(last + 4, ')') {
        last += 4;
    }
    let changed = is(last + 1, '.') && matches!(word(last + 2), Some("replace" | "replacen"));
    let added = is(last + 1, '+') || is(first.wrapping_sub(1), '+') && first > 0;
    let adds = before(2).is_some_and(|at| is(at, '+') && (is(at + 1, '&') || is(at + 1, '=')));
    changed || added || adds || grows(tokens, first, last)
}

/// Whether a text, up to its last token, is all that a mutable variable is set to.
fn grows(tokens: &[tokens::Token], first: usize, last: usize) -> bool {
    let is = |at: usize, mark: char| tokens.get(at).is_some_and(|token| token.is(mark));
    let word = |at: usize| tokens.get(at).and_then(tokens::Token::word);
    let Some(set) = first.checked_sub(1).filter(|set| is(*set, '=') && is(last + 1, ';')) else {
        return false;
    };
    // `mut sql =`, `mut sql: String =`
    [2, 4].iter().any(|back| set.checked_sub(*back).and_then(word) == Some("mut"))
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

#[cfg(test)]
mod tests {
    use super::strings;

    #[test]
    fn only_whole_texts_are_found() {
        let text = r#"
            fn f() {
                query("one");
                info!("said {}", query("two"));
                assert_eq!(x, "said");
                query("three").expect("said");
                Arg::new("four").help("said");
                concat!("put ", query("together"));
                let q = "put".to_owned() + "together";
                let q = x + "put" + &"together";
                let mut q = String::from("put"); q.push_str("together");
                let mut q: String = "put".into();
                q += "together";
                query("put".replace("five", "six"));
                ["put", "together"].concat();
                let mut rows = query("seven").fetch();
                let q = String::from("eight");
                let all = ["nine"];
            }
        "#;
        let found: Vec<String> = strings(text).into_iter().map(|(text, ..)| text).collect();
        let expected = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
        assert_eq!(found, expected);
    }
}
