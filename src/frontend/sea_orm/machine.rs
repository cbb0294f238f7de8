//! A small evaluator of Rust: functions of the project's own crates, on values that are written
//! out. Nothing is run; what it does not know stays unknown.

use std::rc::Rc;

use super::{
    render::Flavor,
    value::{Closure, Record, Scope, Value, Variant},
};
use crate::{
    database::Dialect,
    frontend::rust::{
        crates::{Crates, ModuleId, Resolved, Target, variant},
        syntax::{At, Block, Expr, Function, Item, Kind, Link, Operator, Pattern, Statement},
    },
    ir::{Op, OpaqueEffect},
    schema::Schema,
    source::{FileId, Span},
};

/// Steps that one half of a migration may take.
const MAX_STEPS: usize = 4_000_000;
/// Operations that one half may have.
const MAX_OPS: usize = 20_000;
/// How deep calls and expressions may nest.
const MAX_DEPTH: usize = 300;

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
    /// The transaction around everything.
    pub(super) outer: Option<u32>,
    pub(super) next_transaction: u32,
    /// Where calls were made that are not over yet.
    calls: Vec<Span>,
    /// The modules whose functions run.
    running: Vec<ModuleId>,
    steps: usize,
    depth: usize,
    spent: bool,
}

/// Why an expression has no value: control goes elsewhere.
pub(super) enum Stop {
    Return(Value),
    Break,
    Continue,
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
            outer: None,
            next_transaction: 1,
            calls: Vec::new(),
            running: Vec::new(),
            steps: 0,
            depth: 0,
            spent: false,
        }
    }

    pub(super) fn sqlite(&self) -> bool {
        self.flavor.dialect == Dialect::Sqlite
    }

    /// The module whose function runs.
    pub(super) fn module(&self) -> Option<ModuleId> {
        self.running.last().copied()
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
    fn step(&mut self) -> bool {
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

    /// Calls a function of the project.
    pub(super) fn call(
        &mut self,
        module: ModuleId,
        function: &Function,
        of: Option<Vec<String>>,
        args: Arguments,
    ) -> Value {
        let scope = Scope::new(module, of, None);
        self.run(&scope, function, args)
    }

    fn run(&mut self, scope: &Scope, function: &Function, args: Arguments) -> Value {
        self.depth += 1;
        self.running.push(scope.0.module);
        let level = self.level;
        let mut values = args.values.into_iter();
        for param in &function.params {
            let value = values.next().unwrap_or_else(|| Value::unknown("an argument is missing"));
            self.bind(param, value, scope);
        }
        let out = match self.step() {
            true => self.block(&function.body, scope),
            false => Ok(Value::unknown("too much to follow")),
        };
        self.level = level;
        self.depth -= 1;
        self.running.pop();
        match out {
            Ok(value) | Err(Stop::Return(value)) => value,
            Err(Stop::Break | Stop::Continue) => Value::Unit,
        }
    }

    /// Calls a value: a closure or a function.
    pub(super) fn call_value(&mut self, value: &Value, args: Vec<Value>) -> Value {
        match value {
            Value::Closure(closure) => self.call_closure(closure, args),
            Value::Function(module, item) => match &**item {
                Item::Function(function) => self.call(*module, function, None, Arguments::of(args)),
                _ => Value::unknown("what is called is no function"),
            },
            Value::Foreign(foreign) => {
                let path = foreign.path.clone();
                let span = Span::top(self.home);
                self.foreign_call(&path, args, span)
            }
            _ => Value::unknown("what is called is not known"),
        }
    }

    fn call_closure(&mut self, closure: &Rc<Closure>, args: Vec<Value>) -> Value {
        let scope = closure.scope.inner();
        let mut values = args.into_iter();
        for param in &closure.params {
            let value = values.next().unwrap_or_else(|| Value::unknown("an argument is missing"));
            self.bind(param, value, &scope);
        }
        match self.expr(&closure.body, &scope) {
            Ok(value) | Err(Stop::Return(value)) => value,
            Err(_) => Value::Unit,
        }
    }

    pub(super) fn block(&mut self, block: &Block, outer: &Scope) -> Out {
        let scope = outer.inner();
        scope.declare(block);
        let mut last = Value::Unit;
        for statement in &block.statements {
            last = Value::Unit;
            match statement {
                Statement::Let { pattern, value, otherwise } => {
                    let value = match value {
                        Some(value) => self.expr(value, &scope)?,
                        None => Value::unknown("it has no value yet"),
                    };
                    match self.matches(pattern, &value, &scope) {
                        Some(false) => {
                            if let Some(otherwise) = otherwise {
                                self.block(otherwise, &scope)?;
                            }
                        }
                        _ => self.bind(pattern, value, &scope),
                    }
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
                let text = Rc::from(value.as_str());
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
            Kind::Macro { name, args } => {
                return self.macro_call(name, args.as_deref(), &expr.at, scope);
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
                Value::Float(value) => Value::Float(format!("-{value}")),
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
                        let one = self.undecided(|machine| machine.block(then, &inner))?;
                        let other = match otherwise {
                            Some(other) => self.undecided(|machine| machine.expr(other, scope))?,
                            None => Value::Unit,
                        };
                        either(one, other)
                    }
                }
            }
            Kind::Match { on, arms } => {
                let on = self.expr(on, scope)?;
                let mut open: Option<Value> = None;
                for arm in arms {
                    let inner = scope.inner();
                    let mut hit = self.matches(&arm.pattern, &on, &inner);
                    if hit == Some(false) {
                        continue;
                    }
                    self.bind(&arm.pattern, on.clone(), &inner);
                    if let Some(guard) = &arm.guard {
                        match self.expr(guard, &inner)? {
                            Value::Bool(true) => {}
                            Value::Bool(false) => continue,
                            _ => hit = None,
                        }
                    }
                    if arm.cfg.is_some() {
                        hit = hit.filter(|_| open.is_none());
                    }
                    match (hit, &open) {
                        (Some(true), None) => return self.expr(&arm.body, &inner),
                        (hit, _) => {
                            let own = self.undecided(|machine| machine.expr(&arm.body, &inner))?;
                            open = Some(match open {
                                None => own,
                                Some(before) => either(before, own),
                            });
                            if hit == Some(true) {
                                break;
                            }
                        }
                    }
                }
                open.unwrap_or_else(|| Value::unknown("no arm of a match fits"))
            }
            Kind::For { pattern, over, body } => return self.each(pattern, over, body, scope),
            Kind::While { test, body } => {
                loop {
                    let inner = scope.inner();
                    match self.expr(test, &inner)? {
                        Value::Bool(true) => match self.block(body, &inner) {
                            Ok(_) | Err(Stop::Continue) => {}
                            Err(Stop::Break) => break,
                            Err(stop) => return Err(stop),
                        },
                        Value::Bool(false) => break,
                        _ => {
                            self.loop_once(body, &inner)?;
                            break;
                        }
                    }
                }
                Value::Unit
            }
            Kind::Loop(body) => {
                loop {
                    if !self.step() {
                        return Err(Stop::Return(Value::unknown("too much to follow")));
                    }
                    match self.block(body, scope) {
                        Ok(_) | Err(Stop::Continue) => {}
                        Err(Stop::Break) => break,
                        Err(stop) => return Err(stop),
                    }
                }
                Value::Unit
            }
            Kind::Block(block) => return self.block(block, scope),
            Kind::Closure { params, body } => Value::Closure(Rc::new(Closure {
                params: params.clone(),
                body: (**body).clone(),
                scope: scope.clone(),
            })),
            Kind::Array(values) => self.list(values, scope)?,
            Kind::Repeat { value, times } => {
                let (value, times) = (self.expr(value, scope)?, self.expr(times, scope)?);
                match times {
                    Value::Int(times @ 0..=10_000) => Value::list(vec![value; times as usize]),
                    _ => Value::unknown("the length of a list is not known"),
                }
            }
            Kind::Tuple(values) if values.is_empty() => Value::Unit,
            Kind::Tuple(values) => Value::Tuple(self.exprs(values, scope)?),
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
            Kind::Break => return Err(Stop::Break),
            Kind::Continue => return Err(Stop::Continue),
            Kind::Range { from, to, closed } => {
                let from = match from {
                    Some(from) => self.expr(from, scope)?,
                    None => Value::None,
                };
                let to = match to {
                    Some(to) => self.expr(to, scope)?,
                    None => Value::None,
                };
                super::methods::range(from, to, *closed)
            }
            Kind::Configured { cfg, inner } => {
                let value = self.expr(inner, scope)?;
                configured(value, cfg)
            }
            Kind::Other(what) => Value::unknown(&format!("{what} is not read")),
        })
    }

    /// The elements of a list literal.
    pub(super) fn list(&mut self, values: &[Expr], scope: &Scope) -> Out {
        Ok(Value::list(self.exprs(values, scope)?))
    }

    /// Runs what may or may not happen. Where it ends in an error, it is taken not to happen;
    /// where it returns, whatever follows may not happen either.
    fn undecided(&mut self, run: impl FnOnce(&mut Self) -> Out) -> Out {
        self.level += 1;
        let out = run(self);
        self.level -= 1;
        match out {
            Ok(value) => Ok(value),
            Err(Stop::Return(Value::Err)) => Ok(Value::Unit),
            Err(_) => {
                // Lasts to the end of the function, which puts the level back.
                self.level += 1;
                Ok(Value::unknown("whether this is reached is not known"))
            }
        }
    }

    fn loop_once(&mut self, body: &Block, scope: &Scope) -> Result<(), Stop> {
        let level = self.level;
        self.undecided(|machine| match machine.block(body, scope) {
            Err(Stop::Break | Stop::Continue) => Ok(Value::Unit),
            other => other,
        })?;
        self.level = level;
        Ok(())
    }

    fn each(&mut self, pattern: &Pattern, over: &Expr, body: &Block, scope: &Scope) -> Out {
        let over = self.expr(over, scope)?;
        let Some(values) = super::methods::elements(&over) else {
            let inner = scope.inner();
            self.bind(pattern, Value::unknown("what a loop goes over is not known"), &inner);
            self.loop_once(body, &inner)?;
            return Ok(Value::Unit);
        };
        self.spend(values.len());
        for value in values {
            let inner = scope.inner();
            self.bind(pattern, value, &inner);
            match self.block(body, &inner) {
                Ok(_) | Err(Stop::Continue) => {}
                Err(Stop::Break) => break,
                Err(stop) => return Err(stop),
            }
        }
        Ok(Value::Unit)
    }

    fn binary(&mut self, first: &Expr, rest: &[(Operator, Expr)], scope: &Scope) -> Out {
        let mut value = self.expr(first, scope)?;
        for (operator, right) in rest {
            value = match (operator, &value) {
                (Operator::And, Value::Bool(false)) | (Operator::Or, Value::Bool(true)) => value,
                (Operator::And | Operator::Or, Value::Bool(_)) => self.expr(right, scope)?,
                (Operator::And, _) => match self.expr(right, scope)? {
                    Value::Bool(false) => Value::Bool(false),
                    _ => Value::unknown("a condition is not known"),
                },
                (Operator::Or, _) => match self.expr(right, scope)? {
                    Value::Bool(true) => Value::Bool(true),
                    _ => Value::unknown("a condition is not known"),
                },
                _ => {
                    let right = self.expr(right, scope)?;
                    super::methods::operate(*operator, &value, &right)
                }
            };
        }
        Ok(value)
    }

    fn assign(
        &mut self,
        place: &Expr,
        operator: Option<Operator>,
        value: &Expr,
        scope: &Scope,
    ) -> Out {
        let mut value = self.expr(value, scope)?;
        if let Some(operator) = operator {
            let before = self.expr(place, scope)?;
            value = super::methods::operate(operator, &before, &value);
        }
        match &place.kind {
            Kind::Path(path) => {
                if let [name] = path.as_slice() {
                    scope.assign(name, value, self.level);
                }
            }
            Kind::Chain { base, links } => {
                let base = self.expr(base, scope)?;
                if let (Value::Record(record), [Link::Field(name)]) = (base, links.as_slice()) {
                    record.fields.borrow_mut().insert(name.clone(), value);
                }
            }
            _ => {}
        }
        Ok(Value::Unit)
    }

    fn chain(&mut self, base: &Expr, links: &[Link], scope: &Scope) -> Out {
        let mut value = self.expr(base, scope)?;
        for link in links {
            value = match link {
                Link::Await => value,
                Link::Try => match value {
                    Value::Ok(inner) | Value::Some(inner) => *inner,
                    Value::None => return Err(Stop::Return(Value::None)),
                    Value::Err => return Err(Stop::Return(Value::Err)),
                    other => other,
                },
                Link::Field(name) => super::methods::field(&value, name),
                Link::Index(index) => {
                    let index = self.expr(index, scope)?;
                    super::methods::index(&value, &index)
                }
                Link::Method { name, args, at } => {
                    let args = self.exprs(args, scope)?;
                    let span = self.span(scope, &(base.at.start..at.end));
                    let own = self.span(scope, at);
                    self.calls.push(span);
                    let value = self.method(value, name, args, span, own);
                    self.calls.pop();
                    value
                }
            };
        }
        Ok(value)
    }

    fn call_expr(&mut self, function: &Expr, args: &[Expr], at: &At, scope: &Scope) -> Out {
        let span = self.span(scope, at);
        let Kind::Path(path) = &function.kind else {
            let callee = self.expr(function, scope)?;
            let args = self.exprs(args, scope)?;
            return Ok(self.called(&callee, args, span));
        };
        let args = self.exprs(args, scope)?;
        let one = |mut args: Vec<Value>| args.pop().unwrap_or(Value::Unit);
        match path.as_slice() {
            [name] if scope.get(name).is_none() => match name.as_str() {
                "Some" => return Ok(Value::Some(Box::new(one(args)))),
                "Ok" => return Ok(Value::Ok(Box::new(one(args)))),
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
        let reaches = args.iter().any(Value::reaches);
        match callee {
            Value::Closure(_) | Value::Function(..) => self.call_value(callee, args),
            _ if reaches => self.beyond(span, "what is called here is not known"),
            _ => Value::unknown("what is called is not known"),
        }
    }

    /// The database is handed to something that cannot be followed.
    pub(super) fn beyond(&mut self, span: Span, reason: &str) -> Value {
        self.opaque(span, reason, OpaqueEffect::Anything);
        Value::unknown("what is called is not known")
    }

    fn call_resolved(
        &mut self,
        resolved: Resolved,
        path: &[String],
        args: Vec<Value>,
        span: Span,
    ) -> Value {
        let reaches = args.iter().any(Value::reaches);
        let shown = path.join("::");
        match (resolved.target, resolved.rest.as_slice()) {
            (Target::Foreign(path), _) => self.foreign_call(&path, args, span),
            (Target::Item(module, item), rest) => match (&*item, rest) {
                (Item::Function(function), []) => {
                    self.call(module, function, None, Arguments::of(args))
                }
                // A tuple struct.
                (Item::Struct(_), []) => {
                    let fields = args.into_iter().enumerate().map(|(at, v)| (at.to_string(), v));
                    self.record(module, Rc::clone(&item), fields.collect())
                }
                (Item::Enum(_), [name]) if variant(&item, name).is_some() => {
                    let name = name.clone();
                    Value::Variant(Rc::new(Variant { module, item: Rc::clone(&item), name, args }))
                }
                (Item::Enum(own), [name]) => {
                    let ty = own.name.clone();
                    self.associated(module, &ty, name, args, span, &shown)
                }
                (Item::Struct(own), [name]) => {
                    let ty = own.name.clone();
                    self.associated(module, &ty, name, args, span, &shown)
                }
                (Item::Alias { ty, .. }, rest) => {
                    let mut path = ty.path.clone();
                    path.extend(rest.iter().cloned());
                    let resolved = self.crates.resolve(module, &path);
                    match resolved.target {
                        Target::Foreign(path) => self.foreign_call(&path, args, span),
                        _ if self.depth > MAX_DEPTH / 2 => Value::unknown("a type is not known"),
                        _ => {
                            self.depth += 1;
                            let value = self.call_resolved(resolved, &path, args, span);
                            self.depth -= 1;
                            value
                        }
                    }
                }
                _ if reaches => self.beyond(span, &format!("what `{shown}` does is not known")),
                _ => Value::unknown("what is called is not known"),
            },
            (Target::Module(module), rest) if self.is_beyond(module, rest) => {
                let rest = rest.to_vec();
                self.foreign_call(&rest, args, span)
            }
            (Target::Module(module), rest) => self.entity_call(module, rest, args, span, &shown),
        }
    }

    /// Whether a name in a module can only be something that it has from another package by `*`.
    fn is_beyond(&mut self, module: ModuleId, rest: &[String]) -> bool {
        !rest.is_empty() && self.crates.error(module).is_none() && !self.is_entity(module)
    }

    /// A function of a type: `Status::names()`.
    fn associated(
        &mut self,
        module: ModuleId,
        ty: &str,
        name: &str,
        args: Vec<Value>,
        span: Span,
        shown: &str,
    ) -> Value {
        if let Some((home, function)) = self.method_of(module, ty, name) {
            let of = Some(vec![ty.to_owned()]);
            return self.call(home, &function, of, Arguments::of(args));
        }
        if ty == "Entity" || ty == "ActiveModel" {
            return self.entity_call(module, &[ty.to_owned(), name.to_owned()], args, span, shown);
        }
        match name {
            "default" if args.is_empty() => {
                let item = self.crates.resolve(module, &[ty.to_owned()]);
                match item.target {
                    Target::Item(module, item) => self.record(module, item, Vec::new()),
                    _ => Value::unknown("a value is not known"),
                }
            }
            "iter" => self.variants(module, ty),
            _ if args.iter().any(Value::reaches) => {
                self.beyond(span, &format!("what `{shown}` does is not known"))
            }
            _ => Value::unknown(&format!("what `{shown}` returns is not known")),
        }
    }

    /// strum's and SeaORM's `iter()`: the variants in their order.
    fn variants(&mut self, module: ModuleId, ty: &str) -> Value {
        let resolved = self.crates.resolve(module, &[ty.to_owned()]);
        let Target::Item(module, item) = resolved.target else {
            return Value::unknown("a list is not known");
        };
        let Item::Enum(own) = &*item else { return Value::unknown("a list is not known") };
        let one = |name: &String| {
            let (item, name) = (Rc::clone(&item), name.clone());
            Value::Variant(Rc::new(Variant { module, item, name, args: Vec::new() }))
        };
        Value::list(own.variants.iter().map(|v| one(&v.name)).collect())
    }

    /// A function that is written for a type in its module.
    pub(super) fn method_of(
        &mut self,
        module: ModuleId,
        ty: &str,
        name: &str,
    ) -> Option<(ModuleId, Rc<Function>)> {
        let items = self.crates.items(module);
        let found = items.iter().find_map(|item| match &**item {
            Item::Impl(own) if own.on.name() == ty => own.functions.iter().find(|f| f.name == name),
            _ => None,
        });
        found.map(|function| (module, Rc::new(function.clone())))
    }

    pub(super) fn record(
        &self,
        module: ModuleId,
        item: Rc<Item>,
        fields: Vec<(String, Value)>,
    ) -> Value {
        let fields = std::cell::RefCell::new(fields.into_iter().collect());
        Value::Record(Rc::new(Record { module, item, fields, cfg: None }))
    }

    /// What a path leads to, `Self` and the items of blocks included.
    pub(super) fn resolve(&mut self, path: &[String], scope: &Scope) -> Resolved {
        let own: Vec<String> = match (path.first().map(String::as_str), &scope.0.of) {
            (Some("Self"), Some(of)) => of.iter().chain(path.iter().skip(1)).cloned().collect(),
            _ => path.to_vec(),
        };
        if let Some((first, rest)) = own.split_first()
            && let Some(item) = scope.item(first)
        {
            return Resolved { target: Target::Item(scope.0.module, item), rest: rest.to_vec() };
        }
        self.crates.resolve(scope.0.module, &own)
    }

    fn path(&mut self, path: &[String], scope: &Scope) -> Value {
        if let [name] = path {
            if let Some(value) = scope.get(name) {
                return value;
            }
            if name == "None" {
                return Value::None;
            }
        }
        let resolved = self.resolve(path, scope);
        self.value_of(resolved)
    }

    fn value_of(&mut self, resolved: Resolved) -> Value {
        let rest = resolved.rest.as_slice();
        match resolved.target {
            Target::Foreign(path) => {
                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                Value::foreign(&path)
            }
            Target::Module(module) if self.is_beyond(module, rest) => {
                let path: Vec<&str> = rest.iter().map(String::as_str).collect();
                Value::foreign(&path)
            }
            Target::Module(module) => self.entity_value(module, rest),
            Target::Item(module, item) => match (&*item, rest) {
                (Item::Enum(own), [name]) => {
                    if variant(&item, name).is_some() {
                        let (item, name) = (Rc::clone(&item), name.clone());
                        return Value::Variant(Rc::new(Variant {
                            module,
                            item,
                            name,
                            args: vec![],
                        }));
                    }
                    let ty = own.name.clone();
                    self.constant_of(module, &ty, name)
                }
                (Item::Struct(own), [name]) => {
                    let ty = own.name.clone();
                    self.constant_of(module, &ty, name)
                }
                (Item::Struct(_), []) => self.record(module, item, Vec::new()),
                (Item::Constant { value, .. }, []) => {
                    let scope = Scope::new(module, None, None);
                    match self.expr(value, &scope) {
                        Ok(value) | Err(Stop::Return(value)) => value,
                        Err(_) => Value::Unit,
                    }
                }
                (Item::Function(_), []) => Value::Function(module, item),
                (Item::Alias { ty, .. }, rest) if self.depth < MAX_DEPTH / 2 => {
                    let mut path = ty.path.clone();
                    path.extend(rest.iter().cloned());
                    let resolved = self.crates.resolve(module, &path);
                    self.depth += 1;
                    let value = self.value_of(resolved);
                    self.depth -= 1;
                    value
                }
                _ => Value::unknown("a name leads to nothing that is read"),
            },
        }
    }

    /// `const` in an `impl`, or a function as a value.
    fn constant_of(&mut self, module: ModuleId, ty: &str, name: &str) -> Value {
        let items = self.crates.items(module);
        for item in items.iter() {
            let Item::Impl(own) = &**item else { continue };
            if own.on.name() != ty {
                continue;
            }
            if let Some((_, value)) = own.constants.iter().find(|(own, _)| own == name) {
                let scope = Scope::new(module, Some(vec![ty.to_owned()]), None);
                return match self.expr(value, &scope) {
                    Ok(value) | Err(Stop::Return(value)) => value,
                    Err(_) => Value::Unit,
                };
            }
            if let Some(function) = own.functions.iter().find(|f| f.name == name) {
                return Value::Function(module, Rc::new(Item::Function(function.clone())));
            }
        }
        Value::unknown("a name leads to nothing that is read")
    }

    fn structure(&mut self, path: &[String], fields: Vec<(String, Value)>, scope: &Scope) -> Value {
        let resolved = self.resolve(path, scope);
        match (resolved.target, resolved.rest.as_slice()) {
            (Target::Item(module, item), []) if matches!(&*item, Item::Struct(_)) => {
                self.record(module, item, fields)
            }
            (Target::Item(module, item), [name]) if matches!(&*item, Item::Enum(_)) => {
                let args = fields.into_iter().map(|(_, value)| value).collect();
                Value::Variant(Rc::new(Variant { module, item, name: name.clone(), args }))
            }
            (Target::Module(module), rest) => self.entity_value(module, rest),
            (Target::Foreign(path), _) => {
                Value::Foreign(Rc::new(super::value::Foreign { path, args: Vec::new(), fields }))
            }
            _ => Value::unknown("a value is not known"),
        }
    }

    /// Whether a value fits a pattern; `None`: not known.
    fn matches(&mut self, pattern: &Pattern, value: &Value, scope: &Scope) -> Option<bool> {
        match pattern {
            Pattern::Any => Some(true),
            Pattern::Name(name) => {
                // A name may be a constant or a variant that is imported.
                let special = name == "None" || name.starts_with(|c: char| c.is_uppercase());
                match special {
                    true => {
                        let own = self.path(std::slice::from_ref(name), scope);
                        own.same(value)
                    }
                    false => Some(true),
                }
            }
            Pattern::Literal(literal) => {
                let Ok(own) = self.expr(literal, scope) else { return None };
                own.same(value)
            }
            Pattern::Path(path) => {
                let own = self.path(path, scope);
                own.same(value)
            }
            Pattern::Tuple { path, inner } => {
                let values: Vec<Value> = match (path.last().map(String::as_str), value) {
                    (None, Value::Tuple(values)) => values.clone(),
                    (Some("Some"), Value::Some(value)) | (Some("Ok"), Value::Ok(value)) => {
                        vec![(**value).clone()]
                    }
                    (Some("Some"), Value::None)
                    | (Some("Err"), Value::Ok(_))
                    | (Some("Ok"), Value::Err) => return Some(false),
                    (Some("Err"), Value::Err) => return Some(true),
                    (Some(name), Value::Variant(variant)) => match variant.name == name {
                        true => variant.args.clone(),
                        false => return Some(false),
                    },
                    _ => return None,
                };
                let mut all = Some(true);
                for (pattern, value) in inner.iter().zip(&values) {
                    match self.matches(pattern, value, scope) {
                        Some(false) => return Some(false),
                        Some(true) => {}
                        None => all = None,
                    }
                }
                all
            }
            Pattern::Struct { path, .. } => match value {
                Value::Record(_) => Some(true),
                Value::Variant(variant) => Some(path.last() == Some(&variant.name)),
                _ => None,
            },
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

    /// Gives the names of a pattern their values.
    pub(super) fn bind(&mut self, pattern: &Pattern, value: Value, scope: &Scope) {
        match pattern {
            Pattern::Name(name) => scope.set(name, value, self.level),
            Pattern::Tuple { inner, .. } => {
                let values: Vec<Value> = match value {
                    Value::Tuple(values) => values,
                    Value::Some(value) | Value::Ok(value) => vec![*value],
                    Value::Variant(variant) => variant.args.clone(),
                    Value::List(values) => values.borrow().clone(),
                    _ => Vec::new(),
                };
                let mut values = values.into_iter();
                for pattern in inner {
                    let value = values.next().unwrap_or_else(|| Value::unknown("it is not known"));
                    self.bind(pattern, value, scope);
                }
            }
            Pattern::Struct { fields, .. } => {
                for (name, pattern) in fields {
                    let value = super::methods::field(&value, name);
                    self.bind(pattern, value, scope);
                }
            }
            Pattern::Or(cases) => {
                if let Some(case) = cases.first() {
                    self.bind(case, value, scope);
                }
            }
            Pattern::Any | Pattern::Literal(_) | Pattern::Path(_) | Pattern::Other => {}
        }
    }
}

/// What a value is that two branches give.
fn either(one: Value, other: Value) -> Value {
    match one.same(&other) {
        Some(true) => one,
        _ => Value::unknown("it depends on a condition that is not known"),
    }
}

/// A migration that is there under a condition.
fn configured(value: Value, cfg: &str) -> Value {
    match &value {
        Value::Record(record) => Value::Record(Rc::new(Record {
            module: record.module,
            item: Rc::clone(&record.item),
            fields: record.fields.clone(),
            cfg: Some(cfg.to_owned()),
        })),
        _ => value,
    }
}
