//! What an expression is known to be.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use ruff_python_ast::{Expr, Parameters, StmtClassDef, StmtFunctionDef};

use super::{module::Module, reflect::LOADED_FROM, sets};
use crate::source::{FileId, Span};

/// The longest reason why a value is not known, in characters.
const MAX_REASON: usize = 300;

/// How deep two values are compared.
pub(super) const DEPTH: usize = 20;

/// A Python value, as far as reading tells.
#[derive(Clone)]
pub(super) enum Value {
    /// Not known, and why: for the reason of an opaque operation.
    Unknown(Rc<str>),
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Text),
    List(Rc<List>),
    Tuple(Rc<Vec<Value>>),
    Dict(Rc<RefCell<Vec<(Value, Value)>>>),
    Function(Rc<Function>),
    Class(Rc<Class>),
    /// A member of an Enum class: its class's name, its own, its value.
    Member(Rc<(String, String, Value)>),
    /// A module of the project.
    Module(Rc<Scope>),
    /// A name from outside the project, by its dotted path: `sqlalchemy.Column`.
    External(Rc<str>),
    /// The result of a call that is kept as it is written: `sa.Column('a', sa.Integer())`.
    Call(Rc<Call>),
    /// An attribute of such a result: `table.c`.
    Attribute(Rc<(Value, String)>),
    /// What the migration runs in.
    Runtime(Runtime),
    /// The context of `batch_alter_table`, by its number.
    Batch(u32),
    /// The result of a query of the catalog.
    Result(Rc<Rows>),
    /// One row of it; the items are its cells.
    Row(Rc<Rows>),
}

/// A list, or a set, whose items are kept in the order in which they came.
#[derive(Default)]
pub(super) struct List {
    items: RefCell<Vec<Value>>,
    pub(super) is_set: bool,
}

impl std::ops::Deref for List {
    type Target = RefCell<Vec<Value>>;

    fn deref(&self) -> &RefCell<Vec<Value>> {
        &self.items
    }
}

/// What a query returns: rows, or the cells of one.
pub(super) struct Rows {
    pub(super) columns: Rc<[String]>,
    pub(super) items: Vec<Value>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Runtime {
    /// `op.get_bind()`, an engine, a session.
    Connection,
    /// One that was made; it remembers what it was asked.
    Inspector(u32),
    Dialect,
    /// `op.get_context()`.
    Context,
    /// The rows of a query: none, on the empty database that is assumed.
    Rows,
}

/// A string, and the literal that it stands in with the same bytes.
#[derive(Clone)]
pub(super) struct Text {
    pub(super) text: Rc<str>,
    pub(super) origin: Option<(FileId, u32)>,
}

/// Stands for no attribute.
const APPENDED: &str = "appended parts";

pub(super) struct Call {
    pub(super) callee: Callee,
    pub(super) args: Vec<Value>,
    pub(super) kwargs: Vec<(String, Value)>,
    pub(super) span: Span,
    /// What `self.x = …` has set on an instance.
    state: RefCell<Vec<(String, Value)>>,
}

pub(super) enum Callee {
    External(Rc<str>),
    Method(Value, String),
    Class(Rc<Class>),
}

pub(super) struct Function {
    pub(super) body: Body,
    pub(super) scope: Rc<Scope>,
    /// The class instance or class a method is bound to.
    pub(super) bound: Option<Value>,
    /// Called by being looked at.
    pub(super) property: bool,
}

pub(super) enum Body {
    Def(Rc<StmtFunctionDef>),
    Lambda { parameters: Option<Box<Parameters>>, body: Box<Expr> },
}

pub(super) struct Class {
    pub(super) name: String,
    pub(super) bases: Vec<Value>,
    pub(super) keywords: Vec<(String, Value)>,
    pub(super) def: Rc<StmtClassDef>,
    pub(super) scope: Rc<Scope>,
    pub(super) members: RefCell<Option<Members>>,
}

/// What a class body binds, in order.
pub(super) type Members = Rc<Vec<(String, Value)>>;

impl Class {
    /// `class Hero(SQLModel, table=True)`.
    pub(super) fn is_table(&self) -> bool {
        self.keywords
            .iter()
            .any(|(key, value)| key == "table" && matches!(value, Value::Bool(true)))
    }
}

/// Names in force, innermost first.
pub(super) struct Scope {
    pub(super) vars: RefCell<HashMap<String, Value>>,
    pub(super) parent: Option<Rc<Scope>>,
    pub(super) module: Rc<Module>,
}

impl Scope {
    pub(super) fn of_module(module: Rc<Module>) -> Rc<Scope> {
        Rc::new(Scope { vars: RefCell::default(), parent: None, module })
    }

    pub(super) fn inside(parent: &Rc<Scope>) -> Rc<Scope> {
        Rc::new(Scope {
            vars: RefCell::default(),
            parent: Some(Rc::clone(parent)),
            module: Rc::clone(&parent.module),
        })
    }

    pub(super) fn set(&self, name: &str, value: Value) {
        self.vars.borrow_mut().insert(name.to_owned(), value);
    }
}

impl Value {
    /// A reason may hold the one of what the value was made of, and that the next one's: the
    /// beginning is enough.
    pub(super) fn unknown(reason: &str) -> Value {
        let end = reason.char_indices().nth(MAX_REASON).map_or(reason.len(), |(end, _)| end);
        Value::Unknown(Rc::from(&reason[..end]))
    }

    pub(super) fn str(text: &str) -> Value {
        Value::Str(Text { text: Rc::from(text), origin: None })
    }

    pub(super) fn list(items: Vec<Value>) -> Value {
        Value::List(Rc::new(List { items: RefCell::new(items), is_set: false }))
    }

    /// A set of what is known to differ; items of which that is not known stay.
    pub(super) fn set_of(items: Vec<Value>) -> Value {
        let items = RefCell::new(sets::distinct(items));
        Value::List(Rc::new(List { items, is_set: true }))
    }

    pub(super) fn dict(items: Vec<(&str, Value)>) -> Value {
        let items = items.into_iter().map(|(key, value)| (Value::str(key), value)).collect();
        Value::Dict(Rc::new(RefCell::new(items)))
    }

    pub(super) fn external(path: &str) -> Value {
        Value::External(Rc::from(path))
    }

    /// A string; SQLAlchemy's wrappers of strings count as what they wrap, and a member of a
    /// string Enum as its value.
    pub(super) fn as_str(&self) -> Option<Rc<str>> {
        match self {
            Value::Str(text) => Some(Rc::clone(&text.text)),
            Value::Member(member) => member.2.as_str(),
            Value::Call(call)
                if matches!(call.name(), "f" | "quoted_name" | "text" | "literal_column" | "_") =>
            {
                call.args.first()?.as_str()
            }
            _ => None,
        }
    }

    pub(super) fn is_none(&self) -> bool {
        matches!(self, Value::None)
    }

    /// Python's truth; `None`: not known.
    pub(super) fn truth(&self) -> Option<bool> {
        Some(match self {
            Value::None => false,
            Value::Bool(value) => *value,
            Value::Int(value) => *value != 0,
            Value::Float(value) => *value != 0.0,
            Value::Str(text) => !text.text.is_empty(),
            Value::List(items) => !items.borrow().is_empty(),
            Value::Tuple(items) => !items.is_empty(),
            Value::Dict(items) => !items.borrow().is_empty(),
            Value::Function(_)
            | Value::Class(_)
            | Value::Member(_)
            | Value::Module(_)
            | Value::Result(_)
            | Value::Batch(_) => true,
            Value::Row(row) => !row.items.is_empty(),
            Value::Runtime(Runtime::Rows) => return None,
            Value::Runtime(_) => true,
            // What only a type checker sees is not run.
            Value::External(path) if path.ends_with(".TYPE_CHECKING") => false,
            Value::Unknown(_) | Value::External(_) | Value::Call(_) | Value::Attribute(_) => {
                return None;
            }
        })
    }

    /// Equality; `None`: not known.
    pub(super) fn equals(&self, other: &Value) -> Option<bool> {
        self.equals_within(other, DEPTH)
    }

    /// A list may hold itself, so the depth is bounded.
    pub(super) fn equals_within(&self, other: &Value, depth: usize) -> Option<bool> {
        Some(match (self, other) {
            _ if depth == 0 => return None,
            (Value::Unknown(_), _) | (_, Value::Unknown(_)) => return None,
            (Value::Member(a), Value::Member(b)) => a.0 == b.0 && a.1 == b.1,
            (Value::None, Value::None) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a == b,
            (Value::Tuple(a), Value::Tuple(b)) => return same(a, b, depth - 1),
            (Value::List(a), Value::List(b)) => match (a.is_set, b.is_set) {
                (false, false) => return same(&a.borrow(), &b.borrow(), depth - 1),
                (true, true) if Rc::ptr_eq(a, b) => true,
                // One in another would have to be looked for in each of its items.
                (true, true) if depth < DEPTH => return None,
                (true, true) => return sets::equal(&a.borrow(), &b.borrow()),
                _ => false,
            },
            (Value::Call(a), Value::Call(b)) if a.name() == "Column" && b.name() == "Column" => {
                let of = |call: &Call| {
                    Some((call.kwarg(LOADED_FROM)?.as_str()?, call.args.first()?.as_str()?))
                };
                return Some(of(a)? == of(b)?);
            }
            (Value::Row(a), Value::Row(b)) => return same(&a.items, &b.items, depth - 1),
            (Value::Row(a), Value::Tuple(b)) | (Value::Tuple(b), Value::Row(a)) => {
                return same(&a.items, b, depth - 1);
            }
            _ => match (self.as_str(), other.as_str()) {
                (Some(a), Some(b)) => a == b,
                _ if opaque(self) || opaque(other) => return None,
                _ => false,
            },
        })
    }

    /// The items of a sequence, the keys of a dict; `None`: not known.
    pub(super) fn items(&self) -> Option<Vec<Value>> {
        Some(match self {
            Value::List(items) => items.borrow().clone(),
            Value::Tuple(items) => items.to_vec(),
            Value::Dict(items) => items.borrow().iter().map(|(key, _)| key.clone()).collect(),
            Value::Str(text) => text
                .text
                .chars()
                .take(4096)
                .map(|c| Value::str(c.encode_utf8(&mut [0; 4])))
                .collect(),
            Value::Runtime(Runtime::Rows) => Vec::new(),
            Value::Result(rows) | Value::Row(rows) => rows.items.clone(),
            _ => return None,
        })
    }

    pub(super) fn get(&self, key: &str) -> Option<Value> {
        let Value::Dict(items) = self else { return None };
        let items = items.borrow();
        items
            .iter()
            .find(|(k, _)| k.as_str().is_some_and(|k| &*k == key))
            .map(|(_, value)| value.clone())
    }
}

fn same(a: &[Value], b: &[Value], depth: usize) -> Option<bool> {
    if a.len() != b.len() {
        return Some(false);
    }
    for (a, b) in a.iter().zip(b) {
        if !a.equals_within(b, depth)? {
            return Some(false);
        }
    }
    Some(true)
}

fn opaque(value: &Value) -> bool {
    matches!(
        value,
        Value::External(_)
            | Value::Call(_)
            | Value::Attribute(_)
            | Value::Runtime(_)
            | Value::Unknown(_)
    )
}

impl Call {
    pub(super) fn new(
        callee: Callee,
        args: Vec<Value>,
        kwargs: Vec<(String, Value)>,
        span: Span,
    ) -> Call {
        Call { callee, args, kwargs, span, state: RefCell::default() }
    }

    /// An attribute that was set on the instance.
    pub(super) fn get(&self, name: &str) -> Option<Value> {
        let state = self.state.borrow();
        state.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
    }

    pub(super) fn set(&self, name: &str, value: Value) {
        let mut state = self.state.borrow_mut();
        match state.iter().position(|(key, _)| key == name) {
            Some(at) => state[at].1 = value,
            None if state.len() < 1_000 => state.push((name.to_owned(), value)),
            None => {}
        }
    }

    /// What was added to a table after it was made: `table.append_column(…)`.
    pub(super) fn appended(&self) -> Vec<Value> {
        self.get(APPENDED).as_ref().and_then(Value::items).unwrap_or_default()
    }

    pub(super) fn append(&self, part: Value) {
        match self.get(APPENDED) {
            Some(Value::List(parts)) => parts.borrow_mut().push(part),
            _ => self.set(APPENDED, Value::list(vec![part])),
        }
    }

    /// The last part of what is called: `Column` of `sqlalchemy.Column`.
    pub(super) fn name(&self) -> &str {
        match &self.callee {
            Callee::External(path) => path.rsplit('.').next().unwrap_or_default(),
            Callee::Method(_, name) => name,
            Callee::Class(class) => &class.name,
        }
    }

    pub(super) fn kwarg(&self, name: &str) -> Option<&Value> {
        self.kwargs.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    pub(super) fn arg(&self, at: usize, name: &str) -> Option<&Value> {
        self.kwarg(name).or_else(|| self.args.get(at))
    }

    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        self.kwarg(name)?.truth()
    }
}
