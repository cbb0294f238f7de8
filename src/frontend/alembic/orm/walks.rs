//! Packages whose modules are found at run time: `pkgutil.iter_modules(models.__path__)`,
//! `load_all(os.path.dirname(models.__file__))`, `Path("app/models").glob("*.py")`.

use std::collections::{BTreeSet, HashMap, HashSet};

use ruff_python_ast::{
    Expr, ExprCall, Operator, Stmt,
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
/// Packages within each other that are walked through, and parts of a path.
const MAX_DEPTH: usize = 16;

/// What is known while one module after the other is loaded.
#[derive(Default)]
pub(super) struct Loading {
    /// Functions that are called meanwhile.
    pub(super) called: HashSet<String>,
    /// Folders that were walked through, and whether to the bottom.
    walked: HashSet<(String, bool)>,
}

/// The modules, among the first so many, that a module loads because they lie in a folder: at its
/// top level, or in functions that are called there or were called before; `all`: in any.
pub(super) fn modules(
    project: &mut Project<'_>,
    seen: &Seen,
    dir: &str,
    all: bool,
    most: usize,
    loading: &mut Loading,
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
    let ran = run(module, &loading.called, all);
    let bound = imports(module);
    let mut folders: BTreeSet<(String, bool)> = BTreeSet::new();
    let mut listed = false;
    for call in ran {
        listed |= is_list(name_of(call));
        let places = places(module, call);
        if places.is_empty() {
            continue;
        }
        let own = walks.then_some(text.as_str());
        let Some(deep) = called(project, module, &bound, dir, call, own) else { continue };
        let found = places.into_iter().filter_map(|place| match place {
            Place::Package(dotted) => package(project, &bound, dir, &dotted),
            Place::Folder(folder) => {
                let path = folder.below(dir, path)?;
                let is_folder = |path: &String| !sources.names(path, 1).is_empty();
                Some(path).filter(|path| walks && is_folder(path))
            }
        });
        folders.extend(found.map(|folder| (folder, deep)));
    }
    if folders.is_empty() && walks && listed && is_here(text) {
        folders.insert((dir.to_owned(), is_deep(text)));
    }
    let mut found = Vec::new();
    for (folder, deep) in folders {
        let depth = if deep { MAX_DEPTH } else { 0 };
        below(project, &folder, depth, most, &mut loading.walked, &mut found);
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
    Folder(Folder),
}

/// A path that is written out: `Path(__file__).parent / "models"`.
struct Folder {
    /// It begins at the module itself, else at the root.
    here: bool,
    parts: Vec<String>,
}

impl Folder {
    /// The same from the root, for a module in a folder; `None`: it is no folder below the root.
    fn below(self, dir: &str, module: &str) -> Option<String> {
        let mut parts: Vec<&str> = Vec::new();
        if self.here {
            parts.extend(dir.split('/').filter(|part| !part.is_empty()));
            // The file itself, which a first `parent` takes away.
            parts.push(module);
        }
        for part in self.parts.iter().flat_map(|text| text.split('/')) {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()?),
                part if part.starts_with('.') => return None,
                part => parts.push(part),
            }
        }
        (!parts.is_empty() && !parts.contains(&module)).then(|| parts.join("/"))
    }
}

/// The path that an expression comes to, names of the module looked up.
fn folder(module: &Module, expr: &Expr, depth: usize) -> Option<Folder> {
    if depth > MAX_DEPTH {
        return None;
    }
    let of = |expr: &Expr| folder(module, expr, depth + 1);
    let parent = |of: Folder| {
        let parts = of.parts.into_iter().chain(["..".to_owned()]).collect();
        Folder { parts, ..of }
    };
    let join = |a: Folder, b: Folder| {
        let parts = a.parts.into_iter().chain(b.parts).collect();
        (!b.here).then_some(Folder { here: a.here, parts })
    };
    match expr {
        Expr::StringLiteral(text) => {
            Some(Folder { here: false, parts: vec![text.value.to_str().to_owned()] })
        }
        Expr::Name(name) if name.id.as_str() == "__file__" => {
            Some(Folder { here: true, parts: Vec::new() })
        }
        Expr::Name(name) => match module.items.get(*module.bindings.get(name.id.as_str())?)? {
            Item::Other(Stmt::Assign(assign)) => of(&assign.value),
            _ => None,
        },
        Expr::Attribute(attribute) if attribute.attr.as_str() == "parent" => {
            of(&attribute.value).map(parent)
        }
        Expr::BinOp(op) if op.op == Operator::Div => join(of(&op.left)?, of(&op.right)?),
        Expr::Call(call) => {
            let base = match call.func.as_ref() {
                Expr::Attribute(attribute) => Some(&*attribute.value),
                _ => None,
            };
            let mut args = call.arguments.args.iter();
            match name_of(call) {
                "resolve" | "absolute" => of(base?),
                "dirname" => of(args.next()?).map(parent),
                "abspath" | "realpath" | "str" => of(args.next()?),
                "Path" | "join" => {
                    let first = of(args.next()?)?;
                    args.try_fold(first, |all, arg| join(all, of(arg)?))
                }
                "joinpath" => args.try_fold(of(base?)?, |all, arg| join(all, of(arg)?)),
                _ => None,
            }
        }
        _ => None,
    }
}

fn places(module: &Module, call: &ExprCall) -> Vec<Place> {
    let mut places = Places { module, found: Vec::new(), whole: true };
    places.visit_expr(&call.func);
    call.arguments.args.iter().for_each(|arg| places.visit_expr(arg));
    call.arguments.keywords.iter().for_each(|keyword| places.visit_expr(&keyword.value));
    places.found
}

struct Places<'m> {
    module: &'m Module,
    found: Vec<Place>,
    /// Not a part of a path whose rest is not known.
    whole: bool,
}

impl<'a> SourceOrderVisitor<'a> for Places<'_> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Attribute(of) = expr
            && PLACES.contains(&of.attr.as_str())
        {
            self.found.extend(dotted(&of.value).map(Place::Package));
            return;
        }
        if self.whole
            && let Some(folder) = folder(self.module, expr, 0)
        {
            self.found.push(Place::Folder(folder));
            return;
        }
        let composed = match expr {
            Expr::BinOp(op) => op.op == Operator::Div,
            Expr::Call(call) => matches!(name_of(call), "Path" | "join" | "joinpath"),
            _ => false,
        };
        let whole = self.whole;
        self.whole &= !composed;
        walk_expr(self, expr);
        self.whole = whole;
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
fn below(
    project: &mut Project<'_>,
    dir: &str,
    depth: usize,
    most: usize,
    walked: &mut HashSet<(String, bool)>,
    found: &mut Vec<String>,
) {
    if !walked.insert((dir.to_owned(), depth > 0)) {
        return;
    }
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
            below(project, &path, depth - 1, most, walked, found);
        }
    }
}
