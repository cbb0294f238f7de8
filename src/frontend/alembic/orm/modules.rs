//! Which modules an application has loaded once env.py is: what it imports, followed.

use std::{collections::HashSet, rc::Rc};

use ruff_python_ast::{
    Expr, ExprCall, Stmt,
    visitor::source_order::{SourceOrderVisitor, walk_expr, walk_stmt},
};

use super::super::{
    imports::{Import, statements},
    machine::Machine,
    module::{self, Item, Module, span_of},
    project::{Project, join},
    value::{Scope, Value},
};
use super::{is_signed, walks};
use crate::{
    project::{parent, upward},
    source::{FileId, Span},
};

/// Modules that are looked through at the most.
const MAX_MODULES: usize = 2_000;

/// Packages within each other that are looked for.
const MAX_DOTS: usize = 32;

/// A module that is loaded.
pub(super) struct Seen {
    /// Its path without `.py`; a package's folder.
    pub(super) path: String,
    pub(super) file: FileId,
    /// It has a sign of a table.
    pub(super) signed: bool,
}

/// Everything that some modules import, themselves first.
pub(super) fn closure(project: &mut Project<'_>, starts: Vec<Rc<Scope>>) -> Vec<Seen> {
    let paths = starts.iter().map(|scope| path_of(project, scope.module.file)).collect();
    follow(project, paths, false)
}

/// Everything that some modules import, or could: inside of a function, too.
pub(super) fn reachable(project: &mut Project<'_>, starts: &[Seen]) -> Vec<Seen> {
    let paths = starts.iter().map(|seen| seen.path.clone()).collect();
    follow(project, paths, true)
}

fn path_of(project: &Project<'_>, file: FileId) -> String {
    let path = project.sources.path(file);
    let path = path.strip_suffix(".py").unwrap_or(&path);
    path.strip_suffix("/__init__").unwrap_or(path).to_owned()
}

/// Level by level, so that the texts of one are looked at together.
fn follow(project: &mut Project<'_>, starts: Vec<String>, all: bool) -> Vec<Seen> {
    let mut level = starts;
    let mut inner = true;
    let mut seen: HashSet<String> = HashSet::new();
    let mut found: Vec<Seen> = Vec::new();
    let mut loading = walks::Loading::default();
    while !level.is_empty() {
        level.retain(|path| seen.insert(path.clone()));
        level.truncate(MAX_MODULES.saturating_sub(found.len()));
        let glances = project.glance(&level, is_signed);
        let mut next = Vec::new();
        for (path, glance) in std::mem::take(&mut level).into_iter().zip(glances) {
            let (Some(glance), Some(place)) = (glance, project.place(&path)) else { continue };
            let dir = if place.package { path.as_str() } else { parent(&path) };
            // Python runs the packages around a module before it.
            let outer = if place.package { parent(dir) } else { dir };
            for dir in upward(outer).take_while(|dir| !dir.is_empty()) {
                match project.place(dir) {
                    Some(place) if place.package => next.push(dir.to_owned()),
                    _ => break,
                }
            }
            let imports = match glance.imports {
                Some(imports) if !(inner || all) => imports,
                // Inside of functions, and where a look at the text is not enough.
                _ => parsed(project, &path, inner, all),
            };
            for import in &imports {
                targets(project, import, dir, &mut next);
            }
            loading.called.extend(glance.called);
            let dir = dir.to_owned();
            let seen = Seen { path, file: glance.file, signed: glance.signed };
            let walked =
                walks::modules(project, &seen, &dir, inner || all, MAX_MODULES, &mut loading);
            next.extend(walked);
            found.push(seen);
        }
        level = next;
        inner = false;
    }
    found
}

/// The imports of a syntax tree.
fn parsed(project: &mut Project<'_>, path: &str, inner: bool, all: bool) -> Vec<Import> {
    let Some(scope) = project.at(path) else { return Vec::new() };
    let module = &scope.module;
    let found = if all { module::imports(module) } else { statements(module, inner) };
    found.into_iter().filter_map(Import::of).collect()
}

/// The modules that one import statement loads, for a module in a folder.
fn targets(project: &mut Project<'_>, import: &Import, dir: &str, found: &mut Vec<String>) {
    match import {
        Import::From { level, path, names } => {
            let above = if *level > 0 { project.above(*level, dir) } else { None };
            let from = match (level, &above) {
                (0, _) => project.locate(path),
                (_, None) => None,
                (_, Some(base)) => Some(join(base, &path.replace('.', "/")))
                    .filter(|path| project.place(path).is_some()),
            };
            if let Some(from) = from {
                if project.place(&from).is_some_and(|place| place.package) {
                    let inner = names.iter().map(|name| join(&from, name));
                    found.extend(inner.filter(|path| project.place(path).is_some()));
                }
                found.push(from);
                return;
            }
            for name in names {
                found.extend(match (level, &above) {
                    (0, _) if path.is_empty() => None,
                    (0, _) => project.locate(&format!("{path}.{name}")),
                    (_, None) => None,
                    (_, Some(base)) => Some(join(&join(base, &path.replace('.', "/")), name))
                        .filter(|path| project.place(path).is_some()),
                });
            }
        }
        Import::Plain(modules) => {
            for dotted in modules {
                // `import a.b.c` loads `a` and `a.b`, too.
                let ends = dotted.match_indices('.').map(|(at, _)| at).chain([dotted.len()]);
                let ends = ends.take(MAX_DOTS);
                found.extend(ends.filter_map(|end| project.locate(&dotted[..end])));
            }
        }
    }
}

/// What env.py gives to `context.configure` under a keyword: `target_metadata`,
/// `include_object`.
pub(super) fn configured(
    machine: &mut Machine<'_, '_>,
    env: &Rc<Scope>,
    keyword: &str,
) -> Option<Value> {
    let module = Rc::clone(&env.module);
    let mut found = None;
    for expr in given(&module, keyword) {
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
    given(module, keyword).first().map(|expr| span_of(module.file, *expr))
}

/// What stands behind a keyword in a module's calls and dicts.
fn given<'m>(module: &'m Module, keyword: &str) -> Vec<&'m Expr> {
    let mut finder = Finder { keyword, values: Vec::new() };
    for item in &module.items {
        match item {
            Item::Other(stmt) => finder.visit_stmt(stmt),
            Item::Function(def) => def.body.iter().for_each(|stmt| finder.visit_stmt(stmt)),
            Item::Class(_) => {}
        }
    }
    finder.values
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
