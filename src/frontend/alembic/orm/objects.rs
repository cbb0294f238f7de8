//! Columns and tables that parts of a table mention as objects: `Index('ix', Hero.name)`,
//! `ForeignKey(id)`.

use std::{collections::HashMap, rc::Rc};

use super::super::value::{Call, Callee, Value};
use crate::{ir::Name, source::Span};

/// Puts names to the columns that constraints and indexes mention as objects.
pub(super) struct Names<'a> {
    pub(super) table: &'a Name,
    pub(super) columns: &'a HashMap<usize, String>,
    /// Columns by the attributes of the classes.
    pub(super) fields: HashMap<&'a str, &'a str>,
}

impl Names<'_> {
    /// `ForeignKey(id)`, where `id` is a column of the same class.
    fn target(&self, arg: &Value) -> Value {
        if let Value::Call(key) = arg
            && key.name() == "ForeignKey"
            && let Some(Value::Call(to)) = key.args.first()
            && let Some(name) = self.columns.get(&(Rc::as_ptr(to) as usize))
        {
            let to = Value::str(&format!("{}.{name}", self.table));
            let kwargs = key.kwargs.clone();
            return super::annotations::call_of(
                "sqlalchemy.ForeignKey",
                vec![to],
                kwargs,
                key.span,
            );
        }
        arg.clone()
    }

    pub(super) fn put(&self, value: &Value, depth: usize) -> Value {
        if depth > 8 {
            return value.clone();
        }
        match value {
            Value::Call(call) => {
                if let Some(name) = self.columns.get(&(Rc::as_ptr(call) as usize)) {
                    return column(name, call.span);
                }
                if call.name() == "Column" && depth == 0 {
                    let args = call.args.iter().map(|arg| self.target(arg)).collect();
                    let callee = Callee::External(Rc::from("sqlalchemy.Column"));
                    return Value::Call(Rc::new(Call::new(
                        callee,
                        args,
                        call.kwargs.clone(),
                        call.span,
                    )));
                }
                let callee = match &call.callee {
                    Callee::Method(base, name) => {
                        Callee::Method(self.put(base, depth + 1), name.clone())
                    }
                    Callee::External(path) => Callee::External(Rc::clone(path)),
                    Callee::Class(class) => Callee::Class(Rc::clone(class)),
                };
                let args = call.args.iter().map(|arg| self.put(arg, depth + 1)).collect();
                let kwargs = call.kwargs.iter();
                let kwargs = kwargs.map(|(k, v)| (k.clone(), self.put(v, depth + 1))).collect();
                Value::Call(Rc::new(Call::new(callee, args, kwargs, call.span)))
            }
            Value::Attribute(of) if matches!(of.0, Value::Class(_)) => {
                match self.fields.get(of.1.as_str()) {
                    Some(column) if *column != of.1 => {
                        Value::Attribute(Rc::new((of.0.clone(), (*column).to_owned())))
                    }
                    _ => value.clone(),
                }
            }
            Value::List(items) => {
                Value::list(items.borrow().iter().map(|item| self.put(item, depth + 1)).collect())
            }
            Value::Tuple(items) => {
                Value::Tuple(Rc::new(items.iter().map(|item| self.put(item, depth + 1)).collect()))
            }
            other => other.clone(),
        }
    }
}

fn column(name: &str, span: Span) -> Value {
    super::annotations::call_of("sqlalchemy.column", vec![Value::str(name)], Vec::new(), span)
}

pub(super) fn column_named(call: &Call) -> Option<Rc<str>> {
    call.kwarg("name").or_else(|| call.args.first()).and_then(Value::as_str)
}

/// The object that a column in an index belongs to.
pub(super) fn owner(arg: &Value, depth: usize) -> Option<Value> {
    if depth > 6 {
        return None;
    }
    match arg {
        Value::Attribute(of) => match &of.0 {
            Value::Attribute(inner) if matches!(inner.1.as_str(), "c" | "columns") => {
                Some(inner.0.clone())
            }
            of => Some(of.clone()),
        },
        Value::Call(call) => {
            let base = match &call.callee {
                Callee::Method(base, _) => owner(base, depth + 1),
                _ => None,
            };
            base.or_else(|| call.args.iter().find_map(|arg| owner(arg, depth + 1)))
        }
        _ => None,
    }
}

/// `Index(…).ddl_if(dialect='postgresql')`: nothing on the other databases; `None`: a function
/// decides.
pub(super) fn for_dialect<'v>(part: &'v Value, dialect: &str) -> Option<Option<&'v Value>> {
    let Value::Call(call) = part else { return Some(Some(part)) };
    let Callee::Method(base, name) = &call.callee else { return Some(Some(part)) };
    if name != "ddl_if" {
        return Some(Some(part));
    }
    let given = call.arg(0, "dialect").filter(|_| call.kwarg("callable_").is_none())?;
    let ours = match given.as_str() {
        Some(only) => &*only == dialect,
        None => given.items()?.iter().any(|one| one.as_str().as_deref() == Some(dialect)),
    };
    Some(ours.then_some(base))
}
