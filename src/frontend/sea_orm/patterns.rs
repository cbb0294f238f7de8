//! Patterns: whether a value fits one, and what its names stand for then.

use super::{
    machine::Machine,
    value::{Scope, Value},
};
use crate::frontend::rust::syntax::Pattern;

/// The patterns in a list beside the values that they stand for; `..` stands for any number.
/// `None` in place of the values: their number does not fit, or is not known.
fn beside<'p>(inner: &'p [Pattern], values: Option<&[Value]>) -> Vec<(&'p Pattern, Option<Value>)> {
    let rest = inner.iter().position(|pattern| matches!(pattern, Pattern::Rest));
    let named = inner.len() - usize::from(rest.is_some());
    let fits = |values: &&[Value]| match rest {
        Some(_) => values.len() >= named,
        None => values.len() == named,
    };
    let values = values.filter(fits);
    let value = |at: usize| {
        let values = values?;
        let at = match rest {
            Some(rest) if at > rest => values.len() - (inner.len() - at),
            _ => at,
        };
        values.get(at).cloned()
    };
    let pairs = inner.iter().enumerate().filter(|(_, p)| !matches!(p, Pattern::Rest));
    pairs.map(|(at, pattern)| (pattern, value(at))).collect()
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
                let values = match (path.last().map(String::as_str), value) {
                    (None, Value::Tuple(tuple)) => tuple.values.clone(),
                    (Some("Some"), Value::Some(held)) | (Some("Ok"), Value::Ok(held)) => {
                        vec![held.value.clone()]
                    }
                    (Some("Some"), Value::None)
                    | (Some("Err"), Value::Ok(_))
                    | (Some("Ok"), Value::Err) => return Some(false),
                    (Some("Err"), Value::Err) => return Some(true),
                    (Some(name), Value::Variant(variant)) => match variant.name == name {
                        true => variant.args.clone(),
                        false => return Some(false),
                    },
                    (Some(_), Value::Record(record)) => {
                        let fields = (0..inner.len()).map_while(|at| record.get(&at.to_string()));
                        fields.collect()
                    }
                    _ => return None,
                };
                self.all_match(beside(inner, Some(&values)), scope)
            }
            Pattern::Slice(inner) => {
                let Value::List(list) = value else { return None };
                let values = list.all().filter(|_| list.is_exact())?;
                let any = inner.iter().any(|pattern| matches!(pattern, Pattern::Rest));
                let named = inner.len() - usize::from(any);
                if values.len() < named || !any && values.len() != named {
                    return Some(false);
                }
                self.all_match(beside(inner, Some(&values)), scope)
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
                let pair = |(name, pattern)| (pattern, Some(super::methods::field(value, name)));
                let pairs = fields.iter().map(|(name, pattern)| pair((name, pattern)));
                self.all_match(pairs.collect(), scope)
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
        match pattern {
            Pattern::Name(name) => scope.set(name, value, self.level),
            Pattern::At { name, inner } => {
                scope.set(name, value.clone(), self.level);
                self.bind(inner, value, scope);
            }
            Pattern::Tuple { inner, .. } => {
                let values = match &value {
                    Value::Tuple(tuple) => Some(tuple.values.clone()),
                    Value::Some(held) | Value::Ok(held) => Some(vec![held.value.clone()]),
                    Value::Variant(variant) => Some(variant.args.clone()),
                    Value::Record(record) => {
                        let fields = (0..inner.len()).map_while(|at| record.get(&at.to_string()));
                        Some(fields.collect())
                    }
                    _ => None,
                };
                for (pattern, value) in beside(inner, values.as_deref()) {
                    self.bind(pattern, value.unwrap_or_else(unknown), scope);
                }
            }
            Pattern::Slice(inner) => {
                let values = match &value {
                    Value::List(list) => list.all().filter(|_| list.is_exact()),
                    _ => None,
                };
                for (pattern, value) in beside(inner, values.as_deref()) {
                    self.bind(pattern, value.unwrap_or_else(unknown), scope);
                }
            }
            Pattern::Struct { fields, .. } => {
                for (name, pattern) in fields {
                    let value = super::methods::field(&value, name);
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
