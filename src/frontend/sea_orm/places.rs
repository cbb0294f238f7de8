//! Places that hold values, and what changes them: assignments, methods that take `&mut self`,
//! and what is lent to be changed.

use std::rc::Rc;

use super::{
    machine::{MAX_TEXT, Machine, Out},
    value::{Buffer, Scope, Text, Value},
};
use crate::frontend::rust::syntax::{Expr, Kind, Link, Operator};

/// Methods that change a text.
const TEXT: &[&str] = &[
    "push",
    "push_str",
    "write_str",
    "write_char",
    "write_fmt",
    "insert",
    "insert_str",
    "clear",
    "pop",
    "remove",
    "truncate",
    "retain",
    "drain",
    "extend",
    "replace_range",
    "split_off",
    "make_ascii_lowercase",
    "make_ascii_uppercase",
];

/// Methods that lead to what lies in a value, to change it.
const INWARD: &[&str] = &[
    "as_mut",
    "as_deref_mut",
    "borrow_mut",
    "deref_mut",
    "get_mut",
    "first_mut",
    "last_mut",
    "iter_mut",
    "unwrap",
    "expect",
    "get_or_insert",
    "get_or_insert_with",
    "entry",
    "or_default",
    "or_insert",
    "or_insert_with",
    "lock",
    "write",
    "by_ref",
];

/// Whether a method of this name changes what it is called on, or lends a part of it.
pub(super) fn changes(name: &str) -> bool {
    TEXT.contains(&name)
        || INWARD.contains(&name) && !matches!(name, "unwrap" | "expect")
        || matches!(name, "take" | "replace" | "next" | "push_back" | "pop_front")
}

const CHANGED: &str = "a part of it is changed";
const LENT: &str = "it is lent, and may have been changed";

/// Where a value lies.
#[derive(Debug, Clone)]
pub(super) enum Place {
    /// It is nobody's.
    Nowhere,
    Name(String),
    Field(Value, String),
    /// Somewhere in the value of a place, which is not known once it has changed.
    Within(Box<Place>),
    /// An element of a list.
    Element(Value),
}

impl Place {
    pub(super) fn of(expr: &Expr, scope: &Scope) -> Place {
        match &expr.kind {
            Kind::Lent(inner) | Kind::Deref(inner) | Kind::Cast { value: inner, .. } => {
                Place::of(inner, scope)
            }
            Kind::Path(path) => match path.as_slice() {
                [name] if scope.get(name).is_some() => Place::Name(name.clone()),
                _ => Place::Nowhere,
            },
            _ => Place::Nowhere,
        }
    }

    /// The place that a link leads to, from the value of this one.
    pub(super) fn then(&self, link: &Link, value: &Value) -> Place {
        let within = || match self {
            Place::Nowhere => Place::Nowhere,
            Place::Within(_) => self.clone(),
            place => Place::Within(Box::new(place.clone())),
        };
        match (link, value) {
            (Link::Field(name), Value::Record(_)) => Place::Field(value.clone(), name.clone()),
            (Link::Index(_), Value::List(_)) => Place::Element(value.clone()),
            (Link::Field(_) | Link::Index(_) | Link::Try, _) => within(),
            (Link::Method { name, .. }, _) if INWARD.contains(&name.as_str()) => within(),
            (Link::Await | Link::Method { .. }, _) => Place::Nowhere,
        }
    }
}

impl Machine<'_, '_> {
    /// Gives a place another value.
    pub(super) fn store(&mut self, place: &Place, value: Value, scope: &Scope) {
        match place {
            Place::Nowhere => {}
            Place::Name(name) => scope.assign(name, value, self.level),
            Place::Field(Value::Record(record), name) => record.put(name, value, self.level),
            Place::Element(Value::List(list)) => list.lose(CHANGED),
            Place::Within(outer) => self.store(outer, Value::unknown(CHANGED), scope),
            Place::Field(..) | Place::Element(_) => {}
        }
    }

    pub(super) fn assign(
        &mut self,
        place: &Expr,
        operator: Option<Operator>,
        value: &Expr,
        scope: &Scope,
    ) -> Out {
        let mut value = self.taken_from(value, scope)?;
        if let Some(operator) = operator {
            let before = self.expr(place, scope)?;
            value = self.operate(operator, &before, &value);
        }
        self.assign_to(place, value, scope)?;
        Ok(Value::Unit)
    }

    fn assign_to(&mut self, place: &Expr, value: Value, scope: &Scope) -> Out {
        match &place.kind {
            Kind::Path(path) => {
                if let [name] = path.as_slice() {
                    scope.assign(name, value, self.level);
                }
            }
            // What it stands for is another's, too.
            Kind::Deref(inner) => {
                let before = self.expr(inner, scope)?;
                match before.is_plain() {
                    true => return self.assign_to(inner, value, scope),
                    false => self.replace(&before, &value),
                }
            }
            Kind::Tuple(places) | Kind::Array(places) => {
                for (at, place) in places.iter().enumerate() {
                    let own = match &value {
                        Value::Tuple(_) => self.field(&value, &at.to_string()),
                        _ => Value::unknown("it is not known"),
                    };
                    self.assign_to(place, own, scope)?;
                }
            }
            Kind::Chain { base, links } => {
                let Some((last, before)) = links.split_last() else { return Ok(Value::Unit) };
                let (place, holder) = self.reach(base, before, scope)?;
                if let (Link::Index(index), Value::List(list)) = (last, &holder) {
                    let index = self.expr(index, scope)?;
                    let at = match index {
                        Value::Int(at) => usize::try_from(at).ok(),
                        _ => None,
                    };
                    let known = list.is_exact() && list.is_certain(self.level);
                    match at.filter(|at| known && *at < list.len()) {
                        Some(at) => {
                            let value = list.fitting(value);
                            list.change(|values| values.get_mut(at).map(|own| *own = value));
                        }
                        None => list.lose(CHANGED),
                    }
                    return Ok(Value::Unit);
                }
                let place = place.then(last, &holder);
                self.store(&place, value, scope);
            }
            _ => {}
        }
        Ok(Value::Unit)
    }

    /// Follows links to a place, and gives it with its value.
    fn reach(
        &mut self,
        base: &Expr,
        links: &[Link],
        scope: &Scope,
    ) -> Result<(Place, Value), super::machine::Stop> {
        let mut place = Place::of(base, scope);
        let mut value = self.expr(base, scope)?;
        for link in links {
            place = place.then(link, &value);
            value = match link {
                Link::Field(name) => self.field(&value, name),
                Link::Index(index) => {
                    let index = self.expr(index, scope)?;
                    self.index(&value, &index)
                }
                _ => Value::unknown("it is not known"),
            };
        }
        Ok((place, value))
    }

    /// Replaces as a whole what others may share.
    fn replace(&mut self, before: &Value, value: &Value) {
        let level = self.level;
        match (before, value) {
            (Value::List(list), Value::List(new)) if list.is_certain(level) => {
                self.spend(new.len());
                match new.all() {
                    Some(values) if new.is_exact() => list.set(values),
                    _ => list.lose(CHANGED),
                }
            }
            (Value::List(list), _) => list.lose(CHANGED),
            (Value::Record(record), Value::Record(new)) if Rc::ptr_eq(&record.item, &new.item) => {
                record.set(new.fields(), level);
            }
            (Value::Record(record), _) => record.set(Vec::new(), level),
            (Value::Build(built), _) => {
                if let Ok(mut built) = built.try_borrow_mut() {
                    built.unknown.get_or_insert_with(|| Rc::from("it is replaced as a whole"));
                }
            }
            (Value::Buffer(buffer), value) => {
                let text = match value {
                    Value::Text(text) if level <= buffer.level => Some(text.text.to_string()),
                    _ => None,
                };
                *buffer.text.borrow_mut() = text;
            }
            _ => {}
        }
    }

    /// `&mut a`: whoever borrows it may change it. What is shared anyway shows what becomes of it.
    pub(super) fn lend(&mut self, expr: &Expr, value: &Value, scope: &Scope) {
        if !value.is_plain() {
            return;
        }
        let place = match &expr.kind {
            Kind::Chain { base, links } => {
                let fields = links.iter().all(|link| matches!(link, Link::Field(_)));
                let Some((last, before)) = links.split_last().filter(|_| fields) else { return };
                let Ok((place, holder)) = self.reach(base, before, scope) else { return };
                place.then(last, &holder)
            }
            _ => Place::of(expr, scope),
        };
        self.store(&place, Value::unknown(LENT), scope);
    }

    /// A method that changes what it is called on; `None`: it does not, or that is shared.
    pub(super) fn mutated(
        &mut self,
        place: &Place,
        value: &Value,
        name: &str,
        args: &[Value],
        scope: &Scope,
    ) -> Option<Value> {
        let (after, result) = match value {
            Value::Text(text) if TEXT.contains(&name) => self.text_changed(text, name, args),
            Value::Buffer(buffer) if TEXT.contains(&name) => {
                let before = buffer.text.borrow().clone();
                let (after, result) = match before {
                    Some(before) => self.text_changed(&Text::new(&before), name, args),
                    None => return Some(Value::unknown("a text is not known")),
                };
                self.rewrite(buffer, &after);
                return Some(result);
            }
            Value::Some(_) | Value::None => match (name, args) {
                ("take", []) => (Value::None, value.clone()),
                ("replace", [new]) => (Value::some(new.clone()), value.clone()),
                ("insert", [new]) => (Value::some(new.clone()), new.clone()),
                ("get_or_insert", [new]) => match value {
                    Value::Some(held) => (value.clone(), held.value.clone()),
                    _ => (Value::some(new.clone()), new.clone()),
                },
                ("get_or_insert_with", [run]) => match value {
                    Value::Some(held) => (value.clone(), held.value.clone()),
                    _ => {
                        let new = self.call_value(run, Vec::new());
                        (Value::some(new.clone()), new)
                    }
                },
                _ => return None,
            },
            _ => return None,
        };
        self.store(place, after, scope);
        Some(result)
    }

    fn rewrite(&mut self, buffer: &Rc<Buffer>, after: &Value) {
        let text = match after {
            Value::Text(text) if self.level <= buffer.level => Some(text.text.to_string()),
            _ => None,
        };
        *buffer.text.borrow_mut() = text;
    }

    /// A text after one of its own methods, and what that returns.
    fn text_changed(&mut self, text: &Text, name: &str, args: &[Value]) -> (Value, Value) {
        let unknown = || Value::unknown("a text is put together from what is not known");
        let old = &*text.text;
        let added = |value: Option<&Value>| match value {
            Some(Value::Text(text)) => Some(text.text.to_string()),
            Some(Value::Char(c)) => Some(c.to_string()),
            _ => None,
        };
        self.spend(old.len() / 16);
        let at = |value: Option<&Value>| match value {
            Some(Value::Int(at)) => {
                usize::try_from(*at).ok().filter(|at| old.is_char_boundary(*at))
            }
            _ => None,
        };
        let result = match name {
            "write_str" | "write_char" | "write_fmt" => Value::ok(),
            "push" | "push_str" | "insert" | "insert_str" | "clear" | "truncate" => Value::Unit,
            "pop" => match old.chars().next_back() {
                Some(c) => Value::some(Value::Char(c)),
                None => Value::None,
            },
            _ => Value::Unit,
        };
        let whole = |machine: &mut Self, parts: [&str; 3]| {
            let length: usize = parts.iter().map(|part| part.len()).sum();
            match length <= MAX_TEXT {
                true => machine.text(&parts.concat()),
                false => unknown(),
            }
        };
        let after = match name {
            "push" | "push_str" | "write_str" | "write_char" => match added(args.first()) {
                Some(more) => whole(self, [old, &more, ""]),
                None => unknown(),
            },
            "insert" | "insert_str" => match (at(args.first()), added(args.get(1))) {
                (Some(at), Some(more)) => {
                    let (before, behind) = old.split_at(at);
                    whole(self, [before, &more, behind])
                }
                _ => unknown(),
            },
            "clear" => Value::text(""),
            "truncate" => match at(args.first()) {
                Some(at) => text.part(0, at).map_or_else(unknown, Value::Text),
                None => unknown(),
            },
            "pop" => {
                let kept = old.char_indices().next_back().map_or(0, |(at, _)| at);
                text.part(0, kept).map_or_else(unknown, Value::Text)
            }
            "make_ascii_lowercase" => self.text(&old.to_ascii_lowercase()),
            "make_ascii_uppercase" => self.text(&old.to_ascii_uppercase()),
            _ => unknown(),
        };
        (after, result)
    }

    /// `write!(place, …)`: what is written stands behind what was there.
    pub(super) fn written_to(&mut self, target: &Expr, text: Value, scope: &Scope) -> Out {
        let target = match &target.kind {
            Kind::Lent(inner) | Kind::Deref(inner) => inner,
            _ => target,
        };
        let (place, value) = match &target.kind {
            Kind::Chain { base, links } if links.iter().all(|l| matches!(l, Link::Field(_))) => {
                match links.split_last() {
                    Some((last, before)) => {
                        let (place, holder) = self.reach(base, before, scope)?;
                        let place = place.then(last, &holder);
                        let Link::Field(name) = last else { return Ok(Value::ok()) };
                        (place, self.field(&holder, name))
                    }
                    None => (Place::Nowhere, self.expr(base, scope)?),
                }
            }
            _ => (Place::of(target, scope), self.expr(target, scope)?),
        };
        match self.mutated(&place, &value, "write_str", &[text], scope) {
            Some(result) => Ok(result),
            None => Ok(Value::ok()),
        }
    }
}
