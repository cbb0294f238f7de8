//! Patterns: whether a value fits one, and what its names stand for then.

use super::{
    machine::Machine,
    value::{Scope, Value},
};
use crate::frontend::rust::syntax::Pattern;

/// The patterns in a list beside the values that they stand for; `..` stands for any number.
/// Without a length, their number is not known; where it does not fit, nothing is known of them.
fn beside(
    inner: &[Pattern],
    length: Option<usize>,
    get: impl Fn(usize) -> Option<Value>,
) -> Vec<(&Pattern, Option<Value>)> {
    let rest = inner.iter().position(|pattern| matches!(pattern, Pattern::Rest));
    let named = inner.len() - usize::from(rest.is_some());
    let length = length.filter(|length| match rest {
        Some(_) => *length >= named,
        None => *length == named,
    });
    let value = |at: usize| match rest {
        Some(rest) if at > rest => get(length? - (inner.len() - at)),
        _ => length.and_then(|_| get(at)),
    };
    let pairs = inner.iter().enumerate().filter(|(_, p)| !matches!(p, Pattern::Rest));
    pairs.map(|(at, pattern)| (pattern, value(at))).collect()
}

/// The patterns beside the parts of a value.
fn parts<'p>(inner: &'p [Pattern], value: &Value) -> Vec<(&'p Pattern, Option<Value>)> {
    match value {
        Value::Tuple(tuple) => {
            beside(inner, Some(tuple.values.len()), |at| tuple.values.get(at).cloned())
        }
        Value::Some(held) | Value::Ok(held) => {
            beside(inner, Some(1), |at| (at == 0).then(|| held.value.clone()))
        }
        Value::Variant(variant) => {
            beside(inner, Some(variant.args.len()), |at| variant.args.get(at).cloned())
        }
        Value::Record(record) => {
            let field = |at: usize| record.get(&at.to_string());
            let length = (0..inner.len()).take_while(|at| field(*at).is_some()).count();
            beside(inner, Some(length), field)
        }
        Value::List(list) => {
            beside(inner, Some(list.len()).filter(|_| list.is_exact()), |at| list.get(at))
        }
        _ => beside(inner, None, |_| None),
    }
}

/// Whether a pattern fits whatever it is given.
fn is_open(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::Any | Pattern::Rest => true,
        Pattern::Name(name) => !is_special(name),
        _ => false,
    }
}

/// A name may be a constant or a variant that is imported.
fn is_special(name: &str) -> bool {
    name.starts_with(|c: char| c.is_uppercase())
}

impl Machine<'_, '_> {
    /// Whether a value fits a pattern; `None`: not known.
    pub(super) fn matches(
        &mut self,
        pattern: &Pattern,
        value: &Value,
        scope: &Scope,
    ) -> Option<bool> {
        self.spend(1);
        match pattern {
            Pattern::Any | Pattern::Rest => Some(true),
            Pattern::Name(name) => match is_special(name) {
                true => {
                    let own = self.path(std::slice::from_ref(name), scope);
                    self.same(&own, value)
                }
                false => Some(true),
            },
            Pattern::At { inner, .. } => self.matches(inner, value, scope),
            Pattern::Literal(literal) => {
                let Ok(own) = self.expr(literal, scope) else { return None };
                self.same(&own, value)
            }
            Pattern::Path(path) => {
                let own = self.path(path, scope);
                self.same(&own, value)
            }
            Pattern::Tuple { path, inner } => {
                match (path.last().map(String::as_str), value) {
                    (None, Value::Tuple(_))
                    | (Some("Some"), Value::Some(_))
                    | (Some("Ok"), Value::Ok(_))
                    | (Some(_), Value::Record(_)) => {}
                    (Some("Some"), Value::None)
                    | (Some("Err"), Value::Ok(_))
                    | (Some("Ok"), Value::Err) => return Some(false),
                    (Some("Err"), Value::Err) => return Some(true),
                    (Some(name), Value::Variant(variant)) if variant.name == name => {}
                    (Some(_), Value::Variant(_)) => return Some(false),
                    _ => return None,
                }
                self.all_match(parts(inner, value), scope)
            }
            Pattern::Slice(inner) => {
                let Value::List(list) = value else { return None };
                let length = Some(list.len()).filter(|_| list.is_exact())?;
                let any = inner.iter().any(|pattern| matches!(pattern, Pattern::Rest));
                let named = inner.len() - usize::from(any);
                if length < named || !any && length != named {
                    return Some(false);
                }
                self.all_match(parts(inner, value), scope)
            }
            Pattern::Struct { path, fields } => {
                match value {
                    Value::Record(_) => {}
                    Value::Variant(variant) if path.last() != Some(&variant.name) => {
                        return Some(false);
                    }
                    Value::Variant(_) => {}
                    _ => return None,
                }
                let mut pairs = Vec::new();
                for (name, pattern) in fields {
                    pairs.push((pattern, Some(self.field(value, name))));
                }
                self.all_match(pairs, scope)
            }
            Pattern::Or(cases) => {
                let mut any = Some(false);
                for case in cases {
                    match self.matches(case, value, scope) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => any = None,
                    }
                }
                any
            }
            Pattern::Other => None,
        }
    }

    fn all_match(&mut self, pairs: Vec<(&Pattern, Option<Value>)>, scope: &Scope) -> Option<bool> {
        let mut all = Some(true);
        for (pattern, value) in pairs {
            let hit = match value {
                _ if is_open(pattern) => Some(true),
                Some(value) => self.matches(pattern, &value, scope),
                None => None,
            };
            match hit {
                Some(false) => return Some(false),
                Some(true) => {}
                None => all = None,
            }
        }
        all
    }

    /// Gives the names of a pattern their values.
    pub(super) fn bind(&mut self, pattern: &Pattern, value: Value, scope: &Scope) {
        let unknown = || Value::unknown("it is not known");
        self.spend(1);
        match pattern {
            Pattern::Name(name) => scope.set(name, value, self.level),
            Pattern::At { name, inner } => {
                scope.set(name, value.clone(), self.level);
                self.bind(inner, value, scope);
            }
            Pattern::Tuple { inner, .. } => {
                let whole = Some(&value).filter(|value| !matches!(value, Value::List(_)));
                for (pattern, value) in parts(inner, whole.unwrap_or(&Value::Unit)) {
                    self.bind(pattern, value.unwrap_or_else(unknown), scope);
                }
            }
            Pattern::Slice(inner) => {
                let list = Some(&value).filter(|value| matches!(value, Value::List(_)));
                for (pattern, value) in parts(inner, list.unwrap_or(&Value::Unit)) {
                    self.bind(pattern, value.unwrap_or_else(unknown), scope);
                }
            }
            Pattern::Struct { fields, .. } => {
                for (name, pattern) in fields {
                    let value = self.field(&value, name);
                    self.bind(pattern, value, scope);
                }
            }
            // Each case has the same names.
            Pattern::Or(cases) => {
                for case in cases {
                    match self.matches(case, &value, scope) {
                        Some(true) => return self.bind(case, value, scope),
                        Some(false) => {}
                        None => return self.bind(case, unknown(), scope),
                    }
                }
                if let Some(case) = cases.first() {
                    self.bind(case, unknown(), scope);
                }
            }
            Pattern::Any
            | Pattern::Rest
            | Pattern::Literal(_)
            | Pattern::Path(_)
            | Pattern::Other => {}
        }
    }
}
