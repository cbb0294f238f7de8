//! Methods of texts, lists and options, and operators: as far as migrations use them.

use std::{cell::RefCell, rc::Rc};

use super::{
    machine::Machine,
    value::{Text, Value},
};
use crate::frontend::rust::syntax::Operator;

/// Longest list that is made of a range.
const MAX_RANGE: i128 = 100_000;
/// Longest text that is put together, in bytes.
const MAX_TEXT: usize = 4 * 1024 * 1024;

fn unknown(what: &str) -> Value {
    Value::unknown(&format!("{what} is not known"))
}

/// `from..to`: a list of numbers; where an end is open, the ends, for an index.
pub(super) fn range(from: Value, to: Value, closed: bool) -> Value {
    match (&from, &to) {
        (Value::Int(from), Value::Int(to)) => {
            let to = to.saturating_add(i128::from(closed));
            if to.saturating_sub(*from) > MAX_RANGE {
                return unknown("a range of this length");
            }
            Value::list((*from..to).map(Value::Int).collect())
        }
        _ => Value::Tuple(vec![from, to]),
    }
}

/// What a loop goes over; `None`: not known.
pub(super) fn elements(value: &Value) -> Option<Vec<Value>> {
    match value {
        Value::List(values) => Some(values.borrow().clone()),
        Value::Some(inner) => Some(vec![(**inner).clone()]),
        Value::None => Some(Vec::new()),
        _ => None,
    }
}

pub(super) fn operate(operator: Operator, left: &Value, right: &Value) -> Value {
    if let (Operator::Eq | Operator::Ne, same) = (operator, left.same(right)) {
        return match same {
            Some(same) => Value::Bool(same == (operator == Operator::Eq)),
            None => unknown("whether two values are the same"),
        };
    }
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => {
            let number =
                |result: Option<i128>| result.map_or_else(|| unknown("a number"), Value::Int);
            match operator {
                Operator::Add => number(a.checked_add(*b)),
                Operator::Sub => number(a.checked_sub(*b)),
                Operator::Mul => number(a.checked_mul(*b)),
                Operator::Div => number(a.checked_div(*b)),
                Operator::Rem => number(a.checked_rem(*b)),
                Operator::Lt => Value::Bool(a < b),
                Operator::Le => Value::Bool(a <= b),
                Operator::Gt => Value::Bool(a > b),
                Operator::Ge => Value::Bool(a >= b),
                _ => unknown("a number"),
            }
        }
        (Value::Text(a), Value::Text(b)) if operator == Operator::Add => {
            match a.text.len() + b.text.len() <= MAX_TEXT {
                true => Value::text(&format!("{}{}", a.text, b.text)),
                false => unknown("a text of this length"),
            }
        }
        _ => unknown("what an operator yields"),
    }
}

pub(super) fn field(value: &Value, name: &str) -> Value {
    match value {
        Value::Record(record) => {
            let found = record.fields.borrow().get(name).cloned();
            found.unwrap_or_else(|| unknown(&format!("`{name}`")))
        }
        Value::Tuple(values) => {
            let at = name.parse::<usize>().ok();
            let found = at.and_then(|at| values.get(at)).cloned();
            found.unwrap_or_else(|| unknown(&format!("`{name}`")))
        }
        Value::Foreign(foreign) => {
            let found = foreign.fields.iter().find(|(own, _)| own == name);
            found.map_or_else(|| unknown(&format!("`{name}`")), |(_, value)| value.clone())
        }
        Value::Unknown(reason) => Value::Unknown(Rc::clone(reason)),
        _ => unknown(&format!("`{name}`")),
    }
}

pub(super) fn index(value: &Value, index: &Value) -> Value {
    match (value, index) {
        (Value::List(values), Value::Int(at)) => {
            let found = usize::try_from(*at).ok().and_then(|at| values.borrow().get(at).cloned());
            found.unwrap_or_else(|| unknown("an element"))
        }
        (Value::Text(text), Value::Tuple(ends)) => {
            let end = |at: usize, open: usize| match ends.get(at) {
                Some(Value::Int(end)) => usize::try_from(*end).ok(),
                Some(Value::None) => Some(open),
                _ => None,
            };
            let part = end(0, 0).zip(end(1, text.text.len()));
            part.and_then(|(from, to)| text.part(from, to))
                .map_or_else(|| unknown("a part of a text"), Value::Text)
        }
        // `&s[2..5]`: the range was a list of numbers.
        (Value::Text(text), Value::List(numbers)) => {
            let numbers = numbers.borrow();
            let ends = match (numbers.first(), numbers.last()) {
                (Some(Value::Int(from)), Some(Value::Int(to))) => {
                    usize::try_from(*from).ok().zip(usize::try_from(*to).ok())
                }
                (None, None) => return Value::text(""),
                _ => None,
            };
            let part = ends.and_then(|(from, to)| text.part(from, to + 1));
            part.map_or_else(|| unknown("a part of a text"), Value::Text)
        }
        _ => unknown("an element"),
    }
}

impl Machine<'_, '_> {
    /// How a value is shown by `{}`.
    pub(super) fn shown(&mut self, value: &Value) -> Option<String> {
        Some(match value {
            Value::Text(text) => text.text.to_string(),
            Value::Int(number) => number.to_string(),
            Value::Bool(value) => value.to_string(),
            Value::Char(c) => c.to_string(),
            Value::Float(number) => number.clone(),
            Value::Variant(_) | Value::Record(_) | Value::Column(..) | Value::Entity(_) => {
                self.iden(value)?
            }
            _ => return None,
        })
    }

    /// Fills in what `format!` fills in; `None`: not known.
    pub(super) fn format(
        &mut self,
        pattern: &str,
        args: &[Value],
        named: &dyn Fn(&mut Self, &str) -> Option<Value>,
    ) -> Option<String> {
        let mut out = String::new();
        let mut rest = pattern;
        let mut next = 0;
        self.spend(pattern.len() / 16);
        while let Some(at) = rest.find(['{', '}']) {
            out.push_str(rest.get(..at)?);
            let mark = rest.get(at..at + 1)?;
            rest = rest.get(at + 1..)?;
            if let Some(doubled) = rest.strip_prefix(mark) {
                out.push_str(mark);
                rest = doubled;
                continue;
            }
            if mark == "}" {
                return None;
            }
            let end = rest.find('}')?;
            let hole = rest.get(..end)?.trim();
            rest = rest.get(end + 1..)?;
            // Widths and the like are not followed; a colon alone changes nothing.
            let name = hole.trim_end_matches(':');
            let value = match name {
                "" => {
                    next += 1;
                    args.get(next - 1)?.clone()
                }
                name => match name.parse::<usize>() {
                    Ok(at) => args.get(at)?.clone(),
                    Err(_) => named(self, name)?,
                },
            };
            out.push_str(&self.shown(&value)?);
            self.spend(out.len() / 16);
            if out.len() > MAX_TEXT {
                return None;
            }
        }
        out.push_str(rest);
        Some(out)
    }

    /// A method of a text; `None`: none that is known.
    pub(super) fn text_method(&mut self, text: &Text, name: &str, args: &[Value]) -> Option<Value> {
        self.spend(text.text.len() / 16);
        let first = args.first();
        let pattern = || match first? {
            Value::Text(text) => Some(text.text.to_string()),
            Value::Char(c) => Some(c.to_string()),
            _ => None,
        };
        Some(match name {
            "to_string" | "to_owned" | "into" | "as_str" | "clone" | "as_ref" | "into_iden"
            | "borrow" | "into_owned" | "into_table_ref" | "into_type_ref" | "as_mut_str"
            | "into_boxed_str" | "leak" | "deref" => Value::Text(text.clone()),
            "into_string" | "take" => Value::Text(text.clone()),
            "trim" => Value::Text(text.trimmed(str::trim)),
            "trim_start" => Value::Text(text.trimmed(str::trim_start)),
            "trim_end" => Value::Text(text.trimmed(str::trim_end)),
            "trim_end_matches" => {
                let pattern = pattern()?;
                Value::Text(text.trimmed(|t| t.trim_end_matches(&pattern)))
            }
            "trim_start_matches" => {
                let pattern = pattern()?;
                Value::Text(text.trimmed(|t| t.trim_start_matches(&pattern)))
            }
            "strip_suffix" | "strip_prefix" => {
                let pattern = pattern()?;
                let len = text.text.len();
                let part = match name {
                    "strip_suffix" => {
                        text.text.strip_suffix(&pattern).and_then(|t| text.part(0, t.len()))
                    }
                    _ => {
                        text.text.strip_prefix(&pattern).and_then(|t| text.part(len - t.len(), len))
                    }
                };
                part.map_or(Value::None, |part| Value::Some(Box::new(Value::Text(part))))
            }
            "is_empty" => Value::Bool(text.text.is_empty()),
            "len" => Value::Int(text.text.len() as i128),
            "starts_with" => Value::Bool(text.text.starts_with(&pattern()?)),
            "ends_with" => Value::Bool(text.text.ends_with(&pattern()?)),
            "contains" => Value::Bool(text.text.contains(&pattern()?)),
            "to_lowercase" | "to_ascii_lowercase" => Value::text(&text.text.to_lowercase()),
            "to_uppercase" | "to_ascii_uppercase" => Value::text(&text.text.to_uppercase()),
            "replace" => match (pattern()?, args.get(1)?) {
                (from, Value::Text(to)) => {
                    let grows = to.text.len() > from.len();
                    if from.is_empty() || grows && text.text.len() * to.text.len() > MAX_TEXT * 16 {
                        return Some(unknown("a text of this length"));
                    }
                    match text.text.contains(&from) {
                        true => Value::text(&text.text.replace(&from, &to.text)),
                        false => Value::Text(text.clone()),
                    }
                }
                _ => return None,
            },
            "split" | "split_terminator" | "lines" => {
                let pattern = match name {
                    "lines" => "\n".to_owned(),
                    _ => pattern()?,
                };
                if pattern.is_empty() {
                    return None;
                }
                let mut parts = Vec::new();
                let mut from = 0;
                for (at, _) in text.text.match_indices(&pattern) {
                    parts.push(Value::Text(text.part(from, at)?));
                    from = at + pattern.len();
                }
                if name == "split" || from < text.text.len() {
                    parts.push(Value::Text(text.part(from, text.text.len())?));
                }
                Value::list(parts)
            }
            "split_whitespace" => {
                Value::list(text.text.split_whitespace().map(Value::text).collect())
            }
            "chars" => Value::list(text.text.chars().map(Value::Char).collect()),
            "char_indices" => {
                let pairs = text.text.char_indices();
                let pair = |(at, c)| Value::Tuple(vec![Value::Int(at as i128), Value::Char(c)]);
                Value::list(pairs.map(pair).collect())
            }
            "repeat" => match first? {
                Value::Int(times @ 0..=10_000)
                    if text.text.len() * (*times as usize) <= MAX_TEXT =>
                {
                    Value::text(&text.text.repeat(*times as usize))
                }
                _ => return None,
            },
            "eq" => Value::Bool(Value::Text(text.clone()).same(first?)?),
            "parse" => Value::unknown("what a text is as a number is not known"),
            _ => return None,
        })
    }

    /// A method of a list or an iterator; `None`: none that is known.
    pub(super) fn list_method(
        &mut self,
        list: &Rc<RefCell<Vec<Value>>>,
        name: &str,
        args: &[Value],
    ) -> Option<Value> {
        if !matches!(name, "push" | "len" | "is_empty" | "get" | "pop") {
            self.spend(list.borrow().len());
        }
        let first = args.first();
        let all = || list.borrow().clone();
        Some(match name {
            "collect" | "as_slice" | "as_ref" | "by_ref" | "cloned" | "copied" | "peekable"
            | "into_boxed_slice" | "fuse" | "into" | "leak" | "as_mut" | "iter_mut" => {
                Value::List(Rc::clone(list))
            }
            // An iterator is used up by itself.
            "to_vec" | "clone" | "to_owned" | "iter" | "into_iter" => Value::list(all()),
            "push" | "push_back" => {
                if self.level > 0 {
                    // Whether it is in the list is not known; an element that is not says so.
                    list.borrow_mut().push(unknown("an element"));
                } else {
                    list.borrow_mut().push(first?.clone());
                }
                Value::Unit
            }
            "extend" | "append" | "extend_from_slice" => {
                match elements(first?) {
                    Some(more) => list.borrow_mut().extend(more),
                    None => list.borrow_mut().push(unknown("an element")),
                }
                Value::Unit
            }
            "insert" => {
                if let (Value::Int(at), Some(value)) = (first?, args.get(1)) {
                    let at = usize::try_from(*at).ok().filter(|at| *at <= list.borrow().len())?;
                    list.borrow_mut().insert(at, value.clone());
                }
                Value::Unit
            }
            "len" | "count" => Value::Int(list.borrow().len() as i128),
            "is_empty" => Value::Bool(list.borrow().is_empty()),
            "rev" | "reverse" => {
                let mut values = all();
                values.reverse();
                if name == "reverse" {
                    *list.borrow_mut() = values;
                    return Some(Value::Unit);
                }
                Value::list(values)
            }
            "enumerate" => {
                let pairs = all().into_iter().enumerate();
                Value::list(
                    pairs.map(|(at, v)| Value::Tuple(vec![Value::Int(at as i128), v])).collect(),
                )
            }
            "chain" => {
                let mut values = all();
                match elements(first?) {
                    Some(more) => values.extend(more),
                    None => values.push(unknown("an element")),
                }
                Value::list(values)
            }
            "zip" => {
                let more = elements(first?)?;
                Value::list(
                    all().into_iter().zip(more).map(|(a, b)| Value::Tuple(vec![a, b])).collect(),
                )
            }
            "skip" | "take" | "step_by" => {
                let Value::Int(n) = first? else { return None };
                let n = usize::try_from(*n).ok()?;
                let values = all().into_iter();
                match name {
                    "skip" => Value::list(values.skip(n).collect()),
                    "take" => Value::list(values.take(n).collect()),
                    _ if n == 0 => return None,
                    _ => Value::list(values.step_by(n).collect()),
                }
            }
            "next" | "pop" => {
                let mut values = list.borrow_mut();
                let found = match name {
                    "next" if !values.is_empty() => Some(values.remove(0)),
                    "next" => None,
                    _ => values.pop(),
                };
                found.map_or(Value::None, |value| Value::Some(Box::new(value)))
            }
            "first" | "last" | "get" => {
                let values = list.borrow();
                let found = match name {
                    "first" => values.first(),
                    "get" => match first? {
                        Value::Int(at) => usize::try_from(*at).ok().and_then(|at| values.get(at)),
                        _ => return None,
                    },
                    _ => values.last(),
                };
                found.map_or(Value::None, |value| Value::Some(Box::new(value.clone())))
            }
            "join" | "concat" => {
                let between = match first {
                    Some(Value::Text(text)) => text.text.to_string(),
                    None => String::new(),
                    _ => return None,
                };
                let mut parts = Vec::new();
                for value in all() {
                    match self.shown(&value) {
                        Some(text) => parts.push(text),
                        None => return Some(unknown("a text")),
                    }
                }
                let length: usize = parts.iter().map(|part| part.len() + between.len()).sum();
                match length <= MAX_TEXT {
                    true => Value::text(&parts.join(&between)),
                    false => unknown("a text of this length"),
                }
            }
            "contains" => {
                let values = all();
                let mut answer = Value::Bool(false);
                for value in values {
                    match value.same(first?) {
                        Some(true) => return Some(Value::Bool(true)),
                        Some(false) => {}
                        None => answer = unknown("whether a list has an element"),
                    }
                }
                answer
            }
            "map" | "filter" | "for_each" | "any" | "all" | "filter_map" | "flat_map" | "find"
            | "try_for_each" => return Some(self.over(all(), name, first?)),
            _ => return None,
        })
    }

    /// Methods that call a closure for each element.
    fn over(&mut self, values: Vec<Value>, name: &str, run: &Value) -> Value {
        let mut out = Vec::new();
        for value in values {
            let result = self.call_value(run, vec![value.clone()]);
            match (name, result) {
                ("map", result) => out.push(result),
                ("filter", Value::Bool(true)) => out.push(value),
                ("filter", Value::Bool(false)) => {}
                ("find", Value::Bool(true)) => return Value::Some(Box::new(value)),
                ("find", Value::Bool(false)) => {}
                ("any", Value::Bool(true)) => return Value::Bool(true),
                ("all", Value::Bool(false)) => return Value::Bool(false),
                ("any" | "all", Value::Bool(_)) => {}
                ("for_each" | "try_for_each", _) => {}
                ("filter_map", Value::Some(inner)) => out.push(*inner),
                ("filter_map", Value::None) => {}
                ("flat_map", result) => match elements(&result) {
                    Some(more) => out.extend(more),
                    None => out.push(unknown("an element")),
                },
                _ => return unknown("what a closure yields"),
            }
        }
        match name {
            "find" => Value::None,
            "any" => Value::Bool(false),
            "all" => Value::Bool(true),
            "for_each" => Value::Unit,
            "try_for_each" => Value::ok(),
            _ => Value::list(out),
        }
    }

    /// A method of an option or a result; `None`: none that is known.
    pub(super) fn option_method(
        &mut self,
        value: &Value,
        name: &str,
        args: &[Value],
    ) -> Option<Value> {
        let inner = match value {
            Value::Some(inner) | Value::Ok(inner) => Some((**inner).clone()),
            _ => None,
        };
        let some = matches!(value, Value::Some(_) | Value::None);
        let wrap = |value: Value| match some {
            true => Value::Some(Box::new(value)),
            false => Value::Ok(Box::new(value)),
        };
        Some(match (name, inner) {
            (
                "unwrap" | "expect" | "unwrap_or" | "unwrap_or_default" | "unwrap_or_else",
                Some(v),
            ) => v,
            ("unwrap_or", None) => args.first()?.clone(),
            ("unwrap_or_else", None) => self.call_value(args.first()?, Vec::new()),
            ("is_some" | "is_ok", inner) => Value::Bool(inner.is_some()),
            ("is_none" | "is_err", inner) => Value::Bool(inner.is_none()),
            ("map", Some(v)) => {
                let mapped = self.call_value(args.first()?, vec![v]);
                wrap(mapped)
            }
            ("and_then", Some(v)) => self.call_value(args.first()?, vec![v]),
            ("ok", Some(v)) => Value::Some(Box::new(v)),
            ("ok", None) => Value::None,
            ("ok_or" | "ok_or_else", Some(v)) => Value::Ok(Box::new(v)),
            ("ok_or" | "ok_or_else", None) => Value::Err,
            (
                "map_err" | "as_ref" | "as_deref" | "clone" | "cloned" | "or" | "or_else" | "into"
                | "context" | "as_mut" | "to_owned" | "copied" | "inspect_err",
                Some(_),
            ) => value.clone(),
            ("map" | "and_then" | "as_ref" | "as_deref" | "clone" | "cloned" | "map_err", None) => {
                value.clone()
            }
            ("or", None) => args.first()?.clone(),
            ("unwrap_or_default", None) => unknown("a default"),
            ("unwrap" | "expect", None) => unknown("a value"),
            _ => return None,
        })
    }
}
