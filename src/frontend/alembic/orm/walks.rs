//! Packages whose modules are found at run time: `pkgutil.iter_modules(models.__path__)`,
//! `load_all(os.path.dirname(models.__file__))`, `Path("app/models").glob("*.py")`.

use std::collections::{BTreeSet, HashMap, HashSet};

use ruff_python_ast::{
    Expr, ExprCall, Stmt,
    visitor::source_order::{SourceOrderVisitor, walk_expr, walk_stmt},
};

use super::{
    super::{
        imports::{Import, statements},
        module::{Item, Module},
        project::{Project, join},
    },
    modules::Seen,
};
use crate::project::parent;

/// What loads a module by its name.
const LOADS: &[&str] = &["import_module(", "__import__(", "import_string("];
/// What lists the modules of a folder.
const LISTS: &[&str] = &["iter_modules", "listdir", "iterdir", "glob", "scandir"];
/// What lists those of the folders below it, too.
const DEEP: &[&str] = &["walk_packages", "rglob", "walk"];
/// Where a package lies.
const PLACES: &[&str] = &["__path__", "__file__"];
/// Packages within each other that are walked through.
const MAX_DEPTH: usize = 16;

/// The modules, among the first so many, that a module loads because they lie in a folder: at its
/// top level, or in functions that are called there or are among `called`; `all`: in any.
pub(super) fn modules(
    project: &mut Project<'_>,
    seen: &Seen,
    dir: &str,
    (called_names, all): (&HashSet<String>, bool),
    most: usize,
) -> Vec<String> {
    let Seen { path, file, .. } = seen;
    let sources = project.sources;
    let text = &sources.file(*file).text;
    let walks = loads(text) && lists(text);
    let names = PLACES.iter().any(|place| text.contains(&format!(".{place}")));
    if !walks && !names {
        return Vec::new();
    }
    let Some(scope) = project.at(path) else { return Vec::new() };
    let module = &scope.module;
    let ran = run(module, called_names, all);
    let bound = imports(module);
    let mut folders: BTreeSet<(String, bool)> = BTreeSet::new();
    let mut listed = false;
    for call in ran {
        listed |= is_list(name_of(call));
        let places = places(call);
        if places.is_empty() {
            continue;
        }
        let own = walks.then_some(text.as_str());
        let Some(deep) = called(project, module, &bound, dir, call, own) else { continue };
        let found = places.into_iter().filter_map(|place| match place {
            Place::Package(dotted) => package(project, &bound, dir, &dotted),
            Place::Folder(folder) => {
                let folder = folder.trim_start_matches("./").trim_matches('/').to_owned();
                let is_path = !folder.is_empty() && !folder.split('/').any(|p| p.starts_with('.'));
                let is_folder = |path: &String| !sources.names(path, 1).is_empty();
                Some(folder).filter(|folder| walks && is_path && is_folder(folder))
            }
        });
        folders.extend(found.map(|folder| (folder, deep)));
    }
    if folders.is_empty() && walks && listed && is_here(text) {
        folders.insert((dir.to_owned(), is_deep(text)));
    }
    let mut found = Vec::new();
    for (folder, deep) in folders {
        below(project, &folder, if deep { MAX_DEPTH } else { 0 }, most, &mut found);
    }
    found
}

/// The calls that run when a module is loaded.
fn run<'m>(module: &'m Module, called: &HashSet<String>, all: bool) -> Vec<&'m ExprCall> {
    let mut finder = Finder { calls: Vec::new() };
    let mut functions = HashMap::new();
    for item in &module.items {
        match item {
            Item::Other(stmt) => finder.visit_stmt(stmt),
            Item::Function(def) => {
                functions.insert(def.name.as_str(), def);
            }
            Item::Class(_) => {}
        }
    }
    let from_outside = |name: &&str| all || called.contains(*name);
    let mut todo: Vec<&str> = functions.keys().copied().filter(from_outside).collect();
    let mut looked = 0;
    loop {
        todo.extend(finder.calls[looked..].iter().copied().map(name_of));
        looked = finder.calls.len();
        let Some(def) = todo.pop().and_then(|name| functions.remove(name)) else {
            if todo.is_empty() {
                return finder.calls;
            }
            continue;
        };
        def.body.iter().for_each(|stmt| finder.visit_stmt(stmt));
    }
}

/// The last name of what is called.
fn name_of(call: &ExprCall) -> &str {
    match call.func.as_ref() {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(of) => of.attr.as_str(),
        _ => "",
    }
}

fn is_list(name: &str) -> bool {
    LISTS.contains(&name) || DEEP.contains(&name)
}

/// Whether a text asks where it lies itself.
fn is_here(text: &str) -> bool {
    let bare = |place: &&str| text.match_indices(*place).any(|(at, _)| !text[..at].ends_with('.'));
    PLACES.iter().any(bare)
}

fn loads(text: &str) -> bool {
    LOADS.iter().any(|word| text.contains(word))
}

fn lists(text: &str) -> bool {
    LISTS.iter().chain(DEEP).any(|word| text.contains(&format!("{word}(")))
}

fn is_deep(text: &str) -> bool {
    let walks = ["walk_packages(", "rglob(", "os.walk(", ".walk(", "**/*.py"];
    walks.iter().any(|word| text.contains(word))
}

/// Whether what a call is given is listed and loaded, and how deep; `walks`: the text of the module
/// itself, where that does both.
fn called(
    project: &mut Project<'_>,
    module: &Module,
    imports: &Imports,
    dir: &str,
    call: &ExprCall,
    walks: Option<&str>,
) -> Option<bool> {
    let (base, name) = match call.func.as_ref() {
        Expr::Name(name) => (None, name.id.as_str()),
        Expr::Attribute(of) => (dotted(&of.value), of.attr.as_str()),
        _ => return None,
    };
    if let Some(text) = walks
        && is_list(name)
    {
        return Some(DEEP.contains(&name) || is_deep(text));
    }
    // A function of the project that does it.
    let home = match base {
        Some(base) => target(project, imports, dir, &base),
        None if module.bindings.get(name).is_some_and(|at| is_function(&module.items[*at])) => {
            return walks.map(is_deep);
        }
        None => target(project, imports, dir, name).map(|path| match project.place(&path) {
            Some(_) => path,
            None => parent(&path).to_owned(),
        }),
    }?;
    let scope = project.at(&home)?;
    let text = &project.sources.file(scope.module.file).text;
    (loads(text) && lists(text)).then(|| is_deep(text))
}

fn is_function(item: &Item) -> bool {
    matches!(item, Item::Function(_))
}

/// The package that a dotted name stands for in a module.
fn package(project: &mut Project<'_>, imports: &Imports, dir: &str, name: &str) -> Option<String> {
    let path = target(project, imports, dir, name)?;
    let place = project.place(&path)?;
    Some(if place.package { path } else { parent(&path).to_owned() })
}

/// What the imports of a module bind: for each name what is imported, and whether the name stands
/// for all of it (`import a.b` binds `a`).
type Imports = HashMap<String, (Import, bool)>;

fn imports(module: &Module) -> Imports {
    let mut found = Imports::new();
    for stmt in statements(module, true) {
        match (stmt, Import::of(stmt)) {
            (Stmt::Import(import), _) => {
                for alias in &import.names {
                    let whole = alias.asname.is_some();
                    let name = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                    let name = if whole { name } else { name.split('.').next().unwrap_or(name) };
                    let plain = Import::Plain(vec![alias.name.to_string()]);
                    found.insert(name.to_owned(), (plain, whole));
                }
            }
            (Stmt::ImportFrom(import), Some(Import::From { level, path, .. })) => {
                for alias in &import.names {
                    let names = vec![alias.name.to_string()];
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    let from = Import::From { level, path: path.clone(), names };
                    found.insert(name.to_string(), (from, true));
                }
            }
            _ => {}
        }
    }
    found
}

/// The path of what a dotted name stands for: a module, or a name in one.
fn target(project: &mut Project<'_>, imports: &Imports, dir: &str, name: &str) -> Option<String> {
    let (first, rest) = name.split_once('.').unwrap_or((name, ""));
    let (import, whole) = imports.get(first)?;
    let found = match import {
        Import::Plain(_) if !whole => return project.locate(name),
        Import::Plain(names) => project.locate(names.first()?)?,
        Import::From { level: 0, path, names } => join(&project.locate(path)?, names.first()?),
        Import::From { level, path, names } => {
            join(&join(&project.above(*level, dir)?, &path.replace('.', "/")), names.first()?)
        }
    };
    Some(if rest.is_empty() { found } else { join(&found, &rest.replace('.', "/")) })
}

/// What a call says of a place.
enum Place {
    /// `models` of `models.__path__`.
    Package(String),
    /// A folder, under the root.
    Folder(String),
}

fn places(call: &ExprCall) -> Vec<Place> {
    let mut places = Places { found: Vec::new() };
    places.visit_expr(&call.func);
    call.arguments.args.iter().for_each(|arg| places.visit_expr(arg));
    call.arguments.keywords.iter().for_each(|keyword| places.visit_expr(&keyword.value));
    places.found
}

struct Places {
    found: Vec<Place>,
}

impl<'a> SourceOrderVisitor<'a> for Places {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Attribute(of) if PLACES.contains(&of.attr.as_str()) => {
                self.found.extend(dotted(&of.value).map(Place::Package));
            }
            Expr::StringLiteral(text) => {
                self.found.push(Place::Folder(text.value.to_str().to_owned()));
            }
            _ => walk_expr(self, expr),
        }
    }
}

/// `a.b.c`.
fn dotted(expr: &Expr) -> Option<String> {
    let mut names = Vec::new();
    let mut at = expr;
    loop {
        match at {
            Expr::Attribute(of) => {
                names.push(of.attr.as_str());
                at = &of.value;
            }
            Expr::Name(name) => {
                names.push(name.id.as_str());
                names.reverse();
                return Some(names.join("."));
            }
            _ => return None,
        }
    }
}

struct Finder<'a> {
    calls: Vec<&'a ExprCall>,
}

impl<'a> SourceOrderVisitor<'a> for Finder<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr {
            self.calls.push(call);
        }
        walk_expr(self, expr);
    }
}

/// The modules of a folder, and of the folders below it.
fn below(project: &mut Project<'_>, dir: &str, depth: usize, most: usize, found: &mut Vec<String>) {
    for name in project.sources.names(dir, most) {
        if found.len() >= most {
            return;
        }
        let path = join(dir, name.strip_suffix(".py").unwrap_or(&name));
        let is_folder = !name.contains('.');
        // The package itself is there already.
        if !path.ends_with("/__init__") && project.place(&path).is_some() {
            found.push(path.clone());
        }
        if is_folder && depth > 0 {
            below(project, &path, depth - 1, most, found);
        }
    }
}
