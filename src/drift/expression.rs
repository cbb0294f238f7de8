//! SQL expressions, far enough to tell two that a server keeps apart from two spellings of one.
//!
//! What is left out (parentheses, casts) can hide a difference. Where a server has several
//! spellings for a thing, only what is named and compared with counts.

use crate::schema::each_token;

/// The tokens of an expression that say what it does, in lower case but for texts.
pub(super) fn essence(sql: &str, folds: bool) -> Vec<String> {
    let mut tokens = Vec::new();
    each_token(sql, folds, |token, _, _| {
        if !token.trim().is_empty() {
            tokens.push(token.to_owned());
        }
    });
    let mut out: Vec<String> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token.as_str() {
            ":" if tokens.get(at).is_some_and(|next| next == ":") => at = cast(&tokens, at + 1),
            "(" | ")" | "[" | "]" | "," | ";" => {}
            // `t.c` is `c` of the only table there is.
            "." => drop(out.pop()),
            "!" if tokens.get(at).is_some_and(|next| next == "=") => {
                at += 1;
                out.push("<>".to_owned());
            }
            "<" if tokens.get(at).is_some_and(|next| next == ">") => {
                at += 1;
                out.push("<>".to_owned());
            }
            "=" if tokens.get(at).is_some_and(|next| next == "=") => {}
            text if text.starts_with('\'') => out.push(text.to_owned()),
            quoted if quoted.starts_with(['"', '`']) => {
                out.push(quoted.trim_matches(['"', '`']).to_lowercase());
            }
            word => match word.to_lowercase().as_str() {
                "any" | "array" | "as" | "asc" => {}
                "in" => out.push("=".to_owned()),
                "now" | "current_timestamp" => out.push("now".to_owned()),
                "t" | "true" => out.push("true".to_owned()),
                "f" | "false" => out.push("false".to_owned()),
                lower => out.push(lower.to_owned()),
            },
        }
    }
    out
}

/// Behind `::`: the place after the type.
fn cast(tokens: &[String], mut at: usize) -> usize {
    const MORE: &[&str] =
        &["varying", "precision", "without", "with", "time", "zone", "large", "object"];
    let is = |at: usize, what: &str| tokens.get(at).is_some_and(|token| token == what);
    at += 1;
    loop {
        if is(at, ".") {
            at += 2;
        } else if tokens.get(at).is_some_and(|t| MORE.contains(&t.to_lowercase().as_str())) {
            at += 1;
        } else if is(at, "(") {
            while at < tokens.len() && !is(at, ")") {
                at += 1;
            }
            at += 1;
        } else if is(at, "[") && is(at + 1, "]") {
            at += 2;
        } else {
            return at;
        }
    }
}

/// What an expression names and compares with, without what connects it.
pub(super) fn skeleton(essence: &[String]) -> Vec<String> {
    let mut all: Vec<String> =
        essence.iter().filter(|token| names_something(token)).cloned().collect();
    all.sort();
    all.dedup();
    all
}

fn names_something(token: &str) -> bool {
    const WORDS: &[&str] = &["and", "or", "not", "is", "null", "between", "like", "ilike", "all"];
    let word = |c: char| c == '_' || c == '\'' || c.is_alphanumeric();
    token.starts_with(word) && !WORDS.contains(&token)
}

/// Whether an expression has something that servers spell in ways of their own.
fn is_respelled(essence: &[String]) -> bool {
    const WORDS: &[&str] =
        &["between", "like", "ilike", "similar", "all", "case", "cast", "at", "~"];
    essence.iter().any(|token| WORDS.contains(&token.as_str()))
}

/// Whether two expressions may well be one.
pub(super) fn alike(a: &str, b: &str, folds: bool) -> bool {
    a == b || may_be(&essence(a, folds), &essence(b, folds))
}

/// The same of what is left of them.
pub(super) fn may_be(a: &[String], b: &[String]) -> bool {
    a == b || skeleton(a) == skeleton(b) && (is_respelled(a) || is_respelled(b))
}

/// What a default comes to, where that can be told without a server.
#[derive(PartialEq)]
enum Plain {
    Number(f64),
    Truth(bool),
    /// Without its white space: JSON has it where it likes.
    Text(String),
    /// A function without arguments, or a word for one.
    Call(String),
}

fn plain(tokens: &[String], boolean: bool) -> Option<Plain> {
    let (sign, only) = match tokens {
        [only] => (1.0, only),
        [minus, only] if minus == "-" => (-1.0, only),
        _ => return None,
    };
    let bare = only.trim_matches('\'').trim();
    match bare.to_lowercase().as_str() {
        "1" | "t" | "true" | "y" | "yes" | "on" if boolean => return Some(Plain::Truth(true)),
        "0" | "f" | "false" | "n" | "no" | "off" if boolean => return Some(Plain::Truth(false)),
        _ => {}
    }
    if let Ok(number) = bare.parse::<f64>() {
        return Some(Plain::Number(sign * number));
    }
    Some(match only.starts_with('\'') {
        true => Plain::Text(only.chars().filter(|c| !c.is_whitespace()).collect()),
        false => Plain::Call(match only.as_str() {
            "transaction_timestamp" => "now".to_owned(),
            name => name.to_owned(),
        }),
    })
}

/// Whether two defaults may well give a column of a type the same value: what is more than a
/// constant or a call is not looked into.
pub(super) fn same_default(a: &str, b: &str, boolean: bool, folds: bool) -> bool {
    let (x, y) = (essence(a, folds), essence(b, folds));
    a == b
        || x == y
        || match (plain(&x, boolean), plain(&y, boolean)) {
            (Some(x), Some(y)) => x == y,
            _ => true,
        }
}

#[cfg(test)]
mod tests {
    use super::{alike, same_default};

    #[test]
    fn spellings_of_one_expression_are_alike() {
        for (a, b) in [
            ("kind IN ('a', 'b')", "kind = ANY (ARRAY['a'::text, 'b'::text])"),
            ("(age >= 0)", "age>=0"),
            ("t.\"age\" <> 1", "age != 1"),
            ("(kind)::character varying(20) = 'x'", "kind = 'x'"),
            ("lower(name)", "LOWER((name)::text)"),
            ("a >= 1 AND a <= 5", "a BETWEEN 1 AND 5"),
            ("a ~~ 'x%'", "a LIKE 'x%'"),
            ("a <> ALL (ARRAY['x'])", "a NOT IN ('x')"),
        ] {
            assert!(alike(a, b, false), "{a} | {b}");
        }
        assert!(!alike("age > 0", "age > 1", false));
        assert!(!alike("age > 0", "age >= 0", false));
        assert!(!alike("kind IN ('a')", "kind IN ('a', 'b')", false));
    }

    #[test]
    fn defaults_are_compared_by_value() {
        for (a, b) in [
            ("now()", "CURRENT_TIMESTAMP"),
            ("'0'", "0"),
            ("'{}'::jsonb", "'{}'"),
            ("('x'::character varying)", "'x'"),
            ("'-1'", "-1"),
            ("'0'", "0.0"),
            ("1e3", "'1000'"),
            ("interval '1 day'", "'1 day'"),
            ("ARRAY[]::text[]", "'{}'"),
            ("E'x'", "'x'"),
            ("timezone('utc', now())", "(now() at time zone 'utc')"),
            ("transaction_timestamp()", "now()"),
            ("'{\"a\": 1}'", "'{\"a\":1}'::jsonb"),
        ] {
            assert!(same_default(a, b, false, false), "{a} | {b}");
        }
        assert!(same_default("true", "'1'", true, false));
        assert!(!same_default("'a'", "'b'", false, false));
        assert!(!same_default("now()", "'2020-01-01'", false, false));
        assert!(!same_default("true", "false", true, false));
    }
}
