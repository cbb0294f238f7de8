//! SQL that writes rows, with values that are not known: `"INSERT … ('{}')".format(uuid4())`.

use std::rc::Rc;

use super::value::{Call, Callee, Value};
use crate::source::{FileId, Span};

/// Stands for a part that is not known, until it is told what it is. Nobody writes it.
pub(super) const HOLE: char = '\u{1a}';

const CALLEE: &str = "a string with holes";

/// A text with holes, and why they are there: what else than a statement that writes rows it may
/// be is not known.
pub(super) fn text(text: &str, reason: &str) -> Value {
    let first = text.split_whitespace().next().unwrap_or_default();
    if !["INSERT", "UPDATE", "DELETE"].iter().any(|verb| first.eq_ignore_ascii_case(verb)) {
        return Value::unknown(reason);
    }
    let callee = Callee::External(Rc::from(CALLEE));
    let args = vec![Value::str(text), Value::str(reason)];
    Value::Call(Rc::new(Call::new(callee, args, Vec::new(), Span::top(FileId(0)))))
}

/// The statement in which every hole is a value, and why there are holes; `None`: it is no text
/// with holes.
pub(super) fn statement(value: &Value) -> Option<(Option<String>, Rc<str>)> {
    let Value::Call(call) = value else { return None };
    match &call.callee {
        Callee::External(path) if &**path == CALLEE => {
            let text = call.args.first()?.as_str()?;
            Some((filled(&text), call.args.get(1)?.as_str()?))
        }
        Callee::External(_) if call.name() == "text" => statement(call.args.first()?),
        _ => None,
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
