//! Rust source as a row of tokens: enough to read macros by, and without a parser that could be
//! led into the depth.

/// A token, and its bytes in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name, without `r#`, or a number.
    Word(String),
    /// The value of a string.
    Text(String),
    /// One character of punctuation.
    Mark(char),
}

impl Token {
    pub(crate) fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn is(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }
}

/// Splits a text. Comments are left out, doc comments among them.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let start = at;
        if let Some(length) = comment(rest) {
            at += length;
        } else if let Some((length, value)) = string(rest) {
            at += length;
            found.push(Token { kind: Kind::Text(value), start, end: at });
        } else if let Some(length) = character(rest) {
            at += length;
        } else if c.is_alphanumeric() || c == '_' {
            let raw = rest.strip_prefix("r#").filter(|rest| rest.starts_with(is_name));
            let name = raw.unwrap_or(rest);
            let length = name.find(|c| !is_name(c)).unwrap_or(name.len());
            at += rest.len() - name.len() + length;
            found.push(Token { kind: Kind::Word(name[..length].to_owned()), start, end: at });
        } else {
            at += c.len_utf8();
            if !c.is_whitespace() {
                found.push(Token { kind: Kind::Mark(c), start, end: at });
            }
        }
    }
    found
}

/// For each bracket that opens, the index of the one that closes it; of all others, and of one
/// that is never closed, its own.
pub(crate) fn pairs(tokens: &[Token]) -> Vec<usize> {
    let mut pairs: Vec<usize> = (0..tokens.len()).collect();
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Mark('(' | '[' | '{') => open.push(at),
            Kind::Mark(')' | ']' | '}') => {
                if let Some(from) = open.pop() {
                    pairs[from] = at;
                }
            }
            _ => {}
        }
    }
    pairs
}

/// The tokens without items that only tests have: `#[cfg(test)] mod …`, `#[tokio::test] fn …`.
pub(crate) fn without_tests(tokens: Vec<Token>) -> Vec<Token> {
    let pairs = pairs(&tokens);
    let is = |at: usize, mark: char| tokens.get(at).is_some_and(|token| token.is(mark));
    let mut kept: Vec<bool> = vec![true; tokens.len()];
    let mut at = 0;
    while at < tokens.len() {
        let inner = is(at, '#') && is(at + 1, '!');
        let open = at + 1 + usize::from(inner);
        if !(is(at, '#') && is(open, '[')) {
            at += 1;
            continue;
        }
        let close = pairs[open];
        let end = match () {
            () if close == open || !is_test(&tokens[open + 1..close]) => close,
            () if inner => tokens.len() - 1,
            () => {
                let body = (close + 1..tokens.len()).find(|at| is(*at, '{') || is(*at, ';'));
                let end = body.map_or(tokens.len() - 1, |body| pairs[body]);
                kept[at..=end].fill(false);
                end
            }
        };
        if inner && end == tokens.len() - 1 && end != close {
            return Vec::new();
        }
        at = end.max(at) + 1;
    }
    tokens.into_iter().zip(kept).filter_map(|(token, kept)| kept.then_some(token)).collect()
}

/// `cfg(test)`, `cfg(all(test, unix))`, `test`, `tokio::test(…)`; not `cfg(not(test))`, nor
/// `cfg_attr(test, …)`.
pub(super) fn is_test(attribute: &[Token]) -> bool {
    let says = |word: &str| attribute.iter().any(|token| token.word() == Some(word));
    match attribute.first().and_then(Token::word) {
        Some("cfg") => says("test") && !says("not") && !says("any"),
        Some("cfg_attr") => false,
        _ => {
            let path = attribute.iter().take_while(|token| !token.is('(') && !token.is('='));
            path.last().and_then(Token::word) == Some("test")
        }
    }
}

/// Where the comments of a text lie, without the end of the line.
pub(crate) fn comments(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        if let Some(length) = comment(rest) {
            found.push(at..at + length);
            at += length;
        } else if let Some((length, _)) = string(rest) {
            at += length;
        } else if let Some(length) = character(rest) {
            at += length;
        } else if is_name(c) {
            at += rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        } else {
            at += c.len_utf8();
        }
    }
    found
}

/// Names go on with marks that are no letters, too (`XID_Continue`).
fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || !c.is_ascii() && !c.is_whitespace()
}

/// The length of a comment; blocks nest.
fn comment(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if !text.starts_with("/*") {
        return None;
    }
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0usize, 0);
    while at < bytes.len() {
        match &bytes[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    Some(at)
}

/// The length and the value of a string, with the suffix that may stand behind it.
fn string(text: &str) -> Option<(usize, String)> {
    let (length, value) = bare_string(text)?;
    let rest = text.get(length..).unwrap_or_default();
    let suffix = match rest.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        true => rest.find(|c| !is_name(c)).unwrap_or(rest.len()),
        false => 0,
    };
    Some((length + suffix, value))
}

/// `"…"`, `r"…"`, `r##"…"##`, with `b` or `c` before it.
fn bare_string(text: &str) -> Option<(usize, String)> {
    let body = text.strip_prefix(['b', 'c']).unwrap_or(text);
    if let Some(rest) = body.strip_prefix('r') {
        let hashes = rest.len() - rest.trim_start_matches('#').len();
        let inner = rest[hashes..].strip_prefix('"')?;
        let close = format!("\"{}", "#".repeat(hashes));
        let length = inner.find(&close);
        let value = &inner[..length.unwrap_or(inner.len())];
        let end = length.map_or(0, |length| inner.len() - length - close.len());
        return Some((text.len() - end, value.to_owned()));
    }
    let inner = body.strip_prefix('"')?;
    let mut value = String::new();
    let mut chars = inner.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((text.len() - inner.len() + at + 1, value)),
            '\\' => match chars.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, 't')) => value.push('\t'),
                Some((_, escaped)) => value.push(escaped),
                None => break,
            },
            c => value.push(c),
        }
    }
    Some((text.len(), value))
}

/// The length of a character, and of the mark of a lifetime.
fn character(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('\'')?;
    let mut chars = inner.char_indices();
    let (_, first) = chars.next()?;
    if first == '\\' {
        chars.next()?;
        let close = chars.find(|(_, c)| *c == '\'' || *c == '\n');
        return Some(1 + close.map_or(inner.len(), |(at, c)| at + c.len_utf8()));
    }
    match chars.next() {
        Some((at, '\'')) => Some(at + 2),
        _ => Some(1),
    }
}

#[cfg(test)]
mod tests {
    use super::{pairs, tokens, without_tests};

    #[test]
    fn what_only_tests_have_is_left_out() {
        let words = |text: &str| {
            let tokens = without_tests(tokens(text));
            let words = tokens.iter().filter_map(|t| t.word().map(str::to_owned));
            words.collect::<Vec<_>>().join(" ")
        };
        let text = "fn a() {} #[cfg(test)] #[x] mod tests { fn b() {} } #[tokio::test(flavor = \"y\")] async fn c() { { d } } #[cfg(test)] use e; fn f() {}";
        assert_eq!(words(text), "fn a fn f");
        assert_eq!(words("#[cfg(not(test))] fn a() {}"), "cfg not test fn a");
        assert_eq!(words("#![cfg(test)] fn a() {}"), "");
        assert_eq!(words("#![allow(test)] fn a() {}"), "allow test fn a");
        assert_eq!(words("fn a() {} #[cfg(test)"), "fn a cfg test");
    }

    #[test]
    fn strings_comments_and_lifetimes_are_no_words() {
        let text = "r#type /* a /* b */ */ 'a' 'x \"c\\\"d\" br#\"e\"f\"# // g\n'\\'' ñ2 { ( }";
        let found: Vec<String> = tokens(text)
            .iter()
            .map(|t| match (t.word(), t.text()) {
                (Some(word), _) => word.to_owned(),
                (_, Some(text)) => format!("<{text}>"),
                _ => text[t.start..t.end].to_owned(),
            })
            .collect();
        assert_eq!(found, ["type", "x", "<c\"d>", "<e\"f>", "ñ2", "{", "(", "}"]);
        assert_eq!(pairs(&tokens("(a{b}c")), [0, 1, 4, 3, 4, 5]);
        // A suffix belongs to its string, a mark to its name.
        assert_eq!(tokens("m!(\"x\"r\"a\\\"\")").len(), 6);
        assert_eq!(tokens("e\u{301}r \"(\"").len(), 2);
    }
}
