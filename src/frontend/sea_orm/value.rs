//! What expressions of a migration can be.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use super::query::{Build, RowsKind, Sql};
use crate::{
    frontend::rust::{
        crates::ModuleId,
        syntax::{Block, Expr, Item, Pattern},
    },
    ir::Name,
    source::FileId,
};

#[derive(Debug, Clone)]
pub(super) enum Value {
    Unit,
    Bool(bool),
    Int(i128),
    Float(String),
    Char(char),
    Text(Text),
    List(Rc<RefCell<Vec<Value>>>),
    Tuple(Vec<Value>),
    Some(Box<Value>),
    None,
    Ok(Box<Value>),
    Err,
    /// A variant of one of the project's enums.
    Variant(Rc<Variant>),
    /// A value of one of the project's structs.
    Record(Rc<Record>),
    /// Something of another package, by its path: `ForeignKeyAction::Cascade`.
    Foreign(Rc<Foreign>),
    Function(ModuleId, Rc<Item>),
    Closure(Rc<Closure>),
    /// Text that is written to (`&mut dyn Write`).
    Buffer(Rc<RefCell<String>>),
    /// `SchemaManager`. `Some`: in a transaction of its own.
    Manager(Option<u32>),
    /// What executes statements.
    Connection(Option<u32>),
    /// sea-query's builders.
    Build(Rc<RefCell<Built>>),
    /// An expression of sea-query.
    Sql(Rc<Sql>),
    /// `Statement::from_string`.
    Statement(Text),
    /// The entity of a module that maps a table.
    Entity(ModuleId),
    Column(ModuleId, String),
    /// Rows to be written, or a query for some, by way of an entity; `None`: it is not said yet
    /// what becomes of them.
    Rows(Option<Name>, Option<RowsKind>),
    Unknown(Rc<str>),
}

/// A text, and the file and byte at which it stands as it is.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub(super) text: Rc<str>,
    pub(super) place: Option<(FileId, usize)>,
}

impl Text {
    pub(super) fn new(text: &str) -> Text {
        Text { text: Rc::from(text), place: None }
    }

    /// A part of it, which lies where it lay.
    pub(super) fn part(&self, from: usize, to: usize) -> Option<Text> {
        let text = Rc::from(self.text.get(from..to)?);
        Some(Text { text, place: self.place.map(|(file, start)| (file, start + from)) })
    }

    pub(super) fn trimmed(&self, trim: impl Fn(&str) -> &str) -> Text {
        let inner = trim(&self.text);
        let from = inner.as_ptr() as usize - self.text.as_ptr() as usize;
        self.part(from, from + inner.len()).unwrap_or_else(|| Text::new(inner))
    }
}

#[derive(Debug)]
pub(super) struct Variant {
    pub(super) module: ModuleId,
    pub(super) item: Rc<Item>,
    pub(super) name: String,
    pub(super) args: Vec<Value>,
}

#[derive(Debug)]
pub(super) struct Record {
    pub(super) module: ModuleId,
    pub(super) item: Rc<Item>,
    pub(super) fields: RefCell<HashMap<String, Value>>,
    /// The condition under which it is there.
    pub(super) cfg: Option<String>,
}

#[derive(Debug)]
pub(super) struct Foreign {
    pub(super) path: Vec<String>,
    pub(super) args: Vec<Value>,
    pub(super) fields: Vec<(String, Value)>,
}

impl Foreign {
    pub(super) fn name(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }
}

#[derive(Debug)]
pub(super) struct Closure {
    pub(super) params: Vec<Pattern>,
    pub(super) body: Expr,
    pub(super) scope: Scope,
}

/// A builder, and why it is not known any more, where it is not.
#[derive(Debug, Clone)]
pub(super) struct Built {
    pub(super) build: Build,
    pub(super) unknown: Option<Rc<str>>,
    /// How many undecided conditions it was made under.
    pub(super) level: usize,
}

/// The names of a function's body, block within block.
#[derive(Debug, Clone)]
pub(super) struct Scope(pub(super) Rc<Names>);

#[derive(Debug)]
pub(super) struct Names {
    pub(super) module: ModuleId,
    pub(super) values: RefCell<HashMap<String, Slot>>,
    /// Items that are declared in a block.
    pub(super) items: RefCell<HashMap<String, Rc<Item>>>,
    /// What `Self` is.
    pub(super) of: Option<Vec<String>>,
    pub(super) outer: Option<Scope>,
}

#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) value: Value,
    /// How many undecided conditions it was declared under.
    pub(super) level: usize,
}

impl Scope {
    pub(super) fn new(module: ModuleId, of: Option<Vec<String>>, outer: Option<Scope>) -> Scope {
        Scope(Rc::new(Names {
            module,
            values: RefCell::default(),
            items: RefCell::default(),
            of,
            outer,
        }))
    }

    pub(super) fn inner(&self) -> Scope {
        Scope::new(self.0.module, self.0.of.clone(), Some(self.clone()))
    }

    pub(super) fn declare(&self, block: &Block) {
        let mut items = self.0.items.borrow_mut();
        for item in &block.items {
            let name = match item {
                Item::Function(f) => &f.name,
                Item::Enum(e) => &e.name,
                Item::Struct(s) => &s.name,
                Item::Constant { name, .. } => name,
                _ => continue,
            };
            items.insert(name.clone(), Rc::new(item.clone()));
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<Value> {
        let mut at = Some(self);
        while let Some(scope) = at {
            if let Some(slot) = scope.0.values.borrow().get(name) {
                return Some(slot.value.clone());
            }
            at = scope.0.outer.as_ref();
        }
        None
    }

    pub(super) fn item(&self, name: &str) -> Option<Rc<Item>> {
        let mut at = Some(self);
        while let Some(scope) = at {
            if let Some(item) = scope.0.items.borrow().get(name) {
                return Some(Rc::clone(item));
            }
            at = scope.0.outer.as_ref();
        }
        None
    }

    pub(super) fn set(&self, name: &str, value: Value, level: usize) {
        self.0.values.borrow_mut().insert(name.to_owned(), Slot { value, level });
    }

    /// Gives a name that is there another value. What is assigned under a condition that could
    /// not be decided is not known afterwards.
    pub(super) fn assign(&self, name: &str, value: Value, level: usize) {
        let mut at = Some(self);
        while let Some(scope) = at {
            if let Some(slot) = scope.0.values.borrow_mut().get_mut(name) {
                slot.value = match level > slot.level {
                    true => Value::unknown("it is set under a condition that is not known"),
                    false => value,
                };
                return;
            }
            at = scope.0.outer.as_ref();
        }
    }
}

impl Value {
    pub(super) fn unknown(reason: &str) -> Value {
        Value::Unknown(Rc::from(reason))
    }

    pub(super) fn text(text: &str) -> Value {
        Value::Text(Text::new(text))
    }

    pub(super) fn list(values: Vec<Value>) -> Value {
        Value::List(Rc::new(RefCell::new(values)))
    }

    pub(super) fn ok() -> Value {
        Value::Ok(Box::new(Value::Unit))
    }

    pub(super) fn foreign(path: &[&str]) -> Value {
        let path = path.iter().map(|name| (*name).to_owned()).collect();
        Value::Foreign(Rc::new(Foreign { path, args: Vec::new(), fields: Vec::new() }))
    }

    pub(super) fn build(build: Build, level: usize) -> Value {
        Value::Build(Rc::new(RefCell::new(Built { build, unknown: None, level })))
    }

    /// Whether it can reach the database.
    pub(super) fn reaches(&self) -> bool {
        match self {
            Value::Manager(_) | Value::Connection(_) => true,
            Value::Tuple(values) => values.iter().any(Value::reaches),
            Value::Some(inner) | Value::Ok(inner) => inner.reaches(),
            Value::List(values) => values.borrow().iter().take(20).any(Value::reaches),
            Value::Record(record) => match record.fields.try_borrow() {
                Ok(fields) => fields
                    .values()
                    .any(|value| matches!(value, Value::Manager(_) | Value::Connection(_))),
                Err(_) => false,
            },
            _ => false,
        }
    }

    /// Whether two values are the same; `None`: not known.
    pub(super) fn same(&self, other: &Value) -> Option<bool> {
        match (self, other) {
            (Value::Unknown(_), _) | (_, Value::Unknown(_)) => None,
            (Value::Bool(a), Value::Bool(b)) => Some(a == b),
            (Value::Int(a), Value::Int(b)) => Some(a == b),
            (Value::Char(a), Value::Char(b)) => Some(a == b),
            (Value::Text(a), Value::Text(b)) => Some(a.text == b.text),
            (Value::Unit, Value::Unit) | (Value::None, Value::None) => Some(true),
            (Value::None, Value::Some(_)) | (Value::Some(_), Value::None) => Some(false),
            (Value::Some(a), Value::Some(b)) | (Value::Ok(a), Value::Ok(b)) => a.same(b),
            (Value::Variant(a), Value::Variant(b)) if a.args.is_empty() && b.args.is_empty() => {
                Some(Rc::ptr_eq(&a.item, &b.item) && a.name == b.name)
            }
            (Value::Foreign(a), Value::Foreign(b)) if a.args.is_empty() && b.args.is_empty() => {
                Some(a.name() == b.name())
            }
            (Value::Tuple(a), Value::Tuple(b)) if a.len() == b.len() => {
                let mut all = Some(true);
                for (a, b) in a.iter().zip(b) {
                    match a.same(b) {
                        Some(false) => return Some(false),
                        Some(true) => {}
                        None => all = None,
                    }
                }
                all
            }
            _ => None,
        }
    }
}
