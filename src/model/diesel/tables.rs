//! What the macros of a schema file say: `table!`, `joinable!`, and the SQL types that are
//! declared beside them.

use std::collections::HashMap;

use crate::frontend::rust::tokens::{Kind, Token, pairs, tokens};

/// One file's macros.
#[derive(Debug, Default)]
pub(super) struct Macros {
    pub(super) tables: Vec<Table>,
    pub(super) joinable: Vec<Joinable>,
    pub(super) types: Vec<CustomType>,
    pub(super) enums: Vec<Enum>,
    /// The bytes of macros that could not be read.
    pub(super) unread: Vec<(usize, usize)>,
}

#[derive(Debug)]
pub(super) struct Table {
    pub(super) schema: Option<String>,
    /// As the database calls it.
    pub(super) name: String,
    pub(super) rust: String,
    /// The columns of the primary key, as Rust calls them.
    pub(super) key: Vec<String>,
    pub(super) columns: Vec<Column>,
    /// Its name and key, in bytes.
    pub(super) at: (usize, usize),
}

#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) rust: String,
    pub(super) nullable: bool,
    pub(super) ty: Written,
    pub(super) at: (usize, usize),
}

/// A type without `Nullable`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Written {
    /// The last part of the innermost path; empty for what is no path.
    pub(super) name: String,
    pub(super) array: bool,
    /// `Range`, `Multirange`, and whatever else stands around it.
    pub(super) around: Option<String>,
    pub(super) length: Option<String>,
}

#[derive(Debug)]
pub(super) struct Joinable {
    pub(super) child: String,
    pub(super) parent: String,
    pub(super) column: String,
    pub(super) at: (usize, usize),
}

/// `#[diesel(postgres_type(name = "…"))] pub struct A;`
#[derive(Debug, Clone)]
pub(super) struct CustomType {
    pub(super) rust: String,
    pub(super) name: String,
    pub(super) schema: Option<String>,
}

/// By the name in Rust.
pub(super) type CustomTypes = HashMap<String, CustomType>;

/// `#[diesel(sql_type = …)] pub enum A { #[diesel(rename = "a")] A }`: the labels that Diesel's
/// own derive reads and writes.
#[derive(Debug)]
pub(super) struct Enum {
    /// The last part of the type's path.
    pub(super) of: String,
    pub(super) labels: Vec<String>,
    pub(super) at: (usize, usize),
}

/// Whether a text is worth reading.
pub(super) fn may_have(text: &str) -> bool {
    text.contains("table!")
}

pub(super) fn read(text: &str) -> Macros {
    let tokens = tokens(text);
    let pairs = pairs(&tokens);
    let mut found = Macros::default();
    let reader = Reader { tokens: &tokens, pairs: &pairs };
    // Where the attributes of the next item can begin.
    let (mut at, mut from) = (0, 0);
    while at < tokens.len() {
        if matches!(tokens[at].kind, Kind::Mark(';' | '{' | '}')) {
            from = at + 1;
        }
        let next = reader.item(from, at, &mut found);
        if matches!(tokens[at].word(), Some("struct" | "enum")) || next > at + 1 {
            from = next;
        }
        at = next;
    }
    found
}

struct Reader<'t> {
    tokens: &'t [Token],
    pairs: &'t [usize],
}

impl Reader<'_> {
    /// Reads what begins here, and says where to go on.
    fn item(&self, from: usize, at: usize, found: &mut Macros) -> usize {
        let Some(word) = self.tokens[at].word() else { return at + 1 };
        if let Some((open, close)) = self.call(at) {
            let all = (self.tokens[at].start, self.tokens[close].end);
            match word {
                "table" => match self.table(open + 1, close) {
                    Some(table) => found.tables.push(table),
                    None => found.unread.push(all),
                },
                "joinable" => match self.joinable(open + 1, close, all) {
                    Some(joinable) => found.joinable.push(joinable),
                    None => found.unread.push(all),
                },
                _ => return at + 1,
            }
            return close + 1;
        }
        match (word, self.tokens.get(at + 1).and_then(Token::word)) {
            ("struct", Some(name)) => {
                found.types.extend(custom_type(name, &self.tokens[from..at]));
            }
            ("enum", Some(name)) => found.enums.extend(self.labels(from, at, name)),
            _ => {}
        }
        at + 1
    }

    /// `name ! {`: the brackets.
    fn call(&self, at: usize) -> Option<(usize, usize)> {
        self.tokens.get(at + 1).filter(|t| t.is('!'))?;
        let open = at + 2;
        matches!(self.tokens.get(open)?.kind, Kind::Mark('(' | '[' | '{')).then_some(())?;
        let close = self.pairs[open];
        (close > open).then_some((open, close))
    }

    fn table(&self, from: usize, to: usize) -> Option<Table> {
        let mut at = from;
        while self.tokens.get(at).and_then(Token::word) == Some("use") {
            at = self.find(at, to, ';')? + 1;
        }
        let attributes;
        (attributes, at) = self.attributes(at, to);
        while self.tokens.get(at).and_then(Token::word) == Some("use") {
            at = self.find(at, to, ';')? + 1;
        }
        let start = self.tokens.get(at)?.start;
        let first = self.tokens.get(at)?.word()?;
        let (schema, rust) = match self.tokens.get(at + 1)?.is('.') {
            true => {
                at += 2;
                (Some(first), self.tokens.get(at)?.word()?)
            }
            false => (None, first),
        };
        at += 1;
        let mut end = self.tokens[at - 1].end;
        let mut key = vec!["id".to_owned()];
        if self.tokens.get(at)?.is('(') {
            let close = self.pairs[at];
            let words = self.tokens[at..close].iter().filter_map(Token::word);
            key = words.map(str::to_owned).collect();
            end = self.tokens[close].end;
            at = close + 1;
        }
        let close = *self.pairs.get(at)?;
        if !self.tokens.get(at)?.is('{') || close > to {
            return None;
        }
        let columns = self.columns(at + 1, close)?;
        let given = value(attributes, "sql_name").map(str::to_owned);
        let name = match (given, schema) {
            (Some(given), Some(schema)) => {
                given.strip_prefix(&format!("{schema}.")).map(str::to_owned).unwrap_or(given)
            }
            (Some(given), None) => given,
            (None, _) => rust.to_owned(),
        };
        Some(Table {
            schema: schema.map(str::to_owned),
            name,
            rust: rust.to_owned(),
            key,
            columns,
            at: (start, end),
        })
    }

    fn columns(&self, from: usize, to: usize) -> Option<Vec<Column>> {
        let mut found = Vec::new();
        let mut at = from;
        while at < to {
            let attributes;
            (attributes, at) = self.attributes(at, to);
            let name = self.tokens.get(at)?;
            let rust = name.word()?;
            if !(self.tokens.get(at + 1)?.is('-') && self.tokens.get(at + 2)?.is('>')) {
                return None;
            }
            let begin = at + 3;
            let end = self.comma(begin, to);
            let (nullable, mut ty) = written(self.tokens.get(begin..end)?)?;
            ty.length = value(attributes, "max_length").map(str::to_owned);
            found.push(Column {
                name: value(attributes, "sql_name").unwrap_or(rust).to_owned(),
                rust: rust.to_owned(),
                nullable,
                ty,
                at: (name.start, self.tokens.get(end - 1)?.end),
            });
            at = end + 1;
        }
        Some(found)
    }

    fn joinable(&self, from: usize, to: usize, at: (usize, usize)) -> Option<Joinable> {
        let arrow = (from..to).find(|&i| self.tokens[i].is('-'))?;
        let open = (arrow..to).find(|&i| self.tokens[i].is('('))?;
        let word = |at: usize| self.tokens.get(at)?.word().map(str::to_owned);
        let child = word(arrow.checked_sub(1)?)?;
        Some(Joinable { child, parent: word(open - 1)?, column: word(open + 1)?, at })
    }

    /// The attributes that begin here, as one row of tokens, and what follows them.
    fn attributes(&self, from: usize, to: usize) -> (&[Token], usize) {
        let mut at = from;
        while at < to && self.tokens[at].is('#') {
            match self.tokens.get(at + 1) {
                Some(open) if open.is('[') && self.pairs[at + 1] > at => {
                    at = self.pairs[at + 1] + 1;
                }
                _ => break,
            }
        }
        (&self.tokens[from..at], at)
    }

    fn labels(&self, from: usize, at: usize, name: &str) -> Option<Enum> {
        let attributes = &self.tokens[from..at];
        let is_sql_type = |t: &Token| t.word() == Some("sql_type");
        let from = attributes.iter().position(is_sql_type)? + 2;
        let derives = attributes
            .windows(4)
            .any(|part| part[0].word() == Some("types") && part[3].word() == Some("Enum"));
        let path = attributes.get(from..)?.iter();
        let of =
            path.take_while(|t| t.word().is_some() || t.is(':')).filter_map(Token::word).last();
        let open = at + 2;
        let close = *self.pairs.get(open)?;
        if !derives || !self.tokens.get(open)?.is('{') || close == open {
            return None;
        }
        let mut labels = Vec::new();
        let mut next = open + 1;
        while next < close {
            let attributes;
            (attributes, next) = self.attributes(next, close);
            labels.push(value(attributes, "rename")?.to_owned());
            next = self.comma(next, close) + 1;
        }
        let place = (self.tokens[at].start, self.tokens[at + 1].end);
        Some(Enum { of: of.unwrap_or(name).to_owned(), labels, at: place })
    }

    fn find(&self, from: usize, to: usize, mark: char) -> Option<usize> {
        (from..to).find(|&at| self.tokens[at].is(mark))
    }

    /// The next comma outside of all brackets, or the end.
    fn comma(&self, from: usize, to: usize) -> usize {
        let (mut at, mut angles) = (from, 0usize);
        while at < to {
            match &self.tokens[at].kind {
                Kind::Mark(',') if angles == 0 => return at,
                Kind::Mark('<') => angles += 1,
                Kind::Mark('>') => angles = angles.saturating_sub(1),
                Kind::Mark('(' | '[' | '{') => at = self.pairs[at],
                _ => {}
            }
            at += 1;
        }
        to
    }
}

/// What stands behind `name =` in attributes.
fn value<'t>(attributes: &'t [Token], name: &str) -> Option<&'t str> {
    let found =
        attributes.windows(3).find(|part| part[0].word() == Some(name) && part[1].is('='))?;
    found[2].text().or(found[2].word())
}

fn custom_type(rust: &str, attributes: &[Token]) -> Option<CustomType> {
    let from =
        attributes.iter().position(|t| matches!(t.word(), Some("postgres_type" | "postgres")))?;
    let attributes = &attributes[from..];
    let name = value(attributes, "name").or_else(|| value(attributes, "type_name"))?;
    let schema = value(attributes, "schema").or_else(|| value(attributes, "type_schema"));
    Some(CustomType {
        rust: rust.to_owned(),
        name: name.to_owned(),
        schema: schema.map(str::to_owned),
    })
}

/// Takes a type apart; `None` where there is none.
fn written(tokens: &[Token]) -> Option<(bool, Written)> {
    let mut found = Written::default();
    let mut nullable = false;
    let mut outermost = true;
    let mut rest = tokens;
    loop {
        let open = rest.iter().position(|t| t.is('<'));
        let path = &rest[..open.unwrap_or(rest.len())];
        let name = path.iter().filter_map(Token::word).next_back()?;
        let Some(open) = open else {
            let plain = |t: &Token| t.word().is_some() || t.is(':') || t.is('>') || t.is(',');
            if path.iter().all(plain) {
                found.name = name.to_owned();
            }
            return Some((nullable, found));
        };
        match name {
            // The elements of an array may always be NULL.
            "Nullable" => nullable |= outermost,
            "Array" => {
                found.array = true;
                outermost = false;
            }
            other => {
                found.around = Some(other.to_owned());
                outermost = false;
            }
        }
        rest = &rest[open + 1..];
    }
}
