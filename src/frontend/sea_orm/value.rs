//! What expressions of a migration can be.
//!
//! How deep values lie in each other is kept with them, and bounded: whatever walks through them
//! goes no deeper, and nothing can hold itself.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
};

use super::{
    machine::Machine,
    query::{Build, RowsKind, Sql},
};
use crate::{
    frontend::rust::{
        crates::ModuleId,
        syntax::{Block, Cfg, Expr, Function, Item, Pattern},
    },
    ir::Name,
    source::FileId,
};

/// How deep values may lie in each other.
const MAX_NESTING: usize = 100;
/// What a list or record that lies in another value may be given later on.
const ROOM: usize = 6;
/// Values that are looked at for one question.
const MAX_LOOKS: usize = 2_000;
/// Closures within closures that are looked into.
const MAX_CLOSURES: usize = 3;

/// What may still be looked at.
struct Looks {
    left: usize,
    closures: usize,
}

const DEEP: &str = "it is nested too deeply to be followed";
const CHANGED: &str = "it is changed under a condition that is not known";

#[derive(Debug, Clone)]
pub(super) enum Value {
    Unit,
    Bool(bool),
    Int(i128),
    Float(Rc<str>),
    Char(char),
    Text(Text),
    List(Rc<List>),
    Tuple(Rc<Tuple>),
    Some(Rc<Held>),
    None,
    Ok(Rc<Held>),
    Err,
    /// A variant of one of the project's enums.
    Variant(Rc<Variant>),
    /// A value of one of the project's structs.
    Record(Rc<Record>),
    /// Something of another package, by its path: `ForeignKeyAction::Cascade`.
    Foreign(Rc<Foreign>),
    Function(ModuleId, Rc<Function>),
    Closure(Rc<Closure>),
    /// Text that is written to (`&mut dyn Write`).
    Buffer(Rc<Buffer>),
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

/// A value in an option or a result.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) value: Value,
    depth: usize,
}

#[derive(Debug)]
pub(super) struct Tuple {
    pub(super) values: Vec<Value>,
    depth: usize,
}

/// A list, which all that have borrowed it share.
#[derive(Debug)]
pub(super) struct List {
    items: RefCell<Vec<Value>>,
    depth: Cell<usize>,
    inside: Cell<bool>,
    /// How many undecided conditions it was made under.
    level: usize,
    /// Elements may be there or not: positions and the length are not known.
    open: Cell<bool>,
    /// It is an array: whoever is given it has one of his own.
    array: Cell<bool>,
    /// Why nothing is known of it any more.
    lost: RefCell<Option<Rc<str>>>,
}

impl List {
    pub(super) fn lost(&self) -> Option<Rc<str>> {
        self.lost.borrow().clone()
    }

    pub(super) fn lose(&self, reason: &str) {
        self.items.borrow_mut().clear();
        self.lost.borrow_mut().get_or_insert_with(|| Rc::from(reason));
    }

    /// Its elements; those that may or may not be there are unknown. `None`: it is not known.
    pub(super) fn all(&self) -> Option<Vec<Value>> {
        self.lost.borrow().is_none().then(|| self.items.borrow().clone())
    }

    /// Its elements may be there or not.
    pub(super) fn blur(&self) {
        self.open.set(true);
    }

    pub(super) fn set_array(&self) {
        self.array.set(true);
    }

    pub(super) fn is_array(&self) -> bool {
        self.array.get()
    }

    pub(super) fn len(&self) -> usize {
        self.items.borrow().len()
    }

    /// Whether each element stands where it will stand.
    pub(super) fn is_exact(&self) -> bool {
        !self.open.get() && self.lost.borrow().is_none()
    }

    pub(super) fn get(&self, at: usize) -> Option<Value> {
        self.items.borrow().get(at).cloned()
    }

    /// Whether a change at this level is one that surely happens.
    pub(super) fn is_certain(&self, level: usize) -> bool {
        level <= self.level
    }

    /// Adds an element that is there for sure, or one of which it is not known.
    pub(super) fn push(&self, value: Value, certain: bool) {
        if self.lost.borrow().is_some() {
            return;
        }
        if !certain {
            self.open.set(true);
        }
        let value = self.fitting(value);
        self.items.borrow_mut().push(value);
    }

    /// Replaces all elements by what is known.
    pub(super) fn set(&self, values: Vec<Value>) {
        let values: Vec<Value> = values.into_iter().map(|value| self.fitting(value)).collect();
        *self.items.borrow_mut() = values;
        *self.lost.borrow_mut() = None;
        self.open.set(false);
    }

    /// A change of its elements that keeps what is known, such as taking one away.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Vec<Value>) -> T) -> T {
        change(&mut self.items.borrow_mut())
    }

    /// A value as it may lie in this list.
    pub(super) fn fitting(&self, value: Value) -> Value {
        match fits(&self.depth, &self.inside, &value) {
            true => value,
            false => Value::unknown(DEEP),
        }
    }
}

/// Whether a value may be put into what is this deep: what lies in something else already does
/// not grow deeper.
fn fits(depth: &Cell<usize>, inside: &Cell<bool>, value: &Value) -> bool {
    value.enclose();
    let needed = value.depth() + 1;
    if needed <= depth.get() {
        return true;
    }
    if inside.get() || needed > MAX_NESTING {
        return false;
    }
    depth.set(needed);
    true
}

/// The depth of what holds some values; `None`: it would be too deep.
fn nest<'v>(values: impl IntoIterator<Item = &'v Value>) -> Option<usize> {
    let mut depth = 1;
    for value in values {
        value.enclose();
        depth = depth.max(value.depth() + 1);
    }
    (depth <= MAX_NESTING).then_some(depth)
}

#[derive(Debug)]
pub(super) struct Buffer {
    /// `None`: what was written is not known.
    pub(super) text: RefCell<Option<String>>,
    pub(super) level: usize,
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
    /// The names of its fields, where they have some.
    pub(super) fields: Vec<String>,
    depth: usize,
}

#[derive(Debug)]
pub(super) struct Record {
    pub(super) module: ModuleId,
    pub(super) item: Rc<Item>,
    fields: RefCell<HashMap<String, Value>>,
    depth: Cell<usize>,
    inside: Cell<bool>,
    level: usize,
    /// The condition under which it is there.
    pub(super) cfg: Cfg,
}

impl Record {
    pub(super) fn new(
        module: ModuleId,
        item: Rc<Item>,
        fields: Vec<(String, Value)>,
        level: usize,
    ) -> Rc<Record> {
        let record = Record {
            module,
            item,
            fields: RefCell::default(),
            depth: Cell::new(1),
            inside: Cell::new(false),
            level,
            cfg: None,
        };
        for (name, value) in fields {
            record.put(&name, value, level);
        }
        Rc::new(record)
    }

    /// The same under a condition.
    pub(super) fn under(&self, cfg: &Rc<str>) -> Rc<Record> {
        Rc::new(Record {
            module: self.module,
            item: Rc::clone(&self.item),
            fields: self.fields.clone(),
            depth: self.depth.clone(),
            inside: self.inside.clone(),
            level: self.level,
            cfg: Some(Rc::clone(cfg)),
        })
    }

    pub(super) fn get(&self, name: &str) -> Option<Value> {
        self.fields.borrow().get(name).cloned()
    }

    pub(super) fn fields(&self) -> Vec<(String, Value)> {
        let fields = self.fields.borrow();
        fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    pub(super) fn put(&self, name: &str, value: Value, level: usize) {
        let value = match fits(&self.depth, &self.inside, &value) {
            _ if level > self.level => Value::unknown(CHANGED),
            true => value,
            false => Value::unknown(DEEP),
        };
        self.fields.borrow_mut().insert(name.to_owned(), value);
    }

    /// Replaces all fields.
    pub(super) fn set(&self, fields: Vec<(String, Value)>, level: usize) {
        self.fields.borrow_mut().clear();
        for (name, value) in fields {
            self.put(&name, value, level);
        }
    }
}

#[derive(Debug)]
pub(super) struct Foreign {
    pub(super) path: Vec<String>,
    pub(super) args: Vec<Value>,
    pub(super) fields: Vec<(String, Value)>,
    depth: usize,
}

impl Foreign {
    pub(super) fn name(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    fn of(&self) -> &str {
        self.path.iter().rev().nth(1).map_or("", String::as_str)
    }

    /// Whether two paths are the same variant of an enum. Constants of other packages may have
    /// one value under two names, and types of one name lie in several packages.
    fn same(&self, other: &Foreign) -> Option<bool> {
        if self.path == other.path {
            return Some(true);
        }
        let backend = |of: &Foreign| {
            let known = matches!(of.name(), "Postgres" | "Sqlite" | "MySql");
            known && matches!(of.of(), "" | "DbBackend" | "DatabaseBackend")
        };
        if backend(self) && backend(other) {
            return Some(self.name() == other.name());
        }
        let variant = |of: &Foreign| {
            let name = of.name();
            name.starts_with(|c: char| c.is_uppercase())
                && name.contains(|c: char| c.is_lowercase())
        };
        let one = |longer: &Foreign, shorter: &Foreign| {
            let (longer, shorter) = (longer.path.split_last(), shorter.path.split_last());
            longer.zip(shorter).is_some_and(|((_, longer), (_, shorter))| {
                !shorter.is_empty() && longer.ends_with(shorter)
            })
        };
        let related = one(self, other) || one(other, self);
        (related && variant(self) && variant(other)).then(|| self.name() == other.name())
    }
}

#[derive(Debug)]
pub(super) struct Closure {
    pub(super) params: Rc<[Pattern]>,
    pub(super) body: Rc<Expr>,
    /// The names in it.
    pub(super) words: Rc<[String]>,
    pub(super) scope: Scope,
}

/// A builder, and why it is not known any more, where it is not.
#[derive(Debug, Clone)]
pub(super) struct Built {
    pub(super) build: Build,
    pub(super) unknown: Option<Rc<str>>,
    /// How many undecided conditions it was made under.
    pub(super) level: usize,
    /// The steps that a copy of it costs.
    pub(super) weight: usize,
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
    pub(super) of: Option<Rc<[String]>>,
    pub(super) outer: Option<Scope>,
    depth: usize,
}

thread_local! {
    /// Scopes that are dropped, and whether something drops them already.
    static DROPPED: RefCell<(bool, Vec<Left>)> = const { RefCell::new((false, Vec::new())) };
}

/// What a scope leaves behind.
type Left = (HashMap<String, Slot>, Option<Scope>);

/// Closures hold scopes that hold closures: they are dropped one after the other, not in each
/// other.
impl Drop for Names {
    fn drop(&mut self) {
        let left = (std::mem::take(self.values.get_mut()), self.outer.take());
        if left.0.is_empty() && left.1.is_none() {
            return;
        }
        let busy = DROPPED.try_with(|dropped| {
            let mut dropped = dropped.borrow_mut();
            dropped.1.push(left);
            std::mem::replace(&mut dropped.0, true)
        });
        if !matches!(busy, Ok(false)) {
            return;
        }
        loop {
            let next = DROPPED.try_with(|dropped| dropped.borrow_mut().1.pop());
            match next {
                Ok(Some(left)) => drop(left),
                _ => break,
            }
        }
        let _ = DROPPED.try_with(|dropped| dropped.borrow_mut().0 = false);
    }
}

#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) value: Value,
    /// How many undecided conditions it was declared under.
    pub(super) level: usize,
}

impl Machine<'_, '_> {
    /// Whether one of some names stands for what can reach the database.
    pub(super) fn names_reach(&mut self, words: &[String], scope: &Scope) -> bool {
        words.chunks(100).any(|words| {
            let mut looks = Looks { left: MAX_LOOKS, closures: 0 };
            let found = scope.reaches(words, &mut looks);
            self.spend((MAX_LOOKS - looks.left) / 4);
            found
        })
    }
}

impl Scope {
    pub(super) fn new(module: ModuleId, of: Option<Rc<[String]>>, outer: Option<Scope>) -> Scope {
        let depth = outer.as_ref().map_or(0, |outer| outer.0.depth + 1);
        Scope(Rc::new(Names {
            depth,
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

    /// Whether something else holds it, such as a closure.
    pub(super) fn is_shared(&self) -> bool {
        Rc::strong_count(&self.0) > 1
    }

    /// Whether a name of a pattern is one of its own.
    pub(super) fn has_one_of(&self, pattern: &Pattern) -> bool {
        match pattern {
            Pattern::Name(name) => self.0.values.borrow().contains_key(name),
            Pattern::At { name, inner } => {
                self.0.values.borrow().contains_key(name) || self.has_one_of(inner)
            }
            Pattern::Tuple { inner, .. } | Pattern::Slice(inner) | Pattern::Or(inner) => {
                inner.iter().any(|pattern| self.has_one_of(pattern))
            }
            Pattern::Struct { fields, .. } => {
                fields.iter().any(|(_, pattern)| self.has_one_of(pattern))
            }
            Pattern::Any
            | Pattern::Rest
            | Pattern::Literal(_)
            | Pattern::Path(_)
            | Pattern::Other => false,
        }
    }

    pub(super) fn clear(&self) {
        self.0.values.borrow_mut().clear();
    }

    pub(super) fn declare(&self, block: &Block) {
        let mut items = self.0.items.borrow_mut();
        let mut unclear = Vec::new();
        for item in block.items.iter() {
            if matches!(&**item, Item::Module(_) | Item::Alias { .. }) {
                continue;
            }
            let Some(name) = item.name() else { continue };
            let before = items.insert(name.to_owned(), Rc::clone(item));
            if before.is_some_and(|before| before.cfg().is_some() || item.cfg().is_some()) {
                unclear.push(name);
            }
        }
        // Which of several is compiled is not known.
        for name in unclear {
            items.remove(name);
            let reason = Value::unknown(&format!("which `{name}` is compiled is not known"));
            self.set(name, reason, 0);
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

    fn reaches(&self, words: &[String], looks: &mut Looks) -> bool {
        // All of them are meant where there are too many to be told.
        words.iter().any(|word| match word.as_str() {
            "*" => true,
            word => {
                let Some(left) = looks.left.checked_sub(1 + self.depth() / 8) else { return true };
                looks.left = left;
                self.get(word).is_some_and(|value| value.reaches_within(looks))
            }
        })
    }

    /// How many scopes it lies in.
    pub(super) fn depth(&self) -> usize {
        self.0.depth
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

    /// A list that was made under some undecided conditions.
    pub(super) fn list(values: Vec<Value>, level: usize) -> Value {
        let list = List {
            items: RefCell::new(Vec::new()),
            depth: Cell::new(1),
            inside: Cell::new(false),
            level,
            open: Cell::new(false),
            array: Cell::new(false),
            lost: RefCell::new(None),
        };
        list.set(values);
        Value::List(Rc::new(list))
    }

    pub(super) fn tuple(values: Vec<Value>) -> Value {
        match nest(&values) {
            Some(depth) => Value::Tuple(Rc::new(Tuple { values, depth })),
            None => Value::unknown(DEEP),
        }
    }

    pub(super) fn some(value: Value) -> Value {
        match nest([&value]) {
            Some(depth) => Value::Some(Rc::new(Held { value, depth })),
            None => Value::unknown(DEEP),
        }
    }

    pub(super) fn okay(value: Value) -> Value {
        match nest([&value]) {
            Some(depth) => Value::Ok(Rc::new(Held { value, depth })),
            None => Value::unknown(DEEP),
        }
    }

    pub(super) fn ok() -> Value {
        Value::okay(Value::Unit)
    }

    pub(super) fn variant(
        module: ModuleId,
        item: &Rc<Item>,
        name: &str,
        args: Vec<Value>,
        fields: Vec<String>,
    ) -> Value {
        let (item, name) = (Rc::clone(item), name.to_owned());
        match nest(&args) {
            Some(depth) => {
                Value::Variant(Rc::new(Variant { module, item, name, args, fields, depth }))
            }
            None => Value::unknown(DEEP),
        }
    }

    pub(super) fn foreign(path: &[&str]) -> Value {
        let path = path.iter().map(|name| (*name).to_owned()).collect();
        Value::foreign_with(path, Vec::new(), Vec::new())
    }

    pub(super) fn foreign_with(
        path: Vec<String>,
        args: Vec<Value>,
        fields: Vec<(String, Value)>,
    ) -> Value {
        match nest(args.iter().chain(fields.iter().map(|(_, value)| value))) {
            Some(depth) => Value::Foreign(Rc::new(Foreign { path, args, fields, depth })),
            None => Value::unknown(DEEP),
        }
    }

    pub(super) fn build(build: Build, level: usize) -> Value {
        Value::Build(Rc::new(RefCell::new(Built { build, unknown: None, level, weight: 1 })))
    }

    /// How deep others lie in it.
    fn depth(&self) -> usize {
        match self {
            Value::List(list) => list.depth.get(),
            Value::Tuple(tuple) => tuple.depth,
            Value::Some(held) | Value::Ok(held) => held.depth,
            Value::Variant(variant) => variant.depth,
            Value::Record(record) => record.depth.get(),
            Value::Foreign(foreign) => foreign.depth,
            _ => 0,
        }
    }

    /// It is put into another value.
    fn enclose(&self) {
        let (inside, depth) = match self {
            Value::List(list) => (&list.inside, &list.depth),
            Value::Record(record) => (&record.inside, &record.depth),
            _ => return,
        };
        if !inside.replace(true) {
            depth.set(depth.get().max(ROOM));
        }
    }

    /// Whether a copy of it is another value, and not the same one.
    pub(super) fn is_plain(&self) -> bool {
        !matches!(
            self,
            Value::List(_)
                | Value::Record(_)
                | Value::Build(_)
                | Value::Buffer(_)
                | Value::Manager(_)
                | Value::Connection(_)
                | Value::Unknown(_)
        )
    }

    /// Whether it can reach the database, and how much was looked at. What is too large to be
    /// looked through may.
    pub(super) fn reaches(&self) -> (bool, usize) {
        let mut looks = Looks { left: MAX_LOOKS, closures: 0 };
        let found = self.reaches_within(&mut looks);
        (found, MAX_LOOKS - looks.left)
    }

    fn reaches_within(&self, looks: &mut Looks) -> bool {
        let Some(left) = looks.left.checked_sub(1) else { return true };
        looks.left = left;
        let any = |values: &[Value], looks: &mut Looks| {
            values.iter().take(20).any(|value| value.reaches_within(looks))
        };
        match self {
            Value::Manager(_) | Value::Connection(_) => true,
            Value::Tuple(tuple) => any(&tuple.values, looks),
            Value::Some(inner) | Value::Ok(inner) => inner.value.reaches_within(looks),
            Value::List(list) => any(&list.items.borrow(), looks),
            Value::Variant(variant) => any(&variant.args, looks),
            Value::Record(record) => {
                record.fields.borrow().values().any(|value| value.reaches_within(looks))
            }
            // What is called like a method in it may be named like itself.
            Value::Closure(closure) if looks.closures < MAX_CLOSURES => {
                looks.closures += 1;
                let found = closure.scope.reaches(&closure.words, looks);
                looks.closures -= 1;
                found
            }
            _ => false,
        }
    }

    /// Whether two values are the same; `None`: not known. What that costs is added up.
    pub(super) fn same(&self, other: &Value, cost: &mut usize) -> Option<bool> {
        let mut left = MAX_LOOKS;
        self.same_within(other, cost, &mut left)
    }

    fn same_within(&self, other: &Value, cost: &mut usize, left: &mut usize) -> Option<bool> {
        *left = left.checked_sub(1)?;
        *cost += 1;
        match (self, other) {
            (Value::Unknown(_), _) | (_, Value::Unknown(_)) => None,
            (Value::Bool(a), Value::Bool(b)) => Some(a == b),
            (Value::Int(a), Value::Int(b)) => Some(a == b),
            (Value::Char(a), Value::Char(b)) => Some(a == b),
            (Value::Text(a), Value::Text(b)) => {
                if a.text.len() == b.text.len() {
                    *cost += a.text.len() / 16;
                }
                Some(a.text == b.text)
            }
            (Value::Unit, Value::Unit) | (Value::None, Value::None) => Some(true),
            // What sends statements is one; what two transactions are is never asked.
            (Value::Manager(a), Value::Manager(b))
            | (Value::Connection(a), Value::Connection(b))
                if a == b =>
            {
                Some(true)
            }
            (Value::None, Value::Some(_)) | (Value::Some(_), Value::None) => Some(false),
            (Value::Some(a), Value::Some(b)) | (Value::Ok(a), Value::Ok(b)) => {
                a.value.same_within(&b.value, cost, left)
            }
            (Value::Variant(a), Value::Variant(b)) if a.args.is_empty() && b.args.is_empty() => {
                Some(Rc::ptr_eq(&a.item, &b.item) && a.name == b.name)
            }
            (Value::Foreign(a), Value::Foreign(b)) if a.args.is_empty() && b.args.is_empty() => {
                a.same(b)
            }
            (Value::Tuple(a), Value::Tuple(b)) if a.values.len() == b.values.len() => {
                let mut all = Some(true);
                for (a, b) in a.values.iter().zip(&b.values) {
                    match a.same_within(b, cost, left) {
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

#[cfg(test)]
mod tests {
    use super::{MAX_NESTING, Value};

    #[test]
    fn values_do_not_nest_without_end_and_never_hold_themselves() {
        let mut some = Value::Unit;
        for _ in 0..1_000_000 {
            some = Value::some(some);
        }
        assert!(some.depth() <= MAX_NESTING);
        let mut twice = Value::Unit;
        for _ in 0..90 {
            twice = Value::tuple(vec![twice.clone(), twice]);
        }
        assert!(twice.reaches().0, "what is too large to be looked through may reach it");
        assert_eq!(twice.same(&twice.clone(), &mut 0), None);
        let (list, other) = (Value::list(Vec::new(), 0), Value::list(Vec::new(), 0));
        let (Value::List(one), Value::List(two)) = (&list, &other) else { return };
        one.push(list.clone(), true);
        two.push(list.clone(), true);
        one.push(other.clone(), true);
        assert!(one.all().expect("known").iter().all(|v| matches!(v, Value::Unknown(_))));
        assert!(!list.reaches().0 && !other.reaches().0);
    }
}
