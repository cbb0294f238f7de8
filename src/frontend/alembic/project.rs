//! The project's own modules: found, read, never run. Imports are followed inside the root.

use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
};

use rayon::prelude::*;

use ruff_python_ast::{Alias, StmtImportFrom};

use super::{
    imports::{self, Import},
    module::{self, Module},
    value::{Scope, Value},
};
use crate::{
    project::{Tree, upward},
    source::{FileId, Sources},
};

/// Modules that are read for the migrations of one tree at the most.
const MAX_MODULES: usize = 600;

/// Names in one folder at the most, so that a file is looked up among them.
const MAX_NAMES: usize = 20_000;

/// Packages that are never the project's, even where a folder has their name.
const FOREIGN: &[&str] = &["alembic", "sqlalchemy", "sqlmodel", "sqlalchemy_utils"];

/// A module's file.
#[derive(Debug, Clone)]
pub(super) struct Place {
    path: String,
    /// It is a package's `__init__.py`.
    pub(super) package: bool,
}

/// What a look at a module's text tells.
pub(super) struct Glance {
    pub(super) file: FileId,
    pub(super) imports: Option<Vec<Import>>,
    pub(super) signed: bool,
    /// The functions that it calls at its top level.
    pub(super) called: Vec<String>,
}

pub(crate) struct Project<'s> {
    pub(super) sources: &'s Sources,
    /// Folders in which an absolute import is looked for, innermost first.
    roots: Vec<String>,
    loaded: HashMap<String, Option<Rc<Scope>>>,
    /// How many of them are there.
    count: usize,
    /// Where modules lie, by the path without `.py`.
    places: HashMap<String, Option<Place>>,
    /// The names in each folder that was looked into.
    names: HashMap<String, Rc<HashSet<String>>>,
    /// In which of the roots the first name of an absolute import is.
    firsts: HashMap<String, Rc<Vec<usize>>>,
    /// Modules that are read at the most.
    pub(super) most: usize,
    /// Modules that are not read, and why.
    pub(super) refused: Vec<(crate::source::FileId, &'static str)>,
    /// More modules than that were asked for.
    pub(super) full: bool,
    /// Mixins of libraries, once they are asked for.
    pub(super) known: Option<Rc<Scope>>,
    /// How the project's metadata names constraints.
    pub(super) conventions: super::naming::Conventions,
    /// How revisions change what SQLAlchemy writes.
    pub(super) hooks: super::hooks::Hooks,
    /// `PRAGMA foreign_keys = ON` stands in env.py or in what it imports first.
    pub(super) foreign_keys: bool,
    /// How many inspectors were made.
    pub(super) inspectors: u32,
    /// The schema of Alembic's own table, as env.py says it.
    pub(super) version_schema: super::env::VersionSchema,
}

impl<'s> Project<'s> {
    pub(super) fn new(sources: &'s Sources, tree: &Tree) -> Project<'s> {
        let mut roots = Vec::new();
        let mut at = tree.dir.as_str();
        loop {
            roots.push(at.to_owned());
            match at.rsplit_once('/') {
                Some((parent, _)) => at = parent,
                None if at.is_empty() => break,
                None => at = "",
            }
        }
        for source in ["src", "backend", "app"] {
            let nested: Vec<String> = roots.iter().map(|root| join(root, source)).collect();
            roots.extend(nested.into_iter().filter(|dir| sources.is_dir(dir)));
        }
        Project {
            sources,
            roots,
            loaded: HashMap::new(),
            count: 0,
            places: HashMap::new(),
            names: HashMap::new(),
            firsts: HashMap::new(),
            most: MAX_MODULES,
            refused: Vec::new(),
            full: false,
            known: None,
            conventions: Default::default(),
            hooks: Default::default(),
            foreign_keys: false,
            inspectors: 0,
            version_schema: Default::default(),
        }
    }

    /// `import a.b.c` binds `a`; `import a.b.c as d` binds the module.
    pub(super) fn import(&mut self, alias: &Alias) -> (String, Value) {
        let path = alias.name.as_str();
        if let Some(name) = &alias.asname {
            let value = self.absolute(path).map_or_else(|| Value::external(path), Value::Module);
            return (name.to_string(), value);
        }
        let first = path.split('.').next().unwrap_or(path);
        let value = self.absolute(first).map_or_else(|| Value::external(first), Value::Module);
        (first.to_owned(), value)
    }

    /// The module that `from x import …` names, if it is the project's.
    pub(super) fn module_of(
        &mut self,
        import: &StmtImportFrom,
        from: &Module,
    ) -> Option<Rc<Scope>> {
        let path = import.module.as_ref().map(|m| m.as_str()).unwrap_or_default();
        if import.level == 0 {
            return self.absolute(path);
        }
        let base = self.relative(import.level, from)?;
        self.at(&join(&base, &path.replace('.', "/")))
    }

    /// `from package import module` where the package itself has no file of its own.
    pub(super) fn external_or_package(
        &mut self,
        import: &StmtImportFrom,
        name: &str,
        from: &Module,
    ) -> Value {
        let path = import.module.as_ref().map(|m| m.as_str()).unwrap_or_default();
        if import.level > 0 {
            let found = self.relative(import.level, from).and_then(|base| {
                let dir = join(&base, &path.replace('.', "/"));
                self.at(&join(&dir, name))
            });
            return found.map_or_else(
                || Value::unknown(&format!("`{name}` is imported from a file that is not here")),
                Value::Module,
            );
        }
        let dotted = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        self.absolute(&dotted).map_or_else(|| Value::external(&dotted), Value::Module)
    }

    /// A module inside a package.
    pub(super) fn submodule(&mut self, package: &Rc<Scope>, name: &str) -> Option<Value> {
        if !package.module.package {
            return None;
        }
        let dir = package.module.dir.clone();
        self.at(&join(&dir, name)).map(Value::Module)
    }

    fn relative(&self, level: u32, from: &Module) -> Option<String> {
        self.above(level, &from.dir)
    }

    /// The folder that the dots of a relative import mean.
    pub(super) fn above(&self, level: u32, dir: &str) -> Option<String> {
        let mut base = dir.to_owned();
        for _ in 1..level {
            base = match base.rsplit_once('/') {
                Some((parent, _)) => parent.to_owned(),
                None if base.is_empty() => return None,
                None => String::new(),
            };
        }
        Some(base)
    }

    pub(super) fn absolute(&mut self, dotted: &str) -> Option<Rc<Scope>> {
        let path = dotted.replace('.', "/");
        for at in self.firsts(dotted).iter() {
            let candidate = join(&self.roots[*at], &path);
            if let Some(module) = self.at(&candidate) {
                return Some(module);
            }
        }
        None
    }

    /// Where an absolute import leads: a module's path without `.py`. Nothing is parsed.
    pub(super) fn locate(&mut self, dotted: &str) -> Option<String> {
        let path = dotted.replace('.', "/");
        for at in self.firsts(dotted).iter() {
            let candidate = join(&self.roots[*at], &path);
            if self.place(&candidate).is_some() {
                return Some(candidate);
            }
        }
        None
    }

    /// The roots that hold the first name of an import.
    fn firsts(&mut self, dotted: &str) -> Rc<Vec<usize>> {
        let first = dotted.split('.').next().unwrap_or_default();
        if let Some(known) = self.firsts.get(first) {
            return Rc::clone(known);
        }
        let mut found = Vec::new();
        if !first.is_empty() && !FOREIGN.contains(&first) {
            for at in 0..self.roots.len() {
                let root = self.roots[at].clone();
                if self.has(&root, first) || self.has(&root, &format!("{first}.py")) {
                    found.push(at);
                }
            }
        }
        let found = Rc::new(found);
        self.firsts.insert(first.to_owned(), Rc::clone(&found));
        found
    }

    /// Whether a folder may have an entry of this name.
    fn has(&mut self, dir: &str, name: &str) -> bool {
        let names = match self.names.get(dir) {
            Some(names) => names,
            None => {
                let names = self.sources.names(dir, MAX_NAMES).into_iter().collect();
                self.names.entry(dir.to_owned()).or_insert(Rc::new(names))
            }
        };
        names.len() >= MAX_NAMES || names.contains(name)
    }

    /// Where a module lies, given its path without `.py`.
    pub(super) fn place(&mut self, path: &str) -> Option<Place> {
        if let Some(known) = self.places.get(path) {
            return known.clone();
        }
        let found = self.look(path);
        if self.places.len() < self.most * 16 {
            self.places.insert(path.to_owned(), found.clone());
        }
        found
    }

    fn look(&mut self, path: &str) -> Option<Place> {
        if path.split('/').any(|part| part == "..") {
            return None;
        }
        let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
        let file = format!("{name}.py");
        if self.has(dir, &file) {
            let path = join(dir, &file);
            if self.sources.is_file(&path) {
                return Some(Place { path, package: name == "__init__" });
            }
        }
        if (name.is_empty() || self.has(dir, name)) && self.has(path, "__init__.py") {
            let path = join(path, "__init__.py");
            if self.sources.is_file(&path) {
                return Some(Place { path, package: true });
            }
        }
        None
    }

    /// Looks at the texts of modules, all at once.
    pub(super) fn glance(
        &mut self,
        paths: &[String],
        is_signed: fn(&str) -> bool,
    ) -> Vec<Option<Glance>> {
        let places: Vec<Option<Place>> = paths.iter().map(|path| self.place(path)).collect();
        let sources = self.sources;
        let look = |place: Option<Place>| {
            let file = sources.load(&place?.path).ok()?;
            let text = &sources.file(file).text;
            let (imports, called) = (imports::scan(text), imports::called(text));
            Some(Glance { file, imports, signed: is_signed(text), called })
        };
        match places.len() {
            0..4 => places.into_iter().map(look).collect(),
            _ => places.into_par_iter().map(look).collect(),
        }
    }

    /// Parses modules that will be asked for, all at once.
    pub(super) fn parse(&mut self, paths: &[String]) {
        let new = paths.iter().filter(|path| !self.loaded.contains_key(*path));
        let new: Vec<&String> = new.take(self.most.saturating_sub(self.count)).collect();
        let places: Vec<(&String, Place)> =
            new.into_iter().filter_map(|path| Some((path, self.place(path)?))).collect();
        let sources = self.sources;
        let parsed: Vec<_> = places
            .into_par_iter()
            .filter_map(|(path, place)| {
                let file = sources.load(&place.path).ok()?;
                Some((path, file, module::syntax(&sources.file(file).text)))
            })
            .collect();
        for (path, file, syntax) in parsed {
            let module = match syntax {
                Ok(syntax) => Some(module::build(syntax, file, &sources.path(file))),
                Err(reason) => {
                    self.refused.push((file, reason));
                    None
                }
            };
            self.count += usize::from(module.is_some());
            let scope = module.map(|module| Scope::of_module(Rc::new(module)));
            self.loaded.insert(path.clone(), scope);
        }
    }

    /// Whether an absolute import leads out of the project: no folder in which Python may look for
    /// it has its first name. The inside of a package is none of these.
    pub(super) fn is_outside(&self, dotted: &str) -> bool {
        let first = dotted.split('.').next().unwrap_or_default();
        let has = |root: &String| {
            !self.sources.is_file(&join(root, "__init__.py"))
                && (self.sources.is_file(&join(root, &format!("{first}.py")))
                    || self.sources.is_dir(&join(root, first)))
        };
        FOREIGN.contains(&first) || !self.roots.iter().any(has)
    }

    /// The innermost folder above another one in which absolute imports are looked for.
    pub(super) fn root_of(&self, dir: &str) -> String {
        let above = |root: &&String| upward(dir).any(|up| up == root.as_str());
        let found = self.roots.iter().filter(above).max_by_key(|root| root.len());
        found.cloned().unwrap_or_default()
    }

    /// A module that was read already.
    pub(super) fn loaded(&self, file: crate::source::FileId) -> Option<Rc<Scope>> {
        self.loaded.values().flatten().find(|scope| scope.module.file == file).cloned()
    }

    /// All that were read, in the order of their paths.
    pub(super) fn all_loaded(&self) -> Vec<Rc<Scope>> {
        let mut all: Vec<(&String, &Rc<Scope>)> =
            self.loaded.iter().filter_map(|(path, scope)| Some((path, scope.as_ref()?))).collect();
        all.sort_by_key(|(path, _)| *path);
        all.into_iter().map(|(_, scope)| Rc::clone(scope)).collect()
    }

    /// `path.py` or `path/__init__.py`.
    pub(super) fn at(&mut self, path: &str) -> Option<Rc<Scope>> {
        if let Some(known) = self.loaded.get(path) {
            return known.clone();
        }
        let found = if self.loaded.len() < self.most * 8 { self.read(path) } else { None };
        self.loaded.insert(path.to_owned(), found.clone());
        found
    }

    fn read(&mut self, path: &str) -> Option<Rc<Scope>> {
        let place = self.place(path)?;
        if self.count >= self.most {
            self.full = true;
            return None;
        }
        let file = self.sources.load(&place.path).ok()?;
        let module = match module::parse(self.sources, file) {
            Ok(module) => module,
            Err(reason) => {
                self.refused.push((file, reason));
                return None;
            }
        };
        self.count += 1;
        Some(Scope::of_module(Rc::new(module)))
    }
}

pub(super) fn join(dir: &str, name: &str) -> String {
    match (dir.is_empty(), name.is_empty()) {
        (true, _) => name.to_owned(),
        (_, true) => dir.to_owned(),
        _ => format!("{dir}/{name}"),
    }
}
