//! Python's sets: the items of a list, without an order.

use std::{collections::HashSet, rc::Rc};

use ruff_python_ast::Operator;

use super::value::{DEPTH, Value};

/// So many pairs of items that are no texts or numbers are compared at the most.
const MAX_PAIRS: usize = 1 << 14;

/// What is compared by what it says.
#[derive(PartialEq, Eq, Hash)]
enum Atom {
    Text(Rc<str>),
    Int(i64),
}

fn atom(value: &Value) -> Option<Atom> {
    match value {
        Value::Int(number) => Some(Atom::Int(*number)),
        _ => value.as_str().map(Atom::Text),
    }
}

/// The items of a set, to be looked up.
#[derive(Default)]
struct Members<'v> {
    atoms: HashSet<Atom>,
    others: Vec<&'v Value>,
    pairs: usize,
}

impl<'v> Members<'v> {
    fn of(items: &'v [Value]) -> Members<'v> {
        let mut members = Members::default();
        items.iter().for_each(|item| members.add(item));
        members
    }

    fn add(&mut self, item: &'v Value) {
        match atom(item) {
            Some(atom) => drop(self.atoms.insert(atom)),
            None => self.others.push(item),
        }
    }

    /// `None`: one of them may be it.
    fn has(&mut self, item: &Value) -> Option<bool> {
        if atom(item).is_some_and(|atom| self.atoms.contains(&atom)) {
            return Some(true);
        }
        // Of what has no text, any may turn out to be one.
        let mut unknown = matches!(item, Value::Unknown(_)) && !self.atoms.is_empty();
        self.pairs += self.others.len();
        if self.pairs > MAX_PAIRS {
            return None;
        }
        for other in &self.others {
            match other.equals_within(item, DEPTH - 1) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => unknown = true,
            }
        }
        (!unknown).then_some(false)
    }
}

/// Whether all items of the one are in the other; `None`: not known.
pub(super) fn within(part: &[Value], whole: &[Value]) -> Option<bool> {
    let mut whole = Members::of(whole);
    let mut unknown = false;
    for item in part {
        match whole.has(item) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => unknown = true,
        }
    }
    (!unknown).then_some(true)
}

pub(super) fn equal(a: &[Value], b: &[Value]) -> Option<bool> {
    match (within(a, b), within(b, a)) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// Without those that are known to be there already.
pub(super) fn distinct(items: Vec<Value>) -> Vec<Value> {
    let mut members = Members::default();
    let mut is_new = Vec::with_capacity(items.len());
    for item in &items {
        let known = members.has(item) == Some(true);
        if !known {
            members.add(item);
        }
        is_new.push(!known);
    }
    items.into_iter().zip(is_new).filter(|(_, is_new)| *is_new).map(|(item, _)| item).collect()
}

/// `&`, `|`, `-` and `^` of two sets.
pub(super) fn combined(a: &[Value], op: Operator, b: &[Value]) -> Value {
    let (Some((both, mut left)), Some((_, right))) = (split(a, b), split(b, a)) else {
        return Value::unknown("a set is not known in full");
    };
    match op {
        Operator::BitAnd => Value::set_of(both),
        Operator::Sub => Value::set_of(left),
        Operator::BitXor => {
            left.extend(right);
            Value::set_of(left)
        }
        _ => Value::set_of(a.iter().cloned().chain(right).collect()),
    }
}

/// What of the one is in the other, and what is not.
fn split(of: &[Value], by: &[Value]) -> Option<(Vec<Value>, Vec<Value>)> {
    let mut by = Members::of(by);
    let (mut both, mut alone) = (Vec::new(), Vec::new());
    for item in of {
        let side = if by.has(item)? { &mut both } else { &mut alone };
        side.push(item.clone());
    }
    Some((both, alone))
}
