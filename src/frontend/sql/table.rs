//! Column definitions and constraints: the inside of CREATE TABLE and ADD COLUMN.

use super::{cursor::Cursor, named::columns_of, scan::Kind, sql_type};
use crate::{
    database::Dialect,
    ir::{
        Column, Constraint, ConstraintKind, DefaultValue, ForeignKey, Generated, Identity, Index,
        IndexPart, Indexed,
    },
    schema::called,
    source::Span,
    types::SqlType,
};

/// Words that end a type or a default: the next clause of a column begins.
const CLAUSES: &[&str] = &[
    "CONSTRAINT",
    "NOT",
    "NULL",
    "DEFAULT",
    "PRIMARY",
    "UNIQUE",
    "REFERENCES",
    "CHECK",
    "COLLATE",
    "GENERATED",
    "DEFERRABLE",
    "INITIALLY",
    "STORAGE",
    "COMPRESSION",
    "AUTOINCREMENT",
    "ON",
    "AS",
    "HIDDEN",
    "OPTIONS",
];

/// What types are written with, besides words: `a.b`, `numeric(10, 2)`, `text[]`.
const OF_TYPES: &[u8] = b".()[]";

/// A column with what is written on it.
pub(super) struct Definition {
    pub(super) column: Column,
    pub(super) constraints: Vec<Constraint>,
    pub(super) autoincrement: bool,
}

/// `name type [clauses]`, up to the next comma or the end.
pub(super) fn column(cursor: &mut Cursor<'_>) -> Option<Definition> {
    let from = cursor.at;
    let name = cursor.ident()?;
    let ty_from = cursor.at;
    while !cursor.done() && !cursor.punct(b',') && !is_clause(cursor) {
        // Something is filled in here before the SQL runs, or it is none.
        if cursor.peek().is_some_and(|t| matches!(t.kind, Kind::Punct(b) if !OF_TYPES.contains(&b)))
        {
            return None;
        }
        cursor.skip();
    }
    let written = cursor.written(ty_from, cursor.at);
    let (ty, serial) = column_type(written, cursor.dialect);
    let mut column = Column::new(&name, ty, cursor.span(from, cursor.at));
    column.serial = serial;
    clauses(cursor, from, column)
}

/// Whether a clause begins here, and not a name such as `storage.kind`.
fn is_clause(cursor: &Cursor<'_>) -> bool {
    let dot = |t: &super::scan::Token| t.kind == Kind::Punct(b'.');
    let before = cursor.at.checked_sub(1).and_then(|at| cursor.tokens.get(at));
    cursor.is_any(CLAUSES) && !before.is_some_and(dot) && !cursor.nth(1).is_some_and(|t| dot(&t))
}

/// `name [WITH OPTIONS] [clauses]`: a column whose type another table or a type says.
pub(super) fn typeless(cursor: &mut Cursor<'_>) -> Option<Definition> {
    let from = cursor.at;
    let name = cursor.ident()?;
    cursor.eat_all(&["WITH", "OPTIONS"]);
    let column = Column::new(&name, SqlType::unknown(), cursor.span(from, cursor.at));
    clauses(cursor, from, column)
}

fn clauses(cursor: &mut Cursor<'_>, from: usize, column: Column) -> Option<Definition> {
    let mut made = Definition { column, constraints: Vec::new(), autoincrement: false };
    while !cursor.done() && !cursor.punct(b',') {
        clause(cursor, &mut made)?;
    }
    made.column.span = cursor.span(from, cursor.at);
    if cursor.dialect == Dialect::Sqlite {
        tell_words(cursor, from, &mut made.constraints);
    }
    Some(made)
}

/// Marks each UNIQUE that something but words stands before. The column's name is the token at
/// `from`.
fn tell_words(cursor: &Cursor<'_>, from: usize, constraints: &mut [Constraint]) {
    let uniques =
        constraints.iter_mut().filter(|c| matches!(c.kind, ConstraintKind::Unique { .. }));
    let written = cursor.tokens.get(from..cursor.at).unwrap_or_default();
    let Some((name, rest)) = written.split_first() else { return };
    let of_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let spelled = cursor.str(*name);
    let plain =
        spelled.starts_with('"') || spelled.trim_matches(['[', ']', '`']).chars().all(of_word);
    let between = |c: char| of_word(c) || c == ' ' || c == '\t';
    let tail = cursor.text.get(name.end as usize..).unwrap_or_default();
    let words = tail.find(|c| !between(c)).unwrap_or(tail.len());
    let worded = rest.iter().skip(1).take_while(|t| ((t.start - name.end) as usize) < words);
    let worded = worded.filter(|t| cursor.str(**t).eq_ignore_ascii_case("UNIQUE")).count();
    for (at, unique) in uniques.enumerate() {
        unique.legible = plain && at < worded;
    }
}

/// `serial` is no type of its own: an integer fed by a sequence (manual, 8.1.4).
pub(super) fn column_type(written: &str, dialect: Dialect) -> (SqlType, bool) {
    if dialect == Dialect::Postgres {
        let integer = match written.trim().to_ascii_lowercase().as_str() {
            "serial" | "serial4" => Some("integer"),
            "bigserial" | "serial8" => Some("bigint"),
            "smallserial" | "serial2" => Some("smallint"),
            _ => None,
        };
        if let Some(integer) = integer {
            return (SqlType::named(integer), true);
        }
    }
    (sql_type(written, dialect), false)
}

fn clause(cursor: &mut Cursor<'_>, made: &mut Definition) -> Option<()> {
    let from = cursor.at;
    let name = if cursor.eat("CONSTRAINT") { Some(cursor.ident()?) } else { None };
    let column = made.column.name.clone();
    let mut add = |kind: ConstraintKind, cursor: &Cursor<'_>| {
        let mut constraint =
            Constraint::new(name.clone(), vec![column.clone()], kind, cursor.span(from, cursor.at));
        constraint.inline = true;
        made.constraints.push(constraint);
    };
    if cursor.eat_all(&["NOT", "NULL"]) {
        made.column.nullable = false;
        cursor.eat_all(&["NO", "INHERIT"]);
        conflict(cursor);
    } else if cursor.eat_all(&["NOT", "DEFERRABLE"]) {
        // The default.
    } else if cursor.eat("DEFERRABLE") {
        if let Some(last) = made.constraints.last_mut() {
            last.deferrable = true;
        }
    } else if cursor.eat("NULL") {
        made.column.nullable = true;
    } else if cursor.eat("DEFAULT") {
        made.column.default = Some(DefaultValue::sql(expression(cursor)));
    } else if cursor.eat_all(&["PRIMARY", "KEY"]) {
        cursor.eat_any(&["ASC", "DESC"]);
        let on_conflict = conflict(cursor);
        let autoincrement = cursor.eat("AUTOINCREMENT");
        let include = index_parameters(cursor);
        add(ConstraintKind::PrimaryKey, cursor);
        made.autoincrement |= autoincrement;
        if let Some(last) = made.constraints.last_mut() {
            (last.include, last.on_conflict) = (include, on_conflict);
        }
    } else if cursor.eat("UNIQUE") {
        let nulls_not_distinct = cursor.eat_all(&["NULLS", "NOT", "DISTINCT"]);
        cursor.eat_all(&["NULLS", "DISTINCT"]);
        let on_conflict = conflict(cursor);
        let include = index_parameters(cursor);
        add(ConstraintKind::Unique { nulls_not_distinct }, cursor);
        if let Some(last) = made.constraints.last_mut() {
            (last.include, last.on_conflict) = (include, on_conflict);
        }
    } else if cursor.is("REFERENCES") {
        let fk = references(cursor)?;
        add(ConstraintKind::ForeignKey(fk), cursor);
    } else if cursor.eat("CHECK") {
        let inner = cursor.parens()?;
        let sql = inner.written(inner.at, inner.tokens.len()).to_owned();
        let no_inherit = cursor.eat_all(&["NO", "INHERIT"]);
        let on_conflict = conflict(cursor);
        add(ConstraintKind::Check { sql: Some(sql) }, cursor);
        if let Some(last) = made.constraints.last_mut() {
            (last.no_inherit, last.on_conflict) = (no_inherit, on_conflict);
            last.reads = columns_of(&inner);
        }
    } else if cursor.eat("COLLATE") {
        made.column.collation = collation(cursor);
    } else if cursor.is("GENERATED") || cursor.is("AS") {
        generated(cursor, made)?;
    } else if cursor.eat("INITIALLY") {
        let deferred = cursor.is("DEFERRED");
        cursor.advance(1);
        if let Some(last) = made.constraints.last_mut() {
            last.initially_deferred = deferred;
            // PostgreSQL, CREATE TABLE: INITIALLY DEFERRED implies DEFERRABLE.
            last.deferrable |= deferred;
        }
    } else if cursor.eat("STORAGE") || cursor.eat("COMPRESSION") {
        cursor.ident()?;
    } else if cursor.eat("OPTIONS") {
        cursor.parens();
    } else if cursor.eat("AUTOINCREMENT") {
        made.autoincrement = true;
    } else if cursor.eat_all(&["NOT", "VALID"]) {
        if let Some(last) = made.constraints.last_mut() {
            last.validated = false;
        }
    } else if cursor.eat_all(&["NOT", "ENFORCED"]) {
        if let Some(last) = made.constraints.last_mut() {
            (last.enforced, last.validated) = (false, false);
        }
    } else if cursor.eat("ENFORCED") {
        // The default.
    } else {
        return None;
    }
    Some(())
}

/// `GENERATED ALWAYS AS IDENTITY (…)`, `GENERATED ALWAYS AS (…) STORED`, SQLite's `AS (…)`.
fn generated(cursor: &mut Cursor<'_>, made: &mut Definition) -> Option<()> {
    let mut always = true;
    if cursor.eat("GENERATED") {
        always = !cursor.eat_all(&["BY", "DEFAULT"]);
        cursor.eat("ALWAYS");
    }
    if !cursor.eat("AS") {
        return None;
    }
    if cursor.eat("IDENTITY") {
        made.column.identity = Some(identity(cursor, always));
        made.column.nullable = false;
        return Some(());
    }
    let inner = cursor.parens()?;
    let sql = inner.written(inner.at, inner.tokens.len()).to_owned();
    let stored = cursor.eat("STORED");
    cursor.eat("VIRTUAL");
    let reads = columns_of(&inner);
    made.column.generated = Some(Generated { sql, stored, reads });
    Some(())
}

/// `IDENTITY`'s options, if any: `(SEQUENCE NAME s START WITH 10 …)`.
pub(super) fn identity(cursor: &mut Cursor<'_>, always: bool) -> Identity {
    let mut identity = Identity::new(always);
    let Some(mut inner) = cursor.parens() else { return identity };
    let mut options: Vec<&str> = Vec::new();
    while !inner.done() {
        if inner.eat_all(&["SEQUENCE", "NAME"]) {
            identity.sequence = inner.name();
            continue;
        }
        options.push(inner.written(inner.at, inner.at + 1));
        inner.advance(1);
    }
    identity.options = sequence_options(&options);
    identity
}

/// What is said of a sequence, without what holds anyway (PostgreSQL, CREATE SEQUENCE): pg_dump
/// says all of it.
pub(super) fn sequence_options(words: &[&str]) -> String {
    const USUAL: &[&[&str]] = &[
        &["START", "WITH", "1"],
        &["START", "1"],
        &["INCREMENT", "BY", "1"],
        &["INCREMENT", "1"],
        &["NO", "MINVALUE"],
        &["NO", "MAXVALUE"],
        &["NO", "CYCLE"],
        &["CACHE", "1"],
    ];
    let (mut kept, mut at) = (Vec::new(), 0);
    while at < words.len() {
        let usual = USUAL.iter().find(|usual| {
            let here = words.get(at..at + usual.len()).unwrap_or_default();
            here.len() == usual.len()
                && here.iter().zip(**usual).all(|(word, usual)| word.eq_ignore_ascii_case(usual))
        });
        match usual {
            Some(usual) => at += usual.len(),
            None => {
                kept.push(words[at]);
                at += 1;
            }
        }
    }
    kept.join(" ").replace("- ", "-")
}

/// The name behind COLLATE, as written where a schema is named.
pub(super) fn collation(cursor: &mut Cursor<'_>) -> Option<String> {
    // The server's own are found before whatever the path lists.
    let path = cursor.path.take();
    let name = cursor.name();
    cursor.path = path;
    name.map(|name| match name.schema.as_deref() {
        None | Some("pg_catalog") => name.name,
        Some(_) => name.to_string(),
    })
}

/// SQLite's `ON CONFLICT …`.
fn conflict(cursor: &mut Cursor<'_>) -> Option<String> {
    if !cursor.eat_all(&["ON", "CONFLICT"]) {
        return None;
    }
    let word = cursor.peek().map(|t| cursor.str(t).to_ascii_uppercase());
    cursor.advance(1);
    word
}

/// `INCLUDE (…)`, `WITH (…)`, `USING INDEX TABLESPACE x` after UNIQUE and PRIMARY KEY: what is
/// included.
fn index_parameters(cursor: &mut Cursor<'_>) -> Vec<String> {
    let mut include = Vec::new();
    loop {
        if cursor.eat("INCLUDE") {
            include = cursor.idents_in_parens();
        } else if cursor.eat("WITH") {
            cursor.parens();
        } else if cursor.eat_all(&["USING", "INDEX", "TABLESPACE"]) {
            cursor.ident();
        } else {
            return include;
        }
    }
}

/// A default or USING expression: everything up to the next clause or comma.
pub(super) fn expression<'a>(cursor: &mut Cursor<'a>) -> &'a str {
    let from = cursor.at;
    if !cursor.done() {
        cursor.skip();
    }
    loop {
        // A default ends before COLLATE, which is the column's (`b_expr` of PostgreSQL's grammar).
        if cursor.done() || cursor.punct(b',') || cursor.is_any(CLAUSES) {
            break;
        }
        cursor.skip();
    }
    cursor.written(from, cursor.at)
}

/// `REFERENCES t (c) MATCH … ON DELETE … ON UPDATE …`.
pub(super) fn references(cursor: &mut Cursor<'_>) -> Option<ForeignKey> {
    if !cursor.eat("REFERENCES") {
        return None;
    }
    let table = cursor.name()?;
    let columns = cursor.idents_in_parens();
    let mut fk = ForeignKey::to(table, columns);
    loop {
        if cursor.eat("MATCH") {
            fk.match_full = cursor.is("FULL");
            cursor.ident();
        } else if cursor.eat_all(&["ON", "DELETE"]) {
            (fk.on_delete, fk.set_columns) = action(cursor);
        } else if cursor.eat_all(&["ON", "UPDATE"]) {
            fk.on_update = action(cursor).0;
        } else {
            return Some(fk);
        }
    }
}

/// What happens, and to which columns only.
fn action(cursor: &mut Cursor<'_>) -> (Option<String>, Vec<String>) {
    for words in [["SET", "NULL"], ["SET", "DEFAULT"], ["NO", "ACTION"]] {
        if cursor.eat_all(&words) {
            let columns = cursor.idents_in_parens();
            return ((words != ["NO", "ACTION"]).then(|| words.join(" ")), columns);
        }
    }
    let word = cursor.peek().map(|t| cursor.str(t).to_ascii_uppercase());
    cursor.advance(1);
    (word, Vec::new())
}

/// Whether a table-level constraint begins here.
pub(super) fn is_constraint(cursor: &Cursor<'_>) -> bool {
    let keyed = |word: &str, next: &str| cursor.is(word) && cursor.is_nth(1, next);
    let listed =
        |word: &str| cursor.is(word) && cursor.nth(1).is_some_and(|t| t.kind == Kind::Punct(b'('));
    cursor.is("CONSTRAINT")
        || keyed("PRIMARY", "KEY")
        || keyed("FOREIGN", "KEY")
        || listed("UNIQUE")
        || keyed("UNIQUE", "NULLS")
        || keyed("UNIQUE", "USING")
        || listed("CHECK")
        || (cursor.is("EXCLUDE") && (cursor.is_nth(1, "USING") || listed("EXCLUDE")))
        || keyed("NOT", "NULL")
}

/// A table-level constraint, up to the next comma or the end.
pub(super) fn constraint(cursor: &mut Cursor<'_>) -> Option<Constraint> {
    let from = cursor.at;
    let name = if cursor.eat("CONSTRAINT") { Some(cursor.ident()?) } else { None };
    let (mut using_index, mut reads) = (None, None);
    let (columns, kind) = if cursor.eat_all(&["PRIMARY", "KEY"]) {
        (key_columns(cursor, &mut using_index)?, ConstraintKind::PrimaryKey)
    } else if cursor.eat("UNIQUE") {
        let nulls_not_distinct = cursor.eat_all(&["NULLS", "NOT", "DISTINCT"]);
        cursor.eat_all(&["NULLS", "DISTINCT"]);
        (key_columns(cursor, &mut using_index)?, ConstraintKind::Unique { nulls_not_distinct })
    } else if cursor.eat_all(&["FOREIGN", "KEY"]) {
        let columns = cursor.idents_in_parens();
        (columns, ConstraintKind::ForeignKey(references(cursor)?))
    } else if cursor.eat("CHECK") {
        let inner = cursor.parens()?;
        let sql = inner.written(inner.at, inner.tokens.len()).to_owned();
        reads = columns_of(&inner);
        let columns = reads.clone().unwrap_or_else(|| check_columns(&inner));
        (columns, ConstraintKind::Check { sql: Some(sql) })
    } else if cursor.eat("EXCLUDE") {
        let (columns, kind, named) = exclude(cursor);
        reads = named;
        (columns, kind)
    } else if cursor.eat_all(&["NOT", "NULL"]) {
        (vec![cursor.ident()?], ConstraintKind::NotNull)
    } else {
        return None;
    };
    let mut made = Constraint::new(name, columns, kind, cursor.span(from, cursor.at));
    (made.using_index, made.reads) = (using_index, reads);
    loop {
        if cursor.eat_all(&["NOT", "VALID"]) {
            made.validated = false;
        } else if cursor.eat_all(&["NOT", "ENFORCED"]) {
            // No row is ever checked, so it proves as little as NOT VALID.
            (made.validated, made.enforced) = (false, false);
        } else if cursor.eat_all(&["NO", "INHERIT"]) {
            made.no_inherit = true;
        } else if cursor.eat_all(&["NOT", "DEFERRABLE"])
            || cursor.eat_all(&["INITIALLY", "IMMEDIATE"])
            || cursor.eat("ENFORCED")
        {
        } else if cursor.eat("DEFERRABLE") {
            made.deferrable = true;
        } else if cursor.eat_all(&["INITIALLY", "DEFERRED"]) {
            (made.deferrable, made.initially_deferred) = (true, true);
        } else if cursor.is("INCLUDE") || cursor.is("WITH") || cursor.is("USING") {
            made.include.extend(index_parameters(cursor));
        } else if cursor.is_all_conflict() {
            made.on_conflict = conflict(cursor);
        } else {
            break;
        }
    }
    made.span = cursor.span(from, cursor.at);
    // SQLite's grammar lets table constraints follow each other without a comma.
    let loose = cursor.dialect == Dialect::Sqlite && is_constraint(cursor);
    (cursor.done() || cursor.punct(b',') || loose).then_some(made)
}

impl Cursor<'_> {
    fn is_all_conflict(&self) -> bool {
        self.is("ON") && self.is_nth(1, "CONFLICT")
    }
}

/// `EXCLUDE USING gist (a WITH =, b WITH &&) WHERE (…)`, up to what may follow a constraint: its
/// parts by name, and the columns that it reads.
fn exclude(cursor: &mut Cursor<'_>) -> (Vec<String>, ConstraintKind, Option<Vec<String>>) {
    let from = cursor.at;
    let (mut columns, mut reads) = (Vec::new(), Some(Vec::new()));
    let mut read = |inner: &Cursor<'_>| {
        reads = match (reads.take(), columns_of(inner)) {
            (Some(known), Some(more)) => Some(known.into_iter().chain(more).collect()),
            _ => None,
        };
    };
    let mut plain = Vec::new();
    while !cursor.done()
        && !cursor.punct(b',')
        && !cursor.is_any(&["DEFERRABLE", "INITIALLY", "NOT"])
    {
        if cursor.punct(b'(') && columns.is_empty() {
            let mut at = *cursor;
            let parts = at.parens().map(|inner| index_parts(inner, &mut |e| read(&e)));
            for part in parts.unwrap_or_default() {
                columns.push(match part.of {
                    Indexed::Column(name) => {
                        plain.push(name.clone());
                        name
                    }
                    Indexed::Expression(sql) => called(&sql).unwrap_or("expr".to_owned()),
                });
            }
        } else if cursor.is("WHERE") {
            let mut at = *cursor;
            at.skip();
            if let Some(inner) = at.parens() {
                read(&inner);
            }
        }
        cursor.skip();
    }
    let reads = reads.map(|more| plain.into_iter().chain(more).collect());
    let sql = cursor.written(from, cursor.at).to_owned();
    (columns, ConstraintKind::Exclude { sql: Some(sql) }, reads)
}

/// `(a, b)`, or `USING INDEX i`.
fn key_columns(cursor: &mut Cursor<'_>, using_index: &mut Option<String>) -> Option<Vec<String>> {
    if cursor.eat_all(&["USING", "INDEX"]) {
        *using_index = Some(cursor.ident()?);
        return Some(Vec::new());
    }
    cursor.punct(b'(').then(|| cursor.idents_in_parens())
}

/// The names a CHECK uses, as far as its tokens tell: words that no parenthesis follows.
pub(super) fn check_columns(inner: &Cursor<'_>) -> Vec<String> {
    const NOT_NAMES: &[&str] = &[
        "and",
        "or",
        "not",
        "is",
        "null",
        "in",
        "between",
        "like",
        "ilike",
        "true",
        "false",
        "any",
        "all",
        "array",
        "case",
        "when",
        "then",
        "else",
        "end",
        "similar",
        "to",
        "text",
        "character",
        "varying",
        "distinct",
        "from",
        "integer",
        "bigint",
        "numeric",
        "double",
        "precision",
        "timestamp",
        "with",
        "without",
        "time",
        "zone",
    ];
    let mut names = Vec::new();
    let mut cursor = *inner;
    while let Some(token) = cursor.peek() {
        let called = cursor.nth(1).is_some_and(|t| matches!(t.kind, Kind::Punct(b'(' | b'.')));
        let cast = cursor.at > 0 && cursor.tokens[cursor.at - 1].kind == Kind::Punct(b':');
        let name = cursor.ident();
        if name.is_none() {
            cursor.advance(1);
        }
        let Some(name) = name else { continue };
        let keyword = token.kind == Kind::Word && NOT_NAMES.contains(&name.to_lowercase().as_str());
        if !called && !cast && !keyword && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The parts of an index: `(a, lower(b), c COLLATE "C" text_pattern_ops DESC NULLS LAST)`.
/// Expressions are shown to `see`.
pub(super) fn index_parts<'a>(
    mut inner: Cursor<'a>,
    see: &mut dyn FnMut(Cursor<'a>),
) -> Vec<IndexPart> {
    let mut parts = Vec::new();
    while !inner.done() {
        let from = inner.at;
        let plain =
            inner.ident().filter(|_| inner.done() || inner.punct(b',') || is_ordering(&inner));
        let within = match plain {
            Some(_) => None,
            None => {
                inner.at = from;
                column_within(&mut inner)
            }
        };
        let (plain, collated) = match within {
            Some((name, collated)) => (Some(name), collated),
            None => (plain, None),
        };
        let of = match plain {
            Some(name) => Indexed::Column(name),
            None => {
                inner.at = from;
                let mut end = from;
                while !(inner.done() || inner.punct(b',') || inner.at > from && is_ordering(&inner))
                {
                    inner.skip();
                    end = inner.at;
                }
                see(Cursor { tokens: &inner.tokens[..end], at: from, ..inner });
                Indexed::Expression(inner.written(from, end).to_owned())
            }
        };
        let mut part = IndexPart::new(of);
        part.collation = collated;
        order(&mut inner, &mut part);
        parts.push(part);
        inner.skip_item();
        inner.eat_punct(b',');
    }
    parts
}

/// Words that are values, and no columns.
const VALUES: &[&str] = &[
    "TRUE",
    "FALSE",
    "NULL",
    "CURRENT_CATALOG",
    "CURRENT_DATE",
    "CURRENT_ROLE",
    "CURRENT_SCHEMA",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "CURRENT_USER",
    "LOCALTIME",
    "LOCALTIMESTAMP",
    "SESSION_USER",
    "USER",
];

/// A column in parentheses, with its collation: `((a))`, `(a COLLATE "C")`. Both databases take
/// it for the column (PostgreSQL `ComputeIndexAttrs`, SQLite `sqlite3CreateIndex`).
fn column_within(cursor: &mut Cursor<'_>) -> Option<(String, Option<String>)> {
    let from = cursor.at;
    let mut found = None;
    let mut inner = cursor.parens();
    while let Some(mut part) = inner {
        if let Some(deeper) = part.parens() {
            inner = Some(deeper).filter(|_| part.done());
            continue;
        }
        if part.is_any(VALUES) {
            break;
        }
        let name = part.ident();
        let collated = if part.eat("COLLATE") { collation(&mut part) } else { None };
        found = name.filter(|_| part.done()).map(|name| (name, collated));
        break;
    }
    let ends = cursor.done() || cursor.punct(b',') || is_ordering(cursor);
    if found.is_none() || !ends {
        cursor.at = from;
        return None;
    }
    found
}

/// The names that stand in double quotes.
fn double_quoted(mut inner: Cursor<'_>) -> Vec<String> {
    let mut names = Vec::new();
    while let Some(token) = inner.peek() {
        let quoted = token.kind == Kind::Quoted && inner.str(token).starts_with('"');
        match inner.ident() {
            Some(name) if quoted => names.push(name),
            Some(_) => {}
            None => inner.advance(1),
        }
    }
    names
}

/// What may follow a part of an index.
fn order(inner: &mut Cursor<'_>, part: &mut IndexPart) {
    while !inner.done() && !inner.punct(b',') {
        if inner.eat("COLLATE") {
            part.collation = collation(inner);
        } else if inner.eat("ASC") {
            part.descending = false;
        } else if inner.eat("DESC") {
            part.descending = true;
        } else if inner.eat_all(&["NULLS", "FIRST"]) {
            part.nulls_first = Some(true);
        } else if inner.eat_all(&["NULLS", "LAST"]) {
            part.nulls_first = Some(false);
        } else if inner.is("WITH") {
            return;
        } else {
            let from = inner.at;
            if inner.name().is_none() {
                return;
            }
            inner.parens();
            part.opclass = Some(inner.written(from, inner.at).to_owned());
        }
    }
}

/// COLLATE, an operator class, ASC, DESC, NULLS …: what may follow a part of an index.
fn is_ordering(cursor: &Cursor<'_>) -> bool {
    cursor
        .peek()
        .is_some_and(|t| t.kind == Kind::Word && !cursor.is_any(&["AND", "OR", "IS", "IN", "LIKE"]))
}

/// Everything behind an index's name, from the table on.
pub(super) fn index_body(
    cursor: &mut Cursor<'_>,
    name: Option<String>,
    unique: bool,
    span: Span,
) -> Option<Index> {
    let method = cursor.eat("USING").then(|| cursor.ident()).flatten();
    let inner = cursor.parens()?;
    let mut reads = Some(Vec::new());
    let mut add = |part: Cursor<'_>| {
        let found = columns_of(&part);
        reads = reads.take().zip(found).map(|(reads, found)| [reads, found].concat());
    };
    let parts = index_parts(inner, &mut add);
    let mut index = Index::new(name, parts, unique, span);
    index.loose = if cursor.dialect == Dialect::Sqlite { double_quoted(inner) } else { Vec::new() };
    index.method = method.map(|m| m.to_lowercase());
    while !cursor.done() {
        if cursor.eat("WHERE") {
            index.predicate = Some(cursor.written(cursor.at, cursor.tokens.len()).to_owned());
            add(*cursor);
            cursor.at = cursor.tokens.len();
        } else if cursor.eat_all(&["NULLS", "NOT", "DISTINCT"]) {
            index.nulls_not_distinct = true;
        } else if cursor.eat("INCLUDE") {
            index.include = cursor.idents_in_parens();
        } else if cursor.eat("WITH") {
            let inner = cursor.parens()?;
            index.storage = Some(inner.written(inner.at, inner.tokens.len()).to_owned());
        } else {
            cursor.skip();
        }
    }
    index.reads = reads;
    Some(index)
}
