//! CREATE …

use super::{
    Reader,
    cursor::Cursor,
    query,
    scan::{Kind, Statement, slice},
    sql_type,
    table::{
        collation, column, constraint, expression, index_body, is_constraint, sequence_options,
        typeless,
    },
};
use crate::{
    database::Dialect,
    ir::{
        Constraint, ConstraintKind, CreateTable, DefaultValue, Domain, Fires, Including, Like,
        Name, OpKind, Reads, Routine, TableFrom,
    },
    source::Span,
    types::SqlType,
};

pub(super) fn create(reader: &mut Reader<'_>, whole: Span) -> Option<()> {
    let cursor = &mut reader.cursor;
    cursor.advance(1);
    let or_replace = cursor.eat_all(&["OR", "REPLACE"]);
    let (mut temporary, mut unlogged, mut foreign) = (false, false, false);
    while cursor.is_any(&[
        "TEMP",
        "TEMPORARY",
        "UNLOGGED",
        "GLOBAL",
        "LOCAL",
        "RECURSIVE",
        "TRUSTED",
        "FOREIGN",
    ]) && !cursor.is_nth(1, "DATA")
        && !cursor.is_nth(1, "SERVER")
    {
        temporary |= cursor.is_any(&["TEMP", "TEMPORARY"]);
        unlogged |= cursor.is("UNLOGGED");
        foreign |= cursor.is("FOREIGN");
        cursor.advance(1);
    }
    if cursor.eat("TABLE") {
        let mut create = table(cursor, temporary)?;
        (create.options.unlogged, create.options.foreign) = (unlogged, foreign);
        reader.push(OpKind::CreateTable(create), whole);
        return Some(());
    }
    if cursor.is_any(&["UNIQUE", "INDEX"]) {
        return index(reader, whole);
    }
    if cursor.is_any(&["VIEW", "MATERIALIZED"]) {
        return view(reader, whole, or_replace);
    }
    if cursor.eat("TYPE") {
        return ty(reader, whole);
    }
    if cursor.eat("DOMAIN") {
        return domain(reader, whole);
    }
    if cursor.eat("SEQUENCE") {
        return sequence(reader, whole);
    }
    if cursor.eat("EXTENSION") {
        cursor.eat_all(&["IF", "NOT", "EXISTS"]);
        let name = cursor.ident()?;
        cursor.eat("WITH");
        let schema = if cursor.eat("SCHEMA") { cursor.ident() } else { None };
        reader.push(OpKind::CreateExtension { name, schema }, whole);
        return Some(());
    }
    if cursor.is_any(&["FUNCTION", "PROCEDURE"]) {
        cursor.advance(1);
        let name = cursor.name()?;
        let inner = cursor.parens()?;
        let arguments = inner.written(inner.at, inner.tokens.len()).to_owned();
        let sql = cursor.written(0, cursor.tokens.len()).to_owned();
        let returns = returns(cursor);
        reader.push(OpKind::CreateRoutine(Routine { name, arguments, returns, sql }), whole);
        return Some(());
    }
    if cursor.eat("SCHEMA") {
        return schema(reader, whole);
    }
    if cursor.is("TRIGGER") || (cursor.is("CONSTRAINT") && cursor.is_nth(1, "TRIGGER")) {
        return trigger(reader, whole);
    }
    if cursor.eat_all(&["VIRTUAL", "TABLE"]) {
        let if_not_exists = cursor.eat_all(&["IF", "NOT", "EXISTS"]);
        let mut create = CreateTable::new(cursor.name()?);
        create.if_not_exists = if_not_exists;
        create.options.virtual_table = true;
        create.options.module = Some(cursor.written(cursor.at, cursor.tokens.len()).to_owned())
            .filter(|m| !m.is_empty());
        create.from = Some(TableFrom::Query {
            query: None,
            columns: Vec::new(),
            reads: Reads::default(),
            rows: false,
        });
        reader.push(OpKind::CreateTable(create), whole);
        return Some(());
    }
    neutral(reader, whole)
}

/// `RETURNS [SETOF] type`, up to the first word of what follows.
fn returns(cursor: &mut Cursor<'_>) -> SqlType {
    const NEXT: &[&str] = &[
        "AS",
        "LANGUAGE",
        "IMMUTABLE",
        "STABLE",
        "VOLATILE",
        "STRICT",
        "CALLED",
        "SECURITY",
        "COST",
        "ROWS",
        "PARALLEL",
        "SET",
        "WINDOW",
        "LEAKPROOF",
        "NOT",
        "RETURN",
        "BEGIN",
        "SUPPORT",
        "TRANSFORM",
        "EXTERNAL",
        "RETURNS",
    ];
    if !cursor.eat("RETURNS") || cursor.is("TABLE") {
        return SqlType::unknown();
    }
    cursor.eat("SETOF");
    let from = cursor.at;
    while !cursor.done() && !cursor.is_any(NEXT) {
        cursor.skip();
    }
    let ty = sql_type(cursor.written(from, cursor.at), cursor.dialect);
    match ty.name.as_str() {
        "trigger" | "void" | "record" | "event_trigger" => SqlType::unknown(),
        name if name.contains('%') || name.starts_with("any") => SqlType::unknown(),
        _ => ty,
    }
}

/// `CREATE SCHEMA app [AUTHORIZATION joe] [CREATE TABLE …]`: what is made with it is in it.
fn schema(reader: &mut Reader<'_>, whole: Span) -> Option<()> {
    let cursor = &mut reader.cursor;
    cursor.eat_all(&["IF", "NOT", "EXISTS"]);
    let named = if cursor.is("AUTHORIZATION") { None } else { Some(cursor.ident()?) };
    let owner = if cursor.eat("AUTHORIZATION") { Some(cursor.ident()?) } else { None };
    let name = named.or(owner)?;
    reader.push(OpKind::CreateSchema { name: name.clone() }, whole);
    while !reader.cursor.done() {
        let from = reader.cursor.at;
        reader.cursor.skip();
        while !reader.cursor.done() && !reader.cursor.is_any(&["CREATE", "GRANT"]) {
            reader.cursor.skip();
        }
        let tokens = &reader.cursor.tokens[from..reader.cursor.at];
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { continue };
        let element = Statement { tokens, start: first.start, end: last.end };
        let cursor = Cursor { tokens, at: 0, path: Some(&name), ..reader.cursor };
        let mut nested = Reader::new(cursor);
        nested.statement(&element);
        reader.out.append(&mut nested.out);
    }
    Some(())
}

/// What has no place in the schema model: functions, extensions, policies, roles …
fn neutral(reader: &mut Reader<'_>, whole: Span) -> Option<()> {
    const KNOWN: &[&str] = &[
        "AGGREGATE",
        "CONVERSION",
        "DEFAULT",
        "POLICY",
        "RULE",
        "ROLE",
        "USER",
        "GROUP",
        "OPERATOR",
        "CAST",
        "COLLATION",
        "STATISTICS",
        "PUBLICATION",
        "SUBSCRIPTION",
        "SERVER",
        "LANGUAGE",
        "DATABASE",
        "TEXT",
        "EVENT",
        "ACCESS",
        "TABLESPACE",
        "TRANSFORM",
        "DATA",
        "PROCEDURAL",
        "FOREIGN",
    ];
    let cursor = &reader.cursor;
    let word = cursor.peek().map(|t| cursor.str(t).to_ascii_uppercase())?;
    if !KNOWN.contains(&word.as_str()) {
        return None;
    }
    reader.push(OpKind::Neutral { what: format!("CREATE {word}") }, whole);
    Some(())
}

fn table(cursor: &mut Cursor<'_>, temporary: bool) -> Option<CreateTable> {
    let if_not_exists = cursor.eat_all(&["IF", "NOT", "EXISTS"]);
    let mut create = CreateTable::new(cursor.name()?);
    (create.if_not_exists, create.temporary) = (if_not_exists, temporary);
    if cursor.eat_all(&["PARTITION", "OF"]) {
        let parent = cursor.name()?;
        // Constraints and defaults of its own.
        if let Some(inner) = cursor.parens() {
            partition_items(inner, &mut create);
        }
        let from = cursor.at;
        while !cursor.done() && !cursor.is_any(&["PARTITION", "WITH", "TABLESPACE", "USING"]) {
            // `FOR VALUES WITH (MODULUS 4, REMAINDER 0)`.
            if cursor.eat_all(&["FOR", "VALUES"]) {
                cursor.eat("WITH");
            }
            cursor.skip();
        }
        let bound = cursor.written(from, cursor.at).to_owned();
        if cursor.eat_all(&["PARTITION", "BY"]) {
            create.options.partition_by = Some(partition_key(cursor));
        }
        create.from = Some(TableFrom::PartitionOf { table: parent, bound });
        return Some(create);
    }
    if cursor.punct(b'(') {
        let mut inner = cursor.parens()?;
        if inner.is_any(&["SELECT", "WITH"]) {
            create.from = Some(query::table_from(&inner));
            return Some(create);
        }
        let mut bare = None;
        while !inner.done() {
            let from = inner.at;
            item(&mut inner, &mut create)?;
            tell_line(&inner, from, &mut create, &mut bare);
            let loose = inner.dialect == Dialect::Sqlite && is_constraint(&inner);
            if !inner.done() && !inner.eat_punct(b',') && !loose {
                return None;
            }
        }
    }
    while !cursor.done() {
        if cursor.eat("AS") {
            create.from = Some(query::table_from(cursor));
            name_columns(&mut create);
            break;
        } else if cursor.eat_all(&["WITHOUT", "ROWID"]) {
            create.options.without_rowid = true;
        } else if cursor.eat("STRICT") {
            create.options.strict = true;
        } else if cursor.eat("INHERITS") {
            let mut inner = cursor.parens()?;
            let mut parents = Vec::new();
            while let Some(name) = inner.name() {
                parents.push(name);
                inner.eat_punct(b',');
            }
            if !parents.is_empty() {
                create.from = Some(TableFrom::Inherits(parents));
            }
        } else if cursor.eat_all(&["PARTITION", "BY"]) {
            create.options.partition_by = Some(partition_key(cursor));
        } else {
            cursor.skip();
        }
    }
    Some(create)
}

/// `CREATE TABLE t (a, b) AS SELECT …`: the list only renames the query's columns.
fn name_columns(create: &mut CreateTable) {
    if let Some(TableFrom::Query { columns, .. }) = &mut create.from {
        columns.extend(create.columns.drain(..).map(|named| named.name));
    }
}

/// Marks a foreign key that a pattern takes for the end of an earlier one, which lists no
/// referenced columns and begins at `bare`, on the same line (SQLite). The item begins at `from`.
fn tell_line(inner: &Cursor<'_>, from: usize, create: &mut CreateTable, bare: &mut Option<usize>) {
    let Some(last) = create.constraints.last_mut().filter(|_| inner.dialect == Dialect::Sqlite)
    else {
        return;
    };
    let Some(fk) = last.foreign_key().filter(|_| !last.inline) else { return };
    let place = |at: usize| inner.tokens.get(at).map_or(0, |t| t.start as usize);
    let listed = !fk.columns.is_empty();
    match *bare {
        None if !listed => *bare = Some(place(from)),
        Some(start) if listed => {
            let between = inner.text.get(start..place(inner.at - 1)).unwrap_or_default();
            last.legible = between.contains('\n');
            *bare = None;
        }
        _ => {}
    }
}

fn item(inner: &mut Cursor<'_>, create: &mut CreateTable) -> Option<()> {
    if is_constraint(inner) {
        create.constraints.push(constraint(inner)?);
        return Some(());
    }
    if inner.is("LIKE") {
        inner.advance(1);
        let table = inner.name()?;
        let including = including(inner);
        create.likes.push(Like { table, before: create.columns.len(), including });
        return Some(());
    }
    let made = column(inner)?;
    create.options.autoincrement |= made.autoincrement;
    create.columns.push(made.column);
    create.constraints.extend(made.constraints);
    Some(())
}

/// `INCLUDING ALL EXCLUDING INDEXES`: the later one wins.
fn including(cursor: &mut Cursor<'_>) -> Including {
    let mut including = Including::default();
    while cursor.is_any(&["INCLUDING", "EXCLUDING"]) {
        let on = cursor.is("INCLUDING");
        cursor.advance(1);
        let word = cursor.peek().map(|t| cursor.str(t).to_ascii_uppercase()).unwrap_or_default();
        cursor.advance(1);
        match word.as_str() {
            "ALL" => {
                including = Including {
                    defaults: on,
                    constraints: on,
                    indexes: on,
                    generated: on,
                    identity: on,
                }
            }
            "DEFAULTS" => including.defaults = on,
            "CONSTRAINTS" => including.constraints = on,
            "INDEXES" => including.indexes = on,
            "GENERATED" => including.generated = on,
            "IDENTITY" => including.identity = on,
            _ => {}
        }
    }
    including
}

fn index(reader: &mut Reader<'_>, whole: Span) -> Option<()> {
    let cursor = &mut reader.cursor;
    let unique = cursor.eat("UNIQUE");
    if !cursor.eat("INDEX") {
        return None;
    }
    let concurrently = cursor.eat("CONCURRENTLY");
    let if_not_exists = cursor.eat_all(&["IF", "NOT", "EXISTS"]);
    let name = if cursor.is("ON") { None } else { cursor.name() };
    if !cursor.eat("ON") {
        return None;
    }
    reader.only = cursor.eat("ONLY");
    let mut table = cursor.name()?;
    if cursor.dialect == Dialect::Sqlite {
        table.schema = name.as_ref().and_then(|n| n.schema.clone());
    }
    let index = index_body(cursor, name.map(|n| n.name), unique, whole)?;
    reader.push(OpKind::CreateIndex { table, index, concurrently, if_not_exists }, whole);
    Some(())
}

fn view(reader: &mut Reader<'_>, whole: Span, or_replace: bool) -> Option<()> {
    let cursor = &mut reader.cursor;
    let materialized = cursor.eat("MATERIALIZED");
    if !cursor.eat("VIEW") {
        return None;
    }
    let if_not_exists = cursor.eat_all(&["IF", "NOT", "EXISTS"]);
    let name = cursor.name()?;
    let columns = cursor.idents_in_parens();
    while !cursor.done() && !cursor.is("AS") {
        cursor.skip();
    }
    cursor.eat("AS");
    let sql = Some(cursor.written(cursor.at, cursor.tokens.len()).to_owned());
    let (reads, query) = query::output(cursor);
    let kind = OpKind::CreateView {
        name,
        materialized,
        if_not_exists,
        or_replace,
        columns,
        reads,
        sql,
        query,
    };
    reader.push(kind, whole);
    Some(())
}

/// `CREATE SEQUENCE s AS integer START WITH 1 … OWNED BY t.c`.
fn sequence(reader: &mut Reader<'_>, whole: Span) -> Option<()> {
    let cursor = &mut reader.cursor;
    let if_not_exists = cursor.eat_all(&["IF", "NOT", "EXISTS"]);
    let name = cursor.name()?;
    let (mut options, mut owner): (Vec<&str>, _) = (Vec::new(), None);
    while !cursor.done() {
        if cursor.eat_all(&["OWNED", "BY"]) {
            owner = owned_by(cursor);
            continue;
        }
        options.push(cursor.written(cursor.at, cursor.at + 1));
        cursor.advance(1);
    }
    let options = sequence_options(&options);
    reader.push(OpKind::CreateSequence { name, if_not_exists, options, owner }, whole);
    Some(())
}

/// The table and column behind OWNED BY; `None`: NONE.
pub(super) fn owned_by(cursor: &mut Cursor<'_>) -> Option<(Name, String)> {
    let mut parts = vec![cursor.ident()?];
    while cursor.eat_punct(b'.') {
        parts.push(cursor.ident()?);
    }
    let column = parts.pop()?;
    let table = parts.pop()?;
    Some((Name::new(parts.pop().as_deref().or(cursor.path), &table), column))
}

/// `RANGE (a, lower(b))`, as written.
fn partition_key(cursor: &mut Cursor<'_>) -> String {
    let from = cursor.at;
    cursor.ident();
    cursor.parens();
    cursor.written(from, cursor.at).to_owned()
}

/// What a partition says of its own columns: `(a DEFAULT 1, CHECK (…))`. Columns are the parent's,
/// so only constraints are new.
fn partition_items(mut inner: Cursor<'_>, create: &mut CreateTable) {
    while !inner.done() {
        if is_constraint(&inner) {
            create.constraints.extend(constraint(&mut inner));
        } else if let Some(made) = typeless(&mut inner) {
            create.columns.push(made.column);
            create.constraints.extend(made.constraints);
        }
        inner.skip_item();
        inner.eat_punct(b',');
    }
}

fn ty(reader: &mut Reader<'_>, whole: Span) -> Option<()> {
    let cursor = &mut reader.cursor;
    let name = cursor.name()?;
    if !cursor.eat_all(&["AS", "ENUM"]) {
        let sql = cursor.written(cursor.at, cursor.tokens.len()).to_owned();
        reader.push(OpKind::CreateType { name, sql }, whole);
        return Some(());
    }
    let inner = cursor.parens()?;
    let labels = inner.tokens[inner.at..]
        .iter()
        .filter(|t| t.kind == Kind::Text)
        .map(|t| literal(slice(inner.text, *t)))
        .collect();
    reader.push(OpKind::CreateEnum { name, labels, checkfirst: false }, whole);
    Some(())
}

fn domain(reader: &mut Reader<'_>, whole: Span) -> Option<()> {
    let cursor = &mut reader.cursor;
    let name = cursor.name()?;
    cursor.eat("AS");
    let from = cursor.at;
    while !cursor.done()
        && !cursor.is_any(&["COLLATE", "DEFAULT", "CONSTRAINT", "NOT", "NULL", "CHECK"])
    {
        cursor.skip();
    }
    let mut domain = Domain::over(sql_type(cursor.written(from, cursor.at), cursor.dialect));
    while !cursor.done() {
        let at = cursor.at;
        let given = if cursor.eat("CONSTRAINT") { Some(cursor.ident()?) } else { None };
        if cursor.eat_all(&["NOT", "NULL"]) {
            domain.nullable = false;
        } else if cursor.eat("NULL") {
            domain.nullable = true;
        } else if cursor.eat("DEFAULT") {
            domain.default = Some(DefaultValue::sql(expression(cursor)));
        } else if cursor.eat("COLLATE") {
            domain.collation = collation(cursor);
        } else if cursor.eat("CHECK") {
            let inner = cursor.parens()?;
            let sql = inner.written(inner.at, inner.tokens.len()).to_owned();
            let kind = ConstraintKind::Check { sql: Some(sql) };
            domain.checks.push(Constraint::new(
                given,
                Vec::new(),
                kind,
                cursor.span(at, cursor.at),
            ));
        } else {
            return None;
        }
    }
    reader.push(OpKind::CreateDomain { name, domain }, whole);
    Some(())
}

fn trigger(reader: &mut Reader<'_>, whole: Span) -> Option<()> {
    let cursor = &mut reader.cursor;
    cursor.eat("CONSTRAINT");
    cursor.eat("TRIGGER");
    let if_not_exists = cursor.eat_all(&["IF", "NOT", "EXISTS"]);
    let name = cursor.name()?;
    let fires = match () {
        () if cursor.eat("AFTER") => Fires::After,
        () if cursor.eat_all(&["INSTEAD", "OF"]) => Fires::InsteadOf,
        () => Fires::Before,
    };
    while !cursor.done() && !cursor.is("ON") {
        cursor.skip();
    }
    cursor.eat("ON");
    let table = cursor.name()?;
    let sql = Some(cursor.written(0, cursor.tokens.len()).to_owned());
    reader.push(OpKind::CreateTrigger { if_not_exists, name: name.name, table, fires, sql }, whole);
    Some(())
}

/// What a string literal stands for.
pub(super) fn literal(text: &str) -> String {
    let inner = text.strip_prefix(['e', 'E']).unwrap_or(text);
    match inner.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')) {
        Some(inner) => inner.replace("''", "'"),
        None => inner.trim_matches('$').to_owned(),
    }
}

/// A view or table that nothing is known of but its words.
pub(super) fn no_reads(cursor: &Cursor<'_>) -> Reads {
    let words = cursor.words().collect();
    Reads { tables: Vec::new(), words, star: cursor.selects_all(), columns: None }
}
