//! Queries and rows: what they read, and what they write.

use std::ops::ControlFlow;

use sqlparser::{
    ast::{Statement, visit_relations},
    dialect::{Dialect as Grammar, PostgreSqlDialect, SQLiteDialect},
    parser::Parser,
};

use super::{
    Reader,
    create::no_reads,
    cursor::Cursor,
    named::columns_of_query,
    scan::{Kind, Token},
    select,
};
use crate::{
    database::Dialect,
    facts::postgres::results,
    ir::{
        CreateTable, Filter, Name, OpKind, Reads, TableFrom, Value, Write, WriteKind, query::Query,
    },
    source::Span,
};

/// Above this many tokens a statement is not parsed: a seed of a hundred thousand rows reads
/// nothing, and a chain of as many terms is a tree too deep to walk.
pub(super) const MAX_PARSED: usize = 4_000;

pub(super) fn read(reader: &mut Reader<'_>, whole: Span) -> Option<()> {
    let cursor = reader.cursor;
    let verb = main_verb(&cursor);
    if verb.is_none()
        && !reader.block
        && let Some(create) = into(&cursor)
    {
        reader.push(OpKind::CreateTable(create), whole);
        return Some(());
    }
    if let Some(value) = search_path(cursor) {
        let name = "search_path".to_owned();
        reader.push(OpKind::Setting { name, value }, whole);
        return Some(());
    }
    for at in inner_verbs(&cursor) {
        let inside = cursor.tokens.get(..closing(&cursor, at))?;
        let inside = Cursor { tokens: inside, at, ..cursor };
        let verb = cursor.str(cursor.tokens[at]).to_ascii_uppercase();
        reader.push(write(inside, &verb, &inside)?, whole);
    }
    let kind = match verb.map(|at| (at, cursor.str(cursor.tokens[at]).to_ascii_uppercase())) {
        Some((at, verb)) => write(Cursor { at, ..cursor }, &verb, &cursor)?,
        None => OpKind::Read(reads(&cursor)),
    };
    reader.push(kind, whole);
    if let Some(function) = called_for_its_effect(cursor) {
        let reason = format!("what the called function {function} does is not known");
        let mut call = cursor;
        call.advance(1);
        reader.opaque(&reason, super::calls::effect(call));
    }
    Some(())
}

/// `SELECT … INTO t FROM …` makes a table.
fn into(cursor: &Cursor<'_>) -> Option<CreateTable> {
    let says = |t: &Token| t.kind == Kind::Word && cursor.str(*t).eq_ignore_ascii_case("INTO");
    if cursor.dialect != Dialect::Postgres || !cursor.tokens.iter().any(says) {
        return None;
    }
    let parsed = parse(cursor)?;
    let (query, target) = select::statement(&parsed, cursor)?;
    let target = target?;
    let mut reads = reads_of(cursor, Some(&parsed));
    // The table that it makes stands among the names.
    reads.columns = None;
    reads.tables.retain(|table| *table != target.table);
    let mut create = CreateTable::new(target.table);
    create.temporary = target.temporary;
    create.from = Some(TableFrom::Query {
        query: Some(Box::new(query)),
        columns: Vec::new(),
        reads,
        rows: true,
    });
    Some(create)
}

/// Functions that leave tables as they are, besides PostgreSQL's own: those of extensions that
/// migrations call, and Diesel's, which makes a trigger.
const HARMLESS: &[&str] =
    &["crypt", "diesel_manage_updated_at", "digest", "gen_salt", "uuid_generate_v4"];

/// `SELECT pg_catalog.set_config('search_path', 'app', false)`, as pg_dump writes it.
fn search_path(mut cursor: Cursor<'_>) -> Option<String> {
    let called = cursor.eat("SELECT").then(|| cursor.name()).flatten()?;
    let inner = cursor.parens().filter(|_| called.name == "set_config")?;
    let mut texts = inner.tokens[inner.at..].iter().filter(|t| t.kind == Kind::Text);
    let (name, value) = (texts.next()?, texts.next()?);
    let text = |token: &Token| super::create::literal(cursor.str(*token));
    (text(name).eq_ignore_ascii_case("search_path")).then(|| text(value))
}

/// `SELECT add_geometry_column('t', 'place')`: a query of no table, for what its function does.
/// SQLite's functions change nothing.
fn called_for_its_effect(mut cursor: Cursor<'_>) -> Option<Name> {
    if cursor.dialect == Dialect::Sqlite || !(cursor.eat("SELECT") || cursor.eat("PERFORM")) {
        return None;
    }
    let name = cursor.name().filter(|_| cursor.punct(b'('))?;
    let own = name.schema.as_deref() == Some("pg_catalog") || results::is_builtin(&name.name);
    if own || HARMLESS.contains(&name.name.as_str()) {
        return None;
    }
    let reads = (cursor.at..cursor.tokens.len()).any(|at| {
        let token = cursor.tokens[at];
        token.kind == Kind::Word && cursor.str(token).eq_ignore_ascii_case("FROM")
    });
    (!reads).then_some(name)
}

const VERBS: &[&str] = &["INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE", "TRUNCATE", "COPY"];

fn is_verb(cursor: &Cursor<'_>, at: usize) -> bool {
    let token = cursor.tokens[at];
    token.kind == Kind::Word
        && VERBS.iter().any(|verb| cursor.str(token).eq_ignore_ascii_case(verb))
}

/// The INSERT, UPDATE or DELETE of a statement, behind its `WITH`.
fn main_verb(cursor: &Cursor<'_>) -> Option<usize> {
    cursor.peek()?;
    if is_verb(cursor, cursor.at) {
        return Some(cursor.at);
    }
    if !cursor.is("WITH") {
        return None;
    }
    let mut depth = 0usize;
    for at in cursor.at..cursor.tokens.len() {
        match cursor.tokens[at].kind {
            Kind::Punct(b'(') => depth += 1,
            Kind::Punct(b')') => depth = depth.saturating_sub(1),
            Kind::Word if depth == 0 && is_verb(cursor, at) => return Some(at),
            _ => {}
        }
    }
    None
}

/// The verbs of data-modifying CTEs: `WITH moved AS (DELETE FROM … RETURNING *) SELECT …`, which
/// stand at the top of a statement only (manual, 7.8.4).
fn inner_verbs(cursor: &Cursor<'_>) -> Vec<usize> {
    if !cursor.is("WITH") {
        return Vec::new();
    }
    let mut depth = 0usize;
    let mut found = Vec::new();
    for at in cursor.at..cursor.tokens.len() {
        match cursor.tokens[at].kind {
            Kind::Punct(b'(') => depth += 1,
            Kind::Punct(b')') => depth = depth.saturating_sub(1),
            Kind::Word if depth == 1 && is_verb(cursor, at) => {
                if cursor.tokens[at - 1].kind == Kind::Punct(b'(') {
                    found.push(at);
                }
            }
            _ => {}
        }
    }
    found
}

/// Where the parentheses around a token end.
fn closing(cursor: &Cursor<'_>, from: usize) -> usize {
    let mut depth = 0usize;
    for at in from..cursor.tokens.len() {
        match cursor.tokens[at].kind {
            Kind::Punct(b'(') => depth += 1,
            Kind::Punct(b')') if depth == 0 => return at,
            Kind::Punct(b')') => depth -= 1,
            _ => {}
        }
    }
    cursor.tokens.len()
}

fn write(mut cursor: Cursor<'_>, verb: &str, statement: &Cursor<'_>) -> Option<OpKind> {
    cursor.advance(1);
    let mut made = Write {
        kind: WriteKind::Insert,
        table: Name::plain(""),
        columns: Vec::new(),
        filter: Filter::All,
        rows: None,
        reads: Reads::default(),
    };
    match verb {
        "INSERT" | "REPLACE" | "MERGE" => {
            if cursor.eat("OR") {
                cursor.advance(1);
            }
            cursor.eat("INTO");
            made.table = cursor.name()?;
            insert(&mut cursor, &mut made);
        }
        "COPY" => {
            made.kind = WriteKind::Copy;
            if cursor.punct(b'(') {
                return Some(OpKind::Read(reads(statement)));
            }
            made.table = cursor.name()?;
            made.columns =
                cursor.idents_in_parens().into_iter().map(|c| (c, Value::Other)).collect();
            if cursor.is("TO") {
                return Some(OpKind::Read(reads(statement)));
            }
        }
        "UPDATE" => {
            made.kind = WriteKind::Update;
            if cursor.eat("OR") {
                cursor.advance(1);
            }
            cursor.eat("ONLY");
            made.table = cursor.name()?;
            update(&mut cursor, &mut made);
        }
        "DELETE" => {
            made.kind = WriteKind::Delete;
            cursor.eat("FROM");
            cursor.eat("ONLY");
            made.table = cursor.name()?;
            while !cursor.done() && !cursor.is("WHERE") {
                made.filter = if cursor.is("USING") { Filter::Some } else { made.filter };
                cursor.skip();
            }
            if made.filter == Filter::All {
                made.filter = filter(&mut cursor);
            }
        }
        _ => {
            made.kind = WriteKind::Truncate;
            cursor.eat("TABLE");
            cursor.eat("ONLY");
            made.table = cursor.name()?;
        }
    }
    made.reads = reads(statement);
    made.reads.tables.retain(|t| *t != made.table);
    // What an UPDATE sets is not what it reads: only the other mentions count.
    if made.kind == WriteKind::Update || made.kind == WriteKind::Insert {
        forget_targets(&mut made, statement);
    }
    Some(OpKind::Write(made))
}

/// A column that is written and named once was not read.
fn forget_targets(made: &mut Write, statement: &Cursor<'_>) {
    for (column, _) in &made.columns {
        let folded = column.to_lowercase();
        let uses =
            statement.words().filter(|word| *word == folded || word == column).take(2).count();
        let filtered = matches!(&made.filter, Filter::IsNull(c) if c.contains(column));
        if uses < 2 || (filtered && uses <= 2) {
            made.reads.words.remove(&folded);
            made.reads.words.remove(column);
        }
    }
}

fn insert(cursor: &mut Cursor<'_>, made: &mut Write) {
    if cursor.eat("AS") {
        cursor.ident();
    }
    let names = if cursor.punct(b'(') && !cursor.is_nth(1, "SELECT") && !cursor.is_nth(1, "WITH") {
        cursor.idents_in_parens()
    } else {
        Vec::new()
    };
    made.columns = names.into_iter().map(|name| (name, Value::Other)).collect();
    while cursor.eat("OVERRIDING")
        || cursor.eat("SYSTEM")
        || cursor.eat("USER")
        || cursor.eat("VALUE")
    {}
    if cursor.eat_all(&["DEFAULT", "VALUES"]) {
        made.rows = Some(1);
        return;
    }
    if !cursor.eat("VALUES") {
        return;
    }
    let mut rows = 0;
    while cursor.punct(b'(') {
        let Some(mut inner) = cursor.parens() else { break };
        for position in 0..made.columns.len() {
            let value = value(&inner);
            let column = &mut made.columns[position].1;
            *column = if rows == 0 || *column == value { value } else { Value::Other };
            inner.skip_item();
            inner.eat_punct(b',');
        }
        rows += 1;
        if !cursor.eat_punct(b',') {
            break;
        }
    }
    made.rows = Some(rows);
}

fn update(cursor: &mut Cursor<'_>, made: &mut Write) {
    while !cursor.done() && !cursor.is("SET") {
        cursor.advance(1);
    }
    cursor.eat("SET");
    while !cursor.done() && !cursor.is("WHERE") {
        if cursor.punct(b'(') {
            let names = cursor.idents_in_parens();
            made.columns.extend(names.into_iter().map(|name| (name, Value::Other)));
        } else if let Some(name) = cursor.name() {
            cursor.eat_punct(b'=');
            made.columns.push((name.name, value(cursor)));
        } else {
            cursor.advance(1);
        }
        let mut joined = false;
        while !cursor.done() && !cursor.punct(b',') && !cursor.is("WHERE") {
            joined |= cursor.is("FROM");
            cursor.skip();
        }
        if joined {
            made.filter = Filter::Some;
            while !cursor.done() && !cursor.is("WHERE") {
                cursor.skip();
            }
        }
        if !cursor.eat_punct(b',') {
            break;
        }
    }
    if made.filter == Filter::All {
        made.filter = filter(cursor);
    }
}

fn filter(cursor: &mut Cursor<'_>) -> Filter {
    if !cursor.eat("WHERE") {
        return Filter::All;
    }
    let mut inner = *cursor;
    while inner.punct(b'(') {
        let Some(group) = inner.parens() else { return Filter::Some };
        if !inner.done() {
            return Filter::Some;
        }
        inner = group;
    }
    let mut columns = Vec::new();
    loop {
        let Some(name) = inner.name() else { return Filter::Some };
        if !inner.eat_all(&["IS", "NULL"]) {
            return Filter::Some;
        }
        columns.push(name.name);
        if inner.done() || inner.is("RETURNING") {
            return Filter::IsNull(columns);
        }
        if !inner.eat("OR") {
            return Filter::Some;
        }
    }
}

/// What kind of value stands here, up to the next comma.
fn value(cursor: &Cursor<'_>) -> Value {
    let mut cursor = *cursor;
    let Some(first) = cursor.peek() else { return Value::Other };
    let word = cursor.str(first).to_ascii_uppercase();
    let alone = |cursor: &Cursor<'_>| {
        cursor.done()
            || cursor.punct(b',')
            || cursor.punct(b':')
            || cursor.is_any(&["WHERE", "RETURNING", "FROM"])
    };
    match first.kind {
        Kind::Text | Kind::Number => {
            cursor.advance(1);
            if alone(&cursor) { Value::NotNull } else { Value::Other }
        }
        Kind::Punct(b'-') => Value::NotNull,
        Kind::Word if word == "NULL" => Value::Null,
        Kind::Word
            if matches!(
                word.as_str(),
                "TRUE"
                    | "FALSE"
                    | "CURRENT_TIMESTAMP"
                    | "CURRENT_DATE"
                    | "CURRENT_TIME"
                    | "NOW"
                    | "GEN_RANDOM_UUID"
                    | "LOCALTIMESTAMP"
                    | "UUID_GENERATE_V4"
            ) =>
        {
            Value::NotNull
        }
        Kind::Word if word == "COALESCE" => {
            cursor.advance(1);
            let Some(mut inner) = cursor.parens() else { return Value::Other };
            let mut last = Value::Other;
            while !inner.done() {
                last = value(&inner);
                inner.skip_item();
                inner.eat_punct(b',');
            }
            last
        }
        _ => Value::Other,
    }
}

/// What a statement reads: its tables by sqlparser's tree, its words by its tokens. Where the
/// tree cannot be had, tables are the names behind FROM, JOIN, USING and INTO.
pub(super) fn reads(cursor: &Cursor<'_>) -> Reads {
    reads_of(cursor, parse(cursor).as_ref())
}

fn reads_of(cursor: &Cursor<'_>, parsed: Option<&Statement>) -> Reads {
    let mut found = no_reads(cursor);
    if let Some(statement) = parsed {
        found.columns = columns_of_query(statement, cursor.dialect);
        let _ = visit_relations(statement, |relation| {
            let parts: Vec<String> = relation
                .0
                .iter()
                .filter_map(|part| part.as_ident())
                .map(|ident| {
                    let folds = ident.quote_style.is_none() && cursor.dialect == Dialect::Postgres;
                    if folds { ident.value.to_lowercase() } else { ident.value.clone() }
                })
                .collect();
            if let Some((name, schema)) = parts.split_last() {
                let schema = schema.last().map(String::as_str).or(cursor.path);
                found.tables.push(Name::new(schema, name));
            }
            ControlFlow::<()>::Continue(())
        });
    } else {
        let mut cursor = *cursor;
        while !cursor.done() {
            let before = cursor.eat_any(&["FROM", "JOIN", "USING", "INTO"]);
            match before.then(|| cursor.name()).flatten() {
                Some(name) => found.tables.push(name),
                None if before => {}
                None => cursor.advance(1),
            }
        }
    }
    // `FROM generate_series(1, 9)` reads no table.
    found.tables.retain(|table| !calls(cursor, &table.name));
    found.tables.sort();
    found.tables.dedup();
    found
}

/// Whether a name is followed by a parenthesis, which opens no list of columns behind INTO.
fn calls(cursor: &Cursor<'_>, name: &str) -> bool {
    let tokens = cursor.tokens.get(cursor.at..).unwrap_or_default();
    tokens.windows(2).any(|pair| {
        pair[1].kind == Kind::Punct(b'(')
            && pair[0].kind == Kind::Word
            && cursor.str(pair[0]).eq_ignore_ascii_case(name)
    }) && !cursor.words().any(|word| word == "into")
}

/// The query of `CREATE TABLE … AS`, and whether its rows are taken.
pub(super) fn table_from(cursor: &Cursor<'_>) -> TableFrom {
    let words: Vec<String> = cursor.words().collect();
    let rows = !words.windows(3).any(|w| w == ["with", "no", "data"]);
    let (reads, query) = output(cursor);
    TableFrom::Query { query, columns: Vec::new(), reads, rows }
}

/// The query from here on: what it reads, and what it yields. `WITH [NO] DATA` and `WITH CHECK
/// OPTION` behind it are not part of it.
pub(super) fn output(cursor: &Cursor<'_>) -> (Reads, Option<Box<Query>>) {
    let mut end = cursor.tokens.len();
    let ends = |end: usize, tail: &[&str]| {
        let from = end.checked_sub(tail.len()).filter(|from| *from >= cursor.at)?;
        let is = |(n, word): (usize, &&str)| {
            let token = cursor.tokens[from + n];
            token.kind == Kind::Word && cursor.str(token).eq_ignore_ascii_case(word)
        };
        tail.iter().enumerate().all(is).then_some(from)
    };
    for tail in [
        &["WITH", "NO", "DATA"][..],
        &["WITH", "DATA"],
        &["WITH", "CHECK", "OPTION"],
        &["WITH", "LOCAL", "CHECK", "OPTION"],
        &["WITH", "CASCADED", "CHECK", "OPTION"],
    ] {
        end = ends(end, tail).unwrap_or(end);
    }
    let mut inner = Cursor { tokens: &cursor.tokens[..end], ..*cursor };
    if inner.eat("TABLE") {
        let Some(name) = inner.name() else { return (no_reads(cursor), None) };
        let reads = Reads { tables: vec![name.clone()], ..no_reads(cursor) };
        return (reads, Some(Box::new(Query::table(name))));
    }
    let parsed = parse(&inner);
    let query = parsed.as_ref().and_then(|s| select::statement(s, cursor));
    (reads_of(&inner, parsed.as_ref()), query.map(|(query, _)| Box::new(query)))
}

pub(super) fn parse(cursor: &Cursor<'_>) -> Option<Statement> {
    if cursor.tokens.len().saturating_sub(cursor.at) > MAX_PARSED {
        return None;
    }
    let text = cursor.written(cursor.at, cursor.tokens.len());
    parser(cursor.dialect).try_with_sql(text).ok()?.parse_statement().ok()
}

pub(super) fn parser(dialect: Dialect) -> Parser<'static> {
    let grammar: &dyn Grammar = match dialect {
        Dialect::Postgres => &PostgreSqlDialect {},
        Dialect::Sqlite => &SQLiteDialect {},
    };
    Parser::new(grammar).with_recursion_limit(64)
}
