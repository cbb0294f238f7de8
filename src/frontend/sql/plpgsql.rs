//! `DO $$ … $$`: the definitions inside are read where they stand.

use super::{
    Reader,
    cursor::{Cursor, Place},
    dynamic::{Variables, effect, is_harmless},
    scan::{self, Kind},
};
use crate::{
    ir::{ANY_STATE, Op, OpKind, Opaque},
    source::Span,
};

/// Words that begin a statement whose effect is read; what stands before one, in an IF or a
/// FOR, decides whether it runs.
const DEFINITIONS: &[&str] = &[
    "CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "SELECT", "PERFORM",
    "WITH", "COMMENT", "GRANT", "REVOKE",
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
    statements(reader, inner, place, Variables::default());
    reader.push(OpKind::Neutral { what: "DO".to_owned() }, whole);
    Some(())
}

/// The text in dollars or quotes.
pub(super) fn unquoted(written: &str) -> Option<String> {
    match written.strip_prefix('$').and_then(|rest| rest.find('$')) {
        Some(at) => written.get(at + 2..written.len().checked_sub(at + 2)?).map(str::to_owned),
        None => Some(super::create::literal(written)),
    }
}

/// Reads the body of a block or routine.
pub(super) fn statements(
    reader: &mut Reader<'_>,
    inner: &str,
    place: Place,
    mut variables: Variables,
) {
    let cursor = reader.cursor;
    let tokens = scan::tokens(inner, cursor.dialect);
    let mut around = Around::default();
    for statement in scan::statements(inner, &tokens) {
        let mut cursor = Cursor { text: inner, tokens: statement.tokens, at: 0, place, ..cursor };
        around.prelude(&mut cursor, &mut variables, &mut reader.out);
        if around.handles() {
            continue;
        }
        if cursor.is("RETURN") && !cursor.is_nth(1, "NEXT") && !cursor.is_nth(1, "QUERY") {
            around.returns();
            continue;
        }
        let before = reader.out.len();
        if cursor.is("EXECUTE") {
            dynamic(reader, &cursor, &mut variables);
            around.mark(reader.out.get_mut(before..).unwrap_or_default());
            continue;
        }
        if !cursor.is_any(DEFINITIONS) {
            variables.assigned(&cursor);
            continue;
        }
        if cursor.is("SELECT") {
            let known = around.is_plain() && super::unchanged(&reader.out);
            variables.selected(&cursor, reader.schema.filter(|_| known));
            if cursor.is_nth(1, "INTO") {
                continue;
            }
        }
        let rest = &cursor.tokens[cursor.at..];
        let (Some(first), Some(last)) = (rest.first(), rest.last()) else { continue };
        let statement = scan::Statement { tokens: rest, start: first.start, end: last.end };
        let cursor = Cursor { tokens: rest, at: 0, ..cursor };
        let mut nested = Reader { block: true, ..Reader::new(cursor) };
        nested.statement(&statement);
        reader.out.append(&mut nested.out);
        around.mark(reader.out.get_mut(before..).unwrap_or_default());
    }
}

/// The condition of an IF, or what a loop runs through, and all conditions around it.
#[derive(Clone, Copy)]
struct Guard {
    /// It lets what stands under it run, as far as can be told.
    certain: bool,
    /// It asks the catalog whether what follows is needed: IF EXISTS and IF NOT EXISTS written out.
    asks: bool,
}

/// `BEGIN … EXCEPTION … END`.
struct Block {
    /// How many operations there were before it.
    from: usize,
    /// What follows stands in one of its handlers, or of a block's around it.
    handles: bool,
}

/// Blocks within each other whose handlers are looked at.
const MAX_BLOCKS: usize = 64;

/// What stands around a statement.
#[derive(Default)]
struct Around {
    guards: Vec<Guard>,
    blocks: Vec<Block>,
    /// What has to be otherwise for the rest to run: under it, the block was left.
    left: Option<Guard>,
}

impl Around {
    fn handles(&self) -> bool {
        self.blocks.last().is_some_and(|block| block.handles)
    }

    /// Whether it runs in any case, and once.
    fn is_plain(&self) -> bool {
        self.guards.is_empty() && self.left.is_none() && self.blocks.len() <= 1
    }

    fn guard(&mut self, certain: bool, asks: bool) {
        let outer = self.guards.last().copied().unwrap_or(Guard { certain: true, asks: false });
        let guard = Guard { certain: certain && outer.certain, asks: asks || outer.asks };
        self.guards.push(guard);
    }

    fn returns(&mut self) {
        let asks = self.guards.last().is_some_and(|guard| guard.asks);
        let before = self.left.unwrap_or(Guard { certain: true, asks: false });
        self.left = Some(Guard { certain: asks && before.certain, asks: asks || before.asks });
    }

    fn mark(&self, ops: &mut [Op]) {
        let around = || self.guards.last().into_iter().chain(&self.left);
        let certain = around().all(|guard| guard.certain) && self.blocks.len() <= MAX_BLOCKS;
        let asks = around().any(|guard| guard.asks);
        for op in ops {
            op.certain = certain;
            if asks {
                forgive(op, &[ANY_STATE]);
            }
        }
    }

    /// Steps over `DECLARE … BEGIN`, `IF … THEN`, `ELSE`, `FOR … LOOP`, `EXCEPTION WHEN … THEN`,
    /// and keeps what they say. `out`: the operations so far.
    fn prelude(&mut self, cursor: &mut Cursor<'_>, variables: &mut Variables, out: &mut [Op]) {
        loop {
            if ENDS.iter().any(|end| cursor.eat_all(&["END", end])) {
                self.guards.pop();
            } else if cursor.eat("END") {
                self.blocks.pop();
            } else if cursor.is("IF") || cursor.is("ELSIF") || cursor.is("ELSEIF") {
                if !cursor.is("IF") {
                    self.guards.pop();
                }
                let from = cursor.at;
                skip_to(cursor, "THEN");
                let condition = cursor.written(from, cursor.at).to_ascii_lowercase();
                let asks = CATALOGS.iter().any(|word| condition.contains(word));
                self.guard(asks || condition.contains("exists"), asks);
                cursor.eat("THEN");
            } else if cursor.is_any(&["FOR", "WHILE", "FOREACH"]) {
                let certain = variables.looped(cursor);
                skip_to(cursor, "LOOP");
                cursor.eat("LOOP");
                self.guard(certain, false);
            } else if cursor.eat("ELSE") {
                self.guards.pop();
                self.guard(false, false);
            } else if cursor.eat("DECLARE") {
                variables.assigned(cursor);
                skip_to(cursor, "BEGIN");
            } else if cursor.eat("BEGIN") {
                self.blocks.push(Block { from: out.len(), handles: self.handles() });
            } else if cursor.is("EXCEPTION") || cursor.is("WHEN") && self.handles() {
                let deep = self.blocks.len() > MAX_BLOCKS;
                let Some(block) = self.blocks.last_mut() else { return };
                block.handles = true;
                if deep {
                    return;
                }
                let states = caught(*cursor);
                let tried = out.get_mut(block.from..).unwrap_or_default();
                tried.iter_mut().for_each(|op| forgive(op, &states));
                return;
            } else if cursor.eat("CASE") || cursor.is("WHEN") {
                if cursor.is("WHEN") {
                    self.guards.pop();
                }
                skip_to(cursor, "THEN");
                cursor.eat("THEN");
                self.guard(false, false);
            } else if cursor.eat("LOOP") {
                self.guard(true, false);
            } else if !label(cursor) {
                return;
            }
        }
    }
}

/// What ends with its name, and what no block is.
const ENDS: &[&str] = &["IF", "LOOP", "CASE"];

/// The catalogs that a condition asks, and the functions that look into them.
const CATALOGS: &[&str] = &["information_schema", "pg_", "to_reg"];

/// The conditions of handlers that are about definitions (manual, appendix A).
const CONDITIONS: &[(&str, &str)] = &[
    ("OTHERS", ANY_STATE),
    ("DUPLICATE_COLUMN", "42701"),
    ("DUPLICATE_FUNCTION", "42723"),
    ("DUPLICATE_OBJECT", "42710"),
    ("DUPLICATE_SCHEMA", "42P06"),
    ("DUPLICATE_TABLE", "42P07"),
    ("INVALID_TABLE_DEFINITION", "42P16"),
    ("UNDEFINED_COLUMN", "42703"),
    ("UNDEFINED_OBJECT", "42704"),
    ("UNDEFINED_TABLE", "42P01"),
    ("DEPENDENT_OBJECTS_STILL_EXIST", "2BP01"),
    ("WRONG_OBJECT_TYPE", "42809"),
    ("OBJECT_NOT_IN_PREREQUISITE_STATE", "55000"),
    ("INVALID_FOREIGN_KEY", "42830"),
    ("DATATYPE_MISMATCH", "42804"),
    ("FEATURE_NOT_SUPPORTED", "0A000"),
];

/// `WHEN duplicate_object OR SQLSTATE '42P07' THEN`
fn caught(mut cursor: Cursor<'_>) -> Vec<&'static str> {
    let mut states = Vec::new();
    while !cursor.done() && !cursor.is("THEN") {
        let word = cursor.peek().map(|t| cursor.str(t).trim_matches('\'').to_ascii_uppercase());
        let known = CONDITIONS.iter().find(|(name, state)| {
            word.as_deref().is_some_and(|word| word == *name || word == *state)
        });
        states.extend(known.map(|(_, state)| *state));
        cursor.skip();
    }
    states
}

/// `<<name>>`
fn label(cursor: &mut Cursor<'_>) -> bool {
    let punct = |at: usize, byte: u8| cursor.nth(at).is_some_and(|t| t.kind == Kind::Punct(byte));
    let found = punct(0, b'<') && punct(1, b'<') && punct(3, b'>') && punct(4, b'>');
    cursor.advance(if found { 5 } else { 0 });
    found
}

fn forgive(op: &mut Op, states: &[&'static str]) {
    op.forgiven.extend(states);
    if let OpKind::CreateEnum { checkfirst, .. } = &mut op.kind {
        *checkfirst |= states.contains(&ANY_STATE) || states.contains(&"42710");
    }
}

fn skip_to(cursor: &mut Cursor<'_>, word: &str) {
    while !cursor.done() && !cursor.is(word) {
        cursor.skip();
    }
}

/// `EXECUTE` of what literals make up is read; what values make up is not.
fn dynamic(reader: &mut Reader<'_>, cursor: &Cursor<'_>, variables: &mut Variables) {
    let span = cursor.span(cursor.at, cursor.tokens.len());
    let deep = super::nesting(cursor.tokens) > super::MAX_NESTING;
    if let Some(made) = (!deep).then(|| variables.executed(cursor)).flatten() {
        for sql in made {
            let ops = super::read_in(&sql, Place::Within(span), cursor.dialect, cursor.path, None);
            reader.out.extend(ops);
        }
        return;
    }
    if is_harmless(cursor) {
        return reader.push(OpKind::Neutral { what: "EXECUTE".to_owned() }, span);
    }
    let reason = "the SQL that EXECUTE runs is put together inside the block".to_owned();
    reader.push(OpKind::Opaque(Opaque { reason, effect: effect(cursor) }), span);
}
