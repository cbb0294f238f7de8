//! SQL text into operations: PostgreSQL and SQLite.
//!
//! Definitions are read from our own tokens, because a rule must underline a clause and
//! sqlparser's places stop at names, and because a third of the forms that matter are not in
//! its grammar (`facts` of the design). Queries and rows are sqlparser's: which tables does
//! a statement read? One bad statement costs one statement.

mod alter;
pub(super) mod answer;
mod asked;
mod calls;
mod create;
mod cursor;
mod drop;
mod dynamic;
mod grammar;
mod named;
mod plpgsql;
mod query;
mod scan;
mod select;
mod table;
pub(crate) mod tools;
mod tree;

pub(crate) use answer::plain_parameters;
pub use asked::{Asker, Given, Inserted, Request, asks, temporary};
pub(crate) use calls::followed;
use cursor::Cursor;
pub use cursor::Place;
pub use grammar::{Grammar, grammar_of};
use scan::{Kind, Statement};
pub(crate) use tree::tool_of_marks;
pub use tree::{lower, migrations};

use std::collections::HashMap;

use crate::{
    database::Dialect,
    frontend::{self, Outline},
    ir::{IndexPart, Name, Op, OpKind, Opaque, OpaqueEffect, Style, schemas},
    schema::Schema,
    source::Span,
};

/// Parentheses nested deeper than this are no migration; PostgreSQL itself gives up on its
/// stack a little later.
const MAX_NESTING: usize = 400;

/// Reads SQL text into operations, in one transaction; callers say where that is not so.
pub fn read(text: &str, place: Place, dialect: Dialect) -> Vec<Op> {
    read_in(text, place, dialect, None, None)
}

/// The same where the schema that it runs on is known: blocks may ask its catalog.
pub fn read_on(text: &str, place: Place, schema: &Schema) -> Vec<Op> {
    read_in(text, place, schema.database().dialect, None, Some(schema))
}

/// Reads where names without a schema are in this one.
fn read_in(
    text: &str,
    place: Place,
    dialect: Dialect,
    path: Option<&str>,
    schema: Option<&Schema>,
) -> Vec<Op> {
    let tokens = scan::tokens(text, dialect);
    let mut out = Vec::new();
    let mut path = path.map(str::to_owned);
    let mut prepared = Prepared::new();
    for statement in scan::statements(text, &tokens) {
        let path_now = path.take();
        let within = path_now.as_deref();
        let cursor = Cursor { text, tokens: statement.tokens, at: 0, place, dialect, path: within };
        // What the text itself has changed so far is not in the schema.
        let schema = schema.filter(|_| unchanged(&out));
        let prepared_so_far = std::mem::take(&mut prepared);
        let mut reader = Reader { prepared: prepared_so_far, schema, ..Reader::new(cursor) };
        reader.statement(&statement);
        prepared = reader.prepared;
        let set = reader.out.iter().rev().find_map(|op| match &op.kind {
            OpKind::Setting { name, value } if name == "search_path" => Some(first_schema(value)),
            _ => None,
        });
        out.append(&mut reader.out);
        path = set.unwrap_or(path_now);
    }
    out
}

/// Whether operations leave every definition as it is.
fn unchanged(ops: &[Op]) -> bool {
    ops.iter().all(|op| op.kind.is_data() && !matches!(op.kind, OpKind::Opaque(_)))
}

/// Where objects are made under a search path; `None`: in the default schema.
fn first_schema(path: &str) -> Option<String> {
    let first = schemas(path).next()?;
    Name::new(Some(&first), "").schema
}

/// One part of an index, as SQL: `lower(a) DESC`, `name text_pattern_ops`.
pub(super) fn index_part(text: &str, place: Span, dialect: Dialect) -> IndexPart {
    let tokens = scan::tokens(text, dialect);
    let place = Place::Within(place);
    let cursor = Cursor { text, tokens: &tokens, at: 0, place, dialect, path: None };
    let mut parts = table::index_parts(cursor, &mut |_| {});
    match parts.len() {
        1 => parts.remove(0),
        _ => IndexPart::expression(text.trim()),
    }
}

/// Whether two texts have the same tokens; of a file with both halves, the way up.
pub fn same_effect(old: &str, new: &str) -> bool {
    let tokens = |text: &str| -> Vec<String> {
        let of = |up: &str| -> Vec<String> {
            let found = scan::tokens(up, Dialect::Postgres);
            found.into_iter().map(|t| scan::slice(up, t).to_owned()).collect()
        };
        tree::way_up(text).into_iter().flat_map(of).collect()
    };
    tokens(old) == tokens(new)
}

/// Where comments and statements lie.
pub(super) fn outline(text: &str) -> Outline {
    let tokens = scan::tokens(text, Dialect::Postgres);
    let statements: Vec<frontend::Statement> = scan::statements(text, &tokens)
        .iter()
        .map(|s| {
            let range = s.start as usize..s.end as usize;
            frontend::Statement { range, block: false, plain: false }
        })
        .collect();
    let first = statements.first().map(|s| s.range.start);
    Outline { comments: scan::comments(text, &tokens), statements, first }
}

/// Reads one statement.
pub(crate) struct Reader<'a> {
    cursor: Cursor<'a>,
    out: Vec<Op>,
    /// Whether the statement says ONLY.
    only: bool,
    /// What is pushed is written with IF EXISTS.
    if_exists: bool,
    /// Whether it stands in a block of PL/pgSQL, where SELECT … INTO sets variables.
    block: bool,
    /// What PREPARE has named before it.
    prepared: Prepared,
    /// What the statement runs on, where that is known.
    schema: Option<&'a Schema>,
}

/// Prepared statements by name, without those that are long: each EXECUTE reads one again.
type Prepared = HashMap<String, Vec<scan::Token>>;

const MAX_PREPARED: usize = 1_000;

impl<'a> Reader<'a> {
    fn new(cursor: Cursor<'a>) -> Reader<'a> {
        Reader {
            cursor,
            out: Vec::new(),
            only: false,
            if_exists: false,
            block: false,
            prepared: HashMap::new(),
            schema: None,
        }
    }

    fn statement(&mut self, statement: &Statement<'_>) {
        let whole = self.cursor.place.span(statement.start, statement.end);
        if nesting(statement.tokens) > MAX_NESTING {
            return self
                .opaque("the statement is nested too deeply to be read", OpaqueEffect::Anything);
        }
        if let Some(template) = self.template() {
            return self.opaque(
                &format!("{template} is filled in before the SQL runs"),
                OpaqueEffect::Anything,
            );
        }
        let before = self.out.len();
        if self.definition(whole).is_none() {
            self.out.truncate(before);
            let (reason, effect) = self.unread();
            self.opaque(&reason, effect);
        }
    }

    /// Reads the statement by its first words; `None`: it does not have the form they promise.
    fn definition(&mut self, whole: Span) -> Option<()> {
        let first = self.cursor.peek()?;
        if first.kind == Kind::Punct(b'\\') {
            return None;
        }
        if first.kind == Kind::Punct(b'(') {
            return query::read(self, whole);
        }
        let word = self.cursor.str(first).to_ascii_uppercase();
        match word.as_str() {
            "CREATE" => create::create(self, whole),
            "ALTER" => alter::alter(self, whole),
            "DROP" => drop::drop(self, whole),
            "INSERT" | "UPDATE" | "DELETE" | "REPLACE" | "MERGE" | "TRUNCATE" | "COPY"
            | "SELECT" | "WITH" | "VALUES" | "TABLE" | "PERFORM" => query::read(self, whole),
            "PREPARE" => self.prepare(whole),
            "EXECUTE" => self.execute(whole),
            "DO" => plpgsql::block(self, whole),
            "SET" | "PRAGMA" | "RESET" => self.setting(whole),
            "COMMENT" | "GRANT" | "REVOKE" | "ANALYZE" | "ANALYSE" | "VACUUM" | "REINDEX"
            | "CLUSTER" | "REFRESH" | "BEGIN" | "START" | "COMMIT" | "END" | "ROLLBACK"
            | "SAVEPOINT" | "RELEASE" | "ABORT" | "LOCK" | "NOTIFY" | "LISTEN" | "UNLISTEN"
            | "CHECKPOINT" | "DISCARD" | "SECURITY" | "REASSIGN" | "EXPLAIN" | "SHOW"
            | "DEALLOCATE" | "DECLARE" | "FETCH" | "CLOSE" | "LOAD" | "ATTACH" | "DETACH" => {
                self.push(OpKind::Neutral { what: word }, whole);
                Some(())
            }
            _ => None,
        }
    }

    /// `PREPARE q AS …`: nothing happens yet. `PREPARE TRANSACTION` ends one.
    fn prepare(&mut self, whole: Span) -> Option<()> {
        let mut cursor = self.cursor;
        cursor.advance(1);
        if !cursor.is("TRANSACTION") {
            let name = cursor.ident()?;
            while !cursor.done() && !cursor.is("AS") {
                cursor.skip();
            }
            cursor.advance(1);
            let statement = cursor.tokens.get(cursor.at..)?;
            if statement.len() <= MAX_PREPARED {
                self.prepared.insert(name, statement.to_vec());
            }
        }
        self.push(OpKind::Neutral { what: "PREPARE".to_owned() }, whole);
        Some(())
    }

    /// `EXECUTE q (1)`: what was prepared, here.
    fn execute(&mut self, whole: Span) -> Option<()> {
        let mut cursor = self.cursor;
        cursor.advance(1);
        let name = cursor.ident()?;
        let tokens = self.prepared.get(&name)?;
        let (first, last) = (tokens.first()?, tokens.last()?);
        let statement = Statement { tokens, start: first.start, end: last.end };
        let place = Place::Within(whole);
        let cursor = Cursor { tokens, at: 0, place, ..self.cursor };
        let mut nested = Reader::new(cursor);
        nested.statement(&statement);
        self.out.append(&mut nested.out);
        Some(())
    }

    /// `SET lock_timeout = '5s'`, `SET LOCAL …`, `PRAGMA foreign_keys = OFF`.
    fn setting(&mut self, whole: Span) -> Option<()> {
        let reset = self.cursor.is("RESET");
        self.cursor.advance(1);
        self.cursor.eat_any(&["LOCAL", "SESSION"]);
        if self.cursor.is("SCHEMA") && self.cursor.nth(1).is_some_and(|t| t.kind == Kind::Text) {
            let value = create::literal(self.cursor.str(self.cursor.nth(1)?));
            self.push(OpKind::Setting { name: "search_path".to_owned(), value }, whole);
            return Some(());
        }
        if reset && self.cursor.is("ALL") {
            let (name, value) = ("search_path".to_owned(), String::new());
            self.push(OpKind::Setting { name, value }, whole);
            return Some(());
        }
        // A setting's name, which may have a dot, is in no schema.
        self.cursor.path = None;
        let name = self.cursor.name().map(|name| name.to_string()).unwrap_or_default();
        let from = self.cursor.at;
        let value = self.cursor.written(from, self.cursor.tokens.len());
        let value = value.trim_start_matches(|c: char| c == '=' || c == '(' || c.is_whitespace());
        let value = value
            .strip_prefix("TO ")
            .or(value.strip_prefix("to "))
            .unwrap_or(value)
            .trim_end_matches(')');
        self.push(
            OpKind::Setting { name: name.to_lowercase(), value: value.trim().to_owned() },
            whole,
        );
        Some(())
    }

    fn push(&mut self, kind: OpKind, span: Span) {
        self.out.push(Op {
            kind,
            span,
            style: Style::Sql,
            transaction: Some(0),
            certain: true,
            only: self.only,
            if_exists: self.if_exists,
            forgiven: Vec::new(),
        });
    }

    fn opaque(&mut self, reason: &str, effect: OpaqueEffect) {
        let span = self.cursor.span(0, self.cursor.tokens.len());
        self.push(OpKind::Opaque(Opaque { reason: reason.to_owned(), effect }), span);
    }

    /// `{{ … }}`, `${ … }`, `$% … %$`: the text is not SQL yet.
    fn template(&self) -> Option<&'static str> {
        let punct = |at: usize, byte: u8| {
            self.cursor.tokens.get(at).is_some_and(|t| t.kind == Kind::Punct(byte))
        };
        let adjacent = |at: usize| matches!((self.cursor.tokens.get(at), self.cursor.tokens.get(at + 1)), (Some(a), Some(b)) if a.end == b.start);
        (0..self.cursor.tokens.len()).find_map(|at| {
            let open = punct(at + 1, b'{') && adjacent(at);
            match () {
                () if open && punct(at, b'{') => Some("a template {{ … }}"),
                () if open && punct(at, b'$') => Some("a placeholder ${ … }"),
                () if punct(at, b'$') && punct(at + 1, b'%') => Some("a placeholder $% … %$"),
                () => None,
            }
        })
    }

    /// Why a statement was not understood, and the least it may have changed.
    fn unread(&self) -> (String, OpaqueEffect) {
        let mut cursor = Cursor { at: 0, ..self.cursor };
        let words: Vec<&str> = cursor
            .tokens
            .iter()
            .take(3)
            .take_while(|t| t.kind == Kind::Word)
            .map(|t| scan::slice(cursor.text, *t))
            .collect();
        let form = words.join(" ").to_uppercase();
        let reason = match form.as_str() {
            form if form.starts_with("CALL") => {
                "what the called procedure does is not known".to_owned()
            }
            "IMPORT FOREIGN SCHEMA" => {
                "which tables IMPORT FOREIGN SCHEMA makes is not known".to_owned()
            }
            "" => "this is not SQL that miglint can read".to_owned(),
            form => format!("this form of {form} is not read yet"),
        };
        let mut call = cursor;
        if call.eat("CALL") {
            return (reason, calls::effect(call));
        }
        let effect = match table_of(&mut cursor) {
            Some(table) => OpaqueEffect::Table(table),
            None if cursor.is_any(&["INSERT", "UPDATE", "DELETE", "SELECT"]) => OpaqueEffect::Rows,
            None if cursor.is_any(&["CREATE", "ALTER", "IMPORT"]) => OpaqueEffect::Others,
            None if cursor.is_any(&["DROP", "CALL", "EXECUTE", "PREPARE"]) => {
                OpaqueEffect::Anything
            }
            // No command of PostgreSQL or SQLite: both refuse it, and nothing changes.
            None if cursor.peek().is_some_and(|t| t.kind == Kind::Word) => OpaqueEffect::Rows,
            None => OpaqueEffect::Anything,
        };
        (reason, effect)
    }
}

/// The columns that a condition names, as far as its words tell.
pub(super) fn names(condition: &str, dialect: Dialect) -> Vec<String> {
    let tokens = scan::tokens(condition, dialect);
    let place = Place::Within(Span::top(crate::source::FileId(0)));
    let path = None;
    let cursor = Cursor { text: condition, tokens: &tokens, at: 0, place, dialect, path };
    table::check_columns(&cursor)
}

/// The table of an `ALTER TABLE` whose action was not understood.
fn table_of(cursor: &mut Cursor<'_>) -> Option<Name> {
    if !cursor.eat_all(&["ALTER", "TABLE"]) {
        return None;
    }
    cursor.eat_all(&["IF", "EXISTS"]);
    cursor.eat("ONLY");
    let name = cursor.name();
    cursor.at = 0;
    name
}

fn nesting(tokens: &[scan::Token]) -> usize {
    let (mut depth, mut deepest) = (0usize, 0usize);
    for token in tokens {
        match token.kind {
            Kind::Punct(b'(') => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            Kind::Punct(b')') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// A type as the dialect names it.
fn sql_type(text: &str, dialect: Dialect) -> crate::types::SqlType {
    match dialect {
        Dialect::Postgres => crate::types::SqlType::postgres(text),
        Dialect::Sqlite => crate::types::SqlType::sqlite(text),
    }
}
