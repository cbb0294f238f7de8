//! Models that env.py never loads, of the metadata that it compares the database with.
//!
//! Said only where env.py's imports can be followed to their end: what a module may load at run
//! time, by a name that it makes up or inside of a function, counts as loaded.

use std::{
    collections::{BTreeSet, HashSet},
    rc::Rc,
};

use rayon::prelude::*;
use ruff_python_ast::Stmt;

use super::{
    super::{
        imports::statements,
        machine::Machine,
        project::{Project, join},
        value::{Scope, Value},
    },
    metadata::Key,
    modules::{self, Seen},
    read_module,
    tables::{Declared, Tables},
};
use crate::{
    ir::Name,
    model::{Models, Unregistered},
    project::{Found, Tool, Tree, parent, upward},
    schema::Schema,
};

/// What a file says that declares a table.
const SIGNS: &[&str] = &["Column(", "mapped_column", "Mapped[", "table=True", "Table("];
/// Folders whose modules are no part of the application.
const APART: &[&str] = &[
    "alembic",
    "benchmarks",
    "conftest",
    "demo",
    "dev",
    "docs",
    "example",
    "examples",
    "fixtures",
    "migrations",
    "samples",
    "scripts",
    "test",
    "testing",
    "tests",
    "tools",
    "versions",
];
/// Calls by which a module loads others that its imports do not name.
const LOADERS: &[&str] = &[
    "__import__",
    "autodiscover",
    "entry_points",
    "exec",
    "exec_module",
    "find_modules",
    "import_module",
    "import_string",
    "iter_entry_points",
    "iter_modules",
    "load_module",
    "walk_packages",
];
/// Modules that are evaluated at the most: a project that has more keeps its models elsewhere.
const MAX_CANDIDATES: usize = 200;
/// Models that are named at the most.
const MAX_NAMED: usize = 100;

/// What env.py loads, and what came of it.
pub(super) struct Loaded<'a> {
    pub(super) env: &'a Rc<Scope>,
    /// The metadata that env.py compares with.
    pub(super) target: &'a [Key],
    pub(super) modules: &'a [Seen],
    pub(super) declared: &'a Declared,
}

/// Finds them, in what lies beside the models that env.py loads.
pub(super) fn find(
    machine: &mut Machine<'_, '_>,
    loaded: &Loaded<'_>,
    found: &Found,
    tree: &Tree,
    replayed: &Schema,
    models: &mut Models,
) {
    let Some(place) = modules::place(loaded.env, "target_metadata") else { return };
    let homes = homes(machine.project, &loaded.declared.files);
    if !is_alone(found, tree, &homes) || !is_configured(machine.project, found) {
        return;
    }
    let known = loaded.modules.iter().map(|seen| machine.project.sources.path(seen.file));
    let known: HashSet<String> = known.collect();
    let beside: Vec<&String> = found
        .files
        .iter()
        .filter(|path| path.ends_with(".py") && tree.below(path).is_none() && !is_apart(path))
        .filter(|path| homes.holds(path))
        .collect();
    let sources = machine.project.sources;
    let signed: Vec<&String> = beside
        .par_iter()
        .filter(|path| !known.contains(path.as_str()))
        .filter(|path| {
            let text = sources.peek(path).unwrap_or_default();
            SIGNS.iter().any(|sign| text.contains(sign))
        })
        .copied()
        .collect();
    if signed.is_empty() || signed.len() > MAX_CANDIDATES {
        return;
    }
    let mut made = declared(machine, loaded, &signed);
    // Autogenerate looks at the default schema only, unless it is told to.
    let env = sources.file(loaded.env.module.file);
    let schemas = env.text.contains("include_schemas");
    made.retain(|model| {
        let seen = schemas || model.table.schema.is_none();
        seen && replayed.view(&model.table).is_none() && !models.left_out.contains(&model.table)
    });
    made.truncate(MAX_NAMED);
    if made.is_empty() || !is_followed(machine, loaded) {
        return;
    }
    let reached: HashSet<String> = modules::reachable(machine.project, loaded.modules)
        .iter()
        .map(|seen| sources.path(seen.file))
        .collect();
    made.retain(|model| !reached.contains(&sources.path(model.span.file)));
    let (lost, mut unmade): (Vec<Unregistered>, Vec<Unregistered>) =
        made.into_iter().partition(|model| replayed.table(&model.table).found().is_some());
    // Where most tables of the history are not here, something else loads them.
    let here = loaded.declared.names.iter().filter(|name| replayed.table(name).found().is_some());
    if here.count() < lost.len() {
        return;
    }
    // A module that nothing uses is no part of the application.
    unmade.retain(|model| {
        let own = sources.path(model.span.file);
        beside.par_iter().any(|path| {
            **path != own && {
                let text = sources.peek(path).unwrap_or_default();
                names_model(&text, &model.class, &model.module)
            }
        })
    });
    models.unregistered.extend(lost.into_iter().chain(unmade).map(|model| Unregistered {
        place,
        module: dotted(machine.project, &sources.path(model.span.file)),
        ..model
    }));
}

/// The tables of the metadata that some modules declare and env.py's do not.
fn declared(
    machine: &mut Machine<'_, '_>,
    loaded: &Loaded<'_>,
    paths: &[&String],
) -> Vec<Unregistered> {
    let mut tables = Tables::default();
    let ops = std::mem::take(&mut machine.ops);
    for path in paths {
        let stem = path.strip_suffix(".py").unwrap_or(path);
        if let Some(scope) = machine.project.at(stem.strip_suffix("/__init__").unwrap_or(stem))
            && scope.module.error.is_none()
        {
            read_module(machine, &scope, &mut tables);
        }
    }
    let found = tables.others(machine, loaded.target);
    machine.ops = ops;
    let sources = machine.project.sources;
    let known = |name: &Name| loaded.declared.names.iter().any(|known| known.name == name.name);
    let mut found: Vec<Unregistered> = found
        .into_iter()
        .filter(|(table, _, span)| {
            !known(table) && paths.iter().any(|path| **path == sources.path(span.file))
        })
        .map(|(table, class, span)| Unregistered {
            class,
            table,
            span,
            module: stem(&sources.path(span.file)).to_owned(),
            place: span,
        })
        .collect();
    // Declared twice: one of them is not meant.
    let twice: BTreeSet<Name> = {
        let mut seen = BTreeSet::new();
        found.iter().filter(|m| !seen.insert(m.table.clone())).map(|m| m.table.clone()).collect()
    };
    found.retain(|model| !twice.contains(&model.table));
    found
}

/// Where an application's models lie: packages, and folders that are none.
struct Homes {
    packages: BTreeSet<String>,
    folders: BTreeSet<String>,
}

impl Homes {
    fn holds(&self, path: &str) -> bool {
        let dir = parent(path);
        self.folders.contains(dir) || upward(dir).any(|up| self.packages.contains(up))
    }
}

fn homes(project: &Project<'_>, files: &BTreeSet<String>) -> Homes {
    let mut homes = Homes { packages: BTreeSet::new(), folders: BTreeSet::new() };
    for path in files {
        match package(project, parent(path)) {
            Some(top) => homes.packages.insert(top),
            None => homes.folders.insert(parent(path).to_owned()),
        };
    }
    homes
}

/// The outermost package that a folder belongs to.
fn package(project: &Project<'_>, dir: &str) -> Option<String> {
    let is_package =
        |dir: &&str| !dir.is_empty() && project.sources.is_file(&join(dir, "__init__.py"));
    upward(dir).take_while(is_package).last().map(str::to_owned)
}

/// Whether no other history of Alembic's may be there for the same models.
fn is_alone(found: &Found, tree: &Tree, homes: &Homes) -> bool {
    let mut others = found.trees.iter().filter(|other| {
        other.tool == Tool::Alembic && (&other.dir, &other.env) != (&tree.dir, &tree.env)
    });
    let own = homes.packages.iter().chain(&homes.folders);
    let own: Vec<&str> = own.map(String::as_str).collect();
    !others.any(|other| {
        let around = parent(&other.dir);
        own.iter()
            .any(|home| upward(home).any(|up| up == around) || upward(around).any(|up| up == *home))
    })
}

/// Whether Alembic's own program can be run here: where only the application runs it, that has
/// loaded its models before.
fn is_configured(project: &Project<'_>, found: &Found) -> bool {
    found.files.iter().any(|path| {
        let name = path.rsplit('/').next().unwrap_or(path);
        (name.ends_with(".ini") || name == "pyproject.toml")
            && project
                .sources
                .load(path)
                .is_ok_and(|file| project.sources.file(file).text.contains("script_location"))
    })
}

fn is_apart(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.starts_with("test_")
        || name.ends_with("_test.py")
        || path.split('/').any(|part| APART.contains(&part.strip_suffix(".py").unwrap_or(part)))
}

/// Whether what env.py loads can be told from what its modules say.
fn is_followed(machine: &mut Machine<'_, '_>, loaded: &Loaded<'_>) -> bool {
    if machine.project.full || !machine.project.refused.is_empty() {
        return false;
    }
    let sources = machine.project.sources;
    let plain = loaded.modules.iter().all(|seen| {
        let text = sources.file(seen.file);
        !LOADERS.iter().any(|name| calls(&text.text, name))
    });
    let env = sources.file(loaded.env.module.file);
    let tops =
        loaded.modules.iter().map(|seen| top(machine.project, parent(&sources.path(seen.file))));
    let tops: BTreeSet<String> = tops.flatten().collect();
    // A package that is named in a string is for somebody who loads it.
    let names_package = |top: &String| {
        env.text.match_indices(top.as_str()).any(|(at, _)| {
            let Some(quote) = env.text[..at].chars().next_back() else { return false };
            if !matches!(quote, '\'' | '"') {
                return false;
            }
            let rest = &env.text[at + top.len()..];
            let inside = rest.split([quote, '\n']).next().unwrap_or_default();
            inside.is_empty() || inside.starts_with('.') && !inside.ends_with('.')
        })
    };
    plain
        && !tops.iter().any(names_package)
        && loaded.modules.iter().all(|seen| {
            let Some(scope) = machine.project.at(&seen.path) else { return false };
            let imports = statements(&scope.module, false);
            scope.module.error.is_none()
                && imports.iter().all(|import| follows(machine.project, import, &scope))
        })
}

/// The name of the outermost package of a folder.
fn top(project: &Project<'_>, dir: &str) -> Option<String> {
    let found = package(project, dir)?;
    Some(found.rsplit('/').next().unwrap_or(&found).to_owned())
}

/// Whether a text calls a function of this name, and no method of something else, for more than a
/// module of the standard library.
fn calls(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let module = text[..at].ends_with("importlib.") || text[..at].ends_with("pkgutil.");
        let alone = before.is_none_or(|c| !(c == '.' || c == '_' || c.is_alphanumeric()));
        let Some(argument) = text[at + name.len()..].strip_prefix('(') else { return false };
        let argument = argument.trim_start_matches(['\'', '"']);
        !argument.starts_with("pkgutil") && (alone || module || name.contains('_'))
    })
}

/// Whether an import leads to a module of the project, or to none at all.
fn follows(project: &mut Project<'_>, import: &Stmt, scope: &Rc<Scope>) -> bool {
    let module = &scope.module;
    match import {
        Stmt::ImportFrom(import) => {
            if project.module_of(import, module).is_some() {
                return true;
            }
            let path = import.module.as_ref().map(|m| m.as_str()).unwrap_or_default();
            let outside = import.level == 0 && project.is_outside(path);
            outside
                || import.names.iter().all(|alias| {
                    let name = alias.name.as_str();
                    matches!(project.external_or_package(import, name, module), Value::Module(_))
                })
        }
        Stmt::Import(import) => import.names.iter().all(|alias| {
            let path = alias.name.as_str();
            project.absolute(path).is_some() || project.is_outside(path)
        }),
        _ => true,
    }
}

/// A module's own name: the package's for its `__init__.py`.
fn stem(path: &str) -> &str {
    let path = path.strip_suffix(".py").unwrap_or(path);
    let path = path.strip_suffix("/__init__").unwrap_or(path);
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether a text speaks of a model by its class, or of its module in an import.
fn names_model(text: &str, class: &str, module: &str) -> bool {
    let names = |text: &str, word: &str| {
        text.match_indices(word).any(|(at, _)| {
            let edge = |c: Option<char>| c.is_none_or(|c| !(c == '_' || c.is_alphanumeric()));
            edge(text[..at].chars().next_back()) && edge(text[at + word.len()..].chars().next())
        })
    };
    let is_import = |line: &&str| line.starts_with("from ") || line.starts_with("import ");
    names(text, class)
        || text.lines().map(str::trim_start).filter(is_import).any(|l| names(l, module))
}

/// How other modules of the application import one.
fn dotted(project: &Project<'_>, path: &str) -> String {
    let dir = parent(path);
    let root = match package(project, dir) {
        Some(top) => parent(&top).to_owned(),
        None => project.root_of(dir),
    };
    let path = path.strip_suffix(".py").unwrap_or(path);
    let path = path.strip_suffix("/__init__").unwrap_or(path);
    let below = match root.as_str() {
        "" => path,
        root => path.strip_prefix(root).map_or(path, |rest| rest.trim_start_matches('/')),
    };
    below.replace('/', ".")
}
