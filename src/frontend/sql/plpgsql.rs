//! `DO $$ … $$`: the definitions inside are read where they stand.

use super::{
    Reader,
    cursor::{Cursor, Place},
    dynamic::Variables,
    scan::{self, Kind},
};
use crate::{
    ir::{OpKind, Opaque, OpaqueEffect},
    source::Span,
};

/// Words that begin a statement whose effect is read; what stands before one, in an IF or a
/// FOR, decides whether it runs.
const DEFINITIONS: &[&str] = &[
    "CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "SELECT", "PERFORM",
    "COMMENT", "GRANT", "REVOKE",
];

pub(super) fn block(reader: &mut Reader<'_>, whole: Span) -> Option<()> {
    let cursor = reader.cursor;
    let body = cursor.tokens.iter().find(|t| t.kind == Kind::Text)?;
    let written = cursor.str(*body);
    let unquoted: String;
    let (inner, place) = match written.strip_prefix('$').and_then(|rest| rest.find('$')) {
        Some(at) => {
            let open = at + 2;
            let place = match cursor.place {
                Place::At { file, start } => {
                    Place::At { file, start: start + body.start + open as u32 }
                }
                within @ Place::Within(_) => within,
            };
            (written.get(open..written.len().checked_sub(open)?)?, place)
        }
        None => {
            unquoted = super::create::literal(written);
            (unquoted.as_str(), Place::Within(whole))
        }
    };
    let tokens = scan::tokens(inner, cursor.dialect);
    let caught = inner.to_ascii_lowercase();
    let tolerant = caught.contains("duplicate_object")
        || caught.contains("duplicate_table")
        || caught.contains("duplicate_column");
    let mut guards: Vec<bool> = Vec::new();
    let mut variables = Variables::default();
    let mut handler = false;
    for statement in scan::statements(inner, &tokens) {
        let mut cursor = Cursor { text: inner, tokens: statement.tokens, at: 0, place, ..cursor };
        handler |= cursor.tokens.iter().any(|t| cursor.str(*t).eq_ignore_ascii_case("EXCEPTION"))
            && !cursor.is("RAISE");
        prelude(&mut cursor, &mut guards, &mut variables);
        if handler {
            continue;
        }
        if cursor.is("EXECUTE") {
            dynamic(reader, &cursor, &guards, &mut variables);
            continue;
        }
        if !cursor.is_any(DEFINITIONS) {
            variables.assigned(&cursor);
            continue;
        }
        if cursor.is("SELECT") && cursor.is_nth(1, "INTO") {
            continue;
        }
        let rest = &cursor.tokens[cursor.at..];
        let (Some(first), Some(last)) = (rest.first(), rest.last()) else { continue };
        let statement = scan::Statement { tokens: rest, start: first.start, end: last.end };
        let cursor = Cursor { tokens: rest, at: 0, ..cursor };
        let mut nested = Reader { block: true, ..Reader::new(cursor) };
        nested.statement(&statement);
        for mut op in nested.out {
            op.certain = !guards.contains(&false);
            // A guard that asks whether the thing exists already, or a handler that forgives
            // it, is IF NOT EXISTS written out.
            let guarded = tolerant || !guards.is_empty();
            if let OpKind::CreateEnum { checkfirst, .. } = &mut op.kind {
                *checkfirst |= guarded;
            }
            reader.out.push(op);
        }
    }
    reader.push(OpKind::Neutral { what: "DO".to_owned() }, whole);
    Some(())
}

/// Steps over `DECLARE … BEGIN`, `IF … THEN`, `ELSE`, `FOR … LOOP`, and keeps the conditions:
/// true for one that asks whether something exists.
fn prelude(cursor: &mut Cursor<'_>, guards: &mut Vec<bool>, variables: &mut Variables) {
    loop {
        if cursor.eat_all(&["END", "IF"]) || cursor.eat_all(&["END", "LOOP"]) {
            guards.pop();
            continue;
        }
        if cursor.is("IF") || cursor.is("ELSIF") {
            if cursor.is("ELSIF") {
                guards.pop();
            }
            let from = cursor.at;
            while !cursor.done() && !cursor.is("THEN") {
                cursor.skip();
            }
            let condition = cursor.written(from, cursor.at).to_ascii_lowercase();
            guards.push(condition.contains("exists"));
            cursor.eat("THEN");
            continue;
        }
        if cursor.is_any(&["FOR", "WHILE", "FOREACH"]) {
            let known = variables.looped(cursor);
            while !cursor.done() && !cursor.is("LOOP") {
                cursor.skip();
            }
            cursor.eat("LOOP");
            guards.push(known);
            continue;
        }
        if cursor.eat("ELSE") {
            guards.pop();
            guards.push(false);
            continue;
        }
        if cursor.eat("DECLARE") {
            variables.assigned(cursor);
            while !cursor.done() && !cursor.is("BEGIN") {
                cursor.skip();
            }
        }
        if !cursor.eat("BEGIN") && !cursor.eat("LOOP") {
            return;
        }
    }
}

/// `EXECUTE` of what literals make up is read; what values make up is not.
fn dynamic(
    reader: &mut Reader<'_>,
    cursor: &Cursor<'_>,
    guards: &[bool],
    variables: &mut Variables,
) {
    let span = cursor.span(cursor.at, cursor.tokens.len());
    let deep = super::nesting(cursor.tokens) > super::MAX_NESTING;
    if let Some(made) = (!deep).then(|| variables.executed(cursor)).flatten() {
        for sql in made {
            for mut op in super::read_in(&sql, Place::Within(span), cursor.dialect, cursor.path) {
                op.certain = !guards.contains(&false);
                reader.out.push(op);
            }
        }
        return;
    }
    let reason = "the SQL that EXECUTE runs is put together inside the block".to_owned();
    reader.push(OpKind::Opaque(Opaque { reason, effect: OpaqueEffect::Anything }), span);
}
