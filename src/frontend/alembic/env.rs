//! What `env.py` decides: how migrations share a transaction, and how constraints are named.

use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    rc::Rc,
};

use ruff_python_ast::{
    Expr, ExprCall, Stmt,
    visitor::source_order::{SourceOrderVisitor, walk_expr},
};

use super::{
    machine::Machine,
    module::{Item, Module},
    naming::Conventions,
    project::Project,
    value::{Scope, Value},
};
use crate::{
    database::Database,
    project::{ini, join, parent, upward},
    schema::{Origin, Schema},
    source::{FileId, Span},
};

/// Modules looked through for a `naming_convention`, from env.py along its imports.
const MAX_LOOKED: usize = 300;

/// What rules need to know of env.py.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Env {
    /// Each migration commits by itself; otherwise all of a run share one transaction.
    pub transaction_per_migration: bool,
    /// Autogenerate writes batch blocks: SQLite is meant.
    pub render_as_batch: bool,
}

/// The schema that env.py gives Alembic's own table; migrations ask for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum VersionSchema {
    #[default]
    Unset,
    Named(String),
    Unknown,
}

/// What env.py passes as `version_table_schema`: a literal, or what the nearest alembic.ini sets
/// under that name.
fn version_schema(project: &Project<'_>, path: &str, flat: &str) -> VersionSchema {
    let Some((_, passed)) = flat.split_once("version_table_schema=") else {
        return VersionSchema::Unset;
    };
    let literal =
        ['"', '\''].into_iter().find_map(|quote| passed.strip_prefix(quote)?.split(quote).next());
    if let Some(name) = literal {
        return VersionSchema::Named(name.to_owned());
    }
    if passed.starts_with("None") {
        return VersionSchema::Unset;
    }
    let asked =
        ["get_main_option(\"version_table_schema\"", "get_main_option('version_table_schema'"];
    if !asked.iter().any(|asked| flat.contains(asked)) {
        return VersionSchema::Unknown;
    }
    let mut inis = upward(parent(path)).map(|up| join(up, "alembic.ini"));
    let Some(ini) = inis.find(|ini| project.sources.is_file(ini)) else {
        return VersionSchema::Unset;
    };
    let Ok(file) = project.sources.load(&ini) else { return VersionSchema::Unknown };
    let mut said = ini::values(&project.sources.file(file).text, "version_table_schema");
    said.dedup();
    match said.as_slice() {
        [] => VersionSchema::Unset,
        [name] if !name.contains('%') => VersionSchema::Named(name.clone()),
        // A value that is put together, or one for each section.
        _ => VersionSchema::Unknown,
    }
}

/// Reads env.py, and finds the naming convention of the metadata it is given.
pub(super) fn read(project: &mut Project<'_>, path: &str) -> (Env, Conventions) {
    let Some(start) = project.at(path.strip_suffix(".py").unwrap_or(path)) else {
        return Default::default();
    };
    let text = project.sources.file(start.module.file);
    let flat: String = text.text.chars().filter(|c| !c.is_whitespace()).collect();
    let env = Env {
        transaction_per_migration: flat.contains("transaction_per_migration=True"),
        render_as_batch: flat.contains("render_as_batch=")
            && !flat.contains("render_as_batch=False"),
    };
    project.version_schema = version_schema(project, path, &flat);
    let off = pragma_keys(&text.text, &["off", "0", "false", "no"]);
    let conventions = convention_from(project, start).unwrap_or_default();
    // What env.py turns off for the migrations is off, whatever the application's engine does.
    project.foreign_keys &= !off;
    (env, conventions)
}

/// The naming convention that the models' modules lead to.
pub(super) fn in_models(project: &mut Project<'_>, models: &[String]) -> Conventions {
    let found = models.iter().find_map(|path| {
        let start = project.at(path.strip_suffix(".py").unwrap_or(path))?;
        convention_from(project, start)
    });
    found.unwrap_or_default()
}

/// Walks the imports, nearest first, until a module sets a convention.
fn convention_from(project: &mut Project<'_>, start: Rc<Scope>) -> Option<Conventions> {
    let mut queue = VecDeque::from([start]);
    let mut seen: HashSet<FileId> = HashSet::new();
    while let Some(scope) = queue.pop_front() {
        if seen.len() >= MAX_LOOKED || !seen.insert(scope.module.file) {
            continue;
        }
        project.foreign_keys |=
            turns_keys_on(&project.sources.file(scope.module.file).text, seen.len() == 1);
        if project.sources.file(scope.module.file).text.contains("naming_convention")
            && let Some(found) = convention_in(project, &scope)
        {
            return Some(found);
        }
        let module = Rc::clone(&scope.module);
        let mut found = imports(&module);
        if seen.len() == 1 {
            // env.py itself may import its models inside of its functions.
            found.extend(inner_imports(&module));
        }
        for import in found {
            match import {
                Stmt::ImportFrom(import) => {
                    if let Some(next) = project.module_of(import, &module) {
                        for alias in &import.names {
                            if let Some(Value::Module(inner)) =
                                project.submodule(&next, alias.name.as_str())
                            {
                                queue.push_back(inner);
                            }
                        }
                        // The packages above a module are run before it.
                        let path = project.sources.path(next.module.file);
                        queue.push_back(next);
                        let above = upward(parent(&path)).filter(|up| !up.is_empty());
                        queue.extend(above.filter_map(|up| project.at(up)));
                    } else {
                        for alias in &import.names {
                            if let Value::Module(inner) =
                                project.external_or_package(import, alias.name.as_str(), &module)
                            {
                                queue.push_back(inner);
                            }
                        }
                    }
                }
                Stmt::Import(import) => {
                    for alias in &import.names {
                        queue.extend(project.absolute(alias.name.as_str()));
                    }
                }
                _ => {}
            }
        }
    }
    None
}

/// Whether a module turns foreign keys on for the connection that migrations run on: env.py for its
/// own, another one only for every engine (`@event.listens_for(Engine, "connect")`). What an
/// application does to its own engine says nothing about that of the migrations.
fn turns_keys_on(text: &str, is_env: bool) -> bool {
    let flat = || -> String { text.chars().filter(|c| !c.is_whitespace()).collect() };
    pragma_keys(text, &["on", "1", "true", "yes"])
        && (is_env || flat().replace('\'', "\"").contains("Engine,\"connect\""))
}

/// `PRAGMA foreign_keys = …` with one of these values, in any writing.
fn pragma_keys(text: &str, values: &[&str]) -> bool {
    let lower = text.to_ascii_lowercase();
    lower.match_indices("pragma foreign_keys").any(|(at, word)| {
        let value = lower[at + word.len()..].trim_start_matches([' ', '=', '(']);
        values.iter().any(|wanted| value.starts_with(wanted))
    })
}

/// The import statements of a module, also inside `if` and `try` at its top level.
fn imports(module: &Module) -> Vec<&Stmt> {
    let mut found = Vec::new();
    let mut todo: Vec<&Stmt> = module
        .items
        .iter()
        .filter_map(|i| if let Item::Other(s) = i { Some(s) } else { None })
        .collect();
    while let Some(stmt) = todo.pop() {
        match stmt {
            Stmt::Import(_) | Stmt::ImportFrom(_) => found.push(stmt),
            Stmt::If(test) => todo.extend(test.body.iter()),
            Stmt::Try(attempt) => todo.extend(attempt.body.iter()),
            _ => {}
        }
    }
    found.reverse();
    found
}

/// The import statements of a module's functions, nearest the top first.
fn inner_imports(module: &Module) -> Vec<&Stmt> {
    let mut found = Vec::new();
    let mut todo: Vec<&Stmt> = Vec::new();
    for item in module.items.iter().rev() {
        if let Item::Function(def) = item {
            todo.extend(def.body.iter().rev());
        }
    }
    while let Some(stmt) = todo.pop() {
        match stmt {
            Stmt::Import(_) | Stmt::ImportFrom(_) => found.push(stmt),
            Stmt::If(test) => todo.extend(test.body.iter().rev()),
            Stmt::Try(attempt) => todo.extend(attempt.body.iter().rev()),
            Stmt::With(with) => todo.extend(with.body.iter().rev()),
            _ => {}
        }
    }
    found
}

fn convention_in(project: &mut Project<'_>, scope: &Rc<Scope>) -> Option<Conventions> {
    let module = Rc::clone(&scope.module);
    let mut finder = Finder { values: Vec::new() };
    for item in &module.items {
        match item {
            Item::Other(stmt) => finder.visit_stmt(stmt),
            Item::Class(def) => def.body.iter().for_each(|stmt| finder.visit_stmt(stmt)),
            Item::Function(def) => def.body.iter().for_each(|stmt| finder.visit_stmt(stmt)),
        }
    }
    let origin = Origin { migration: 0, change: 0, span: Span::top(module.file) };
    let mut schema = Schema::new(Database::POSTGRES, origin);
    for value in finder.values {
        let mut machine = Machine::new(project, &mut schema);
        let value = machine.eval(value, scope);
        if let Some(found) = conventions(&value) {
            return Some(found);
        }
    }
    None
}

/// Collects what stands behind `naming_convention=`, and what is assigned to
/// `metadata.naming_convention`.
struct Finder<'a> {
    values: Vec<&'a Expr>,
}

impl<'a> SourceOrderVisitor<'a> for Finder<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        if let Stmt::Assign(assign) = stmt {
            let named = |t: &Expr| matches!(t, Expr::Attribute(a) if a.attr.as_str() == "naming_convention");
            if assign.targets.iter().any(named) {
                self.values.push(&assign.value);
            }
        }
        ruff_python_ast::visitor::source_order::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(ExprCall { arguments, .. }) = expr
            && let Some(keyword) = arguments.find_keyword("naming_convention")
        {
            self.values.push(&keyword.value);
        }
        walk_expr(self, expr);
    }
}

/// A dict of templates; keys may be the constraint classes.
pub(super) fn conventions(value: &Value) -> Option<Conventions> {
    let Value::Dict(items) = value else { return None };
    let mut found = BTreeMap::new();
    for (key, template) in items.borrow().iter() {
        let key = match key {
            Value::External(path) => match path.rsplit('.').next()? {
                "Index" => "ix",
                "UniqueConstraint" => "uq",
                "CheckConstraint" => "ck",
                "ForeignKeyConstraint" => "fk",
                "PrimaryKeyConstraint" => "pk",
                _ => continue,
            }
            .to_owned(),
            other => other.as_str()?.to_string(),
        };
        if let Some(template) = template.as_str() {
            found.insert(key, template.to_string());
        }
    }
    (!found.is_empty()).then_some(Conventions(found))
}
