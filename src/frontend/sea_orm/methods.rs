//! Methods of texts, lists and options, and operators: as far as migrations use them.

use std::rc::Rc;

use super::{
    machine::{MAX_TEXT, Machine},
    value::{List, Text, Value},
};
use crate::frontend::rust::syntax::Operator;

/// Longest list that is made of a range.
const MAX_RANGE: i128 = 100_000;

/// The widest that something is shown by `{:8}`.
const MAX_WIDTH: usize = 1_000;

/// Methods that leave a list as it is.
const HARMLESS: &[&str] = &[
    "iter",
    "into_iter",
    "clone",
    "to_vec",
    "to_owned",
    "len",
    "count",
    "is_empty",
    "first",
    "last",
    "get",
    "contains",
    "join",
    "concat",
    "map",
    "filter",
    "for_each",
    "any",
    "all",
    "filter_map",
    "flat_map",
    "find",
    "find_map",
    "try_for_each",
    "fold",
    "try_fold",
    "max",
    "min",
    "max_by_key",
    "min_by_key",
    "max_by",
    "min_by",
    "sum",
    "product",
    "position",
    "partition",
    "windows",
    "chunks",
    "chain",
    "zip",
    "unzip",
    "skip",
    "take",
    "skip_while",
    "take_while",
    "map_while",
    "step_by",
    "enumerate",
    "rev",
    "cycle",
    "inspect",
    "flatten",
    "collect",
    "as_slice",
    "as_ref",
    "cloned",
    "copied",
    "peekable",
    "into_boxed_slice",
    "fuse",
    "into",
    "leak",
    "as_mut",
    "by_ref",
    "starts_with",
    "ends_with",
    "split",
    "split_at",
    "split_first",
    "split_last",
    "binary_search",
    "eq",
    "ne",
    "capacity",
    "reserve",
    "shrink_to_fit",
    "iter_mut",
    "binary_search_by",
    "sorted",
    "unique",
    "dedup_with_count",
    "collect_vec",
    "try_collect",
    "boxed",
    "borrow",
    "deref",
];

fn unknown(what: &str) -> Value {
    Value::unknown(&format!("{what} is not known"))
}

/// What a loop goes over; `None`: not known.
pub(super) fn elements(value: &Value) -> Option<Vec<Value>> {
    match value {
        Value::List(values) => values.all(),
        Value::Some(inner) => Some(vec![inner.value.clone()]),
        Value::None => Some(Vec::new()),
        _ => None,
    }
}

/// The elements of a list are lent to be changed one by one.
pub(super) fn lend(list: &List) {
    let plain = list.all().is_some_and(|values| values.iter().any(Value::is_plain));
    if plain {
        list.lose("its elements are lent, and may have been changed");
    }
}

impl Machine<'_, '_> {
    pub(super) fn field(&mut self, value: &Value, name: &str) -> Value {
        let width = match value {
            Value::Foreign(foreign) => foreign.fields.len(),
            Value::Variant(variant) => variant.fields.len(),
            _ => 0,
        };
        self.spend(width / 8);
        let found = match value {
            Value::Record(record) => record.get(name),
            Value::Tuple(tuple) => {
                name.parse::<usize>().ok().and_then(|at| tuple.values.get(at)).cloned()
            }
            Value::Foreign(foreign) => {
                let found = foreign.fields.iter().find(|(own, _)| own == name);
                found.map(|(_, value)| value.clone())
            }
            Value::Variant(variant) => {
                let at = variant.fields.iter().position(|own| own == name);
                at.and_then(|at| variant.args.get(at)).cloned()
            }
            Value::Unknown(reason) => return Value::Unknown(Rc::clone(reason)),
            _ => None,
        };
        found.unwrap_or_else(|| unknown(&format!("`{name}`")))
    }

    /// `from..to`: a list of numbers; where an end is open, the ends, for an index.
    pub(super) fn range(&mut self, from: Value, to: Value, closed: bool) -> Value {
        match (&from, &to) {
            (Value::Int(from), Value::Int(to)) => {
                let to = to.saturating_add(i128::from(closed));
                if to.saturating_sub(*from) > MAX_RANGE {
                    return unknown("a range of this length");
                }
                let numbers = (*from..to).map(Value::Int).collect();
                self.list(numbers)
            }
            _ => Value::tuple(vec![from, to]),
        }
    }

    pub(super) fn operate(&mut self, operator: Operator, left: &Value, right: &Value) -> Value {
        if let Operator::Eq | Operator::Ne = operator {
            return match self.same(left, right) {
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
                    true => self.text(&format!("{}{}", a.text, b.text)),
                    false => unknown("a text of this length"),
                }
            }
            _ => unknown("what an operator yields"),
        }
    }

    pub(super) fn index(&mut self, value: &Value, index: &Value) -> Value {
        match (value, index) {
            (Value::List(values), Value::Int(at)) => {
                let at = usize::try_from(*at).ok().filter(|_| values.is_exact());
                at.and_then(|at| values.get(at)).unwrap_or_else(|| unknown("an element"))
            }
            (Value::Text(text), Value::Tuple(ends)) => {
                let end = |at: usize, open: usize| match ends.values.get(at) {
                    Some(Value::Int(end)) => usize::try_from(*end).ok(),
                    Some(Value::None) => Some(open),
                    _ => None,
                };
                let part = end(0, 0).zip(end(1, text.text.len()));
                self.spend(text.text.len() / 16);
                part.and_then(|(from, to)| text.part(from, to))
                    .map_or_else(|| unknown("a part of a text"), Value::Text)
            }
            // `&s[2..5]`: the range was a list of numbers.
            (Value::Text(text), Value::List(numbers)) => {
                let ends = match (numbers.get(0), numbers.len().checked_sub(1)) {
                    (Some(Value::Int(from)), Some(last)) => match numbers.get(last) {
                        Some(Value::Int(to)) => usize::try_from(from)
                            .ok()
                            .zip(usize::try_from(to).ok().and_then(|to| to.checked_add(1))),
                        _ => None,
                    },
                    (None, _) if numbers.is_exact() => return Value::text(""),
                    _ => None,
                };
                self.spend(text.text.len() / 16);
                let part = ends.and_then(|(from, to)| text.part(from, to));
                part.map_or_else(|| unknown("a part of a text"), Value::Text)
            }
            _ => unknown("an element"),
        }
    }

    /// How a value is shown by `{}`.
    pub(super) fn shown(&mut self, value: &Value) -> Option<String> {
        Some(match value {
            Value::Text(text) => {
                self.spend(text.text.len() / 16);
                text.text.to_string()
            }
            Value::Int(number) => number.to_string(),
            Value::Bool(value) => value.to_string(),
            Value::Char(c) => c.to_string(),
            Value::Float(number) => number.to_string(),
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
            let (name, width) = hole.split_once(':').unwrap_or((hole, ""));
            let value = match name.trim_end() {
                "" => {
                    next += 1;
                    args.get(next - 1)?.clone()
                }
                name => match name.parse::<usize>() {
                    Ok(at) => args.get(at)?.clone(),
                    Err(_) => named(self, name)?,
                },
            };
            let shown = self.shown(&value)?;
            out.push_str(&wide(&value, shown, width)?);
            if out.len() > MAX_TEXT {
                return None;
            }
        }
        out.push_str(rest);
        (out.len() <= MAX_TEXT).then_some(out)
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
        if let Some(Value::Text(pattern)) = first {
            self.spend(pattern.text.len() / 16);
        }
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
                part.map_or(Value::None, |part| Value::some(Value::Text(part)))
            }
            "is_empty" => Value::Bool(text.text.is_empty()),
            "len" => Value::Int(text.text.len() as i128),
            "starts_with" => Value::Bool(text.text.starts_with(&pattern()?)),
            "ends_with" => Value::Bool(text.text.ends_with(&pattern()?)),
            "contains" => Value::Bool(text.text.contains(&pattern()?)),
            "to_lowercase" => self.text(&text.text.to_lowercase()),
            "to_uppercase" => self.text(&text.text.to_uppercase()),
            "to_ascii_lowercase" => self.text(&text.text.to_ascii_lowercase()),
            "to_ascii_uppercase" => self.text(&text.text.to_ascii_uppercase()),
            "replace" => match (pattern()?, args.get(1)?) {
                (from, Value::Text(to)) => {
                    if from.is_empty() {
                        return Some(unknown("a text of this length"));
                    }
                    let hits = text.text.matches(&*from).count();
                    let length = text.text.len().saturating_add(hits.saturating_mul(to.text.len()));
                    match hits {
                        0 => Value::Text(text.clone()),
                        _ if length > MAX_TEXT => unknown("a text of this length"),
                        _ => self.text(&text.text.replace(&from, &to.text)),
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
                    // A line ends in one byte or two.
                    let ends = name == "lines" && text.text[from..at].ends_with('\r');
                    parts.push(Value::Text(text.part(from, at - usize::from(ends))?));
                    from = at + pattern.len();
                }
                if name == "split" || from < text.text.len() {
                    parts.push(Value::Text(text.part(from, text.text.len())?));
                }
                self.list(parts)
            }
            "split_whitespace" => {
                let words = text.text.split_whitespace().map(Value::text).collect();
                self.list(words)
            }
            "chars" => {
                let chars = text.text.chars().map(Value::Char).collect();
                self.list(chars)
            }
            "char_indices" => {
                let pairs = text.text.char_indices();
                let pair = |(at, c)| Value::tuple(vec![Value::Int(at as i128), Value::Char(c)]);
                let pairs = pairs.map(pair).collect();
                self.list(pairs)
            }
            "repeat" => match first? {
                Value::Int(times @ 0..=10_000)
                    if text.text.len().saturating_mul(*times as usize) <= MAX_TEXT =>
                {
                    self.text(&text.text.repeat(*times as usize))
                }
                _ => return None,
            },
            "eq" => Value::Bool(self.same(&Value::Text(text.clone()), first?)?),
            "parse" => Value::unknown("what a text is as a number is not known"),
            _ => return None,
        })
    }

    /// A method of a list or an iterator; `None`: none that is known.
    pub(super) fn list_method(
        &mut self,
        list: &Rc<List>,
        name: &str,
        args: &[Value],
    ) -> Option<Value> {
        for arg in args {
            if let Value::List(other) = arg {
                self.spend(other.len());
            }
        }
        if let Some(value) = self.list_changed(list, name, args) {
            return Some(value);
        }
        if let Some(reason) = list.lost() {
            return Some(Value::Unknown(reason));
        }
        if !HARMLESS.contains(&name) {
            list.lose(&format!("what `{name}` does to a list is not known"));
            return None;
        }
        if !matches!(name, "len" | "is_empty" | "get" | "first" | "last") {
            self.spend(list.len());
        }
        let first = args.first();
        let all = || list.all().unwrap_or_default();
        Some(match name {
            "collect" | "as_slice" | "as_ref" | "by_ref" | "cloned" | "copied" | "peekable"
            | "into_boxed_slice" | "fuse" | "into" | "leak" | "as_mut" | "borrow" | "deref"
            | "collect_vec" => Value::List(Rc::clone(list)),
            "to_vec" | "clone" | "to_owned" => self.copied(&Value::List(Rc::clone(list))),
            // An iterator is used up by itself.
            "iter" | "into_iter" => self.like(list, all()),
            "iter_mut" => {
                let values = all();
                let iterator = self.like(list, values);
                lend(list);
                iterator
            }
            "len" | "count" => match list.is_exact() {
                true => Value::Int(list.len() as i128),
                false => unknown("the length of a list"),
            },
            "is_empty" => match list.is_exact() {
                true => Value::Bool(list.len() == 0),
                false => unknown("the length of a list"),
            },
            "rev" => {
                let mut values = all();
                values.reverse();
                self.like(list, values)
            }
            "enumerate" => {
                let pairs = all().into_iter().enumerate().map(|(at, value)| {
                    let at = match list.is_exact() {
                        true => Value::Int(at as i128),
                        false => unknown("a position"),
                    };
                    Value::tuple(vec![at, value])
                });
                let pairs = pairs.collect();
                self.like(list, pairs)
            }
            "chain" => {
                let mut values = all();
                let more = elements(first?);
                let exact = more.is_some() && exact(first?);
                match more {
                    Some(more) => {
                        self.spend(more.len());
                        values.extend(more);
                    }
                    None => values.push(unknown("an element")),
                }
                let joined = self.like(list, values);
                if let (Value::List(joined), false) = (&joined, exact) {
                    joined.blur();
                }
                joined
            }
            "zip" => {
                let other = first?;
                let more = elements(other).filter(|_| exact(other) && list.is_exact())?;
                let pairs = all().into_iter().zip(more);
                let pairs = pairs.map(|(a, b)| Value::tuple(vec![a, b])).collect();
                self.list(pairs)
            }
            "skip" | "take" | "step_by" if list.is_exact() => {
                let Value::Int(n) = first? else { return None };
                let n = usize::try_from(*n).ok()?;
                let values = all().into_iter();
                let values = match name {
                    "skip" => values.skip(n).collect(),
                    "take" => values.take(n).collect(),
                    _ if n == 0 => return None,
                    _ => values.step_by(n).collect(),
                };
                self.list(values)
            }
            "first" | "last" | "get" if list.is_exact() => {
                let found = match name {
                    "first" => list.get(0),
                    "get" => match first? {
                        Value::Int(at) => usize::try_from(*at).ok().and_then(|at| list.get(at)),
                        _ => return None,
                    },
                    _ => list.len().checked_sub(1).and_then(|at| list.get(at)),
                };
                found.map_or(Value::None, Value::some)
            }
            "join" | "concat" => {
                let between = match first {
                    Some(Value::Text(text)) => text.text.to_string(),
                    None => String::new(),
                    _ => return None,
                };
                self.spend(between.len() / 16);
                match self.joined(&all(), &between) {
                    Some(text) => self.text(&text),
                    None => unknown("a text"),
                }
            }
            "contains" => {
                let mut answer = Value::Bool(false);
                for value in all() {
                    match self.same(&value, first?) {
                        Some(true) => return Some(Value::Bool(true)),
                        Some(false) => {}
                        None => answer = unknown("whether a list has an element"),
                    }
                }
                answer
            }
            "map" | "filter" | "for_each" | "any" | "all" | "filter_map" | "flat_map" | "find"
            | "try_for_each" => {
                let made = self.over(all(), list.is_exact(), name, first?);
                if let (Value::List(made), false) = (&made, list.is_exact()) {
                    made.blur();
                }
                made
            }
            _ => return None,
        })
    }

    /// A list of a list's elements, of which some may not be there.
    fn like(&mut self, list: &List, values: Vec<Value>) -> Value {
        let made = self.list(values);
        if let (Value::List(made), false) = (&made, list.is_exact()) {
            made.blur();
        }
        made
    }

    /// Texts in a row; `None`: one is not known, or there are too many.
    pub(super) fn joined(&mut self, values: &[Value], between: &str) -> Option<String> {
        let mut out = String::new();
        for (at, value) in values.iter().enumerate() {
            if at > 0 {
                out.push_str(between);
            }
            if let Value::Text(text) = value
                && out.len() + text.text.len() > MAX_TEXT
            {
                return None;
            }
            out.push_str(&self.shown(value)?);
            if out.len() > MAX_TEXT {
                return None;
            }
        }
        Some(out)
    }

    /// A method that changes a list; `None`: none that is known. What is changed under a
    /// condition that could not be decided is not known afterwards.
    fn list_changed(&mut self, list: &Rc<List>, name: &str, args: &[Value]) -> Option<Value> {
        let first = args.first();
        let certain = list.is_certain(self.level);
        let known = certain && list.is_exact();
        let wrap = |value: Option<Value>| value.map_or(Value::None, Value::some);
        let lost = |what: &str| {
            list.lose("it is changed where that is not followed");
            Some(unknown(what))
        };
        match name {
            "push" | "push_back" => {
                self.spend(2);
                match (certain, self.cfg(), first?) {
                    (true, _, value) => list.push(value.clone(), true),
                    // A migration says under which condition it is there.
                    (false, Some(cfg), Value::Record(record)) => {
                        list.push(Value::Record(record.under(&cfg)), false);
                    }
                    // Whether it is in the list is not known; an element that is not says so.
                    _ => list.push(unknown("an element"), false),
                }
                Some(Value::Unit)
            }
            "extend" | "append" | "extend_from_slice" => {
                let more = elements(first?).filter(|_| certain);
                let exact = exact(first?);
                match more {
                    Some(more) => {
                        self.spend(more.len() * 3);
                        more.into_iter().for_each(|value| list.push(value, exact));
                    }
                    None => list.push(unknown("an element"), false),
                }
                if let ("append", Some(Value::List(other))) = (name, first) {
                    match other.is_certain(self.level) {
                        true => other.set(Vec::new()),
                        false => other.lose("it is emptied under a condition that is not known"),
                    }
                }
                Some(Value::Unit)
            }
            "clear" => {
                match certain {
                    true => list.set(Vec::new()),
                    false => list.lose("it is changed under a condition that is not known"),
                }
                Some(Value::Unit)
            }
            "pop" | "pop_back" | "pop_front" | "next" if !known => lost("an element"),
            "pop" | "pop_back" => Some(wrap(list.change(Vec::pop))),
            "pop_front" | "next" => {
                self.spend(list.len() / 8);
                let take = |values: &mut Vec<Value>| (!values.is_empty()).then(|| values.remove(0));
                Some(wrap(list.change(take)))
            }
            "insert" | "remove" | "swap_remove" | "truncate" | "swap" => {
                self.spend(list.len() / 8);
                let number = |value: Option<&Value>| match value {
                    Some(Value::Int(at)) => usize::try_from(*at).ok(),
                    _ => None,
                };
                let (at, other) = (number(first), number(args.get(1)));
                let Some(at) = at.filter(|_| known) else { return lost("an element") };
                match (name, args.get(1)) {
                    ("insert", Some(value)) if at <= list.len() => {
                        let value = list.fitting(value.clone());
                        list.change(|values| values.insert(at, value));
                        Some(Value::Unit)
                    }
                    ("remove", None) if at < list.len() => {
                        Some(list.change(|values| values.remove(at)))
                    }
                    ("swap_remove", None) if at < list.len() => {
                        Some(list.change(|values| values.swap_remove(at)))
                    }
                    ("truncate", None) => {
                        list.change(|values| values.truncate(at));
                        Some(Value::Unit)
                    }
                    ("swap", Some(_)) => match other {
                        Some(other) if at < list.len() && other < list.len() => {
                            list.change(|values| values.swap(at, other));
                            Some(Value::Unit)
                        }
                        _ => lost("an element"),
                    },
                    _ => lost("an element"),
                }
            }
            "reverse" | "sort" | "sort_unstable" | "retain" => {
                self.spend(list.len());
                let Some(mut values) = list.all().filter(|_| known) else {
                    return lost("a list");
                };
                let sorted = match name {
                    "reverse" => {
                        values.reverse();
                        Some(values)
                    }
                    "retain" => match self.over(values, true, "filter", first?) {
                        Value::List(kept) => kept.all(),
                        _ => None,
                    },
                    _ => sorted(values),
                };
                match sorted {
                    Some(values) => list.set(values),
                    None => return lost("a list"),
                }
                Some(Value::Unit)
            }
            _ => None,
        }
    }

    /// Methods that call a closure for each element.
    fn over(&mut self, values: Vec<Value>, exact_list: bool, name: &str, run: &Value) -> Value {
        let mut out = Vec::new();
        for value in values {
            if !exact_list && may_be_missing(&value) {
                self.level += 1;
                self.call_value(run, vec![value]);
                self.level -= 1;
                match name {
                    "for_each" | "try_for_each" => {}
                    "find" | "any" | "all" => return unknown("what a closure yields"),
                    _ => out.push(unknown("an element")),
                }
                continue;
            }
            let result = self.call_value(run, vec![value.clone()]);
            match (name, result) {
                ("map", result) => out.push(result),
                ("filter", Value::Bool(true)) => out.push(value),
                ("filter", Value::Bool(false)) => {}
                ("find", Value::Bool(true)) => return Value::some(value),
                ("find", Value::Bool(false)) => {}
                ("any", Value::Bool(true)) => return Value::Bool(true),
                ("all", Value::Bool(false)) => return Value::Bool(false),
                ("any" | "all", Value::Bool(_)) => {}
                ("for_each" | "try_for_each", _) => {}
                ("filter_map", Value::Some(inner)) => out.push(inner.value.clone()),
                ("filter_map", Value::None) => {}
                ("flat_map", result) => match elements(&result) {
                    Some(more) if exact(&result) => {
                        self.spend(more.len());
                        out.extend(more);
                    }
                    Some(_) => return unknown("a list"),
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
            _ => self.list(out),
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
            Value::Some(inner) | Value::Ok(inner) => Some(inner.value.clone()),
            _ => None,
        };
        let some = matches!(value, Value::Some(_) | Value::None);
        let wrap = |value: Value| match some {
            true => Value::some(value),
            false => Value::okay(value),
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
            ("ok", Some(v)) => Value::some(v),
            ("ok", None) => Value::None,
            ("ok_or" | "ok_or_else", Some(v)) => Value::okay(v),
            ("clone" | "cloned" | "to_owned", Some(_)) => self.copied(value),
            ("ok_or" | "ok_or_else", None) => Value::Err,
            (
                "map_err" | "as_ref" | "as_deref" | "or" | "or_else" | "into" | "context"
                | "as_mut" | "copied" | "inspect_err",
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

/// What is shown in a width, `02` or `8`; other ways of showing something are not followed.
fn wide(value: &Value, shown: String, width: &str) -> Option<String> {
    if width.is_empty() {
        return Some(shown);
    }
    let digits = width.chars().all(|c| c.is_ascii_digit());
    let wanted = width.parse::<usize>().ok().filter(|wanted| digits && *wanted <= MAX_WIDTH)?;
    match (value, width.starts_with('0')) {
        (Value::Int(_), true) => {
            let (sign, number) = match shown.strip_prefix('-') {
                Some(number) => ("-", number),
                None => ("", &*shown),
            };
            Some(format!("{sign}{number:0>width$}", width = wanted.saturating_sub(sign.len())))
        }
        (Value::Int(_), false) => Some(format!("{shown:>wanted$}")),
        (Value::Text(_), false) => Some(format!("{shown:<wanted$}")),
        _ => None,
    }
}

/// Whether an element of a list that is not exact may not be in it.
pub(super) fn may_be_missing(value: &Value) -> bool {
    match value {
        Value::Unknown(_) => true,
        Value::Record(record) => record.cfg.is_some(),
        _ => false,
    }
}

/// Whether each element of a value stands where it will stand.
pub(super) fn exact(value: &Value) -> bool {
    match value {
        Value::List(list) => list.is_exact(),
        Value::Some(_) | Value::None => true,
        _ => false,
    }
}

/// Texts or numbers in their order; `None`: something else is among them.
fn sorted(mut values: Vec<Value>) -> Option<Vec<Value>> {
    let texts = values.iter().all(|value| matches!(value, Value::Text(_)));
    let numbers = values.iter().all(|value| matches!(value, Value::Int(_)));
    if !texts && !numbers {
        return None;
    }
    values.sort_by(|a, b| match (a, b) {
        (Value::Text(a), Value::Text(b)) => a.text.cmp(&b.text),
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        _ => std::cmp::Ordering::Equal,
    });
    Some(values)
}
