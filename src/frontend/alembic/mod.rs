//! Alembic revisions into operations, by a small evaluator over the Python syntax tree.
//!
//! Nothing is run: constants, local functions, loops over what is written out, the project's
//! own modules are followed; what lies beyond becomes opaque with its reason. Queries find an
//! empty database, inspectors the replayed schema. Types of the parser stay in this folder.

mod api;
mod batch;
mod call;
mod columns;
mod contexts;
mod env;
mod eval;
mod graph;
mod guard;
mod holes;
mod hooks;
mod imports;
mod indexes;
mod instances;
mod literals;
mod live;
mod machine;
mod models;
mod module;
mod names;
mod naming;
mod ops;
mod orm;
mod project;
mod reflect;
mod reflected_types;
mod rewrite;
mod rows;
mod runtime;
mod sa_types;
mod sets;
mod value;

use std::rc::Rc;

use rayon::prelude::*;
use ruff_python_ast::{Expr, PySourceType, Stmt, StmtFunctionDef, token::TokenKind};
use ruff_text_size::Ranged;

pub use api::{ApiClass, ApiField, ApiModule, api, bases_in};
pub use env::Env;
use graph::Header;
pub use literals::strings;
use machine::Machine;
use module::{Item, Module};
use naming::Conventions;
pub use orm::{read as models, read_all as all_models};
pub use rewrite::in_batch;
use value::{Scope, Value};

use crate::{
    frontend::{Body, Direction, Outline, Script, Statement},
    history::{Broken, Migration},
    ir::{Op, OpKind, Opaque, OpaqueEffect, Style},
    project::Tree,
    schema::Schema,
    source::{FileId, Sources, Span},
};

/// Reads one tree; keeps the project's helper modules between migrations.
pub struct Reader<'s> {
    project: project::Project<'s>,
    env: Env,
    /// The tree's folder.
    dir: String,
    /// The revision that was read last: its downgrade is asked for next.
    last: Option<Rc<Module>>,
}

/// Finds the revisions of a tree. Files without a `revision` are helpers, and left alone.
pub fn migrations(sources: &Sources, tree: &Tree) -> (Vec<Migration>, Vec<Broken>) {
    let headers: Vec<Header> =
        tree.files.par_iter().map(|path| graph::read(sources, path)).collect();
    let (mut found, mut broken) = (Vec::new(), Vec::new());
    for header in headers {
        match header {
            Header::Migration(migration) => found.push(*migration),
            Header::Broken(why) => broken.push(why),
            Header::Other => {}
        }
    }
    (found, broken)
}

impl<'s> Reader<'s> {
    pub fn new(sources: &'s Sources, tree: &Tree) -> Reader<'s> {
        let mut project = project::Project::new(sources, tree);
        let mut env = Env::default();
        if let Some(path) = &tree.env {
            let conventions: Conventions;
            (env, conventions) = env::read(&mut project, path);
            project.conventions = conventions;
        }
        let given = &tree.given.naming_convention;
        if !given.is_empty() {
            let templates = given.iter().map(|(key, text)| ((*key).to_owned(), text.clone()));
            project.conventions = Conventions(templates.collect());
        } else if project.conventions.0.is_empty() {
            project.conventions = env::in_models(&mut project, &tree.given.models);
        }
        project.hooks = hooks::Hooks::read(sources, tree);
        Reader { project, env, dir: tree.dir.clone(), last: None }
    }

    pub fn env(&self) -> Env {
        self.env
    }

    fn module(&mut self, file: FileId) -> Result<Rc<Module>, &'static str> {
        if let Some(last) = self.last.as_ref().filter(|last| last.file == file) {
            return Ok(Rc::clone(last));
        }
        let module = Rc::new(module::parse(self.project.sources, file)?);
        self.last = Some(Rc::clone(&module));
        Ok(module)
    }

    /// Reads one half of a migration for the schema's database. The schema moves along while
    /// it is read, and is as it was on return.
    pub fn lower(
        &mut self,
        migration: &Migration,
        direction: Direction,
        schema: &mut Schema,
    ) -> Script {
        let module = match self.module(migration.file) {
            Ok(module) => module,
            Err(reason) => return unread(Span::top(migration.file), reason),
        };
        let name = match direction {
            Direction::Up => "upgrade",
            Direction::Down => "downgrade",
        };
        let mark = schema.mark();
        let mut machine = Machine::new(&mut self.project, schema);
        machine.home = Some(migration.file);
        machine.folder.clone_from(&self.dir);
        if let Some((span, error)) = &module.error {
            machine.opaque(
                *span,
                &format!("the file has a syntax error: {error}"),
                OpaqueEffect::Anything,
            );
        }
        let scope = Scope::of_module(Rc::clone(&module));
        machine.home_scope = Some(Rc::clone(&scope));
        // The top level runs once, in order: lists are appended to, dicts filled.
        for item in &module.items {
            if let Item::Other(
                stmt @ (Stmt::Expr(_) | Stmt::For(_) | Stmt::AugAssign(_) | Stmt::If(_)),
            ) = item
            {
                machine.body(std::slice::from_ref(stmt), &scope);
            }
        }
        let function = machine.module_name(name, &scope);
        let script = match function {
            None => Script::absent(),
            Some(Value::Function(function)) => {
                // A decorator may have put another function in its place.
                let written = module.bindings.get(name).map(|at| &module.items[*at]);
                let (body, span) = match (written, &function.body) {
                    (Some(Item::Function(def)), _) => shape(def, module.file),
                    (_, value::Body::Def(def)) => shape(def, function.scope.module.file),
                    (_, value::Body::Lambda { .. }) => (Body::Code, None),
                };
                machine.call_function(&function, Vec::new(), Vec::new());
                let ops = std::mem::take(&mut machine.ops);
                Script::new(ops, body, span)
            }
            Some(_) => {
                machine.opaque(
                    migration.id_span,
                    &format!("`{name}` is not a function that can be read"),
                    OpaqueEffect::Anything,
                );
                let ops = std::mem::take(&mut machine.ops);
                Script::new(ops, Body::Code, None)
            }
        };
        machine.close();
        let (mut live, mut words) = Default::default();
        if direction == Direction::Up && module.error.is_none() {
            let frozen = if self.dir.is_empty() { &module.dir } else { &self.dir };
            let mut machine = Machine::new(&mut self.project, schema);
            machine.home = Some(migration.file);
            // What was bound while it ran is gone: names are looked up anew.
            let scope = Scope::of_module(Rc::clone(&module));
            (live, words) = live::models(&mut machine, &scope, frozen);
            machine.close();
            live.iter_mut().for_each(|live| live::look_up(live, &words, schema));
        }
        schema.rollback(mark);
        live.iter_mut().for_each(|live| live::look_up(live, &words, schema));
        let unbound = match direction {
            // A file that does not load fails before any name is looked up.
            Direction::Up if module.error.is_none() => names::unbound(&module),
            _ => Vec::new(),
        };
        Script { error: module.error.clone(), unbound, live, ..script }
    }
}

/// Whether two texts of a revision have the same statements, apart from imports, docstrings
/// and `downgrade`.
pub fn same_effect(old: &str, new: &str) -> bool {
    match (statements(old), statements(new)) {
        (Some(old), Some(new)) => old == new,
        _ => old == new,
    }
}

/// Where comments and statements lie; nothing of a text that is nested too deeply.
pub(super) fn outline(text: &str) -> Outline {
    let mut found = Outline::default();
    if guard::refuse(text).is_some() {
        return found;
    }
    let parsed = ruff_python_parser::parse_unchecked_source(text, PySourceType::Python);
    let comments = parsed.tokens().iter().filter(|token| token.kind() == TokenKind::Comment);
    found.comments = comments.map(|token| token.range().to_std_range()).collect();
    let is_text = |stmt: &Stmt| matches!(stmt, Stmt::Expr(expr) if matches!(*expr.value, Expr::StringLiteral(_)));
    found.first =
        parsed.suite().iter().find(|s| !is_text(s)).map(|s| s.range().to_std_range().start);
    let mut todo: Vec<&Stmt> = parsed.suite().iter().collect();
    while let Some(stmt) = todo.pop() {
        let bodies = bodies(stmt);
        let mut range = stmt.range().to_std_range();
        let block = matches!(stmt, Stmt::FunctionDef(_) | Stmt::ClassDef(_));
        let inner = bodies.iter().filter_map(|body| body.first());
        if let Some(first) = inner.map(|s| s.range().to_std_range().start).min()
            && !block
        {
            // A comment between the header and its body is for the body's first statement.
            let upto = parsed.tokens().partition_point(|t| t.end().to_usize() <= first);
            let header = parsed.tokens()[..upto].iter().rev();
            let colon = header
                .take_while(|token| token.start().to_usize() >= range.start)
                .find(|token| token.kind() == TokenKind::Colon);
            range.end = colon.map_or(first, |token| token.end().to_usize());
        }
        let plain = is_text(stmt) || matches!(stmt, Stmt::Import(_) | Stmt::ImportFrom(_));
        if let Stmt::FunctionDef(def) = stmt
            && let Some(last) = def.decorator_list.last()
        {
            // A comment below the decorators is for the function too.
            let start = last.range().end().to_usize();
            let start = start
                + text[start..def.name.range().start().to_usize()]
                    .rfind('\n')
                    .map_or(0, |at| at + 1);
            found.statements.push(Statement { range: start..range.end, block, plain });
        }
        found.statements.push(Statement { range, block, plain });
        todo.extend(bodies.into_iter().flatten());
    }
    found.statements.sort_by_key(|s| s.range.start);
    found
}

/// The bodies of a compound statement.
fn bodies(stmt: &Stmt) -> Vec<&[Stmt]> {
    match stmt {
        Stmt::FunctionDef(def) => vec![&def.body],
        Stmt::ClassDef(def) => vec![&def.body],
        Stmt::With(with) => vec![&with.body],
        Stmt::For(each) => vec![&each.body, &each.orelse],
        Stmt::While(each) => vec![&each.body, &each.orelse],
        Stmt::If(test) => {
            let others = test.elif_else_clauses.iter().map(|clause| clause.body.as_slice());
            std::iter::once(test.body.as_slice()).chain(others).collect()
        }
        Stmt::Try(attempt) => {
            let handlers = attempt.handlers.iter().map(|handler| {
                let ruff_python_ast::ExceptHandler::ExceptHandler(handler) = handler;
                handler.body.as_slice()
            });
            let own = [&attempt.body[..], &attempt.orelse, &attempt.finalbody];
            own.into_iter().chain(handlers).collect()
        }
        Stmt::Match(matched) => matched.cases.iter().map(|case| case.body.as_slice()).collect(),
        _ => Vec::new(),
    }
}

/// The tokens of each statement that counts.
fn statements(text: &str) -> Option<Vec<Vec<String>>> {
    if guard::refuse(text).is_some() {
        return None;
    }
    let parsed = ruff_python_parser::parse_unchecked_source(text, PySourceType::Python);
    let counts = |stmt: &&Stmt| match stmt {
        Stmt::Import(_) | Stmt::ImportFrom(_) => false,
        Stmt::Expr(expr) => !matches!(*expr.value, Expr::StringLiteral(_)),
        Stmt::FunctionDef(def) => def.name.as_str() != "downgrade",
        _ => true,
    };
    let tokens = |stmt: &Stmt| {
        let mut inside: Vec<String> = Vec::new();
        for token in parsed.tokens().in_range(stmt.range()) {
            if token.kind().is_trivia() || token.kind() == TokenKind::Newline {
                continue;
            }
            let word = &text[token.range()];
            // A comma before a closing bracket is the formatter's.
            if matches!(word, ")" | "]" | "}") && inside.last().is_some_and(|last| last == ",") {
                inside.pop();
            }
            inside.push(word.to_owned());
        }
        inside
    };
    Some(parsed.suite().iter().filter(counts).map(tokens).collect())
}

fn unread(span: Span, reason: &str) -> Script {
    let opaque = Opaque {
        reason: format!("the file is not read: {reason}"),
        effect: OpaqueEffect::Anything,
    };
    let op = Op {
        kind: OpKind::Opaque(opaque),
        span,
        style: Style::Alembic,
        transaction: None,
        certain: true,
        only: false,
        if_exists: false,
        forgiven: Vec::new(),
    };
    Script::new(vec![op], Body::Code, Some(span))
}

/// What a body is written as: nothing, a refusal, or code.
fn shape(def: &StmtFunctionDef, file: crate::source::FileId) -> (Body, Option<Span>) {
    let (name, parameters) =
        (module::span_of(file, &def.name), module::span_of(file, def.parameters.as_ref()));
    // `def ` stands right before the name.
    let span = Some(Span { file, start: name.start.saturating_sub(4), end: parameters.end });
    let idle = |stmt: &Stmt| match stmt {
        Stmt::Pass(_) => true,
        Stmt::Expr(expr) => {
            matches!(*expr.value, Expr::StringLiteral(_) | Expr::EllipsisLiteral(_))
        }
        Stmt::Return(ret) => ret.value.is_none(),
        _ => false,
    };
    let body = match def.body.iter().find(|stmt| !idle(stmt)) {
        None => Body::Empty,
        Some(Stmt::Raise(_)) => Body::Raises,
        Some(_) => Body::Code,
    };
    (body, span)
}
