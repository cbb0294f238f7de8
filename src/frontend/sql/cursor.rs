//! A place in a statement's tokens, and the small steps that readers are made of.

use super::scan::{Kind, Token, slice};
use crate::{
    database::Dialect,
    ir::Name,
    schema::clip,
    source::{FileId, Span},
};

/// PostgreSQL cuts names while it scans them.
fn clipped(mut name: String) -> String {
    name.truncate(clip(&name).len());
    name
}

/// Where SQL text lies.
#[derive(Debug, Clone, Copy)]
pub enum Place {
    /// Byte `i` of the text is byte `start + i` of the file.
    At { file: FileId, start: u32 },
    /// The whole text stands for one place: a string with escapes, or one put together.
    Within(Span),
}

impl Place {
    pub(super) fn span(self, start: u32, end: u32) -> Span {
        match self {
            Place::At { file, start: base } => {
                Span { file, start: base.saturating_add(start), end: base.saturating_add(end) }
            }
            Place::Within(span) => span,
        }
    }
}

#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
    pub(super) at: usize,
    pub(super) place: Place,
    pub(super) dialect: Dialect,
    /// The schema that names without one are in, where it is not the default one.
    pub(super) path: Option<&'a str>,
}

impl<'a> Cursor<'a> {
    pub(super) fn done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    pub(super) fn peek(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    pub(super) fn nth(&self, ahead: usize) -> Option<Token> {
        self.tokens.get(self.at + ahead).copied()
    }

    pub(super) fn str(&self, token: Token) -> &'a str {
        slice(self.text, token)
    }

    pub(super) fn is(&self, word: &str) -> bool {
        self.is_nth(0, word)
    }

    pub(super) fn is_nth(&self, ahead: usize, word: &str) -> bool {
        self.nth(ahead)
            .is_some_and(|t| t.kind == Kind::Word && self.str(t).eq_ignore_ascii_case(word))
    }

    pub(super) fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }

    pub(super) fn punct(&self, byte: u8) -> bool {
        self.peek().is_some_and(|t| t.kind == Kind::Punct(byte))
    }

    pub(super) fn eat(&mut self, word: &str) -> bool {
        let hit = self.is(word);
        self.at += usize::from(hit);
        hit
    }

    pub(super) fn eat_punct(&mut self, byte: u8) -> bool {
        let hit = self.punct(byte);
        self.at += usize::from(hit);
        hit
    }

    /// Eats all of the words in a row, or none.
    pub(super) fn eat_all(&mut self, words: &[&str]) -> bool {
        let hit = words.iter().enumerate().all(|(ahead, word)| self.is_nth(ahead, word));
        if hit {
            self.at += words.len();
        }
        hit
    }

    pub(super) fn eat_any(&mut self, words: &[&str]) -> bool {
        let hit = self.is_any(words);
        self.at += usize::from(hit);
        hit
    }

    /// Goes on by tokens, whatever they are; not beyond the end.
    pub(super) fn advance(&mut self, by: usize) {
        self.at = (self.at + by).min(self.tokens.len());
    }

    /// A name as the server folds it: unquoted names become lower case on PostgreSQL.
    pub(super) fn ident(&mut self) -> Option<String> {
        let token = self.peek()?;
        let text = self.str(token);
        let name = match token.kind {
            Kind::Word if self.dialect == Dialect::Postgres => clipped(text.to_lowercase()),
            Kind::Word => text.to_owned(),
            Kind::Quoted => {
                let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
                let name = match text.as_bytes().first() {
                    Some(b'"') => inner.replace("\"\"", "\""),
                    Some(b'`') => inner.replace("``", "`"),
                    _ => inner.to_owned(),
                };
                if self.dialect == Dialect::Postgres { clipped(name) } else { name }
            }
            // SQLite takes a string for a name where only a name can stand.
            Kind::Text if self.dialect == Dialect::Sqlite => text.trim_matches('\'').to_owned(),
            _ => return None,
        };
        self.at += 1;
        Some(name)
    }

    /// `name`, `schema.name`, `database.schema.name`.
    pub(super) fn name(&mut self) -> Option<Name> {
        let mut parts = vec![self.ident()?];
        while self.punct(b'.') {
            self.at += 1;
            parts.push(self.ident()?);
        }
        let name = parts.pop()?;
        Some(Name::new(parts.pop().as_deref().or(self.path), &name))
    }

    /// `( … )` as a range of tokens, without the parentheses. The cursor ends behind it.
    pub(super) fn parens(&mut self) -> Option<Cursor<'a>> {
        if !self.punct(b'(') {
            return None;
        }
        let open = self.at;
        self.skip();
        let close = if self.tokens[self.at - 1].kind == Kind::Punct(b')') && self.at - 1 > open {
            self.at - 1
        } else {
            self.at
        };
        Some(Cursor { tokens: &self.tokens[..close], at: open + 1, ..*self })
    }

    /// One token, or a group in parentheses or brackets as a whole.
    pub(super) fn skip(&mut self) {
        let mut depth = 0usize;
        while let Some(token) = self.peek() {
            self.at += 1;
            match token.kind {
                // The comma of `ARRAY[1, 2]` ends nothing either.
                Kind::Punct(b'(' | b'[') => depth += 1,
                Kind::Punct(b')' | b']') => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// Skips to the next top-level comma or the end.
    pub(super) fn skip_item(&mut self) {
        while !self.done() && !self.punct(b',') {
            self.skip();
        }
    }

    /// Names separated by commas, in parentheses. Anything beside a name is passed over.
    pub(super) fn idents_in_parens(&mut self) -> Vec<String> {
        let Some(mut inner) = self.parens() else { return Vec::new() };
        let mut names = Vec::new();
        while !inner.done() {
            names.extend(inner.ident());
            inner.skip_item();
            inner.eat_punct(b',');
        }
        names
    }

    /// The text from one token up to another, as written.
    pub(super) fn written(&self, from: usize, to: usize) -> &'a str {
        let (Some(first), true) = (self.tokens.get(from), to > from) else { return "" };
        let last = self.tokens[to.min(self.tokens.len()) - 1];
        self.text.get(first.start as usize..last.end as usize).unwrap_or_default()
    }

    /// The place of a range of tokens.
    pub(super) fn span(&self, from: usize, to: usize) -> Span {
        let first = self.tokens.get(from).or(self.tokens.last());
        let last = to.checked_sub(1).and_then(|to| self.tokens.get(to)).or(self.tokens.last());
        match (first, last) {
            (Some(first), Some(last)) => self.place.span(first.start, last.end.max(first.end)),
            _ => self.place.span(0, 0),
        }
    }

    /// Whether a select list has a `*` in it, rather than a product or a `count(*)`.
    pub(super) fn selects_all(&self) -> bool {
        let star = Kind::Punct(b'*');
        let tokens = self.tokens.get(self.at..).unwrap_or_default();
        tokens.iter().enumerate().any(|(at, token)| {
            let before = at.checked_sub(1).and_then(|at| tokens.get(at));
            let opens = before.is_some_and(|t| match t.kind {
                Kind::Punct(b',' | b'.') => true,
                Kind::Word => ["SELECT", "ALL", "DISTINCT"]
                    .iter()
                    .any(|word| slice(self.text, *t).eq_ignore_ascii_case(word)),
                _ => false,
            });
            token.kind == star && opens
        })
    }

    /// Every identifier from here to the end, folded.
    pub(super) fn words(&self) -> impl Iterator<Item = String> + 'a {
        let text = self.text;
        self.tokens[self.at.min(self.tokens.len())..].iter().filter_map(move |token| {
            match token.kind {
                Kind::Word => Some(slice(text, *token).to_lowercase()),
                Kind::Quoted => {
                    let quoted = slice(text, *token);
                    Some(
                        quoted
                            .get(1..quoted.len().saturating_sub(1))
                            .unwrap_or_default()
                            .to_owned(),
                    )
                }
                _ => None,
            }
        })
    }
}
