//! Crates of the project: their modules, and what a path in one of them leads to.

use std::{collections::HashMap, rc::Rc};

use super::{
    parse,
    syntax::{Cfg, Constant, Function, Impl, Import, Item, Items, Variant},
};
use crate::{
    project::{join, parent, upward},
    source::{FileId, Sources, Span},
};

/// Modules at whose number no more are opened.
const MAX_MODULES: usize = 5_000;
/// How far one path is followed.
const MAX_STEPS: usize = 40;
/// Names that are looked up for one path, and imports of everything that are followed for it.
const MAX_LOOKS: usize = 20_000;
/// How far one import leads to the next.
const MAX_DEEP: usize = 200;
/// Items that are looked through for the functions that a crate writes for types.
const MAX_ITEMS: usize = 200_000;

/// Packages whose names are known by themselves, wherever their code lies.
const KNOWN: &[&str] = &["sea_orm", "sea_orm_migration", "sea_query"];

const MANY_MODULES: &str = "there are too many modules to be read";
const MANY_IMPORTS: &str = "where a name comes from is not followed through so many imports";

/// A module, by its place among those that are open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ModuleId(usize);

/// The crates that were looked into so far.
pub(crate) struct Crates<'s> {
    pub(crate) sources: &'s Sources,
    modules: Vec<Module>,
    /// Files that were parsed: several modules may be one file.
    parsed: HashMap<FileId, Parsed>,
    roots: HashMap<String, Option<ModuleId>>,
    manifests: HashMap<String, Option<Rc<toml::Table>>>,
    /// By folder: the folder of the package.
    packages: HashMap<String, Option<String>>,
    /// By a package's folder and a name: the library that its code means.
    libraries: HashMap<(String, String), Option<ModuleId>>,
    known: HashMap<(ModuleId, Vec<String>), Resolved>,
    /// Names looked up for the current path.
    looks: usize,
    /// What they led to; in the middle of a look-up, nothing.
    found: HashMap<(ModuleId, String), Option<Resolved>>,
    /// Look-ups within each other.
    deep: usize,
    /// Stands for all modules behind the last one that is opened.
    beyond: Option<ModuleId>,
    /// By a crate's root: the functions that it writes for types.
    extensions: HashMap<ModuleId, Extensions>,
}

/// Functions by the names of their type and their own.
type Extensions = HashMap<String, HashMap<String, Own<(ModuleId, Rc<Function>)>>>;

/// What a type has of a name.
fn found<T: Clone, M>(
    all: &HashMap<String, HashMap<String, Own<T>>>,
    ty: &str,
    name: &str,
    get: impl FnOnce(T) -> Option<M>,
) -> Member<M> {
    let Some(own) = all.get(ty).and_then(|all| all.get(name)) else { return Member::Missing };
    match &own.unclear {
        Some(reason) => Member::Unclear(Rc::clone(reason)),
        None => get(own.what.clone()).map_or(Member::Missing, Member::Found),
    }
}

#[derive(Clone)]
struct Parsed {
    items: Items,
    names: Rc<Names>,
    error: Option<(Span, String)>,
}

/// What a module's items declare, by name.
#[derive(Default)]
struct Names {
    /// The place of an item, and the condition where others have its name under other ones.
    items: HashMap<String, (usize, Cfg)>,
    imports: HashMap<String, (usize, Cfg)>,
    /// Imports of everything.
    globs: Vec<usize>,
    /// By type and name: the item and which of its functions, or constants, it is.
    functions: HashMap<String, HashMap<String, Own<(usize, usize)>>>,
    constants: HashMap<String, HashMap<String, Own<(usize, usize)>>>,
}

/// One of a type's functions or constants, of which it may have several of one name.
struct Own<T> {
    what: T,
    /// It is the type's own, and no trait's.
    inherent: bool,
    cfg: Cfg,
    /// Why it cannot be told which is meant.
    unclear: Option<Rc<str>>,
}

impl<T> Own<T> {
    /// Puts it beside what is there of its name: what a type has by itself goes before what it
    /// has of a trait.
    fn put(self, names: &mut HashMap<String, Own<T>>, name: &str) {
        let Some(before) = names.get_mut(name) else {
            names.insert(name.to_owned(), self);
            return;
        };
        if let Some(cfg) = before.cfg.take().or(self.cfg) {
            before.unclear = Some(depends(name, &cfg));
            before.cfg = Some(cfg);
            return;
        }
        match (before.inherent, self.inherent) {
            (true, false) => {}
            (false, true) => *before = Own { cfg: None, ..self },
            _ => before.unclear = Some(Rc::from(format!("several `{name}` are written for it"))),
        }
    }
}

impl Names {
    fn of(items: &[Rc<Item>]) -> Names {
        let mut names = Names::default();
        for (at, item) in items.iter().enumerate() {
            match &**item {
                Item::Use(import) => match &import.name {
                    Some(name) => declare(&mut names.imports, name, at, items),
                    None => names.globs.push(at),
                },
                Item::Impl(own) => {
                    let ty = own.on.name();
                    let functions = names.functions.entry(ty.to_owned()).or_default();
                    for (inner, function) in own.functions.iter().enumerate() {
                        let cfg = function.cfg.clone().or_else(|| own.cfg.clone());
                        member(own, cfg, (at, inner)).put(functions, &function.name);
                    }
                    let constants = names.constants.entry(ty.to_owned()).or_default();
                    for (inner, constant) in own.constants.iter().enumerate() {
                        let cfg = constant.cfg.clone().or_else(|| own.cfg.clone());
                        member(own, cfg, (at, inner)).put(constants, &constant.name);
                    }
                }
                item => {
                    if let Some(name) = item.name() {
                        declare(&mut names.items, name, at, items);
                    }
                }
            }
        }
        names
    }
}

/// The first item of a name is meant; where the others are compiled under conditions, which of
/// them is there is not known.
fn declare(names: &mut HashMap<String, (usize, Cfg)>, name: &str, at: usize, items: &[Rc<Item>]) {
    let Some((first, unclear)) = names.get_mut(name) else {
        names.insert(name.to_owned(), (at, None));
        return;
    };
    let (Some(before), Some(item)) = (items.get(*first), items.get(at)) else { return };
    if unclear.is_none() && before.is_value() == item.is_value() {
        *unclear = before.cfg().clone().or_else(|| item.cfg().clone());
    }
}

fn member<T>(of: &Impl, cfg: Cfg, what: T) -> Own<T> {
    Own { what, inherent: of.of.is_none(), cfg, unclear: None }
}

fn depends(name: &str, cfg: &str) -> Rc<str> {
    Rc::from(format!("which `{name}` is compiled depends on `cfg({cfg})`"))
}

struct Module {
    name: String,
    file: FileId,
    items: Items,
    names: Rc<Names>,
    /// The folder in which the files of its children lie.
    dir: String,
    parent: Option<ModuleId>,
    root: ModuleId,
    children: HashMap<String, Option<ModuleId>>,
    /// Why it could not be read, as a sentence.
    error: Option<(Span, String)>,
    /// It is compiled under a condition.
    cfg: Cfg,
}

/// What a path leads to, with the names behind it that lead further.
#[derive(Debug, Clone)]
pub(crate) struct Resolved {
    pub(crate) target: Target,
    pub(crate) rest: Vec<String>,
}

#[derive(Debug, Clone)]
pub(crate) enum Target {
    Module(ModuleId),
    Item(ModuleId, Rc<Item>),
    /// Something of another package, with its path as far as it is known.
    Foreign(Vec<String>),
    /// It cannot be told, and why.
    Unclear(Rc<str>),
}

/// A function or constant of a type.
pub(crate) enum Member<T> {
    Found(T),
    /// It cannot be told which of several; the sentence says so.
    Unclear(Rc<str>),
    Missing,
}

impl<'s> Crates<'s> {
    pub(crate) fn new(sources: &'s Sources) -> Crates<'s> {
        Crates {
            sources,
            modules: Vec::new(),
            parsed: HashMap::new(),
            roots: HashMap::new(),
            manifests: HashMap::new(),
            packages: HashMap::new(),
            libraries: HashMap::new(),
            known: HashMap::new(),
            looks: 0,
            found: HashMap::new(),
            deep: 0,
            beyond: None,
            extensions: HashMap::new(),
        }
    }

    pub(crate) fn items(&self, module: ModuleId) -> Items {
        self.modules.get(module.0).map(|m| Rc::clone(&m.items)).unwrap_or_default()
    }

    /// A function that is written for a type in its module.
    pub(crate) fn function(&self, of: ModuleId, ty: &str, name: &str) -> Member<Rc<Function>> {
        let Some(module) = self.modules.get(of.0) else { return Member::Missing };
        found(&module.names.functions, ty, name, |(at, inner)| match &**module.items.get(at)? {
            Item::Impl(own) => own.functions.get(inner).cloned(),
            _ => None,
        })
    }

    /// The `impl` that has a constant of a type, and which of its constants it is.
    pub(crate) fn constant(&self, of: ModuleId, ty: &str, name: &str) -> Member<OwnConstant> {
        let Some(module) = self.modules.get(of.0) else { return Member::Missing };
        found(&module.names.constants, ty, name, |(at, inner)| {
            let item = Rc::clone(module.items.get(at)?);
            Some(OwnConstant { item, at: inner })
        })
    }

    pub(crate) fn file(&self, module: ModuleId) -> FileId {
        self.modules.get(module.0).map_or(FileId(0), |m| m.file)
    }

    pub(crate) fn name(&self, module: ModuleId) -> &str {
        self.modules.get(module.0).map_or("", |m| &m.name)
    }

    pub(crate) fn error(&self, module: ModuleId) -> Option<&(Span, String)> {
        self.modules.get(module.0)?.error.as_ref()
    }

    /// The condition under which a module, or one around it, is compiled.
    pub(crate) fn cfg(&self, module: ModuleId) -> Cfg {
        let mut next = Some(module);
        while let Some(module) = next.and_then(|id| self.modules.get(id.0)) {
            if let Some(cfg) = &module.cfg {
                return Some(Rc::clone(cfg));
            }
            next = module.parent;
        }
        None
    }

    /// The module that a file is. Where its crate does not lead to it, it stands by itself.
    pub(crate) fn of_file(&mut self, path: &str) -> Option<ModuleId> {
        self.compiled(path).or_else(|| self.root(path))
    }

    /// The module that a file is, where its crate leads to it.
    pub(crate) fn compiled(&mut self, path: &str) -> Option<ModuleId> {
        let home = self.package_of(path);
        let roots = home.as_deref().map(|dir| self.roots_of(dir)).unwrap_or_default();
        for root in roots {
            let Some(id) = self.root(&root) else { continue };
            if root == path {
                return Some(id);
            }
            if let Some(found) = self.walk(id, &root, path) {
                return Some(found);
            }
        }
        None
    }

    /// Why a file's crate does not lead to it: one of the files above it could not be read.
    pub(crate) fn broken_above(&mut self, path: &str) -> Option<(Span, String)> {
        let home = self.package_of(path)?;
        for root in self.roots_of(&home) {
            let Some(mut at) = self.root(&root) else { continue };
            let base = parent(&root);
            let below = match base {
                "" => path,
                base => match path.strip_prefix(base).and_then(|rest| rest.strip_prefix('/')) {
                    Some(below) => below,
                    None => continue,
                },
            };
            let mut names = below.trim_end_matches(".rs").split('/');
            loop {
                if let Some(error) = self.error(at) {
                    return Some(error.clone());
                }
                let next = names.next().and_then(|name| self.child(at, name));
                let Some(next) = next else { break };
                at = next;
            }
        }
        None
    }

    /// The modules that files become by way of `#[path]`, below those that some files declare.
    pub(crate) fn placed(&mut self, declaring: &[&String]) -> HashMap<FileId, ModuleId> {
        let mut found = HashMap::new();
        let mut todo: Vec<(ModuleId, bool)> = Vec::new();
        for path in declaring {
            todo.extend(self.compiled(path).map(|module| (module, false)));
        }
        while let Some((module, through)) = todo.pop() {
            for item in self.items(module).iter() {
                let Item::Module(inner) = &**item else { continue };
                let placed = through || inner.path.is_some();
                if !placed && inner.items.is_none() {
                    continue;
                }
                let Some(child) = self.child(module, &inner.name) else { continue };
                if placed
                    && inner.items.is_none()
                    && found.insert(self.file(child), child).is_some()
                {
                    continue;
                }
                todo.push((child, placed));
            }
        }
        found
    }

    /// Follows the names of folders from a crate's root to a file.
    fn walk(&mut self, root: ModuleId, root_path: &str, path: &str) -> Option<ModuleId> {
        let base = parent(root_path);
        let below = match base {
            "" => path,
            base => path.strip_prefix(base)?.strip_prefix('/')?,
        };
        let below = below.strip_suffix(".rs")?;
        let below = below.strip_suffix("/mod").unwrap_or(below);
        let mut at = root;
        for name in below.split('/') {
            at = self.child(at, name)?;
        }
        let file = self.sources.load(path).ok()?;
        (self.file(at) == file).then_some(at)
    }

    /// The folder of the package that a file belongs to: the next one up with a Cargo.toml.
    pub(crate) fn package_of(&mut self, path: &str) -> Option<String> {
        let own = parent(path);
        if let Some(known) = self.packages.get(own) {
            return known.clone();
        }
        let mut dirs = upward(own);
        let found = dirs.find(|dir| self.sources.load(&join(dir, "Cargo.toml")).is_ok());
        let found = found.map(str::to_owned);
        self.packages.insert(own.to_owned(), found.clone());
        found
    }

    fn manifest(&mut self, dir: &str) -> Option<Rc<toml::Table>> {
        if let Some(known) = self.manifests.get(dir) {
            return known.clone();
        }
        let file = self.sources.load(&join(dir, "Cargo.toml")).ok();
        let table = file.and_then(|file| self.sources.file(file).text.parse().ok()).map(Rc::new);
        self.manifests.insert(dir.to_owned(), table.clone());
        table
    }

    /// The files with which the crates of a package begin.
    fn roots_of(&mut self, dir: &str) -> Vec<String> {
        let manifest = self.manifest(dir);
        let lib = manifest.as_ref().and_then(|m| m.get("lib")?.get("path")?.as_str());
        let bins = manifest.as_ref().and_then(|m| m.get("bin")?.as_array()).into_iter().flatten();
        let bins = bins.filter_map(|bin| bin.get("path")?.as_str());
        let usual = ["src/lib.rs", "src/main.rs"];
        let all = lib.into_iter().chain(usual).chain(bins).map(|path| join(dir, path));
        let mut found: Vec<String> = Vec::new();
        for path in all {
            if !found.contains(&path) && self.sources.load(&path).is_ok() {
                found.push(path);
            }
        }
        found
    }

    /// The library of a package.
    pub(crate) fn library(&mut self, dir: &str) -> Option<ModuleId> {
        let root = self.roots_of(dir).into_iter().next()?;
        self.root(&root)
    }

    fn root(&mut self, path: &str) -> Option<ModuleId> {
        if let Some(known) = self.roots.get(path) {
            return *known;
        }
        let name = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".rs");
        let dir = match name {
            "lib" | "main" | "mod" => parent(path).to_owned(),
            // A file that no crate leads to: its children lie where those of a module would.
            _ => join(parent(path), name),
        };
        let id = self.open(name, path, dir, None, None);
        self.roots.insert(path.to_owned(), id);
        id
    }

    fn open(
        &mut self,
        name: &str,
        path: &str,
        dir: String,
        above: Option<ModuleId>,
        cfg: Cfg,
    ) -> Option<ModuleId> {
        let wrong = |file: FileId, why: String| Parsed {
            items: Items::default(),
            names: Rc::default(),
            error: Some((Span::top(file), why)),
        };
        let file = match self.sources.load(path) {
            Ok(file) => file,
            // A module that cannot be read is there all the same.
            Err(why) if above.is_some() => {
                let file = self.sources.placeholder(path);
                let parsed = wrong(file, format!("the file {why}"));
                return Some(self.add(name, file, parsed, dir, above, cfg));
            }
            Err(_) => return None,
        };
        // rustc refuses modules that lead to themselves, and so no more of them are opened.
        let mut next = above;
        while let Some(module) = next.and_then(|id| self.modules.get(id.0)) {
            if module.file == file {
                let parsed = wrong(file, "the file is a module of itself".to_owned());
                return Some(self.add(name, file, parsed, dir, above, cfg));
            }
            next = module.parent;
        }
        let parsed = self.parsed(file);
        Some(self.add(name, file, parsed, dir, above, cfg))
    }

    /// A file's items; it is parsed once.
    fn parsed(&mut self, file: FileId) -> Parsed {
        if let Some(known) = self.parsed.get(&file) {
            return known.clone();
        }
        let source = self.sources.file(file);
        let (items, error) = match parse(&source.text) {
            Ok(items) => (items, None),
            Err((at, why)) => {
                let span = Span::new(file, at.start, at.end);
                (Items::default(), Some((span, format!("the file is not read: {why}"))))
            }
        };
        let names = Rc::new(Names::of(&items));
        let parsed = Parsed { items, names, error };
        self.parsed.insert(file, parsed.clone());
        parsed
    }

    fn add(
        &mut self,
        name: &str,
        file: FileId,
        parsed: Parsed,
        dir: String,
        above: Option<ModuleId>,
        cfg: Cfg,
    ) -> ModuleId {
        let id = ModuleId(self.modules.len());
        if let Some(beyond) = self.beyond {
            return beyond;
        }
        let last = self.modules.len() >= MAX_MODULES;
        let parsed = match last {
            true => {
                self.beyond = Some(id);
                let error = Some((Span::top(file), MANY_MODULES.to_owned()));
                Parsed { items: Items::default(), names: Rc::default(), error }
            }
            false => parsed,
        };
        let root = above.and_then(|above| self.modules.get(above.0)).map_or(id, |m| m.root);
        self.modules.push(Module {
            name: name.to_owned(),
            file,
            items: parsed.items,
            names: parsed.names,
            dir,
            parent: above,
            root,
            children: HashMap::new(),
            error: parsed.error,
            cfg,
        });
        id
    }

    /// A module that is declared in another one.
    pub(crate) fn child(&mut self, of: ModuleId, name: &str) -> Option<ModuleId> {
        let module = self.modules.get(of.0)?;
        if let Some(known) = module.children.get(name) {
            return *known;
        }
        let items = Rc::clone(&module.items);
        let named = module.names.items.get(name).cloned();
        let is = |item: &Rc<Item>| matches!(&**item, Item::Module(inner) if inner.name == name);
        let (declared, unclear) = match &named {
            Some((at, unclear)) if items.get(*at).is_some_and(is) => {
                (items.get(*at)?, unclear.clone())
            }
            // A function may have the same name.
            _ => (items.iter().find(|item| is(item))?, None),
        };
        let Item::Module(declared) = &**declared else { return None };
        let dir = module.dir.clone();
        let file = module.file;
        let own = join(&dir, name);
        let cfg = declared.cfg.clone();
        let id = match (&declared.items, &declared.path) {
            _ if unclear.is_some() => {
                let why = depends(name, unclear.as_deref().unwrap_or_default());
                let parsed = Parsed {
                    items: Items::default(),
                    names: Rc::default(),
                    error: Some((Span::top(file), why.to_string())),
                };
                Some(self.add(name, file, parsed, own, Some(of), cfg))
            }
            (Some(items), _) => {
                let (items, names) = (Rc::clone(items), Rc::new(Names::of(items)));
                let parsed = Parsed { items, names, error: None };
                Some(self.add(name, file, parsed, own, Some(of), cfg))
            }
            (None, Some(path)) => {
                let path = join(parent(&self.sources.path(file)), path);
                let dir = parent(&path).to_owned();
                self.open(name, &path, dir, Some(of), cfg)
            }
            (None, None) => {
                let flat = format!("{own}.rs");
                let nested = join(&own, "mod.rs");
                let path = if self.sources.load(&nested).is_ok() { nested } else { flat };
                self.open(name, &path, own, Some(of), cfg)
            }
        };
        if let Some(module) = self.modules.get_mut(of.0) {
            module.children.insert(name.to_owned(), id);
        }
        id
    }

    /// A function that a crate adds to a type of another package, by a trait of its own.
    pub(crate) fn extension(
        &mut self,
        of: ModuleId,
        ty: &str,
        name: &str,
    ) -> Member<(ModuleId, Rc<Function>)> {
        let Some(module) = self.modules.get(of.0) else { return Member::Missing };
        let root = module.root;
        if !self.extensions.contains_key(&root) {
            let mut extensions = Extensions::new();
            let mut todo = vec![root];
            let mut left = MAX_ITEMS;
            while let Some(module) = todo.pop() {
                let items = self.items(module);
                for item in items.iter() {
                    left = left.saturating_sub(1);
                    if left == 0 {
                        break;
                    }
                    match &**item {
                        Item::Module(inner) => todo.extend(self.child(module, &inner.name)),
                        Item::Impl(own) if own.of.is_some() => {
                            let names = extensions.entry(own.on.name().to_owned()).or_default();
                            for function in &own.functions {
                                let cfg = function.cfg.clone().or_else(|| own.cfg.clone());
                                let what = (module, Rc::clone(function));
                                let cfg = cfg.or_else(|| self.cfg(module));
                                member(own, cfg, what).put(names, &function.name);
                            }
                        }
                        _ => {}
                    }
                }
            }
            self.extensions.insert(root, extensions);
        }
        match self.extensions.get(&root) {
            Some(extensions) => found(extensions, ty, name, Some),
            None => Member::Missing,
        }
    }

    /// How many names were looked up for the last path.
    pub(crate) fn looks(&mut self) -> usize {
        std::mem::take(&mut self.looks)
    }

    /// What a path in a module leads to.
    pub(crate) fn resolve(&mut self, from: ModuleId, path: &[String]) -> Resolved {
        let key = (from, path.to_vec());
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        self.looks = 0;
        self.found.clear();
        let found = self.follow(from, path);
        // What was looked for no further may be anything.
        let found = match self.looks > MAX_LOOKS {
            true => Resolved { target: Target::Unclear(MANY_IMPORTS.into()), rest: Vec::new() },
            false => found.unwrap_or_else(|| Resolved {
                target: Target::Foreign(path.to_vec()),
                rest: Vec::new(),
            }),
        };
        self.known.insert(key, found.clone());
        found
    }

    fn follow(&mut self, from: ModuleId, path: &[String]) -> Option<Resolved> {
        let (first, rest) = path.split_first()?;
        let module = self.modules.get(from.0)?;
        let start = match first.as_str() {
            "crate" => Target::Module(module.root),
            "self" => Target::Module(from),
            "super" => Target::Module(module.parent?),
            name => match self.look(from, name) {
                Some(found) => {
                    let mut behind = found.rest;
                    behind.extend(rest.iter().cloned());
                    return self.onward(found.target, behind);
                }
                None => Target::Module(self.package(from, name)?),
            },
        };
        self.onward(start, rest.to_vec())
    }

    /// Goes on through modules for as long as names lead on.
    fn onward(&mut self, start: Target, names: Vec<String>) -> Option<Resolved> {
        let mut target = start;
        let mut rest: std::collections::VecDeque<String> = names.into();
        for _ in 0..MAX_STEPS {
            match &mut target {
                Target::Foreign(path) => {
                    path.extend(rest.drain(..));
                    break;
                }
                Target::Item(..) | Target::Unclear(_) => break,
                Target::Module(module) => {
                    let Some(name) = rest.front() else { break };
                    let module = *module;
                    if name == "super" {
                        target = Target::Module(self.modules.get(module.0)?.parent?);
                        rest.pop_front();
                        continue;
                    }
                    let name = name.clone();
                    let Some(found) = self.look(module, &name) else { break };
                    rest.pop_front();
                    for name in found.rest.into_iter().rev() {
                        rest.push_front(name);
                    }
                    target = found.target;
                }
            }
        }
        Some(Resolved { target, rest: rest.into() })
    }

    /// A name in a module: what it declares, then what it imports by name, then by `*`.
    fn look(&mut self, module: ModuleId, name: &str) -> Option<Resolved> {
        let key = (module, name.to_owned());
        if let Some(known) = self.found.get(&key) {
            return known.clone();
        }
        self.looks += 1;
        if self.deep > MAX_DEEP {
            self.looks = MAX_LOOKS + 1;
        }
        if self.looks > MAX_LOOKS {
            return None;
        }
        self.found.insert(key.clone(), None);
        self.deep += 1;
        let found = self.look_in(module, name);
        self.deep -= 1;
        self.found.insert(key, found.clone());
        found
    }

    fn look_in(&mut self, module: ModuleId, name: &str) -> Option<Resolved> {
        let whole = |target| Some(Resolved { target, rest: Vec::new() });
        let own = self.modules.get(module.0)?;
        let (items, names) = (Rc::clone(&own.items), Rc::clone(&own.names));
        if let Some((at, unclear)) = names.items.get(name) {
            let item = items.get(*at)?;
            return match (&**item, unclear) {
                (Item::Module(_), _) => whole(Target::Module(self.child(module, name)?)),
                (_, Some(cfg)) => whole(Target::Unclear(depends(name, cfg))),
                _ => whole(Target::Item(module, Rc::clone(item))),
            };
        }
        let import = |at: usize| match items.get(at).map(|item| &**item) {
            Some(Item::Use(import)) => Some(import),
            _ => None,
        };
        if let Some((at, unclear)) = names.imports.get(name) {
            return match unclear {
                Some(cfg) => whole(Target::Unclear(depends(name, cfg))),
                None => Some(self.imported(module, import(*at)?)),
            };
        }
        for import in names.globs.iter().filter_map(|at| import(*at)) {
            self.looks += 1;
            if self.looks > MAX_LOOKS {
                return None;
            }
            match self.follow(module, &import.path) {
                Some(Resolved { target: Target::Module(of), rest }) if rest.is_empty() => {
                    if let Some(found) = self.look(of, name) {
                        return Some(found);
                    }
                }
                Some(Resolved { target: Target::Item(of, item), rest }) if rest.is_empty() => {
                    if variant(&item, name).is_some() {
                        let rest = vec![name.to_owned()];
                        return Some(Resolved { target: Target::Item(of, item), rest });
                    }
                }
                _ => {}
            }
        }
        None
    }

    fn imported(&mut self, module: ModuleId, import: &Import) -> Resolved {
        self.follow(module, &import.path).unwrap_or_else(|| Resolved {
            target: Target::Foreign(import.path.clone()),
            rest: Vec::new(),
        })
    }

    /// A package of the project that a crate depends on, by the name that its code uses.
    fn package(&mut self, from: ModuleId, name: &str) -> Option<ModuleId> {
        let path = self.sources.path(self.file(from));
        let dir = self.package_of(&path)?;
        let key = (dir.clone(), name.to_owned());
        if let Some(known) = self.libraries.get(&key) {
            return *known;
        }
        let found = self.dependency(&dir, name);
        self.libraries.insert(key, found);
        found
    }

    fn dependency(&mut self, dir: &str, name: &str) -> Option<ModuleId> {
        if KNOWN.contains(&name) {
            return None;
        }
        let manifest = self.manifest(dir)?;
        let own = manifest.get("lib").and_then(|lib| lib.get("name")?.as_str());
        let own = own.or_else(|| manifest.get("package")?.get("name")?.as_str());
        if own.is_some_and(|own| own.replace('-', "_") == name) {
            return self.library(dir);
        }
        let tables = ["dependencies", "dev-dependencies", "build-dependencies"];
        let dependency = tables.iter().find_map(|table| {
            let all = manifest.get(*table)?.as_table()?;
            all.iter().find(|(key, _)| key.replace('-', "_") == name)
        });
        let (key, dependency) = dependency?;
        if let Some(path) = dependency.get("path").and_then(|path| path.as_str()) {
            return self.library(&join(dir, path));
        }
        dependency.get("workspace")?.as_bool()?.then_some(())?;
        let above: Vec<String> = upward(dir).map(str::to_owned).collect();
        for up in above {
            let Some(manifest) = self.manifest(&up) else { continue };
            let shared = manifest.get("workspace").and_then(|w| w.get("dependencies")?.get(key));
            let Some(shared) = shared else { continue };
            return self.library(&join(&up, shared.get("path")?.as_str()?));
        }
        None
    }
}

/// One of the constants of an `impl`.
pub(crate) struct OwnConstant {
    item: Rc<Item>,
    at: usize,
}

impl OwnConstant {
    pub(crate) fn get(&self) -> Option<&Constant> {
        match &*self.item {
            Item::Impl(own) => own.constants.get(self.at),
            _ => None,
        }
    }
}

/// A variant of an enum by its name.
pub(crate) fn variant<'i>(item: &'i Item, name: &str) -> Option<&'i Variant> {
    match item {
        Item::Enum(item) => item.variants.iter().find(|v| v.name == name),
        _ => None,
    }
}
