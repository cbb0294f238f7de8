//! The evaluator: a budget, a schema that moves along, and the operations found so far.

use std::{collections::HashSet, rc::Rc};

use ruff_python_ast::{Expr, Operator, Stmt, StmtFunctionDef};

use super::{
    module::{self, Item, span_of},
    project::Project,
    value::{Body, Class, Function, Scope, Value},
};
use crate::{
    database::Dialect,
    ir::{Op, OpKind, Opaque, OpaqueEffect, Style},
    schema::Schema,
    source::Span,
};

/// Steps that one half of a migration may take; hostile input runs into it.
const MAX_STEPS: usize = 200_000;
/// Steps that one call into another file may take: what an application computes when it is
/// imported is rarely a migration's matter.
const MAX_FOREIGN_STEPS: usize = 20_000;
/// Rounds of one `while` loop.
const MAX_ROUNDS: usize = 2_000;
/// Calls within calls, and expressions within expressions.
const MAX_DEPTH: usize = 80;
/// The longest string and the longest list that are built.
pub(super) const MAX_SIZE: usize = 64 * 1024;

pub(super) struct Machine<'r, 's> {
    pub(super) project: &'r mut Project<'s>,
    pub(super) schema: &'r mut Schema,
    pub(super) ops: Vec<Op>,
    pub(super) batches: Vec<super::batch::Batch>,
    /// Conditions around the current statement that could not be decided.
    pub(super) uncertain: usize,
    /// Inside `autocommit_block`.
    pub(super) autocommit: usize,
    pub(super) transaction: u32,
    /// `try` statements with a handler around the current one.
    pub(super) tries: usize,
    /// An operation inside of them is refused: its exception is on the way to a handler.
    pub(super) raising: bool,
    /// A `return` under a condition that could not be decided was passed in the call at hand.
    pub(super) maybe_returned: bool,
    /// Parts of a table that could not be read: said after the table is made.
    pub(super) unread: Vec<(Span, String)>,
    /// Scopes of the migration's own file in which functions were made: a function holds its
    /// scope and the scope the function, so they are emptied in the end.
    rings: Vec<Rc<Scope>>,
    /// The migration's own file, and the names at its top level.
    pub(super) home: Option<crate::source::FileId>,
    /// The folder of the migrations; empty where it is not known.
    pub(super) folder: String,
    pub(super) home_scope: Option<Rc<Scope>>,
    /// The naming convention of the metadata at hand, where it is not the project's.
    pub(super) local_conventions: Option<super::naming::Conventions>,
    /// What each inspector has answered, by the method and the table.
    pub(super) answered:
        std::collections::HashMap<u32, std::collections::HashMap<(String, String), Value>>,
    /// Context managers that are entered, up to their `yield`.
    pub(super) managed: Vec<super::contexts::Entered>,
    /// Tables that were declared with a metadata so far.
    pub(super) declared: Vec<Value>,
    /// Indexes that were made so far, while models are read.
    pub(super) loose: Vec<Value>,
    /// The tables of the classes that are mapped so far, by the class.
    pub(super) mapped: std::collections::HashMap<usize, crate::ir::Name>,
    /// Naming conventions that were set on metadata of packages, by the class that has it.
    pub(super) named: Vec<(String, Value)>,
    /// Columns of the table at hand whose name in the code is another one (`key=`), by that name.
    pub(super) keys: std::collections::HashMap<String, String>,
    /// The same of every table of the models that has such columns.
    pub(super) keyed:
        std::collections::HashMap<crate::ir::Name, std::collections::HashMap<String, String>>,
    /// env.py makes the models' tables itself (`create_all`), before the migrations.
    pub(super) makes_tables: bool,
    /// Functions of SQLAlchemy that the project compiles in its own way (`@compiles`).
    pub(super) compiled: std::collections::HashSet<String>,
    /// Calls are cheap or given up: no column takes long to make.
    pub(super) brief: bool,
    /// What `tables` of a metadata holds, while env.py's filters are asked.
    pub(super) compared: Option<Value>,
    /// Models are read, not a migration: `Mapped[int]` keeps its argument.
    pub(super) models: bool,
    pub(super) steps: usize,
    /// Steps that there are in all.
    budget: usize,
    /// The step at which the call at hand is given up; at most the budget.
    pub(super) limit: usize,
    depth: usize,
    stopped: bool,
}

/// How a statement ends.
pub(super) enum Flow {
    Next,
    Return(Value),
    Break,
    Continue,
    Raise,
    /// The budget is used up.
    Stop,
}

impl<'r, 's> Machine<'r, 's> {
    pub(super) fn new(project: &'r mut Project<'s>, schema: &'r mut Schema) -> Self {
        Machine {
            project,
            schema,
            ops: Vec::new(),
            batches: Vec::new(),
            uncertain: 0,
            autocommit: 0,
            transaction: 0,
            tries: 0,
            raising: false,
            maybe_returned: false,
            unread: Vec::new(),
            rings: Vec::new(),
            home: None,
            folder: String::new(),
            home_scope: None,
            local_conventions: None,
            answered: Default::default(),
            managed: Vec::new(),
            declared: Vec::new(),
            loose: Vec::new(),
            mapped: Default::default(),
            named: Vec::new(),
            keys: Default::default(),
            keyed: Default::default(),
            makes_tables: false,
            compiled: Default::default(),
            brief: false,
            compared: None,
            models: false,
            steps: 0,
            budget: MAX_STEPS,
            limit: MAX_STEPS,
            depth: 0,
            stopped: false,
        }
    }

    /// Reads models from here on, in so many steps.
    pub(super) fn read_models(&mut self, steps: usize) {
        self.models = true;
        (self.budget, self.limit) = (steps, steps);
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.schema.database().dialect
    }

    /// Adds an operation and applies it, so that inspectors see it.
    pub(super) fn emit(&mut self, mut kind: OpKind, span: Span, style: Style) {
        let certain = true;
        let (transaction, only, if_exists) = (None, false, false);
        let forgiven = Vec::new();
        let unread = self.project.hooks.apply(&mut kind, self.dialect());
        let table = unread.and(kind.table().cloned());
        self.emit_op(Op { kind, span, style, transaction, certain, only, if_exists, forgiven });
        if let Some((table, hook)) = table.zip(unread) {
            let reason = "the project's own compiler writes a constraint of the table";
            self.opaque(hook, reason, OpaqueEffect::Table(table));
        }
    }

    /// The same for an operation as SQL said it: with `ONLY` and `IF EXISTS`.
    pub(super) fn emit_op(&mut self, op: Op) {
        let transaction = (self.autocommit == 0).then_some(self.transaction);
        let op = Op { transaction, certain: op.certain && self.uncertain == 0, ..op };
        if self.tries > 0 && self.refused(&op) {
            self.raising = true;
            return;
        }
        self.schema.apply(&op);
        self.ops.push(op);
    }

    /// Whether the database, or SQLAlchemy before it, answers an operation with an error for sure.
    /// Only asked inside `try`, where the answer decides how it goes on.
    fn refused(&self, op: &Op) -> bool {
        let batch = matches!(op.style, Style::Batch { .. });
        op.certain
            && !op.kind.is_data()
            && (!batch && crate::facts::sqlite::alter(self.schema, op).is_some()
                || !crate::facts::reference::flaws(self.schema, op).is_empty())
    }

    pub(super) fn opaque(&mut self, span: Span, reason: &str, effect: OpaqueEffect) {
        self.emit(
            OpKind::Opaque(Opaque { reason: reason.to_owned(), effect }),
            span,
            Style::Alembic,
        );
    }

    /// Takes a step; false when none is left.
    pub(super) fn step(&mut self, at: Span) -> bool {
        self.steps += 1;
        if self.steps <= self.limit && !self.stopped {
            return true;
        }
        if !self.stopped {
            self.stopped = true;
            if self.limit == self.budget {
                self.opaque(at, "it takes too many steps to follow", OpaqueEffect::Anything);
            }
        }
        false
    }

    pub(super) fn body(&mut self, body: &[Stmt], scope: &Rc<Scope>) -> Flow {
        for stmt in body {
            if !self.step(span_of(scope.module.file, stmt)) {
                return Flow::Stop;
            }
            match self.stmt(stmt, scope) {
                Flow::Next if self.raising => return Flow::Raise,
                Flow::Next => {}
                other => return other,
            }
        }
        Flow::Next
    }

    fn stmt(&mut self, stmt: &Stmt, scope: &Rc<Scope>) -> Flow {
        match stmt {
            Stmt::Expr(expr) => {
                self.eval(&expr.value, scope);
                if self.stopped { Flow::Stop } else { Flow::Next }
            }
            Stmt::Assign(assign) => {
                let value = self.eval(&assign.value, scope);
                for target in &assign.targets {
                    self.assign(target, value.clone(), scope);
                }
                Flow::Next
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    let value = self.eval(value, scope);
                    self.assign(&assign.target, value, scope);
                }
                Flow::Next
            }
            Stmt::AugAssign(assign) => {
                let left = self.eval(&assign.target, scope);
                let right = self.eval(&assign.value, scope);
                if let (Value::List(items), Operator::Add, Some(more)) =
                    (&left, assign.op, right.items())
                {
                    let room = MAX_SIZE.saturating_sub(items.borrow().len());
                    items.borrow_mut().extend(more.into_iter().take(room));
                } else {
                    let value = self.binary(&left, assign.op, &right);
                    self.assign(&assign.target, value, scope);
                }
                Flow::Next
            }
            Stmt::FunctionDef(def) => {
                let value = self.wrapped(Rc::new(def.clone()), scope);
                scope.set(&def.name, value);
                Flow::Next
            }
            Stmt::ClassDef(def) => {
                let value = self.class(Rc::new(def.clone()), scope);
                scope.set(&def.name, value);
                Flow::Next
            }
            Stmt::Return(ret) => Flow::Return(
                ret.value.as_ref().map_or(Value::None, |value| self.eval(value, scope)),
            ),
            Stmt::If(test) => self.branch(test, scope),
            Stmt::For(each) => self.each(each, scope),
            Stmt::While(each) => self.repeat(each, scope),
            Stmt::With(with) => self.with(with, scope),
            Stmt::Try(attempt) => self.attempt(attempt, scope),
            Stmt::Raise(_) => Flow::Raise,
            Stmt::Break(_) => Flow::Break,
            Stmt::Continue(_) => Flow::Continue,
            Stmt::Import(import) => {
                for alias in &import.names {
                    let (name, value) = self.project.import(alias);
                    scope.set(&name, value);
                }
                Flow::Next
            }
            Stmt::ImportFrom(import) => {
                for (name, value) in self.import_from(import, scope) {
                    scope.set(&name, value);
                }
                Flow::Next
            }
            Stmt::Match(matched) => {
                self.uncertain += 1;
                for case in &matched.cases {
                    self.body(&case.body, scope);
                }
                self.uncertain -= 1;
                Flow::Next
            }
            _ => Flow::Next,
        }
    }

    /// Runs the branch that the test picks; both, as uncertain, where it cannot be decided.
    fn branch(&mut self, test: &ruff_python_ast::StmtIf, scope: &Rc<Scope>) -> Flow {
        let mut arms: Vec<(Option<&Expr>, &[Stmt])> = vec![(Some(&test.test), &test.body)];
        arms.extend(
            test.elif_else_clauses.iter().map(|clause| (clause.test.as_ref(), &*clause.body)),
        );
        let mut undecided = 0;
        let mut left_early = false;
        let mut outcome = Flow::Next;
        for (condition, body) in arms {
            let truth = match condition {
                Some(condition) => self.eval(condition, scope).truth(),
                None => Some(true),
            };
            if truth == Some(false) {
                continue;
            }
            if truth == Some(true) && undecided == 0 {
                outcome = self.body(body, scope);
                break;
            }
            self.uncertain += 1;
            undecided += 1;
            match self.body(body, scope) {
                Flow::Return(_) => (left_early, self.maybe_returned) = (true, true),
                Flow::Break | Flow::Continue => left_early = true,
                Flow::Stop => {
                    self.uncertain -= 1;
                    return Flow::Stop;
                }
                // A raise behind something unknown is a check that passes.
                Flow::Raise | Flow::Next => {}
            }
            self.uncertain -= 1;
            if truth == Some(true) {
                break;
            }
        }
        if left_early {
            // The rest may not be reached: uncertain until the function ends, which puts it back.
            self.uncertain += 1;
        }
        outcome
    }

    fn each(&mut self, each: &ruff_python_ast::StmtFor, scope: &Rc<Scope>) -> Flow {
        let iterable = self.eval(&each.iter, scope);
        let Some(items) = self.iterate(&iterable) else {
            self.uncertain += 1;
            let reason = format!("the loop runs over {}", describe(&iterable));
            self.assign(&each.target, Value::unknown(&reason), scope);
            let flow = self.body(&each.body, scope);
            self.uncertain -= 1;
            self.maybe_returned |= matches!(flow, Flow::Return(_));
            return if matches!(flow, Flow::Stop) { Flow::Stop } else { Flow::Next };
        };
        for item in items {
            if !self.step(span_of(scope.module.file, each)) {
                return Flow::Stop;
            }
            self.assign(&each.target, item, scope);
            match self.body(&each.body, scope) {
                Flow::Next | Flow::Continue => {}
                Flow::Break => return Flow::Next,
                other => return other,
            }
        }
        self.body(&each.orelse, scope)
    }

    fn repeat(&mut self, each: &ruff_python_ast::StmtWhile, scope: &Rc<Scope>) -> Flow {
        for round in 0.. {
            if !self.step(span_of(scope.module.file, each)) {
                return Flow::Stop;
            }
            let truth = self.eval(&each.test, scope).truth();
            let truth = if round < MAX_ROUNDS { truth } else { None };
            match truth {
                Some(false) => return Flow::Next,
                Some(true) => match self.body(&each.body, scope) {
                    Flow::Next | Flow::Continue => {}
                    Flow::Break => return Flow::Next,
                    other => return other,
                },
                None => {
                    self.uncertain += 1;
                    let flow = self.body(&each.body, scope);
                    self.uncertain -= 1;
                    self.maybe_returned |= matches!(flow, Flow::Return(_));
                    return if matches!(flow, Flow::Stop) { Flow::Stop } else { Flow::Next };
                }
            }
        }
        Flow::Next
    }

    fn with(&mut self, with: &ruff_python_ast::StmtWith, scope: &Rc<Scope>) -> Flow {
        self.enter_items(with, 0, scope)
    }

    /// Enters what a `with` names from an item on, runs its body, and leaves them again.
    pub(super) fn enter_items(
        &mut self,
        with: &ruff_python_ast::StmtWith,
        from: usize,
        scope: &Rc<Scope>,
    ) -> Flow {
        let mut batches = 0;
        let mut commits = 0;
        let mut managed = None;
        for (at, item) in with.items.iter().enumerate().skip(from) {
            if let Some(manager) = self.manager(&item.context_expr, scope) {
                managed = Some((at, manager));
                break;
            }
            let value = self.eval(&item.context_expr, scope);
            let entered = match &value {
                Value::Batch(_) => {
                    batches += 1;
                    value
                }
                Value::Call(call) if call.name() == "autocommit_block" => {
                    commits += 1;
                    value
                }
                Value::Call(call)
                    if matches!(call.name(), "Session" | "begin" | "begin_nested" | "connect") =>
                {
                    Value::Runtime(super::value::Runtime::Connection)
                }
                _ => value,
            };
            if let Some(target) = &item.optional_vars {
                self.assign(target, entered, scope);
            }
        }
        self.autocommit += commits;
        let flow = match managed {
            Some((at, manager)) => self.managed(manager, with, at, scope),
            None => self.body(&with.body, scope),
        };
        self.autocommit -= commits;
        self.transaction += commits as u32;
        for _ in 0..batches {
            self.end_batch();
        }
        flow
    }

    /// The body of a `try` is taken to succeed; a handler runs only after a `raise` in it.
    fn attempt(&mut self, attempt: &ruff_python_ast::StmtTry, scope: &Rc<Scope>) -> Flow {
        let caught = usize::from(!attempt.handlers.is_empty());
        self.tries += caught;
        let flow = self.body(&attempt.body, scope);
        self.tries -= caught;
        if caught > 0 {
            self.raising = false;
        }
        let flow = match flow {
            Flow::Raise => match attempt.handlers.first() {
                Some(ruff_python_ast::ExceptHandler::ExceptHandler(handler)) => {
                    self.body(&handler.body, scope)
                }
                None => Flow::Raise,
            },
            Flow::Next => self.body(&attempt.orelse, scope),
            other => other,
        };
        match self.body(&attempt.finalbody, scope) {
            Flow::Next => flow,
            other => other,
        }
    }

    pub(super) fn assign(&mut self, target: &Expr, value: Value, scope: &Rc<Scope>) {
        match target {
            Expr::Name(name) => scope.set(name.id.as_str(), value),
            Expr::Tuple(tuple) => self.unpack(&tuple.elts, &value, scope),
            Expr::List(list) => self.unpack(&list.elts, &value, scope),
            Expr::Subscript(subscript) => {
                let base = self.eval(&subscript.value, scope);
                let key = self.eval(&subscript.slice, scope);
                if let (Value::List(items), Value::Int(at)) = (&base, &key) {
                    let mut items = items.borrow_mut();
                    let at = if *at < 0 { *at + items.len() as i64 } else { *at };
                    let item = usize::try_from(at).ok().and_then(|at| items.get_mut(at));
                    if let Some(item) = item {
                        *item = value;
                    }
                } else if let Value::Dict(items) = base {
                    // Looked for before it is changed: a dict may hold itself.
                    let known =
                        items.borrow().iter().position(|(k, _)| k.equals(&key) == Some(true));
                    let mut items = items.borrow_mut();
                    match known {
                        Some(at) => items[at].1 = value,
                        None if items.len() < MAX_SIZE => items.push((key, value)),
                        None => {}
                    }
                }
            }
            Expr::Attribute(attribute) => {
                let name = attribute.attr.as_str();
                match self.eval(&attribute.value, scope) {
                    Value::Call(instance)
                        if matches!(instance.callee, super::value::Callee::Class(_))
                            || self.models && name == "naming_convention" =>
                    {
                        instance.set(name, value);
                    }
                    // `SQLModel.metadata.naming_convention = …`.
                    Value::External(path) if self.models && name == "naming_convention" => {
                        let owner = path.strip_suffix(".metadata").unwrap_or(&path);
                        let owner = owner.rsplit('.').next().unwrap_or_default().to_owned();
                        self.named.push((owner, value));
                    }
                    // `base.metadata.naming_convention = …`.
                    Value::Attribute(of)
                        if self.models && name == "naming_convention" && of.1 == "metadata" =>
                    {
                        if let Value::Call(owner) = &of.0 {
                            owner.set(name, value);
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn unpack(&mut self, targets: &[Expr], value: &Value, scope: &Rc<Scope>) {
        let items = value.items();
        let star = targets.iter().position(|t| matches!(t, Expr::Starred(_)));
        for (at, target) in targets.iter().enumerate() {
            let item = match (&items, star) {
                (None, _) => value.clone(),
                (Some(items), Some(star)) if at == star => {
                    let end = items.len().saturating_sub(targets.len() - star - 1).max(star);
                    Value::list(items.get(star..end).unwrap_or_default().to_vec())
                }
                (Some(items), Some(star)) if at > star => {
                    let back = targets.len() - at;
                    items
                        .len()
                        .checked_sub(back)
                        .and_then(|at| items.get(at).cloned())
                        .unwrap_or(Value::None)
                }
                (Some(items), _) => items
                    .get(at)
                    .cloned()
                    .unwrap_or_else(|| Value::unknown("the values do not fit the names")),
            };
            let target = if let Expr::Starred(starred) = target { &starred.value } else { target };
            self.assign(target, item, scope);
        }
    }

    pub(super) fn function(&mut self, def: Rc<StmtFunctionDef>, scope: &Rc<Scope>) -> Value {
        let property = def.decorator_list.iter().any(|d| {
            matches!(&d.expression, Expr::Name(n) if matches!(n.id.as_str(), "property" | "cached_property"))
        });
        self.ring(scope);
        let function =
            Function { body: Body::Def(def), scope: Rc::clone(scope), bound: None, property };
        Value::Function(Rc::new(function))
    }

    pub(super) fn class(
        &mut self,
        def: Rc<ruff_python_ast::StmtClassDef>,
        scope: &Rc<Scope>,
    ) -> Value {
        let mut bases = Vec::new();
        let mut keywords = Vec::new();
        if let Some(arguments) = &def.arguments {
            for base in &arguments.args {
                let base = self.eval(base, scope);
                bases.push(match &base {
                    // `Repository[User]` inherits from `Repository`.
                    Value::Call(call) if call.name() == "[]" => match &call.callee {
                        super::value::Callee::Method(origin, _) => origin.clone(),
                        _ => base,
                    },
                    _ => base,
                });
            }
            for keyword in &arguments.keywords {
                if let Some(name) = &keyword.arg {
                    let value = self.eval(&keyword.value, scope);
                    keywords.push((name.to_string(), value));
                }
            }
        }
        self.ring(scope);
        Value::Class(Rc::new(Class {
            name: def.name.to_string(),
            bases,
            keywords,
            def,
            scope: Rc::clone(scope),
            members: Default::default(),
        }))
    }

    pub(super) fn ring(&mut self, scope: &Rc<Scope>) {
        let own = self.home == Some(scope.module.file);
        if own && self.rings.last().is_none_or(|last| !Rc::ptr_eq(last, scope)) {
            self.rings.push(Rc::clone(scope));
        }
    }

    /// Lets go of what the migration's code has made.
    pub(super) fn close(&mut self) {
        for scope in self.rings.drain(..) {
            scope.vars.borrow_mut().clear();
        }
    }

    /// Calls a function of the project: its body is read in place.
    pub(super) fn call_function(
        &mut self,
        function: &Rc<Function>,
        args: Vec<Value>,
        kwargs: Vec<(String, Value)>,
    ) -> Value {
        if self.depth >= MAX_DEPTH {
            return Value::unknown("calls are nested too deeply to follow");
        }
        let scope = Scope::inside(&function.scope);
        let mut args = args;
        if let Some(bound) = &function.bound {
            args.insert(0, bound.clone());
            scope.set(super::instances::METHOD, Value::Function(Rc::clone(function)));
        }
        self.depth += 1;
        let uncertain = self.uncertain;
        let (limit, before) = (self.limit, self.ops.len());
        let outer_returned = std::mem::take(&mut self.maybe_returned);
        // A call that does not end costs itself: half of what is left stays for its caller.
        let foreign = match self.home {
            Some(home) => home != function.scope.module.file,
            None => self.brief,
        };
        let left = limit.saturating_sub(self.steps) / 2;
        let share = if foreign { left.min(MAX_FOREIGN_STEPS) } else { left };
        self.limit = limit.min(self.steps.saturating_add(share));
        let result = match &function.body {
            Body::Lambda { parameters, body } => {
                if let Some(parameters) = parameters {
                    self.bind(parameters, args, kwargs, &function.scope, &scope);
                }
                self.eval(body, &scope)
            }
            Body::Def(def) => {
                self.bind(&def.parameters, args, kwargs, &function.scope, &scope);
                match self.body(&def.body, &scope) {
                    Flow::Stop => Value::unknown("it takes too many steps to follow"),
                    _ if self.maybe_returned => {
                        Value::unknown("it depends on a condition that cannot be decided")
                    }
                    Flow::Return(value) => value,
                    Flow::Raise => {
                        self.raising |= self.tries > 0 && self.uncertain == uncertain;
                        Value::None
                    }
                    _ => Value::None,
                }
            }
        };
        self.uncertain = uncertain;
        self.maybe_returned = outer_returned;
        self.depth -= 1;
        let given_up = self.stopped && self.limit < limit && self.steps <= limit;
        self.limit = limit;
        if given_up {
            // Only this call is lost; what it had begun is not known to its end.
            self.stopped = false;
            if self.ops.len() > before {
                let span = Span::top(function.scope.module.file);
                self.opaque(
                    span,
                    "a function takes too many steps to follow",
                    OpaqueEffect::Anything,
                );
            }
            return Value::unknown("it takes too many steps to follow");
        }
        result
    }

    fn bind(
        &mut self,
        parameters: &ruff_python_ast::Parameters,
        args: Vec<Value>,
        mut kwargs: Vec<(String, Value)>,
        outer: &Rc<Scope>,
        scope: &Rc<Scope>,
    ) {
        let mut args = args.into_iter();
        let positional = parameters.posonlyargs.iter().chain(&parameters.args);
        let take = |kwargs: &mut Vec<(String, Value)>, name: &str| {
            let at = kwargs.iter().position(|(key, _)| key == name)?;
            Some(kwargs.swap_remove(at).1)
        };
        for parameter in positional {
            let name = parameter.parameter.name.as_str();
            let value = args.next().or_else(|| take(&mut kwargs, name));
            let value = value.unwrap_or_else(|| self.default(parameter.default.as_deref(), outer));
            scope.set(name, value);
        }
        if let Some(rest) = &parameters.vararg {
            scope.set(rest.name.as_str(), Value::Tuple(Rc::new(args.collect())));
        }
        for parameter in &parameters.kwonlyargs {
            let name = parameter.parameter.name.as_str();
            let value = take(&mut kwargs, name)
                .unwrap_or_else(|| self.default(parameter.default.as_deref(), outer));
            scope.set(name, value);
        }
        if let Some(rest) = &parameters.kwarg {
            let items = kwargs.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
            scope.set(rest.name.as_str(), Value::dict(items));
        }
    }

    fn default(&mut self, default: Option<&Expr>, scope: &Rc<Scope>) -> Value {
        default
            .map_or_else(|| Value::unknown("an argument is missing"), |expr| self.eval(expr, scope))
    }

    /// Enters an expression; false when it is nested too deeply.
    pub(super) fn enter(&mut self) -> bool {
        self.depth += 1;
        self.depth < MAX_DEPTH * 3
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// A name: local, enclosing, of the module, or built in.
    pub(super) fn lookup(&mut self, name: &str, scope: &Rc<Scope>) -> Value {
        let mut at = Some(scope);
        while let Some(scope) = at {
            if let Some(value) = scope.vars.borrow().get(name) {
                return value.clone();
            }
            if scope.parent.is_none()
                && let Some(value) = self.module_name(name, scope)
            {
                return value;
            }
            at = scope.parent.as_ref();
        }
        Value::external(&format!("builtins.{name}"))
    }

    /// A name that a module binds at its top level, evaluated when it is first asked for.
    pub(super) fn module_name(&mut self, name: &str, scope: &Rc<Scope>) -> Option<Value> {
        if let Some(value) = scope.vars.borrow().get(name) {
            return Some(value.clone());
        }
        let module = Rc::clone(&scope.module);
        let Some(&at) = module.bindings.get(name) else { return self.star_import(name, scope) };
        if self.depth >= MAX_DEPTH {
            return Some(Value::unknown("names are nested too deeply to follow"));
        }
        // Against `a = b; b = a` across modules.
        scope.set(name, Value::unknown("it is defined by itself"));
        self.depth += 1;
        match &module.items[at] {
            Item::Function(def) => {
                let value = self.wrapped(Rc::clone(def), scope);
                scope.set(name, value);
            }
            Item::Class(def) => {
                let value = self.class(Rc::clone(def), scope);
                scope.set(name, value);
            }
            Item::Other(stmt) => {
                self.stmt(stmt, scope);
            }
        }
        self.depth -= 1;
        scope.vars.borrow().get(name).cloned()
    }

    /// What `module.name` is: a name that it binds, a submodule, what its `__getattr__` makes up.
    pub(super) fn module_attribute(&mut self, name: &str, module: &Rc<Scope>) -> Option<Value> {
        self.module_name(name, module)
            .or_else(|| self.project.submodule(module, name))
            .or_else(|| self.module_getattr(name, module))
    }

    /// A module's own `__getattr__` (PEP 562), for names that it does not bind.
    fn module_getattr(&mut self, name: &str, scope: &Rc<Scope>) -> Option<Value> {
        if name.starts_with("__") || !scope.module.bindings.contains_key("__getattr__") {
            return None;
        }
        let Some(Value::Function(function)) = self.module_name("__getattr__", scope) else {
            return None;
        };
        // Against a `__getattr__` that asks for the name itself.
        scope.set(name, Value::unknown("it is defined by itself"));
        let value = self.call_function(&function, vec![Value::str(name)], Vec::new());
        scope.set(name, value.clone());
        (!value.is_none()).then_some(value)
    }

    /// What `from … import *` brings, of the project's own modules and of SQLAlchemy's.
    fn star_import(&mut self, name: &str, scope: &Rc<Scope>) -> Option<Value> {
        let module = Rc::clone(&scope.module);
        for at in &module.stars {
            let Some(Item::Other(Stmt::ImportFrom(import))) = module.items.get(*at) else {
                continue;
            };
            if self.depth >= MAX_DEPTH {
                continue;
            }
            let Some(source) = self.project.module_of(import, &module) else {
                let path = import.module.as_ref().map(|m| m.as_str()).unwrap_or_default();
                if self.models && import.level == 0 && is_sqlalchemys(path, name) {
                    return Some(Value::external(&format!("{path}.{name}")));
                }
                continue;
            };
            self.depth += 1;
            let value = self.module_name(name, &source);
            self.depth -= 1;
            if value.is_some() {
                return value;
            }
        }
        None
    }

    pub(super) fn import_from(
        &mut self,
        import: &ruff_python_ast::StmtImportFrom,
        scope: &Rc<Scope>,
    ) -> Vec<(String, Value)> {
        let source = self.project.module_of(import, &scope.module);
        let mut bound = Vec::new();
        for alias in &import.names {
            let name = alias.name.as_str();
            if name == "*" {
                continue;
            }
            let as_name = alias.asname.as_ref().map_or(name, |n| n.as_str()).to_owned();
            let value = match &source {
                Some(module) => self.module_attribute(name, module).unwrap_or_else(|| {
                    Value::unknown(&format!("`{name}` is not found where it is imported from"))
                }),
                None => self.project.external_or_package(import, name, &scope.module),
            };
            bound.push((as_name, value));
        }
        bound
    }
}

/// What a value is, for the reason of an opaque operation.
pub(super) fn describe(value: &Value) -> String {
    match value {
        Value::Unknown(reason) => format!("something unknown: {reason}"),
        Value::External(path) => format!("`{}`", path.trim_start_matches("builtins.")),
        Value::Call(call) => format!("the result of `{}`", call.name()),
        Value::Attribute(attribute) => format!("the attribute `{}`", attribute.1),
        Value::Runtime(super::value::Runtime::Rows) => "a query's result".to_owned(),
        Value::Runtime(_) => "the database".to_owned(),
        _ => "a value of another kind".to_owned(),
    }
}

impl Machine<'_, '_> {
    /// The members of a class body, in order, its own only.
    pub(super) fn members(&mut self, class: &Rc<Class>) -> Rc<Vec<(String, Value)>> {
        if let Some(members) = class.members.borrow().as_ref() {
            return Rc::clone(members);
        }
        *class.members.borrow_mut() = Some(Rc::default());
        if self.depth >= MAX_DEPTH {
            return Rc::default();
        }
        self.depth += 1;
        let scope = Scope::inside(&class.scope);
        let mut order: Vec<String> = Vec::new();
        let mut noted: HashSet<String> = HashSet::new();
        let uncertain = self.uncertain;
        let def = Rc::clone(&class.def);
        for stmt in self.flat(&def, &scope) {
            let mut note = |name: &str| {
                if noted.insert(name.to_owned()) {
                    order.push(name.to_owned());
                }
            };
            match stmt {
                Stmt::Assign(assign) => {
                    assign.targets.iter().for_each(|t| module::names(t, &mut note))
                }
                Stmt::AnnAssign(assign) => module::names(&assign.target, &mut note),
                Stmt::FunctionDef(def) => note(&def.name),
                Stmt::ClassDef(def) => note(&def.name),
                _ => continue,
            }
            if !self.step(span_of(scope.module.file, stmt)) {
                break;
            }
            self.stmt(stmt, &scope);
        }
        self.uncertain = uncertain;
        self.depth -= 1;
        let vars = scope.vars.borrow();
        let members = order
            .into_iter()
            .filter_map(|name| vars.get(&name).map(|value| (name.clone(), value.clone())));
        let members = Rc::new(members.collect::<Vec<_>>());
        *class.members.borrow_mut() = Some(Rc::clone(&members));
        members
    }

    /// A member of a class or of what it inherits from.
    pub(super) fn class_member(&mut self, class: &Rc<Class>, name: &str) -> Option<Value> {
        let mut todo = vec![Rc::clone(class)];
        let mut seen = 0;
        while let Some(class) = todo.pop() {
            seen += 1;
            if seen > 64 {
                return None;
            }
            let found = self
                .members(&class)
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.clone());
            if found.is_some() {
                return found;
            }
            todo.extend(class.bases.iter().rev().filter_map(|base| match base {
                Value::Class(base) => Some(Rc::clone(base)),
                _ => None,
            }));
        }
        None
    }

    /// Whether a class descends from an outside one with this name.
    pub(super) fn descends(&self, class: &Rc<Class>, names: &[&str]) -> bool {
        let mut todo = vec![Rc::clone(class)];
        let mut seen = 0;
        while let Some(class) = todo.pop() {
            seen += 1;
            if seen > 64 {
                return false;
            }
            for base in &class.bases {
                match base {
                    Value::Class(base) => todo.push(Rc::clone(base)),
                    Value::External(path)
                        if path.rsplit('.').next().is_some_and(|last| names.contains(&last)) =>
                    {
                        return true;
                    }
                    _ => {}
                }
            }
        }
        false
    }

    pub(super) fn is_enum(&self, class: &Rc<Class>) -> bool {
        self.descends(class, &["Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"])
    }

    /// The members of an Enum class with their values.
    pub(super) fn enum_members(&mut self, class: &Rc<Class>) -> Vec<Value> {
        let members = self.members(class);
        let mut auto = 0;
        let mut found = Vec::new();
        for (name, value) in members.iter() {
            if name.starts_with('_') || matches!(value, Value::Function(_) | Value::Class(_)) {
                continue;
            }
            let value = match value {
                Value::Call(call) if call.name() == "auto" => {
                    auto += 1;
                    if self.descends(class, &["StrEnum"]) {
                        Value::str(&name.to_lowercase())
                    } else {
                        Value::Int(auto)
                    }
                }
                other => other.clone(),
            };
            found.push(Value::Member(Rc::new((class.name.clone(), name.clone(), value))));
        }
        found
    }
}

/// Whether a package of SQLAlchemy's has a name for all who want everything: its classes, and the
/// functions that models are written with. Python's own classes are none of them.
fn is_sqlalchemys(package: &str, name: &str) -> bool {
    const FUNCTIONS: &[&str] = &[
        "and_",
        "asc",
        "backref",
        "column_property",
        "declarative_base",
        "deferred",
        "desc",
        "false",
        "func",
        "literal",
        "literal_column",
        "mapped_column",
        "not_",
        "null",
        "or_",
        "relationship",
        "synonym",
        "text",
        "true",
    ];
    let top = package.split('.').next().unwrap_or_default();
    let class = name.starts_with(|c: char| c.is_ascii_uppercase())
        && !["Error", "Exception", "Warning", "Exit", "Interrupt"]
            .iter()
            .any(|e| name.ends_with(e));
    matches!(top, "sqlalchemy" | "sqlmodel") && (class || FUNCTIONS.contains(&name))
}
