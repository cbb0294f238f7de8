//! Which modules an application has loaded once env.py is: what it imports, followed.

use std::{
    collections::{HashSet, VecDeque},
    rc::Rc,
};

use ruff_python_ast::{
    Expr, ExprCall, Stmt,
    visitor::source_order::{SourceOrderVisitor, walk_expr, walk_stmt},
};

use super::super::{
    machine::Machine,
    module::{self, Item, Module, is_type_checking, span_of},
    project::{Project, join},
    value::{Scope, Value},
};
use crate::{
    project::{parent, upward},
    source::Span,
};

/// Modules that are looked through at the most.
const MAX_MODULES: usize = 2_000;

/// Everything that some modules import, themselves first.
pub(super) fn closure(project: &mut Project<'_>, starts: Vec<Rc<Scope>>) -> Vec<Rc<Scope>> {
    follow(project, starts, false)
}

/// Everything that some modules import, or could: inside of a function, too.
pub(super) fn reachable(project: &mut Project<'_>, starts: Vec<Rc<Scope>>) -> Vec<Rc<Scope>> {
    follow(project, starts, true)
}

fn follow(project: &mut Project<'_>, starts: Vec<Rc<Scope>>, all: bool) -> Vec<Rc<Scope>> {
    let mut queue: VecDeque<(Rc<Scope>, bool)> =
        starts.into_iter().map(|scope| (scope, true)).collect();
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    while let Some((scope, inner)) = queue.pop_front() {
        if found.len() >= MAX_MODULES || !seen.insert(scope.module.file) {
            continue;
        }
        let module = Rc::clone(&scope.module);
        found.push(scope);
        // Python runs the packages around a module before it.
        let dir = if module.package { parent(&module.dir) } else { &module.dir };
        let around = upward(dir).take_while(|dir| !dir.is_empty());
        for dir in around {
            match project.at(dir).filter(|scope| scope.module.package) {
                Some(package) => queue.push_back((package, false)),
                None => break,
            }
        }
        let statements = if all { module::imports(&module) } else { imports(&module, inner) };
        for import in statements {
            for next in targets(project, import, &module) {
                queue.push_back((next, false));
            }
        }
        if walks(project, &module) {
            for next in package(project, &module) {
                queue.push_back((next, false));
            }
        }
    }
    found
}

/// The modules that one import statement loads.
fn targets(project: &mut Project<'_>, import: &Stmt, module: &Module) -> Vec<Rc<Scope>> {
    let mut found = Vec::new();
    match import {
        Stmt::ImportFrom(import) => match project.module_of(import, module) {
            Some(package) => {
                for alias in &import.names {
                    if let Some(Value::Module(inner)) =
                        project.submodule(&package, alias.name.as_str())
                    {
                        found.push(inner);
                    }
                }
                // `from a.b.c import X` loads `a` and `a.b`, too.
                found.extend(packages(project, &package.module));
                found.push(package);
            }
            None => {
                for alias in &import.names {
                    let name = alias.name.as_str();
                    if let Value::Module(inner) = project.external_or_package(import, name, module)
                    {
                        found.push(inner);
                    }
                }
            }
        },
        Stmt::Import(import) => {
            for alias in &import.names {
                // `import a.b.c` loads `a` and `a.b`, too.
                let dotted = alias.name.as_str();
                let ends = dotted.match_indices('.').map(|(at, _)| at).chain([dotted.len()]);
                let ends: Vec<usize> = ends.collect();
                found.extend(ends.iter().filter_map(|end| project.absolute(&dotted[..*end])));
            }
        }
        _ => {}
    }
    found
}

/// The packages that a module lies in.
fn packages(project: &mut Project<'_>, module: &Module) -> Vec<Rc<Scope>> {
    let path = project.sources.path(module.file);
    let mut dir = parent(&path);
    let mut found = Vec::new();
    while !dir.is_empty() && project.sources.is_file(&join(dir, "__init__.py")) {
        found.extend(project.at(dir));
        dir = parent(dir);
    }
    found
}

/// The import statements that run when a module is loaded; with `inner`, those of its functions
/// too.
pub(super) fn imports(module: &Module, inner: bool) -> Vec<&Stmt> {
    let mut found = Vec::new();
    let mut todo: Vec<&Stmt> = Vec::new();
    for item in module.items.iter().rev() {
        match item {
            Item::Other(stmt) => todo.push(stmt),
            Item::Function(def) if inner => todo.extend(def.body.iter().rev()),
            _ => {}
        }
    }
    while let Some(stmt) = todo.pop() {
        match stmt {
            Stmt::Import(_) | Stmt::ImportFrom(_) => found.push(stmt),
            Stmt::If(test) => {
                for clause in test.elif_else_clauses.iter().rev() {
                    todo.extend(clause.body.iter().rev());
                }
                if !is_type_checking(&test.test) {
                    todo.extend(test.body.iter().rev());
                }
            }
            Stmt::Try(attempt) => {
                for handler in attempt.handlers.iter().rev() {
                    let ruff_python_ast::ExceptHandler::ExceptHandler(handler) = handler;
                    todo.extend(handler.body.iter().rev());
                }
                todo.extend(attempt.orelse.iter().rev());
                todo.extend(attempt.body.iter().rev());
            }
            Stmt::With(with) => todo.extend(with.body.iter().rev()),
            _ => {}
        }
    }
    found
}

/// A module that imports whatever lies in its folder.
fn walks(project: &Project<'_>, module: &Module) -> bool {
    let text = &project.sources.file(module.file).text;
    let lists = ["iter_modules(", "walk_packages(", "glob(", "listdir(", "iterdir("];
    text.contains("import_module(") && lists.iter().any(|word| text.contains(word))
}

/// The modules in a module's own folder.
fn package(project: &mut Project<'_>, module: &Module) -> Vec<Rc<Scope>> {
    let names = project.sources.names(&module.dir, MAX_MODULES);
    let stems = names.iter().filter_map(|name| name.strip_suffix(".py"));
    stems.filter_map(|stem| project.at(&join(&module.dir, stem))).collect()
}

/// What env.py gives to `context.configure` under a keyword: `target_metadata`,
/// `include_object`.
pub(super) fn configured(
    machine: &mut Machine<'_, '_>,
    env: &Rc<Scope>,
    keyword: &str,
) -> Option<Value> {
    let module = Rc::clone(&env.module);
    let mut finder = Finder { keyword, values: Vec::new() };
    for item in &module.items {
        match item {
            Item::Other(stmt) => finder.visit_stmt(stmt),
            Item::Function(def) => def.body.iter().for_each(|stmt| finder.visit_stmt(stmt)),
            Item::Class(_) => {}
        }
    }
    let mut found = None;
    for expr in finder.values {
        let value = machine.eval(expr, env);
        let known = !matches!(&value, Value::Unknown(_) | Value::None)
            && !matches!(&value, Value::External(path) if path.starts_with("builtins."));
        if known {
            return Some(value);
        }
        found = found.or(Some(value));
    }
    found
}

/// Where env.py says it: the last assignment to the name at its top level, else what it gives to
/// `context.configure` under the keyword.
pub(super) fn place(env: &Rc<Scope>, keyword: &str) -> Option<Span> {
    let module = &env.module;
    let at = module.bindings.get(keyword).and_then(|at| module.items.get(*at));
    if let Some(Item::Other(stmt @ (Stmt::Assign(_) | Stmt::AnnAssign(_)))) = at {
        return Some(span_of(module.file, stmt));
    }
    let mut finder = Finder { keyword, values: Vec::new() };
    for item in &module.items {
        match item {
            Item::Other(stmt) => finder.visit_stmt(stmt),
            Item::Function(def) => def.body.iter().for_each(|stmt| finder.visit_stmt(stmt)),
            Item::Class(_) => {}
        }
    }
    finder.values.first().map(|expr| span_of(module.file, *expr))
}

/// Collects what stands behind a keyword of a call, or a key of a dict.
struct Finder<'k, 'a> {
    keyword: &'k str,
    values: Vec<&'a Expr>,
}

impl<'a> SourceOrderVisitor<'a> for Finder<'_, 'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(ExprCall { arguments, .. }) => {
                self.values.extend(arguments.find_keyword(self.keyword).map(|k| &k.value));
            }
            Expr::Dict(dict) => {
                for item in &dict.items {
                    if let Some(Expr::StringLiteral(key)) = &item.key
                        && key.value.to_str() == self.keyword
                    {
                        self.values.push(&item.value);
                    }
                }
            }
            _ => {}
        }
        walk_expr(self, expr);
    }
}

/// Runs what env.py does at its top level besides binding names: it may load more modules.
pub(super) fn run(machine: &mut Machine<'_, '_>, env: &Rc<Scope>) {
    let module = Rc::clone(&env.module);
    for item in &module.items {
        if let Item::Other(stmt @ (Stmt::Expr(_) | Stmt::For(_))) = item {
            machine.body(std::slice::from_ref(stmt), env);
        }
    }
}
