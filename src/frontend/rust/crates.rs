//! Crates of the project: their modules, and what a path in one of them leads to.

use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
};

use super::{
    parse,
    syntax::{Function, Import, Item, Items, Variant},
};
use crate::{
    project::{join, parent, upward},
    source::{FileId, Sources, Span},
};

/// Modules at whose number no more are opened.
const MAX_MODULES: usize = 5_000;
/// How far one path is followed.
const MAX_STEPS: usize = 40;
/// Names that are looked up for one path: imports of everything from each other multiply.
const MAX_LOOKS: usize = 2_000;

/// A module, by its place among those that are open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ModuleId(usize);

/// The crates that were looked into so far.
pub(crate) struct Crates<'s> {
    pub(crate) sources: &'s Sources,
    modules: Vec<Module>,
    roots: HashMap<String, Option<ModuleId>>,
    manifests: HashMap<String, Option<Rc<toml::Table>>>,
    known: HashMap<(ModuleId, Vec<String>), Resolved>,
    /// Names looked up for the current path.
    looks: usize,
    /// By a crate's root: the functions that it writes for types.
    extensions: HashMap<ModuleId, Extensions>,
}

/// Functions by the names of their type and their own.
type Extensions = HashMap<(String, String), (ModuleId, Function)>;

struct Module {
    name: String,
    file: FileId,
    items: Rc<Vec<Rc<Item>>>,
    /// The folder in which the files of its children lie.
    dir: String,
    parent: Option<ModuleId>,
    root: ModuleId,
    children: HashMap<String, Option<ModuleId>>,
    /// Why it could not be read, as a sentence.
    error: Option<(Span, String)>,
    /// It is compiled under a condition.
    cfg: Option<String>,
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
}

impl<'s> Crates<'s> {
    pub(crate) fn new(sources: &'s Sources) -> Crates<'s> {
        Crates {
            sources,
            modules: Vec::new(),
            roots: HashMap::new(),
            manifests: HashMap::new(),
            known: HashMap::new(),
            looks: 0,
            extensions: HashMap::new(),
        }
    }

    pub(crate) fn items(&self, module: ModuleId) -> Rc<Vec<Rc<Item>>> {
        self.modules.get(module.0).map(|m| Rc::clone(&m.items)).unwrap_or_default()
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
    pub(crate) fn cfg(&self, module: ModuleId) -> Option<&str> {
        let mut next = Some(module);
        while let Some(module) = next.and_then(|id| self.modules.get(id.0)) {
            if let Some(cfg) = &module.cfg {
                return Some(cfg);
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
    pub(crate) fn package_of(&self, path: &str) -> Option<String> {
        let dirs = upward(parent(path));
        let mut own = dirs.filter(|dir| self.sources.load(&join(dir, "Cargo.toml")).is_ok());
        own.next().map(str::to_owned)
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
        cfg: Option<String>,
    ) -> Option<ModuleId> {
        let file = match self.sources.load(path) {
            Ok(file) => file,
            // A module that cannot be read is there all the same.
            Err(why) if above.is_some() => {
                let file = self.sources.placeholder(path);
                let error = Some((Span::top(file), format!("the file {why}")));
                return self.add(name, file, Vec::new(), dir, above, error, cfg);
            }
            Err(_) => return None,
        };
        let source = self.sources.file(file);
        let (items, error) = match parse(&source.text) {
            Ok(items) => (items, None),
            Err((at, why)) => {
                let span = Span::new(file, at.start, at.end);
                (Vec::new(), Some((span, format!("the file is not read: {why}"))))
            }
        };
        self.add(name, file, items, dir, above, error, cfg)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one module")]
    fn add(
        &mut self,
        name: &str,
        file: FileId,
        items: Items,
        dir: String,
        above: Option<ModuleId>,
        error: Option<(Span, String)>,
        cfg: Option<String>,
    ) -> Option<ModuleId> {
        if self.modules.len() >= MAX_MODULES {
            return None;
        }
        let id = ModuleId(self.modules.len());
        let root = above.and_then(|above| self.modules.get(above.0)).map_or(id, |m| m.root);
        self.modules.push(Module {
            name: name.to_owned(),
            file,
            items: Rc::new(items.into_iter().map(Rc::new).collect()),
            dir,
            parent: above,
            root,
            children: HashMap::new(),
            error,
            cfg,
        });
        Some(id)
    }

    /// A module that is declared in another one.
    pub(crate) fn child(&mut self, of: ModuleId, name: &str) -> Option<ModuleId> {
        let module = self.modules.get(of.0)?;
        if let Some(known) = module.children.get(name) {
            return *known;
        }
        let items = Rc::clone(&module.items);
        let declared = items.iter().find_map(|item| match &**item {
            Item::Module(inner) if inner.name == name => Some(inner),
            _ => None,
        })?;
        let dir = module.dir.clone();
        let file = module.file;
        let own = join(&dir, name);
        let cfg = declared.cfg.clone();
        let id = match (&declared.items, &declared.path) {
            (Some(items), _) => self.add(name, file, items.clone(), own, Some(of), None, cfg),
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
    ) -> Option<(ModuleId, Function)> {
        let root = self.modules.get(of.0)?.root;
        if !self.extensions.contains_key(&root) {
            let mut found = HashMap::new();
            let mut todo = vec![root];
            while let Some(module) = todo.pop() {
                let items = self.items(module);
                for item in items.iter() {
                    match &**item {
                        Item::Module(inner) => todo.extend(self.child(module, &inner.name)),
                        Item::Impl(own) => {
                            for function in &own.functions {
                                let key = (own.on.name().to_owned(), function.name.clone());
                                found.entry(key).or_insert((module, function.clone()));
                            }
                        }
                        _ => {}
                    }
                }
            }
            self.extensions.insert(root, found);
        }
        self.extensions.get(&root)?.get(&(ty.to_owned(), name.to_owned())).cloned()
    }

    /// What a path in a module leads to.
    pub(crate) fn resolve(&mut self, from: ModuleId, path: &[String]) -> Resolved {
        let key = (from, path.to_vec());
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        self.looks = 0;
        let mut seen = HashSet::new();
        let found = self.follow(from, path, &mut seen).unwrap_or_else(|| Resolved {
            target: Target::Foreign(path.to_vec()),
            rest: Vec::new(),
        });
        self.known.insert(key, found.clone());
        found
    }

    fn follow(
        &mut self,
        from: ModuleId,
        path: &[String],
        seen: &mut HashSet<(ModuleId, String)>,
    ) -> Option<Resolved> {
        let (first, rest) = path.split_first()?;
        let module = self.modules.get(from.0)?;
        let start = match first.as_str() {
            "crate" => Target::Module(module.root),
            "self" => Target::Module(from),
            "super" => Target::Module(module.parent?),
            name => match self.look(from, name, seen) {
                Some(found) => {
                    let mut behind = found.rest;
                    behind.extend(rest.iter().cloned());
                    return self.onward(found.target, behind, seen);
                }
                None => Target::Module(self.package(from, name)?),
            },
        };
        self.onward(start, rest.to_vec(), seen)
    }

    /// Goes on through modules for as long as names lead on.
    fn onward(
        &mut self,
        start: Target,
        names: Vec<String>,
        seen: &mut HashSet<(ModuleId, String)>,
    ) -> Option<Resolved> {
        let mut target = start;
        let mut rest: std::collections::VecDeque<String> = names.into();
        for _ in 0..MAX_STEPS {
            match &mut target {
                Target::Foreign(path) => {
                    path.extend(rest.drain(..));
                    break;
                }
                Target::Item(..) => break,
                Target::Module(module) => {
                    let Some(name) = rest.front() else { break };
                    let module = *module;
                    if name == "super" {
                        target = Target::Module(self.modules.get(module.0)?.parent?);
                        rest.pop_front();
                        continue;
                    }
                    let name = name.clone();
                    let Some(found) = self.look(module, &name, seen) else { break };
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
    fn look(
        &mut self,
        module: ModuleId,
        name: &str,
        seen: &mut HashSet<(ModuleId, String)>,
    ) -> Option<Resolved> {
        self.looks += 1;
        let deep = seen.len() > MAX_STEPS || self.looks > MAX_LOOKS;
        if deep || !seen.insert((module, name.to_owned())) {
            return None;
        }
        let items = self.items(module);
        let found = self.look_in(module, &items, name, seen);
        seen.remove(&(module, name.to_owned()));
        found
    }

    fn look_in(
        &mut self,
        module: ModuleId,
        items: &[Rc<Item>],
        name: &str,
        seen: &mut HashSet<(ModuleId, String)>,
    ) -> Option<Resolved> {
        let whole = |target| Some(Resolved { target, rest: Vec::new() });
        for item in items {
            let own = match &**item {
                Item::Function(f) => &f.name,
                Item::Enum(e) => &e.name,
                Item::Struct(s) => &s.name,
                Item::Constant { name, .. } | Item::Alias { name, .. } => name,
                Item::Module(inner) if inner.name == name => {
                    return whole(Target::Module(self.child(module, name)?));
                }
                _ => continue,
            };
            if own == name {
                return whole(Target::Item(module, Rc::clone(item)));
            }
        }
        let imports = || {
            items.iter().filter_map(|item| match &**item {
                Item::Use(import) => Some(import),
                _ => None,
            })
        };
        let by_name = imports().find(|import| import.name.as_deref() == Some(name));
        if let Some(import) = by_name {
            return Some(self.imported(module, import, seen));
        }
        for import in imports().filter(|import| import.name.is_none()) {
            match self.follow(module, &import.path, seen) {
                Some(Resolved { target: Target::Module(of), rest }) if rest.is_empty() => {
                    if let Some(found) = self.look(of, name, seen) {
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

    fn imported(
        &mut self,
        module: ModuleId,
        import: &Import,
        seen: &mut HashSet<(ModuleId, String)>,
    ) -> Resolved {
        self.follow(module, &import.path, seen).unwrap_or_else(|| Resolved {
            target: Target::Foreign(import.path.clone()),
            rest: Vec::new(),
        })
    }

    /// A package of the project that a crate depends on, by the name that its code uses.
    fn package(&mut self, from: ModuleId, name: &str) -> Option<ModuleId> {
        let path = self.sources.path(self.file(from));
        let dir = self.package_of(&path)?;
        let manifest = self.manifest(&dir)?;
        let own = manifest.get("lib").and_then(|lib| lib.get("name")?.as_str());
        let own = own.or_else(|| manifest.get("package")?.get("name")?.as_str());
        if own.is_some_and(|own| own.replace('-', "_") == name) {
            return self.library(&dir);
        }
        let tables = ["dependencies", "dev-dependencies", "build-dependencies"];
        let dependency = tables.iter().find_map(|table| {
            let all = manifest.get(*table)?.as_table()?;
            all.iter().find(|(key, _)| key.replace('-', "_") == name)
        });
        let (key, dependency) = dependency?;
        if let Some(path) = dependency.get("path").and_then(|path| path.as_str()) {
            return self.library(&join(&dir, path));
        }
        dependency.get("workspace")?.as_bool()?.then_some(())?;
        let above: Vec<String> = upward(&dir).map(str::to_owned).collect();
        for up in above {
            let Some(manifest) = self.manifest(&up) else { continue };
            let shared = manifest.get("workspace").and_then(|w| w.get("dependencies")?.get(key));
            let Some(shared) = shared else { continue };
            return self.library(&join(&up, shared.get("path")?.as_str()?));
        }
        None
    }
}

/// A variant of an enum by its name.
pub(crate) fn variant<'i>(item: &'i Item, name: &str) -> Option<&'i Variant> {
    match item {
        Item::Enum(item) => item.variants.iter().find(|v| v.name == name),
        _ => None,
    }
}
