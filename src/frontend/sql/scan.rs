//! Text into tokens, and tokens into statements. Linear, iterative, and never fails: what is
//! not closed ends with the text.

use std::ops::Range;

use crate::database::Dialect;

/// A token, as a range of bytes in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: u32,
    pub(super) end: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A keyword or an unquoted name.
    Word,
    /// `"name"`, `` `name` ``, `[name]`.
    Quoted,
    /// `'text'`, `E'text'`, `$$text$$`.
    Text,
    Number,
    /// `:name`, `$1`, `?`.
    Bind,
    Punct(u8),
}

/// One statement: its tokens, and its text without the closing semicolon.
#[derive(Debug, Clone, Copy)]
pub(super) struct Statement<'t> {
    pub(super) tokens: &'t [Token],
    pub(super) start: u32,
    pub(super) end: u32,
}

/// All tokens of a text; comments and space are left out.
pub(super) fn tokens(text: &str, dialect: Dialect) -> Vec<Token> {
    let mut scanner = Scanner { bytes: text.as_bytes(), at: 0, dialect, out: Vec::new() };
    while scanner.at < scanner.bytes.len() {
        scanner.next();
    }
    scanner.out
}

/// The comments, which stand between the tokens; rows of a COPY are none.
pub(super) fn comments(text: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    for next in 0..=tokens.len() {
        let (start, end) = match tokens.get(next) {
            Some(token) => (token.start as usize, token.end as usize),
            None => (bytes.len(), bytes.len()),
        };
        if let Some(end) = rows(bytes, &tokens[..next]) {
            at = end;
        }
        while at < start {
            let gap = &bytes[at..start];
            let length = match () {
                () if gap.starts_with(b"--") => gap.iter().position(|b| *b == b'\n'),
                () if gap.starts_with(b"/*") => find(gap, b"*/").map(|n| n + 2),
                () => {
                    at += 1;
                    continue;
                }
            };
            let length = length.unwrap_or(gap.len());
            found.push(at..at + length);
            at += length;
        }
        at = end;
    }
    found
}

/// Splits at top-level semicolons, outside of trigger bodies and `BEGIN ATOMIC … END`.
pub(super) fn statements<'t>(text: &str, tokens: &'t [Token]) -> Vec<Statement<'t>> {
    let mut found = Vec::new();
    let mut from = 0;
    let mut depth = 0usize;
    let mut body = Body::default();
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Punct(b'(') => depth += 1,
            Kind::Punct(b')') => depth = depth.saturating_sub(1),
            Kind::Word => body.word(slice(text, *token), at - from),
            Kind::Punct(b';') if depth == 0 && !body.open() => {
                push(&mut found, &tokens[from..at]);
                from = at + 1;
                body = Body::default();
            }
            _ => {}
        }
    }
    push(&mut found, &tokens[from..]);
    found
}

fn push<'t>(found: &mut Vec<Statement<'t>>, tokens: &'t [Token]) {
    if let (Some(first), Some(last)) = (tokens.first(), tokens.last()) {
        found.push(Statement { tokens, start: first.start, end: last.end });
    }
}

pub(super) fn slice(text: &str, token: Token) -> &str {
    text.get(token.start as usize..token.end as usize).unwrap_or_default()
}

/// Whether a statement is inside a body that holds semicolons of its own.
#[derive(Default)]
struct Body {
    create: bool,
    trigger: bool,
    atomic: bool,
    begun: bool,
    depth: usize,
}

impl Body {
    fn word(&mut self, word: &str, position: usize) {
        let is = |other: &str| word.eq_ignore_ascii_case(other);
        if position == 0 {
            self.create = is("CREATE");
        } else if self.create && position <= 3 && is("TRIGGER") {
            self.trigger = true;
        }
        if self.begun {
            match () {
                () if is("CASE") || is("BEGIN") => self.depth += 1,
                () if is("END") => self.depth = self.depth.saturating_sub(1),
                () => {}
            }
        } else if is("ATOMIC") && self.create && self.atomic {
            (self.begun, self.depth) = (true, 1);
        } else if is("BEGIN") && self.create {
            self.atomic = true;
            if self.trigger {
                (self.begun, self.depth) = (true, 1);
            }
        }
    }

    fn open(&self) -> bool {
        self.begun && self.depth > 0
    }
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    dialect: Dialect,
    out: Vec<Token>,
}

impl Scanner<'_> {
    fn next(&mut self) {
        let start = self.at;
        let byte = self.bytes[start];
        match byte {
            _ if byte.is_ascii_whitespace() => self.at += 1,
            b'-' if self.peek(1) == Some(b'-') => self.line(),
            b'/' if self.peek(1) == Some(b'*') => self.block(),
            // psql's own commands end with the line and are no SQL.
            b'\\' if self.at_line_start() => self.line(),
            b'\'' => self.text(false, start),
            b'e' | b'E' if self.peek(1) == Some(b'\'') && self.dialect == Dialect::Postgres => {
                self.at += 1;
                self.text(true, start);
            }
            b'"' | b'`' => self.quoted(byte, start),
            b'[' if self.dialect == Dialect::Sqlite => self.quoted(b']', start),
            b'$' => self.dollar(start),
            b'?' => self.one(Kind::Bind),
            b':' if self.peek(1).is_some_and(word_start) && !self.after_colon() => {
                self.at += 1;
                self.word(Kind::Bind, start);
            }
            b'0'..=b'9' => self.number(start),
            _ if word_start(byte) => self.word(Kind::Word, start),
            _ => self.one(Kind::Punct(byte)),
        }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn push(&mut self, kind: Kind, start: usize) {
        self.out.push(Token { kind, start: start as u32, end: self.at as u32 });
        if let Some(end) = rows(self.bytes, &self.out) {
            self.at = end;
        }
    }

    fn one(&mut self, kind: Kind) {
        let start = self.at;
        self.at += 1;
        self.push(kind, start);
    }

    /// `a::text` is a cast, not a bind.
    fn after_colon(&self) -> bool {
        self.at > 0 && self.bytes[self.at - 1] == b':'
    }

    fn at_line_start(&self) -> bool {
        self.bytes[..self.at].iter().rev().take_while(|b| **b != b'\n').all(u8::is_ascii_whitespace)
    }

    fn line(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
    }

    /// Nested on PostgreSQL, flat on SQLite.
    fn block(&mut self) {
        let mut depth = 0usize;
        while self.at < self.bytes.len() {
            match (self.bytes[self.at], self.peek(1)) {
                (b'/', Some(b'*')) if depth == 0 || self.dialect == Dialect::Postgres => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', Some(b'/')) => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return;
                    }
                }
                _ => self.at += 1,
            }
        }
    }

    fn text(&mut self, escapes: bool, start: usize) {
        self.at += 1;
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\\' if escapes => self.at += 2,
                b'\'' if self.peek(1) == Some(b'\'') => self.at += 2,
                b'\'' => {
                    self.at += 1;
                    return self.push(Kind::Text, start);
                }
                _ => self.at += 1,
            }
        }
        self.at = self.bytes.len();
        self.push(Kind::Text, start);
    }

    fn quoted(&mut self, close: u8, start: usize) {
        self.at += 1;
        while let Some(byte) = self.peek(0) {
            self.at += 1;
            if byte == close {
                if self.peek(0) == Some(close) {
                    self.at += 1;
                    continue;
                }
                break;
            }
        }
        self.push(Kind::Quoted, start);
    }

    fn dollar(&mut self, start: usize) {
        if self.peek(1).is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
            return self.word(Kind::Bind, start);
        }
        let tag_end =
            self.bytes[start + 1..].iter().position(|b| !(b.is_ascii_alphanumeric() || *b == b'_'));
        let closed = tag_end.filter(|at| self.bytes[start + 1 + at] == b'$');
        let Some(length) = closed.filter(|_| self.dialect == Dialect::Postgres) else {
            return self.one(Kind::Punct(b'$'));
        };
        let tag = &self.bytes[start..start + length + 2];
        let inner = start + tag.len();
        let found = find(&self.bytes[inner..], tag);
        self.at = found.map_or(self.bytes.len(), |at| inner + at + tag.len());
        self.push(Kind::Text, start);
    }

    fn number(&mut self, start: usize) {
        while self.peek(0).is_some_and(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'_') {
            self.at += 1;
        }
        self.push(Kind::Number, start);
    }

    fn word(&mut self, kind: Kind, start: usize) {
        while self.peek(0).is_some_and(|b| word_start(b) || b.is_ascii_digit() || b == b'$') {
            self.at += 1;
        }
        self.push(kind, start);
    }
}

/// After `COPY … FROM stdin;` come rows, up to a line `\.`: where they end, if these tokens end
/// in such a statement.
fn rows(bytes: &[u8], tokens: &[Token]) -> Option<usize> {
    let (last, before) = tokens.split_last()?;
    if last.kind != Kind::Punct(b';') {
        return None;
    }
    let recent = &before[before.len().saturating_sub(40)..];
    let statement = recent.iter().rposition(|t| t.kind == Kind::Punct(b';')).map_or(0, |at| at + 1);
    let mut words = recent[statement..].iter().filter(|t| t.kind == Kind::Word);
    let is = |t: &Token, w: &[u8]| bytes[t.start as usize..t.end as usize].eq_ignore_ascii_case(w);
    let copies = words.next().is_some_and(|t| is(t, b"copy")) && words.any(|t| is(t, b"stdin"));
    let from = last.end as usize;
    copies.then(|| find(&bytes[from..], b"\n\\.").map_or(bytes.len(), |at| from + at + 3))
}

fn word_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::{statements, tokens};
    use crate::database::Dialect;

    fn split(text: &str, dialect: Dialect) -> Vec<String> {
        let tokens = tokens(text, dialect);
        let found = statements(text, &tokens);
        found.iter().map(|s| text[s.start as usize..s.end as usize].to_owned()).collect()
    }

    #[test]
    fn semicolons_inside_are_not_ends() {
        let pg = "SELECT 'a;b'; -- c;\nDO $x$ BEGIN; END $x$;\n/* ; /* ; */ ; */ SELECT E'\\';'; COPY t FROM stdin;\n1;2\n\\.\nSELECT 2";
        assert_eq!(split(pg, Dialect::Postgres).len(), 5);
        let lite = "CREATE TRIGGER x AFTER INSERT ON t BEGIN UPDATE t SET a = CASE WHEN 1 THEN 2 END; SELECT 1; END; SELECT [a;b]";
        assert_eq!(split(lite, Dialect::Sqlite).len(), 2);
    }

    #[test]
    fn what_is_not_closed_ends_with_the_text() {
        for text in ["'abc", "\"abc", "$$abc", "/* abc", "E'\\", "(((", "COPY t FROM stdin;\n1"] {
            tokens(text, Dialect::Postgres);
        }
    }
}
