//! SQL expressions, far enough to tell two that a server keeps apart from two spellings of one.
//!
//! What is left out (parentheses, casts, the order of what an ANY and an IN list name) can hide
//! a difference and never make one up.

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

/// Whether two expressions may well be one.
pub(super) fn alike(a: &str, b: &str, folds: bool) -> bool {
    a == b || essence(a, folds) == essence(b, folds)
}

/// Whether two defaults give a column of a type the same value.
pub(super) fn same_default(a: &str, b: &str, boolean: bool, folds: bool) -> bool {
    let value = |sql: &str| {
        let mut tokens = essence(sql, folds);
        if let [sign, number] = tokens.as_slice()
            && sign == "-"
        {
            tokens = vec![format!("-{number}")];
        }
        if let [only] = tokens.as_mut_slice() {
            let bare = only.trim_matches('\'').trim().to_owned();
            let is_number = bare.parse::<f64>().is_ok();
            *only = match bare.to_lowercase().as_str() {
                "1" | "t" | "true" | "y" | "yes" | "on" if boolean => "true".to_owned(),
                "0" | "f" | "false" | "n" | "no" | "off" if boolean => "false".to_owned(),
                _ if is_number => bare,
                _ => only.clone(),
            };
        }
        tokens
    };
    a == b || value(a) == value(b)
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
        ] {
            assert!(alike(a, b, false), "{a} | {b}");
        }
        assert!(!alike("age > 0", "age > 1", false));
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
        ] {
            assert!(same_default(a, b, false, false), "{a} | {b}");
        }
        assert!(same_default("true", "'1'", true, false));
        assert!(!same_default("'a'", "'b'", false, false));
        assert!(!same_default("true", "false", true, false));
    }
}
