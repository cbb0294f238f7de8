//! A small evaluator of Rust: functions of the project's own crates, on values that are written
//! out. Nothing is run; what it does not know stays unknown.

use std::{collections::HashMap, rc::Rc};

use super::{
    places::Place,
    render::Flavor,
    value::{Closure, Scope, Value},
};
use crate::{
    database::Dialect,
    frontend::rust::{
        crates::{Crates, ModuleId},
        syntax::{Arm, At, Block, Expr, Function, Item, Kind, Link, Operator, Pattern, Statement},
    },
    ir::{Op, OpaqueEffect},
    schema::Schema,
    source::{FileId, Span},
};

/// Steps that one half of a migration may take: a loop over all characters of a large file of SQL
/// is among what people write. What is copied or put together costs steps, too: one for 16 bytes
/// of a text, some for each element of a list.
const MAX_STEPS: usize = 8_000_000;
/// Operations that one half may have.
const MAX_OPS: usize = 20_000;
/// How often a function may call itself where nothing is known that would end it.
const MAX_AGAIN: usize = 4;
/// How deep calls and expressions may nest.
pub(super) const MAX_DEPTH: usize = 300;
/// Longest text that is put together, in bytes.
pub(super) const MAX_TEXT: usize = 4 * 1024 * 1024;

pub(super) struct Machine<'m, 's> {
    pub(super) crates: &'m mut Crates<'s>,
    /// The schema as it stands; `None` while only the list of migrations is looked for.
    pub(super) schema: Option<&'m mut Schema>,
    pub(super) flavor: Flavor,
    /// The migration's file.
    pub(super) home: FileId,
    pub(super) ops: Vec<Op>,
    /// Conditions around that could not be decided.
    pub(super) level: usize,
    /// Those of them that are conditions of the build.
    cfgs: Vec<Rc<str>>,
    /// The transaction around everything.
    pub(super) outer: Option<u32>,
    pub(super) next_transaction: u32,
    /// Where calls were made that are not over yet.
    calls: Vec<Span>,
    /// The functions that run, with their modules.
    pub(super) running: Vec<(ModuleId, *const Function)>,
    /// Scopes that closures hold on to.
    held: Vec<Scope>,
    /// How often control may have gone elsewhere under a condition that could not be decided, in
    /// the function that runs.
    pub(super) left: usize,
    /// How often it may have returned.
    pub(super) returns: usize,
    steps: usize,
    pub(super) depth: usize,
    /// How many functions run where the result of a statement is dropped: an error of what they
    /// themselves send ends nothing.
    pub(super) dropped: Option<usize>,
    spent: bool,
    /// Constants that were looked at, by where they are written.
    pub(super) constants: HashMap<*const Expr, Value>,
    /// The struct of a module that `DeriveEntityModel` stands on.
    pub(super) models: HashMap<ModuleId, Option<Rc<Item>>>,
}

/// Closures lie in the scopes that they hold: nothing else would let go of them.
impl Drop for Machine<'_, '_> {
    fn drop(&mut self) {
        self.held.drain(..).for_each(|scope| scope.clear());
    }
}

/// Why an expression has no value: control goes elsewhere.
pub(super) enum Stop {
    Return(Value),
    Break(Option<String>, Value),
    Continue(Option<String>),
}

pub(super) type Out = Result<Value, Stop>;

/// What a function is called with.
pub(super) struct Arguments {
    values: Vec<Value>,
}

impl Arguments {
    pub(super) fn of(values: Vec<Value>) -> Arguments {
        Arguments { values }
    }
}

/// Whether a statement drops a result: neither `?` nor a panic looks at it.
fn is_dropped(expr: &Expr) -> bool {
    let Kind::Chain { links, .. } = &expr.kind else { return false };
    match links.last() {
        Some(Link::Await) => true,
        Some(Link::Method { name, .. }) => name == "ok",
        _ => false,
    }
}

/// What `as` makes of a value: a number that the type has is that number.
fn cast(value: Value, ty: &str) -> Value {
    let bits: u32 = match ty {
        "i8" | "u8" => 8,
        "i16" | "u16" => 16,
        "i32" | "u32" => 32,
        "i64" | "u64" | "isize" | "usize" => 64,
        "i128" => 128,
        _ => 0,
    };
    let number = match &value {
        Value::Int(number) => *number,
        Value::Bool(set) => i128::from(*set),
        Value::Char(c) => i128::from(u32::from(*c)),
        Value::Float(_) if !matches!(ty, "f32" | "f64") => {
            return Value::unknown("what `as` makes of a number is not known");
        }
        // A reference or a trait's object is the same value.
        _ => return value,
    };
    let fits = match (bits, ty.starts_with('u')) {
        (0, _) => false,
        (128, _) => true,
        (bits, true) => (0..1i128 << bits).contains(&number),
        (bits, false) => (-(1i128 << (bits - 1))..1i128 << (bits - 1)).contains(&number),
    };
    match fits {
        true => Value::Int(number),
        false => Value::unknown("what `as` makes of a number is not known"),
    }
}

impl<'m, 's> Machine<'m, 's> {
    pub(super) fn new(
        crates: &'m mut Crates<'s>,
        schema: Option<&'m mut Schema>,
        flavor: Flavor,
        home: FileId,
    ) -> Machine<'m, 's> {
        Machine {
            crates,
            schema,
            flavor,
            home,
            ops: Vec::new(),
            level: 0,
            cfgs: Vec::new(),
            outer: None,
            next_transaction: 1,
            calls: Vec::new(),
            running: Vec::new(),
            held: Vec::new(),
            left: 0,
            returns: 0,
            steps: 0,
            depth: 0,
            dropped: None,
            spent: false,
            constants: HashMap::new(),
            models: HashMap::new(),
        }
    }

    pub(super) fn sqlite(&self) -> bool {
        self.flavor.dialect == Dialect::Sqlite
    }

    /// The module whose function runs.
    pub(super) fn module(&self) -> Option<ModuleId> {
        self.running.last().map(|(module, _)| *module)
    }

    /// A place in the file of a module.
    pub(super) fn span(&self, scope: &Scope, at: &At) -> Span {
        Span::new(self.crates.file(scope.0.module), at.start, at.end)
    }

    /// A place in the migration's own file: where it stands, or where what leads to it is called.
    pub(super) fn at_home(&self, span: Span) -> Span {
        if span.file == self.home {
            return span;
        }
        let own = self.calls.iter().rev().find(|call| call.file == self.home);
        own.copied().unwrap_or(span)
    }

    /// Whether it may go on; the first time it may not is said.
    pub(super) fn step(&mut self) -> bool {
        self.steps += 1;
        let many = self.ops.len() > MAX_OPS;
        if self.steps <= MAX_STEPS && self.depth <= MAX_DEPTH && !many {
            return !self.spent;
        }
        if !self.spent {
            self.spent = true;
            let span = self.calls.first().copied().unwrap_or(Span::top(self.home));
            let why = match self.depth > MAX_DEPTH {
                false => "this takes too many steps to be followed",
                true => "this is nested too deeply to be followed",
            };
            self.opaque(span, why, OpaqueEffect::Anything);
        }
        false
    }

    /// Counts what is copied or looked through as steps.
    pub(super) fn spend(&mut self, steps: usize) {
        self.steps = self.steps.saturating_add(steps);
    }

    /// Whether one of some values can reach the database.
    pub(super) fn reaches(&mut self, values: &[Value]) -> bool {
        values.iter().any(|value| {
            let (found, looked) = value.reaches();
            self.spend(looked / 4);
            found
        })
    }

    /// The steps that were taken so far.
    pub(super) fn taken(&self) -> usize {
        self.steps
    }

    /// A text that was put together.
    pub(super) fn text(&mut self, text: &str) -> Value {
        self.spend(text.len() / 16);
        match text.len() <= MAX_TEXT {
            true => Value::text(text),
            false => Value::unknown("a text of this length is not known"),
        }
    }

    /// A list that was made of others, or of what was not written out.
    pub(super) fn list(&mut self, values: Vec<Value>) -> Value {
        self.spend(values.len() * 3);
        Value::list(values, self.level)
    }

    /// Whether two values are the same; `None`: not known.
    pub(super) fn same(&mut self, one: &Value, other: &Value) -> Option<bool> {
        let mut cost = 0;
        let same = one.same(other, &mut cost);
        self.spend(cost);
        same
    }

    /// A value of its own, as `clone` makes it: lists and records are not shared.
    pub(super) fn copied(&mut self, value: &Value) -> Value {
        self.spend(1);
        if !self.may_go_on() {
            return Value::unknown("too much to follow");
        }
        match value {
            Value::List(list) => match list.all() {
                Some(values) => {
                    let copies = values.iter().map(|value| self.copied(value)).collect();
                    let copy = self.list(copies);
                    if let (Value::List(copy), false) = (&copy, list.is_exact()) {
                        copy.blur();
                    }
                    copy
                }
                None => Value::Unknown(list.lost().unwrap_or_else(|| Rc::from("it is not known"))),
            },
            Value::Tuple(tuple) => {
                Value::tuple(tuple.values.iter().map(|value| self.copied(value)).collect())
            }
            Value::Some(held) => Value::some(self.copied(&held.value)),
            Value::Ok(held) => Value::okay(self.copied(&held.value)),
            Value::Record(record) => {
                let fields = record.fields();
                let fields = fields.into_iter().map(|(name, value)| {
                    let value = self.copied(&value);
                    (name, value)
                });
                let fields = fields.collect();
                Value::Record(super::value::Record::new(
                    record.module,
                    Rc::clone(&record.item),
                    fields,
                    self.level,
                ))
            }
            Value::Build(built) => {
                let copy = built.borrow().clone();
                self.spend(copy.weight);
                let built = super::value::Built { level: self.level, ..copy };
                Value::Build(Rc::new(std::cell::RefCell::new(built)))
            }
            other => other.clone(),
        }
    }

    fn may_go_on(&self) -> bool {
        self.steps <= MAX_STEPS
    }

    /// The condition of the build under which everything is right now, where nothing else is
    /// undecided.
    pub(super) fn cfg(&self) -> Option<Rc<str>> {
        self.cfgs.last().filter(|_| self.cfgs.len() == self.level).cloned()
    }

    /// Calls a function of the project.
    pub(super) fn call(
        &mut self,
        module: ModuleId,
        function: &Function,
        of: Option<&str>,
        args: Arguments,
    ) -> Value {
        let of = of.map(|of| Rc::from([of.to_owned()]));
        let scope = Scope::new(module, of, None);
        self.run(&scope, function, args)
    }

    fn run(&mut self, scope: &Scope, function: &Function, args: Arguments) -> Value {
        let itself = std::ptr::from_ref(function);
        let again = self.running.iter().filter(|(_, other)| *other == itself).count();
        if again >= MAX_AGAIN && self.level > 0 && !self.reaches(&args.values) {
            args.values.iter().for_each(|value| self.forget(value));
            return Value::unknown("how often a function calls itself is not known");
        }
        self.depth += 1;
        self.running.push((scope.0.module, itself));
        let mark = self.mark();
        let mut values = args.values.into_iter();
        for param in &function.params {
            let value = values.next().unwrap_or_else(|| Value::unknown("an argument is missing"));
            self.bind(param, value, scope);
        }
        let out = match self.step() {
            true => self.block(&function.body, scope),
            false => Ok(Value::unknown("too much to follow")),
        };
        self.leave(mark);
        self.depth -= 1;
        self.running.pop();
        match out {
            Ok(value) | Err(Stop::Return(value)) => value,
            Err(Stop::Break(..) | Stop::Continue(_)) => Value::Unit,
        }
    }

    /// What is shared with something that is not followed is not known any more.
    fn forget(&self, value: &Value) {
        const REASON: &str = "it is handed to what is not followed";
        match value {
            Value::List(list) => list.lose(REASON),
            Value::Record(record) => record.set(Vec::new(), self.level),
            Value::Build(built) => {
                if let Ok(mut built) = built.try_borrow_mut() {
                    built.unknown.get_or_insert_with(|| Rc::from(REASON));
                }
            }
            Value::Buffer(buffer) => *buffer.text.borrow_mut() = None,
            _ => {}
        }
    }

    /// How control stands where a function, or something else that is returned from, begins.
    fn mark(&mut self) -> (usize, usize, usize) {
        (self.level, std::mem::take(&mut self.left), std::mem::take(&mut self.returns))
    }

    fn leave(&mut self, (level, left, returns): (usize, usize, usize)) {
        (self.level, self.left, self.returns) = (level, left, returns);
    }

    /// Calls a value that is handed to the call that runs.
    pub(super) fn call_value(&mut self, value: &Value, args: Vec<Value>) -> Value {
        let span = self.calls.last().copied().unwrap_or(Span::top(self.home));
        self.called(value, args, span)
    }

    fn call_closure(&mut self, closure: &Rc<Closure>, args: Vec<Value>) -> Value {
        let scope = closure.scope.inner();
        let mut values = args.into_iter();
        for param in closure.params.iter() {
            let value = values.next().unwrap_or_else(|| Value::unknown("an argument is missing"));
            self.bind(param, value, &scope);
        }
        let mark = self.mark();
        let out = self.expr(&closure.body, &scope);
        self.leave(mark);
        match out {
            Ok(value) | Err(Stop::Return(value)) => value,
            Err(_) => Value::Unit,
        }
    }

    pub(super) fn block(&mut self, block: &Block, outer: &Scope) -> Out {
        let mut scope = outer.inner();
        self.spend(block.items.len());
        scope.declare(block);
        let mut last = Value::Unit;
        for statement in &block.statements {
            last = Value::Unit;
            match statement {
                Statement::Let { pattern, value: Some(value), cfg: Some(cfg), .. } => {
                    self.under(cfg, |machine| machine.expr(value, &scope))?;
                    let reason = format!("it depends on `cfg({cfg})`");
                    if scope.is_shared() && scope.has_one_of(pattern) {
                        scope = scope.inner();
                    }
                    self.bind(pattern, Value::unknown(&reason), &scope);
                }
                Statement::Let { pattern, value, otherwise, .. } => {
                    let value = match value {
                        Some(value) if matches!(pattern, Pattern::Any) => {
                            self.dropping(|machine| machine.expr(value, &scope))?
                        }
                        Some(value) => self.taken_from(value, &scope)?,
                        None => Value::unknown("it has no value yet"),
                    };
                    // What was made before goes on with the names that were there.
                    if scope.is_shared() && scope.has_one_of(pattern) {
                        scope = scope.inner();
                    }
                    let hit = self.matches(pattern, &value, &scope);
                    match (hit, otherwise) {
                        (Some(true), _) | (_, None) => self.bind(pattern, value, &scope),
                        (None, Some(otherwise)) => {
                            self.undecided(|machine| machine.block(otherwise, &scope))?;
                            self.bind(pattern, value, &scope);
                        }
                        (Some(false), Some(otherwise)) => {
                            self.block(otherwise, &scope)?;
                            self.bind(pattern, Value::unknown("it is not known"), &scope);
                        }
                    }
                }
                Statement::Expr {
                    expr: Expr { kind: Kind::Configured { cfg, inner }, .. },
                    ..
                } => {
                    self.under(cfg, |machine| machine.expr(inner, &scope))?;
                    last = Value::unknown(&format!("it depends on `cfg({cfg})`"));
                }
                Statement::Expr { expr, value: false } if is_dropped(expr) => {
                    self.dropping(|machine| machine.expr(expr, &scope))?;
                }
                Statement::Expr { expr, value } => {
                    let own = self.expr(expr, &scope)?;
                    if *value {
                        last = own;
                    }
                }
            }
        }
        Ok(last)
    }

    /// Nobody looks at the result: `let _ = …`, `….await.ok();`.
    fn dropping(&mut self, run: impl FnOnce(&mut Self) -> Out) -> Out {
        let outer = self.dropped.replace(self.running.len());
        let out = run(self);
        self.dropped = outer;
        out
    }

    /// A value that is given another name or place. What is copied then is not shared.
    pub(super) fn taken_from(&mut self, expr: &Expr, scope: &Scope) -> Out {
        let value = self.expr(expr, scope)?;
        let moved = match &expr.kind {
            Kind::Path(_) => true,
            Kind::Chain { links, .. } => {
                links.iter().all(|link| matches!(link, Link::Field(_) | Link::Index(_)))
            }
            _ => false,
        };
        Ok(match &value {
            Value::List(list) if moved && list.is_array() => self.copied(&value),
            Value::Record(record) if moved && super::iden::is_copy(&record.item) => {
                self.copied(&value)
            }
            _ => value,
        })
    }

    pub(super) fn exprs(&mut self, exprs: &[Expr], scope: &Scope) -> Result<Vec<Value>, Stop> {
        exprs.iter().map(|expr| self.expr(expr, scope)).collect()
    }

    pub(super) fn expr(&mut self, expr: &Expr, scope: &Scope) -> Out {
        self.depth += 1;
        let out = match self.step() {
            true => self.evaluate(expr, scope),
            false => Err(Stop::Return(Value::unknown("too much to follow"))),
        };
        self.depth -= 1;
        out
    }

    fn evaluate(&mut self, expr: &Expr, scope: &Scope) -> Out {
        Ok(match &expr.kind {
            Kind::Text { value, start } => {
                let file = self.crates.file(scope.0.module);
                let text = Rc::clone(value);
                Value::Text(super::value::Text { text, place: start.map(|start| (file, start)) })
            }
            Kind::Int(value) => Value::Int(*value),
            Kind::Float(value) => Value::Float(value.clone()),
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Char(value) => Value::Char(*value),
            Kind::Path(path) => self.path(path, scope),
            Kind::Chain { base, links } => return self.chain(base, links, scope),
            Kind::Call { function, args } => {
                return self.call_expr(function, args, &expr.at, scope);
            }
            Kind::Macro { name, args: Some(args), .. } => {
                return self.macro_call(name, args, &expr.at, scope);
            }
            Kind::Macro { name, args: None, words } => {
                return self.unread_macro(name, words, &expr.at, scope);
            }
            Kind::Lent(inner) => {
                let value = self.expr(inner, scope)?;
                self.lend(inner, &value, scope);
                value
            }
            Kind::Deref(inner) => return self.expr(inner, scope),
            Kind::Cast { value, ty } => {
                let value = self.expr(value, scope)?;
                cast(value, ty)
            }
            Kind::Not(inner) => match self.expr(inner, scope)? {
                Value::Bool(value) => Value::Bool(!value),
                Value::Sql(sql) => {
                    self.expression_method(&Value::Sql(sql), "not", &[]).unwrap_or(Value::Unit)
                }
                _ => Value::unknown("a condition is not known"),
            },
            Kind::Negative(inner) => match self.expr(inner, scope)? {
                Value::Int(value) => Value::Int(value.saturating_neg()),
                Value::Float(value) => Value::Float(Rc::from(format!("-{value}"))),
                _ => Value::unknown("a number is not known"),
            },
            Kind::Binary { first, rest } => return self.binary(first, rest, scope),
            Kind::Assign { place, operator, value } => {
                return self.assign(place, *operator, value, scope);
            }
            Kind::Let { pattern, value } => {
                let value = self.expr(value, scope)?;
                let hit = self.matches(pattern, &value, scope);
                if hit != Some(false) {
                    self.bind(pattern, value, scope);
                }
                match hit {
                    Some(hit) => Value::Bool(hit),
                    None => Value::unknown("whether a pattern matches is not known"),
                }
            }
            Kind::If { test, then, otherwise } => {
                let inner = scope.inner();
                match self.expr(test, &inner)? {
                    Value::Bool(true) => return self.block(then, &inner),
                    Value::Bool(false) => match otherwise {
                        Some(otherwise) => return self.expr(otherwise, scope),
                        None => Value::Unit,
                    },
                    _ => {
                        let one = self.branch(|machine| machine.block(then, &inner))?;
                        let other = match otherwise {
                            Some(other) => self.branch(|machine| machine.expr(other, scope))?,
                            None => Some(Value::Unit),
                        };
                        self.either(one, other).unwrap_or(Value::Unit)
                    }
                }
            }
            Kind::Match { on, arms } => return self.choose(on, arms, scope),
            Kind::For { label, pattern, over, body } => {
                return self.each(label.as_ref(), pattern, over, body, scope);
            }
            Kind::While { label, test, body } => {
                return self.repeat(label.as_ref(), Some(test), body, scope);
            }
            Kind::Loop { label, body } => return self.repeat(label.as_ref(), None, body, scope),
            Kind::Block { label: None, body } => return self.block(body, scope),
            Kind::Block { label: Some(label), body } => {
                match self.scoped(|machine| machine.block(body, scope)) {
                    Err(Stop::Break(Some(own), value)) if own == *label => value,
                    other => return other,
                }
            }
            Kind::Async(body) => {
                let mark = self.mark();
                let out = self.block(body, scope);
                self.leave(mark);
                match out {
                    Err(Stop::Return(value)) => value,
                    other => return other,
                }
            }
            Kind::Closure { params, body, words } => {
                if self.held.last().is_none_or(|last| !Rc::ptr_eq(&last.0, &scope.0)) {
                    self.held.push(scope.clone());
                    self.spend(24);
                }
                Value::Closure(Rc::new(Closure {
                    params: Rc::clone(params),
                    body: Rc::clone(body),
                    words: Rc::clone(words),
                    scope: scope.clone(),
                }))
            }
            Kind::Array(values) => {
                let values = self.listed(values, scope)?;
                if let Value::List(list) = &values {
                    list.set_array();
                }
                values
            }
            Kind::Repeat { value, times } => {
                let (value, times) = (self.expr(value, scope)?, self.expr(times, scope)?);
                match times {
                    Value::Int(times @ 0..=10_000) => {
                        let mut values = Vec::new();
                        for _ in 0..times {
                            values.push(self.copied(&value));
                        }
                        self.list(values)
                    }
                    _ => Value::unknown("the length of a list is not known"),
                }
            }
            Kind::Tuple(values) if values.is_empty() => Value::Unit,
            Kind::Tuple(values) => Value::tuple(self.exprs(values, scope)?),
            Kind::Struct { path, fields, rest } => {
                let mut named = Vec::new();
                for (name, value) in fields {
                    named.push((name.clone(), self.expr(value, scope)?));
                }
                if let Some(rest) = rest {
                    self.expr(rest, scope)?;
                }
                self.structure(path, named, scope)
            }
            Kind::Return(value) => {
                let value = match value {
                    Some(value) => self.expr(value, scope)?,
                    None => Value::Unit,
                };
                return Err(Stop::Return(value));
            }
            Kind::Break { label, value } => {
                let value = match value {
                    Some(value) => self.expr(value, scope)?,
                    None => Value::Unit,
                };
                return Err(Stop::Break(label.clone(), value));
            }
            Kind::Continue { label } => return Err(Stop::Continue(label.clone())),
            Kind::Range { from, to, closed } => {
                let from = match from {
                    Some(from) => self.expr(from, scope)?,
                    None => Value::None,
                };
                let to = match to {
                    Some(to) => self.expr(to, scope)?,
                    None => Value::None,
                };
                self.range(from, to, *closed)
            }
            Kind::Configured { cfg, inner } => {
                match self.under(cfg, |machine| machine.expr(inner, scope))? {
                    Value::Record(record) => Value::Record(record.under(cfg)),
                    _ => Value::unknown(&format!("it depends on `cfg({cfg})`")),
                }
            }
            Kind::Other { what, words } => {
                let reason = format!("{what} is not read");
                match self.names_reach(words, scope) {
                    true => self.beyond(self.span(scope, &expr.at), &reason),
                    false => Value::unknown(&reason),
                }
            }
        })
    }

    /// The elements of a list literal.
    pub(super) fn listed(&mut self, values: &[Expr], scope: &Scope) -> Out {
        let values = self.exprs(values, scope)?;
        self.spend(values.len());
        Ok(Value::list(values, self.level))
    }

    /// Runs what may or may not happen. Where it ends in an error, it is taken not to happen;
    /// where it goes elsewhere, whatever follows may not happen either.
    pub(super) fn undecided(&mut self, run: impl FnOnce(&mut Self) -> Out) -> Out {
        Ok(self.branch(run)?.unwrap_or(Value::Unit))
    }

    /// What a branch gives that may or may not be taken; `None`: it ends in an error.
    fn branch(&mut self, run: impl FnOnce(&mut Self) -> Out) -> Result<Option<Value>, Stop> {
        self.level += 1;
        let out = run(self);
        self.level -= 1;
        match out {
            Ok(value) => Ok(Some(value)),
            Err(Stop::Return(Value::Err)) => Ok(None),
            Err(stop) => {
                // Lasts to the end of the loop or the function, which puts the level back.
                self.level += 1;
                self.left += 1;
                self.returns += usize::from(matches!(stop, Stop::Return(_)));
                Ok(Some(Value::unknown("whether this is reached is not known")))
            }
        }
    }

    /// Runs a loop, or a block with a label. Behind it, whatever may have left it counts no more; what may have returned does.
    pub(super) fn scoped(&mut self, run: impl FnOnce(&mut Self) -> Out) -> Out {
        let (level, returns) = (self.level, self.returns);
        let out = run(self);
        self.level = level + self.returns.saturating_sub(returns);
        out
    }

    /// Runs what is compiled under a condition.
    fn under(&mut self, cfg: &Rc<str>, run: impl FnOnce(&mut Self) -> Out) -> Out {
        self.cfgs.push(Rc::clone(cfg));
        let out = self.undecided(run);
        self.cfgs.pop();
        out
    }

    fn choose(&mut self, on: &Expr, arms: &[Arm], scope: &Scope) -> Out {
        let on = self.expr(on, scope)?;
        let (mut open, mut before) = (None, false);
        for arm in arms {
            let inner = scope.inner();
            let mut hit = self.matches(&arm.pattern, &on, &inner);
            if hit == Some(false) {
                continue;
            }
            self.bind(&arm.pattern, on.clone(), &inner);
            if let Some(guard) = &arm.guard {
                let asked = match hit == Some(true) && !before {
                    true => self.expr(guard, &inner)?,
                    false => self.undecided(|machine| machine.expr(guard, &inner))?,
                };
                match asked {
                    Value::Bool(true) => {}
                    Value::Bool(false) => continue,
                    _ => hit = None,
                }
            }
            if arm.cfg.is_some() {
                hit = None;
            }
            if hit == Some(true) && !before {
                return self.expr(&arm.body, &inner);
            }
            let own = self.branch(|machine| machine.expr(&arm.body, &inner))?;
            open = self.either(open, own);
            before = true;
            if hit == Some(true) {
                break;
            }
        }
        Ok(open.unwrap_or_else(|| Value::unknown("no arm of a match fits")))
    }

    /// What a value is that two branches give, or one of them.
    fn either(&mut self, one: Option<Value>, other: Option<Value>) -> Option<Value> {
        let (one, other) = match (one, other) {
            (Some(one), Some(other)) => (one, other),
            (one, other) => return one.or(other),
        };
        Some(match self.same(&one, &other) {
            Some(true) => one,
            _ => Value::unknown("it depends on a condition that is not known"),
        })
    }

    fn binary(&mut self, first: &Expr, rest: &[(Operator, Expr)], scope: &Scope) -> Out {
        let mut value = self.expr(first, scope)?;
        for (operator, right) in rest {
            value = match (operator, &value) {
                (Operator::And, Value::Bool(false)) | (Operator::Or, Value::Bool(true)) => value,
                (Operator::And | Operator::Or, Value::Bool(_)) => self.expr(right, scope)?,
                // Whether it comes to the right side is not known either.
                (Operator::And | Operator::Or, _) => {
                    let decides = *operator == Operator::Or;
                    match self.undecided(|machine| machine.expr(right, scope))? {
                        Value::Bool(right) if right == decides => Value::Bool(decides),
                        _ => Value::unknown("a condition is not known"),
                    }
                }
                _ => {
                    let right = self.expr(right, scope)?;
                    self.operate(*operator, &value, &right)
                }
            };
        }
        Ok(value)
    }

    fn chain(&mut self, base: &Expr, links: &[Link], scope: &Scope) -> Out {
        self.spend(scope.depth() / 8);
        let mut place = Place::of(base, scope);
        let mut value = self.expr(base, scope)?;
        for link in links {
            let next = place.then(link, &value);
            value = match link {
                Link::Await => value,
                Link::Try => match value {
                    Value::Ok(inner) | Value::Some(inner) => inner.value.clone(),
                    // What was collected into a result, or an option.
                    Value::List(list) => match self.each_okay(&list) {
                        Some(okay) => okay,
                        None => return Err(Stop::Return(Value::Err)),
                    },
                    Value::None => return Err(Stop::Return(Value::None)),
                    Value::Err => return Err(Stop::Return(Value::Err)),
                    other => other,
                },
                Link::Field(name) => self.field(&value, name),
                Link::Index(index) => {
                    let index = self.expr(index, scope)?;
                    self.index(&value, &index)
                }
                Link::Method { name, args, at } => {
                    let args = self.exprs(args, scope)?;
                    let span = self.span(scope, &(base.at.start..at.end));
                    let own = self.span(scope, at);
                    self.calls.push(span);
                    let value = match self.mutated(&place, &value, name, &args, scope) {
                        Some(value) => value,
                        None => self.method(value, name, args, span, own),
                    };
                    self.calls.pop();
                    value
                }
            };
            place = next;
        }
        Ok(value)
    }

    /// What lies in results and options; `None`: one is an error.
    fn each_okay(&mut self, list: &Rc<super::value::List>) -> Option<Value> {
        self.spend(list.len());
        let all = list.all().filter(|_| list.is_exact()).unwrap_or_default();
        if all.iter().any(|value| matches!(value, Value::Err)) {
            return None;
        }
        let inner = |value: &Value| match value {
            Value::Ok(held) | Value::Some(held) => Some(held.value.clone()),
            _ => None,
        };
        let okay: Option<Vec<Value>> = all.iter().map(inner).collect();
        Some(match okay.filter(|okay| !okay.is_empty()) {
            Some(okay) => self.list(okay),
            None => Value::List(Rc::clone(list)),
        })
    }

    fn call_expr(&mut self, function: &Expr, args: &[Expr], at: &At, scope: &Scope) -> Out {
        let span = self.span(scope, at);
        let Kind::Path(path) = &function.kind else {
            let callee = self.expr(function, scope)?;
            let args = self.exprs(args, scope)?;
            return Ok(self.called(&callee, args, span));
        };
        self.spend(scope.depth() / 4);
        let args = self.exprs(args, scope)?;
        let one = |mut args: Vec<Value>| args.pop().unwrap_or(Value::Unit);
        match path.as_slice() {
            [name] if scope.get(name).is_none() => match name.as_str() {
                "Some" => return Ok(Value::some(one(args))),
                "Ok" => return Ok(Value::okay(one(args))),
                "Err" => return Ok(Value::Err),
                _ => {}
            },
            _ => {}
        }
        let callee = match path.as_slice() {
            [name] => scope.get(name),
            _ => None,
        };
        self.calls.push(span);
        let value = match callee {
            Some(callee) => self.called(&callee, args, span),
            None => {
                let resolved = self.resolve(path, scope);
                self.call_resolved(resolved, path, args, span)
            }
        };
        self.calls.pop();
        Ok(value)
    }

    /// Calls a value that may be nothing that can be called.
    fn called(&mut self, callee: &Value, args: Vec<Value>, span: Span) -> Value {
        match callee {
            Value::Closure(closure) => self.call_closure(closure, args),
            Value::Function(module, function) => {
                self.call(*module, function, None, Arguments::of(args))
            }
            Value::Foreign(foreign) => self.foreign_call(&foreign.path, args, span),
            _ if self.reaches(std::slice::from_ref(callee)) || self.reaches(&args) => {
                self.beyond(span, "what is called here is not known")
            }
            _ => Value::unknown("what is called is not known"),
        }
    }

    /// The database is handed to something that cannot be followed.
    pub(super) fn beyond(&mut self, span: Span, reason: &str) -> Value {
        self.opaque(span, reason, OpaqueEffect::Anything);
        Value::unknown("what is called is not known")
    }
}
