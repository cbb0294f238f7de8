//! `EXECUTE` in a block: the SQL that it runs, where literals alone make it up.

use std::collections::HashMap;

use super::{
    answer::answer,
    create::literal,
    cursor::Cursor,
    scan::{self, Kind},
};
use crate::{database::Dialect, facts::catalog::Cell, ir::OpaqueEffect, quote, schema::Schema};

/// The SQL that one block makes up is read as long as it is no longer than this, in bytes.
const MAX_MADE: usize = 1 << 20;

/// The queries of one block that are answered at the most.
const MAX_ASKED: usize = 50;

/// What the variables of a block hold, where that is told by a literal: one text, or each of a
/// list in turn.
#[derive(Default)]
pub(super) struct Variables {
    values: HashMap<String, Vec<String>>,
    made: usize,
    asked: usize,
}

impl Variables {
    /// Notes `name type := 'text'`, `name := ARRAY['a', 'b']`; any other value is not known.
    pub(super) fn assigned(&mut self, statement: &Cursor<'_>) {
        let mut cursor = *statement;
        let Some(name) = cursor.ident() else { return };
        while !cursor.done() && !is_assignment(&cursor) {
            cursor.skip();
        }
        if cursor.done() {
            return;
        }
        cursor.advance(if cursor.is("DEFAULT") { 1 } else { 2 });
        let from = cursor.at;
        let listed = self.list(&mut cursor).filter(|_| cursor.done());
        let values = listed.or_else(|| {
            cursor.at = from;
            self.one(&mut cursor).filter(|_| cursor.done()).map(|made| vec![made])
        });
        match values {
            Some(values) => self.values.insert(name, values),
            None => self.values.remove(&name),
        };
    }

    /// What literals and variables of one value make up: `format('%I.%I', a, b)`.
    fn one(&mut self, cursor: &mut Cursor<'_>) -> Option<String> {
        let value = |name: &str| match self.values.get(name)?.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        };
        let made = joined(cursor, &value)?;
        self.made += made.len();
        (self.made <= MAX_MADE).then_some(made)
    }

    /// `SELECT conname INTO name FROM pg_constraint WHERE …`: the variable holds what the catalog
    /// of the schema says, if that is one text; else it is not known what it holds.
    pub(super) fn selected(&mut self, statement: &Cursor<'_>, schema: Option<&Schema>) {
        let mut cursor = *statement;
        while !cursor.done() && !cursor.is("INTO") {
            cursor.skip();
        }
        let into = cursor.at;
        cursor.advance(1);
        cursor.eat("STRICT");
        let Some(name) = cursor.ident() else { return };
        self.values.remove(&name);
        while cursor.eat_punct(b',') {
            let Some(other) = cursor.ident() else { return };
            self.values.remove(&other);
        }
        let Some(schema) = schema.filter(|_| cursor.is("FROM") && self.asked < MAX_ASKED) else {
            return;
        };
        self.asked += 1;
        // Of several rows, it may be any.
        let rows = &cursor.tokens[cursor.at..];
        let end = match rows {
            [.., limit, one] if cursor.str(*limit).eq_ignore_ascii_case("limit") => {
                (cursor.str(*one) == "1").then_some(cursor.tokens.len() - 2)
            }
            _ => Some(cursor.tokens.len()),
        };
        let Some(end) = end else { return };
        let head = statement.written(statement.at, into);
        let query = format!("{head} {}", cursor.written(cursor.at, end));
        let found = answer(&query, &[], schema);
        if let Some([row]) = found.as_ref().map(|found| found.rows.as_slice())
            && let [Cell::Text(text)] = row.as_slice()
        {
            self.values.insert(name, vec![text.clone()]);
        }
    }

    pub(super) fn set(&mut self, name: String, value: String) {
        self.values.insert(name, vec![value]);
    }

    /// `FOREACH x IN ARRAY ARRAY['a', 'b'] LOOP`, `FOR x IN SELECT unnest(ARRAY['a', 'b']) LOOP`:
    /// whether it is known what the variable runs through.
    pub(super) fn looped(&mut self, statement: &Cursor<'_>) -> bool {
        let mut cursor = *statement;
        let each = cursor.eat("FOREACH");
        if !each && !cursor.eat("FOR") {
            return false;
        }
        let Some(name) = cursor.ident() else { return false };
        let list = match cursor.eat("IN") {
            true if each => cursor.eat("ARRAY").then(|| self.list(&mut cursor)).flatten(),
            true if cursor.eat_all(&["SELECT", "unnest"]) => {
                cursor.parens().and_then(|mut inner| self.list(&mut inner))
            }
            _ => None,
        };
        let known = list.is_some() && cursor.is("LOOP");
        match list.filter(|_| known) {
            Some(values) => self.values.insert(name, values),
            None => self.values.remove(&name),
        };
        known
    }

    /// A list of texts, or one.
    fn list(&self, cursor: &mut Cursor<'_>) -> Option<Vec<String>> {
        if !cursor.is("ARRAY") {
            let named = |t| self.values.get(&cursor.str(t).to_lowercase());
            if let Some(values) = cursor.peek().and_then(named).cloned() {
                cursor.advance(1);
                return Some(values);
            }
            return Some(vec![text(cursor)?]);
        }
        cursor.advance(1);
        if !cursor.eat_punct(b'[') {
            return None;
        }
        let mut values = Vec::new();
        while !cursor.eat_punct(b']') {
            values.push(text(cursor)?);
            cursor.eat_punct(b',');
        }
        cast(cursor);
        Some(values)
    }

    /// What `EXECUTE expression` runs, one text for each value of the variable in it.
    pub(super) fn executed(&mut self, statement: &Cursor<'_>) -> Option<Vec<String>> {
        let mut cursor = *statement;
        cursor.eat("EXECUTE");
        let rest = cursor.tokens.get(cursor.at..)?.iter();
        let words = rest.filter(|t| t.kind == Kind::Word).map(|t| cursor.str(*t).to_lowercase());
        let of_several = |w: &String| self.values.get(w).is_some_and(|values| values.len() != 1);
        let mut several = words.filter(of_several);
        let name = several.next();
        if several.any(|other| Some(&other) != name.as_ref()) {
            return None;
        }
        let rounds = name.as_ref().and_then(|name| self.values.get(name)).map_or(1, Vec::len);
        let mut made = Vec::new();
        for round in 0..rounds {
            let value = |name: &str| {
                let values = self.values.get(name)?;
                values.get(if values.len() == 1 { 0 } else { round }).cloned()
            };
            let mut cursor = cursor;
            let sql = joined(&mut cursor, &value)?;
            if !cursor.done() {
                return None;
            }
            self.made += sql.len();
            if self.made > MAX_MADE {
                return None;
            }
            made.push(sql);
        }
        Some(made)
    }
}

/// Beginnings of statements that change no table, whatever they are completed with.
const HARMLESS: &[&[&str]] = &[
    &["GRANT"],
    &["REVOKE"],
    &["COMMENT", "ON"],
    &["CREATE", "ROLE"],
    &["CREATE", "USER"],
    &["ALTER", "ROLE"],
    &["ALTER", "USER"],
    &["ALTER", "DEFAULT", "PRIVILEGES"],
    &["ANALYZE"],
    &["NOTIFY"],
];

/// Beginnings of statements that make something, and change no table that is there.
const MAKERS: &[&[&str]] = &[
    &["CREATE", "TABLE"],
    &["CREATE", "UNLOGGED", "TABLE"],
    &["CREATE", "VIEW"],
    &["CREATE", "OR", "REPLACE", "VIEW"],
    &["CREATE", "MATERIALIZED", "VIEW"],
    &["CREATE", "TYPE"],
    &["CREATE", "SEQUENCE"],
    &["CREATE", "SCHEMA"],
];

/// The literal that the SQL of an `EXECUTE` begins with.
fn beginning(statement: &Cursor<'_>) -> Option<String> {
    let mut cursor = *statement;
    cursor.eat("EXECUTE");
    while cursor.punct(b'(') || cursor.is("format") {
        cursor.advance(1);
    }
    text(&mut cursor).filter(|begins| !begins.contains(';'))
}

/// What SQL may change that is put together, by how it begins: that of one table where it is
/// named in full, other things where something is made.
pub(super) fn effect(statement: &Cursor<'_>) -> OpaqueEffect {
    let Some(begins) = beginning(statement) else { return OpaqueEffect::Anything };
    let tokens = scan::tokens(&begins, statement.dialect);
    let mut cursor = Cursor { text: &begins, tokens: &tokens, at: 0, ..*statement };
    if MAKERS.iter().any(|head| cursor.eat_all(head)) {
        return OpaqueEffect::Others;
    }
    if !cursor.eat_all(&["ALTER", "TABLE"]) {
        return OpaqueEffect::Anything;
    }
    cursor.eat_all(&["IF", "EXISTS"]);
    cursor.eat("ONLY");
    let table = cursor.name();
    // Where the name is at the end of the literal, more of it may follow.
    let closed = cursor.is_any(&["ADD", "ALTER", "DROP", "VALIDATE"]);
    match table.filter(|_| closed) {
        Some(table) => OpaqueEffect::Table(table),
        None => OpaqueEffect::Anything,
    }
}

/// Whether the SQL of an `EXECUTE` begins, in a literal, as a statement that changes no table.
pub(super) fn is_harmless(statement: &Cursor<'_>) -> bool {
    let Some(begins) = beginning(statement) else { return false };
    let words: Vec<&str> = begins.split_whitespace().collect();
    HARMLESS.iter().any(|head| {
        let goes_on = words.len() > head.len() || begins.ends_with(char::is_whitespace);
        goes_on
            && words.len() >= head.len()
            && head.iter().zip(&words).all(|(want, word)| want.eq_ignore_ascii_case(word))
    })
}

fn is_assignment(cursor: &Cursor<'_>) -> bool {
    let next = |byte: u8| cursor.nth(1).is_some_and(|t| t.kind == Kind::Punct(byte));
    cursor.is("DEFAULT") || (cursor.punct(b':') && next(b'='))
}

fn text(cursor: &mut Cursor<'_>) -> Option<String> {
    let token = cursor.peek().filter(|t| t.kind == Kind::Text)?;
    cursor.advance(1);
    cast(cursor);
    let written = cursor.str(token);
    match written.starts_with('$') {
        true => {
            let tag = written[1..].find('$')? + 2;
            written.get(tag..written.len().checked_sub(tag)?).map(str::to_owned)
        }
        // A backslash may stand for anything.
        false if written.starts_with(['e', 'E']) && written.contains('\\') => None,
        false => Some(literal(written)),
    }
}

/// `::text`, `::text[]`.
fn cast(cursor: &mut Cursor<'_>) {
    let colon = |at: usize| cursor.nth(at).is_some_and(|t| t.kind == Kind::Punct(b':'));
    if !(colon(0) && colon(1)) {
        return;
    }
    cursor.advance(2);
    cursor.name();
    while cursor.eat_punct(b'[') {
        cursor.eat_punct(b']');
    }
}

type Value<'v> = &'v dyn Fn(&str) -> Option<String>;

/// `'a' || b || format('…', c)`
fn joined(cursor: &mut Cursor<'_>, value: Value<'_>) -> Option<String> {
    let mut out = term(cursor, value)?;
    while cursor.eat_punct(b'|') {
        cursor.eat_punct(b'|');
        out.push_str(&term(cursor, value)?);
        if out.len() > MAX_MADE {
            return None;
        }
    }
    Some(out)
}

fn term(cursor: &mut Cursor<'_>, value: Value<'_>) -> Option<String> {
    if let Some(mut inner) = cursor.parens() {
        return joined(&mut inner, value).filter(|_| inner.done());
    }
    if let Some(text) = text(cursor) {
        return Some(text);
    }
    let name = cursor.name()?;
    let Some(mut inner) = cursor.parens() else {
        cast(cursor);
        return value(&name.name);
    };
    let mut args = Vec::new();
    let mut length = 0;
    while !inner.done() {
        let known = joined(&mut inner, value);
        length += known.as_ref().map_or(0, String::len);
        if length > MAX_MADE {
            return None;
        }
        if known.is_none() {
            inner.skip_item();
        }
        args.push(known);
        if !inner.done() && !inner.eat_punct(b',') {
            return None;
        }
    }
    match (name.name.as_str(), args.as_slice()) {
        ("format", [Some(template), rest @ ..]) => format(template, rest),
        ("quote_ident", [Some(name)]) => Some(identifier(name)),
        ("quote_literal", [text]) => Some(text_of(text.as_deref())),
        ("concat", texts) => texts.iter().map(Option::as_deref).collect(),
        ("lower", [Some(text)]) => Some(text.to_lowercase()),
        _ => None,
    }
}

/// `format()` with its `%s`, `%I`, `%L`, `%2$I` and `%%` (manual, 9.4.1); widths are not read.
fn format(template: &str, args: &[Option<String>]) -> Option<String> {
    let mut out = String::new();
    let mut next = 0;
    let mut parts = template.split('%');
    out.push_str(parts.next()?);
    while let Some(part) = parts.next() {
        if part.is_empty() {
            out.push('%');
            out.push_str(parts.next()?);
            continue;
        }
        let (position, rest) = match part.split_once('$') {
            Some((digits, rest))
                if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) =>
            {
                (digits.parse::<usize>().ok()?.checked_sub(1)?, rest)
            }
            _ => (next, part),
        };
        next = position + 1;
        let arg = args.get(position)?;
        let mut chars = rest.chars();
        match chars.next()? {
            's' => out.push_str(arg.as_deref()?),
            'I' => out.push_str(&identifier(arg.as_deref()?)),
            'L' => out.push_str(&text_of(arg.as_deref())),
            _ => return None,
        }
        out.push_str(chars.as_str());
        if out.len() > MAX_MADE {
            return None;
        }
    }
    Some(out)
}

/// A literal; whichever it is, it is nothing else.
fn text_of(value: Option<&str>) -> String {
    value.map_or_else(|| "'…'".to_owned(), quote::text)
}

fn identifier(name: &str) -> String {
    quote::name(name, Dialect::Postgres)
}
