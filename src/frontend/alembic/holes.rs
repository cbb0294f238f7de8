//! SQL with parts that are not known: `"INSERT … ('{}')".format(uuid4())`.

use std::rc::Rc;

use super::{
    machine::{MAX_SIZE, describe},
    value::{Call, Callee, Value},
};
use crate::{
    database::Dialect,
    frontend::sql::{self, Place},
    ir::{Name, Op, OpKind, OpaqueEffect},
    source::{FileId, Span},
};

/// Stands for a part that is not known, until it is told what it is. Nobody writes it.
pub(super) const HOLE: char = '\u{1a}';

/// Stands for it where a name may be.
const NAMED: &str = "hole\u{1c2}";

const CALLEE: &str = "a string with holes";

/// What a statement begins with of which something is known although a part of it is not.
const VERBS: &[&str] = &[
    "INSERT", "UPDATE", "DELETE", "SELECT", "WITH", "TRUNCATE", "ALTER", "CREATE", "COMMENT",
    "GRANT", "REVOKE", "ANALYZE", "VACUUM", "REFRESH",
];

/// A text with holes, and why they are there; unknown where it is no statement.
pub(super) fn text(text: &str, reason: &str) -> Value {
    let first = text.split_whitespace().next().unwrap_or_default();
    if !VERBS.iter().any(|verb| first.eq_ignore_ascii_case(verb)) {
        return Value::unknown(reason);
    }
    let callee = Callee::External(Rc::from(CALLEE));
    let args = vec![Value::str(text), Value::str(reason)];
    Value::Call(Rc::new(Call::new(callee, args, Vec::new(), Span::top(FileId(0)))))
}

/// `+` of two texts one of which is not known, or has holes.
pub(super) fn joined(left: &Value, right: &Value) -> Option<Value> {
    let mut whole = String::new();
    let mut reason = None;
    for part in [left, right] {
        match (part, statement(part)) {
            (_, Some(holed)) => {
                whole.push_str(&holed.text);
                reason = Some(holed.reason);
            }
            (Value::Str(text), _) => whole.push_str(&text.text),
            (Value::Unknown(_) | Value::External(_) | Value::Call(_) | Value::Attribute(_), _) => {
                whole.push(HOLE);
                let why = || format!("a part of the string is {}", describe(part));
                reason = reason.or_else(|| Some(Rc::from(why())));
            }
            _ => return None,
        }
    }
    (whole.len() <= MAX_SIZE).then(|| text(&whole, &reason.unwrap_or_default()))
}

/// A statement with holes, and why there are any.
pub(super) struct Holed {
    text: Rc<str>,
    pub(super) reason: Rc<str>,
}

/// `None`: it is no text with holes.
pub(super) fn statement(value: &Value) -> Option<Holed> {
    let Value::Call(call) = value else { return None };
    match &call.callee {
        Callee::External(path) if &**path == CALLEE => {
            Some(Holed { text: call.args.first()?.as_str()?, reason: call.args.get(1)?.as_str()? })
        }
        Callee::External(_) if call.name() == "text" => statement(call.args.first()?),
        _ => None,
    }
}

impl Holed {
    /// What it writes, where each hole is a value.
    pub(super) fn writes(&self, place: Place, dialect: Dialect) -> Option<Vec<Op>> {
        let ops = sql::read(&filled(&self.text)?, place, dialect);
        ops.iter().all(|op| matches!(op.kind, OpKind::Write(_))).then_some(ops)
    }

    /// What it may have changed, whatever stands in its holes, as long as they hold a value, a
    /// name or a part of one, and no further statement.
    pub(super) fn reach(&self, place: Place, dialect: Dialect) -> OpaqueEffect {
        if self.may_call() {
            return OpaqueEffect::Anything;
        }
        let named = self.text.replace(HOLE, NAMED);
        let mut table: Option<Name> = None;
        for op in sql::read(&named, place, dialect) {
            match &op.kind {
                OpKind::Write(_) | OpKind::Read(_) | OpKind::Neutral { .. } => {}
                OpKind::AddColumn { table: of, .. }
                | OpKind::DropColumn { table: of, .. }
                | OpKind::RenameColumn { table: of, .. }
                | OpKind::AlterColumn { table: of, .. }
                | OpKind::AddConstraint { table: of, .. }
                | OpKind::ValidateConstraint { table: of, .. }
                | OpKind::DropConstraint { table: of, .. }
                | OpKind::RenameConstraint { table: of, .. }
                | OpKind::CreateIndex { table: of, .. }
                    if !of.to_string().contains(NAMED)
                        && table.as_ref().is_none_or(|t| t == of) =>
                {
                    table = Some(of.clone());
                }
                _ => return OpaqueEffect::Anything,
            }
        }
        table.map_or(OpaqueEffect::Rows, OpaqueEffect::Table)
    }

    /// `SELECT {…}`, without FROM: what stands there may be the call of a function.
    fn may_call(&self) -> bool {
        let mut words = self.text.split_whitespace();
        let selects = words.next().is_some_and(|word| word.eq_ignore_ascii_case("SELECT"));
        selects
            && words.clone().next().is_some_and(|word| word.starts_with(HOLE))
            && !words.any(|word| word.eq_ignore_ascii_case("FROM"))
    }
}

/// Puts a value into each hole: a literal goes on, and between commas, parentheses and operators
/// is a parameter. `None`: a hole may be more than that.
fn filled(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut quoted = false;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match c {
            HOLE if quoted => out.push('x'),
            HOLE => {
                let after = text[at + HOLE.len_utf8()..].trim_start().chars().next();
                let ends = after.is_none_or(|c| matches!(c, ',' | ')' | ';'));
                if !matches!(before, '(' | ',' | '=' | '<' | '>') || !ends {
                    return None;
                }
                out.push_str(":hole");
            }
            c => {
                quoted ^= c == '\'';
                out.push(c);
            }
        }
        if !c.is_whitespace() {
            before = c;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::filled;

    #[test]
    fn holes_are_values_or_nothing_is_known() {
        let same = |text: &str| filled(&text.replace('@', "\u{1a}"));
        assert_eq!(same("VALUES ('@', @, 'a@b')").as_deref(), Some("VALUES ('x', :hole, 'axb')"));
        assert_eq!(same("SET a = @"), Some("SET a = :hole".to_owned()));
        assert_eq!(same("UPDATE @ SET a = 1"), None);
        assert_eq!(same("UPDATE t SET a = 1 @"), None);
        assert_eq!(same("VALUES @"), None);
    }
}
