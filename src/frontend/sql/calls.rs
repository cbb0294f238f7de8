//! Calls of the history's own routines: `SELECT audited('users')`, `CALL add_times('users')`. Where
//! the arguments are written out and all of the body is read, the call is what the body does.

use super::{
    Reader,
    create::literal,
    cursor::{Cursor, Place},
    dynamic::Variables,
    plpgsql,
    scan::{self, Kind},
};
use crate::{
    database::Dialect,
    ir::{Call, Op, OpKind, Opaque, OpaqueEffect, Routine},
};

/// Bytes of bodies that the calls of one migration may have read.
const MAX_READ: usize = 1 << 22;

/// The call at the beginning, where there is nothing else: `f('a', 1)`.
pub(super) fn call(mut cursor: Cursor<'_>) -> Option<Call> {
    let routine = cursor.name()?;
    let mut inner = cursor.parens()?;
    let mut arguments = Vec::new();
    while !inner.done() {
        arguments.push(argument(&mut inner));
        inner.skip_item();
        inner.eat_punct(b',');
    }
    cursor.done().then_some(Call { routine, arguments })
}

/// `'a'`, `'a'::text`; `None`: it is not written out.
fn argument(cursor: &mut Cursor<'_>) -> Option<String> {
    let token = cursor.peek().filter(|t| t.kind == Kind::Text)?;
    let text = cursor.str(token);
    let plain = text.starts_with('\'') && !text.contains('\\');
    cursor.advance(1);
    let ends = cursor.done() || cursor.punct(b',') || cursor.punct(b':');
    (plain && ends).then(|| literal(text))
}

/// Whether an operation is a call that may be followed.
fn called(op: &Op) -> Option<&Call> {
    match &op.kind {
        OpKind::Opaque(Opaque { effect: OpaqueEffect::Call(call), .. }) => Some(call.as_ref()),
        _ => None,
    }
}

/// The operations with what calls do in the place of calls. `known`: the routines from before, in
/// the order in which they were made.
pub(crate) fn followed(ops: Vec<Op>, known: impl FnOnce() -> Vec<Routine>) -> Vec<Op> {
    if !ops.iter().any(|op| called(op).is_some()) {
        return ops;
    }
    let mut known = known();
    let mut left = MAX_READ;
    let mut out = Vec::new();
    for op in ops {
        if let OpKind::CreateRoutine(routine) = &op.kind {
            known.retain(|k| k.name != routine.name || k.arguments != routine.arguments);
            known.push(routine.clone());
        }
        let made = called(&op).and_then(|call| {
            let routine = the_one(&known, call)?;
            left = left.checked_sub(routine.sql.len())?;
            body(routine, call, &op)
        });
        match made {
            Some(made) => out.extend(made),
            None => out.push(op),
        }
    }
    out
}

/// The routine that is called, where only one can be.
fn the_one<'r>(known: &'r [Routine], call: &Call) -> Option<&'r Routine> {
    let mut named = known.iter().filter(|routine| routine.name == call.routine);
    let only = named.next().filter(|_| named.next().is_none())?;
    (parameters(&only.arguments).len() == call.arguments.len()).then_some(only)
}

/// The names of the parameters; a type alone has none.
fn parameters(written: &str) -> Vec<Option<String>> {
    let tokens = scan::tokens(written, Dialect::Postgres);
    let mut cursor = nowhere(written, &tokens);
    let mut names = Vec::new();
    while !cursor.done() {
        cursor.eat_any(&["IN", "VARIADIC"]);
        let named = cursor.nth(1).is_some_and(|t| matches!(t.kind, Kind::Word | Kind::Quoted));
        names.push(cursor.ident().filter(|_| named));
        cursor.skip_item();
        cursor.eat_punct(b',');
    }
    names
}

fn nowhere<'a>(text: &'a str, tokens: &'a [scan::Token]) -> Cursor<'a> {
    let place = Place::Within(crate::source::Span::top(crate::source::FileId(0)));
    Cursor { text, tokens, at: 0, place, dialect: Dialect::Postgres, path: None }
}

/// What the body does with these arguments; `None`: a part of it is not read.
fn body(routine: &Routine, call: &Call, op: &Op) -> Option<Vec<Op>> {
    let tokens = scan::tokens(&routine.sql, Dialect::Postgres);
    let cursor = nowhere(&routine.sql, &tokens);
    let language =
        tokens.windows(2).find(|pair| cursor.str(pair[0]).eq_ignore_ascii_case("LANGUAGE"))?;
    if !cursor.str(language[1]).trim_matches('\'').eq_ignore_ascii_case("plpgsql") {
        return None;
    }
    let text = tokens.windows(2).find(|pair| {
        cursor.str(pair[0]).eq_ignore_ascii_case("AS") && pair[1].kind == Kind::Text
    })?;
    let text = plpgsql::unquoted(cursor.str(text[1]))?;
    let mut variables = Variables::default();
    for (name, value) in parameters(&routine.arguments).into_iter().zip(&call.arguments) {
        if let (Some(name), Some(value)) = (name, value) {
            variables.set(name, value.clone());
        }
    }
    let place = Place::Within(op.span);
    let cursor = Cursor { place, ..nowhere(&text, &[]) };
    let mut reader = Reader::new(cursor);
    plpgsql::statements(&mut reader, &text, place, variables);
    let read = |op: &Op| match &op.kind {
        OpKind::Opaque(opaque) => opaque.effect == OpaqueEffect::Rows,
        _ => true,
    };
    if !reader.out.iter().all(read) {
        return None;
    }
    for inner in &mut reader.out {
        inner.transaction = op.transaction;
        inner.certain &= op.certain;
        inner.forgiven.extend(&op.forgiven);
    }
    Some(reader.out)
}

/// What a call may have changed, as long as its routine is not looked at.
pub(super) fn effect(cursor: Cursor<'_>) -> OpaqueEffect {
    match call(cursor) {
        Some(call) => OpaqueEffect::Call(Box::new(call)),
        None => OpaqueEffect::Anything,
    }
}
