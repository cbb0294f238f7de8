//! What annotations say of a column: `Mapped[Optional[str]]`, `Annotated[…]`, `Literal[…]`.

use std::rc::Rc;

use ruff_python_ast::Expr;

use super::super::{
    guard,
    machine::Machine,
    value::{Call, Callee, Scope, Value},
};
use crate::source::Span;

/// How deeply types are nested at the most.
const MAX_DEPTH: usize = 24;

/// An annotation, taken apart.
pub(super) struct Annotation {
    /// The innermost type: without `Mapped`, `Optional`, `Annotated`.
    pub(super) ty: Value,
    /// None may stand there.
    pub(super) optional: bool,
    /// What `Annotated` adds.
    pub(super) extras: Vec<Value>,
    /// Every type on the way to the innermost one, outermost first: keys of a
    /// `type_annotation_map`.
    pub(super) names: Vec<Value>,
    /// What it is wrapped in, as `Mapped` or `ClassVar`.
    pub(super) wrapper: Option<String>,
}

impl Machine<'_, '_> {
    /// Reads an annotation where it is written.
    pub(super) fn annotation(&mut self, expr: &Expr, scope: &Rc<Scope>) -> Annotation {
        let value = self.eval(expr, scope);
        let mut found = Annotation {
            ty: Value::unknown("the annotation is not followed"),
            optional: false,
            extras: Vec::new(),
            names: Vec::new(),
            wrapper: None,
        };
        self.unwrap(&value, scope, &mut found, 0);
        found
    }

    fn unwrap(&mut self, value: &Value, scope: &Rc<Scope>, found: &mut Annotation, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        if let Value::Str(text) = value {
            let inner = self.quoted(&text.text, scope);
            return self.unwrap(&inner, scope, found, depth + 1);
        }
        let Some((origin, args)) = generic(value) else {
            if let Value::Call(call) = value
                && call.name() == "NewType"
                && let Some(of) = call.args.get(1)
            {
                found.names.push(value.clone());
                return self.unwrap(&of.clone(), scope, found, depth + 1);
            }
            found.names.push(value.clone());
            found.ty = value.clone();
            return;
        };
        let first = args.first().cloned().unwrap_or(Value::None);
        match origin.as_str() {
            "Optional" => {
                found.optional = true;
                self.unwrap(&first, scope, found, depth + 1);
            }
            "Union" => {
                let mut rest = args.iter().filter(|arg| !is_none(arg));
                found.optional |= args.iter().any(is_none);
                match (rest.next(), rest.next()) {
                    (Some(only), None) => self.unwrap(&only.clone(), scope, found, depth + 1),
                    _ => found.ty = Value::unknown("the annotation names several types"),
                }
            }
            "Annotated" => {
                found.names.push(value.clone());
                found.extras.extend(args.iter().skip(1).cloned());
                self.unwrap(&first, scope, found, depth + 1);
            }
            "Mapped" | "WriteOnlyMapped" | "DynamicMapped" | "ClassVar" | "Final" | "InitVar"
            | "AssociationProxy" | "Required" => {
                found.wrapper.get_or_insert(origin);
                self.unwrap(&first, scope, found, depth + 1);
            }
            _ => {
                found.names.push(value.clone());
                found.ty = value.clone();
            }
        }
    }

    /// A type that is written as a string.
    fn quoted(&mut self, text: &str, scope: &Rc<Scope>) -> Value {
        if guard::refuse(text).is_some() {
            return Value::unknown("the annotation is nested too deeply");
        }
        match ruff_python_parser::parse_expression(text.trim()) {
            Ok(parsed) => self.eval(&parsed.into_syntax().body, scope),
            Err(_) => Value::unknown("the annotation is no expression"),
        }
    }

    /// SQLAlchemy's type for a Python type (`registry._resolve_type`), with what the models'
    /// own `type_annotation_map` says first.
    pub(super) fn mapped_type(
        &mut self,
        annotation: &Annotation,
        map: &[(Value, Value)],
        span: Span,
    ) -> Option<Value> {
        let given = |key: &Value| map.iter().find(|(k, _)| same_type(k, key)).map(|(_, v)| v);
        if let Some(ty) = annotation.names.iter().find_map(given) {
            return Some(ty.clone());
        }
        let ty = &annotation.ty;
        let by_kind = |kind: &str| {
            let is = |key: &Value| matches!(key, Value::External(path) if last(path) == kind);
            map.iter().find(|(key, _)| is(key)).map(|(_, ty)| ty)
        };
        // An Enum type in the map stands for all Enum classes; the labels are each class's own.
        let enumerated = |kind: &str, labels: Vec<Value>, native: Option<bool>| {
            let mut kwargs = match by_kind(kind) {
                Some(Value::Call(call)) => call.kwargs.clone(),
                _ => Vec::new(),
            };
            if let Some(native) = native
                && !kwargs.iter().any(|(key, _)| key == "native_enum")
            {
                kwargs.push(("native_enum".to_owned(), Value::Bool(native)));
            }
            Some(call_of("sqlalchemy.Enum", labels, kwargs, span))
        };
        match ty {
            Value::Class(class) if self.is_enum(class) => {
                enumerated("Enum", vec![ty.clone()], None)
            }
            Value::External(path) => plain(last(path)).map(Value::external),
            _ => match generic(ty) {
                Some((origin, labels)) if origin == "Literal" => {
                    enumerated("Literal", labels, Some(false))
                }
                _ => None,
            },
        }
    }
}

/// `sqlalchemy.orm.decl_api.registry`'s own map (`sqltypes._type_map`).
fn plain(name: &str) -> Option<&'static str> {
    Some(match name {
        "int" => "sqlalchemy.Integer",
        "str" => "sqlalchemy.String",
        "bool" => "sqlalchemy.Boolean",
        "float" => "sqlalchemy.Float",
        "bytes" => "sqlalchemy.LargeBinary",
        "datetime" => "sqlalchemy.DateTime",
        "date" => "sqlalchemy.Date",
        "time" => "sqlalchemy.Time",
        "timedelta" => "sqlalchemy.Interval",
        "Decimal" => "sqlalchemy.Numeric",
        "UUID" => "sqlalchemy.Uuid",
        _ => return None,
    })
}

/// `Origin[a, b]`, as the evaluator keeps it: the origin's last name, and the arguments.
pub(super) fn generic(value: &Value) -> Option<(String, Vec<Value>)> {
    let Value::Call(call) = value else { return None };
    let Callee::Method(origin, name) = &call.callee else { return None };
    if name != "[]" {
        return None;
    }
    let origin = match origin {
        Value::External(path) => last(path).to_owned(),
        Value::Class(class) => class.name.clone(),
        Value::Attribute(of) => of.1.clone(),
        _ => return None,
    };
    Some((origin, call.args.clone()))
}

pub(super) fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

fn is_none(value: &Value) -> bool {
    match value {
        Value::None => true,
        Value::Str(text) => &*text.text == "None",
        Value::External(path) => last(path) == "NoneType",
        _ => false,
    }
}

/// Whether two annotations mean the same type.
fn same_type(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::External(a), Value::External(b)) => last(a) == last(b),
        (Value::Class(a), Value::Class(b)) => Rc::ptr_eq(a, b),
        (Value::Call(x), Value::Call(y)) => {
            Rc::ptr_eq(x, y)
                || match (generic(a), generic(b)) {
                    // An alias that `Annotated` makes is itself alone.
                    (Some((x, _)), _) if x == "Annotated" => false,
                    (Some((x, xs)), Some((y, ys))) => {
                        x.eq_ignore_ascii_case(&y)
                            && xs.len() == ys.len()
                            && xs.iter().zip(&ys).all(|(x, y)| same_type(x, y))
                    }
                    _ => false,
                }
        }
        (Value::None, Value::None) => true,
        (Value::Str(a), Value::Str(b)) => a.text == b.text,
        _ => false,
    }
}

/// A call as if it were written.
pub(super) fn call_of(
    path: &str,
    args: Vec<Value>,
    kwargs: Vec<(String, Value)>,
    span: Span,
) -> Value {
    Value::Call(Rc::new(Call::new(Callee::External(Rc::from(path)), args, kwargs, span)))
}
