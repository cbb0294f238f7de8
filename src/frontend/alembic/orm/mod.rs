//! SQLAlchemy's and SQLModel's models: what `metadata.create_all` would make of them.
//!
//! The same evaluator that reads migrations reads the modules that env.py loads. Classes are
//! mapped as Declarative maps them; nothing is run.

mod annotations;
mod appended;
mod classes;
mod composite;
mod elsewhere;
mod filters;
mod metadata;
mod modules;
mod objects;
mod sqlmodel;
mod tables;
mod unregistered;
mod versions;
mod walks;

use std::{collections::HashSet, rc::Rc};

use modules::Seen;
use rayon::prelude::*;

use super::{
    machine::Machine,
    module::Item,
    naming::Conventions,
    project,
    value::{Class, Scope, Value},
};
use crate::{
    diagnostic::OpaquePlace,
    ir::{Name, Op, OpKind, OpaqueEffect},
    model::Models,
    project::{Found, Tree, lies_aside, parent, upward},
    schema::{Origin, Schema},
    source::{FileId, Sources, Span},
};

pub(super) use metadata::is_extension;
pub(super) use tables::substituted;

/// Whether `db.NAME` of Flask-SQLAlchemy is SQLAlchemy's own.
pub(super) fn is_export(name: &str) -> bool {
    !matches!(name, "Model" | "metadata" | "metadatas" | "session" | "engine" | "engines" | "Query")
        && !name.starts_with('_')
}

/// Modules that are read at the most: no application has as many.
const MAX_MODULES: usize = 4_000;
/// Steps that reading all models may take.
const MAX_STEPS: usize = 4_000_000;
/// What a module has to say somewhere to declare a table, or what one is made of.
const SIGNS: &[&str] = &[
    "Column(",
    "mapped_column",
    "Mapped[",
    "table=True",
    "Table(",
    "__table",
    "__mapper_args__",
    "Index(",
    NAMING,
];
/// Bases that classes of tables have, and so many others: not for themselves Pydantic's.
const BASES: &[&str] = &["Base)", "Model)"];

/// Whether a module may declare a table, or what one is made of.
fn is_signed(text: &str) -> bool {
    let inherits = |base: &&str| {
        text.match_indices(*base).any(|(at, _)| !text[..at + base.len()].ends_with("(BaseModel)"))
    };
    SIGNS.iter().any(|sign| text.contains(sign)) || BASES.iter().any(inherits)
}

/// What a statement at the top level has to say to make a part of a table.
const PARTS: &[&str] = &["Table(", "Index(", "Constraint("];
/// What sets a convention for a metadata that somebody else made.
const NAMING: &str = "naming_convention";

/// The table that a class is mapped to.
pub(super) fn table_of(machine: &mut Machine<'_, '_>, class: &Rc<Class>) -> Option<Name> {
    let mut tables = tables::Tables::new(versions::Sqlmodel::default(), false);
    tables.class(machine, class)?;
    machine.mapped.get(&(Rc::as_ptr(class) as usize)).cloned()
}

/// The naming convention of a metadata.
pub(super) fn conventions_of(machine: &mut Machine<'_, '_>, of: &Value) -> Option<Conventions> {
    metadata::of_value(machine, of)?.conventions
}

/// Whether a value is a metadata.
pub(super) fn is_metadata(machine: &mut Machine<'_, '_>, value: &Value) -> bool {
    metadata::of_value(machine, value).is_some()
}

/// Whether a `Table(…)` belongs to a metadata.
pub(super) fn has_metadata(machine: &mut Machine<'_, '_>, table: &Value) -> bool {
    let Value::Call(call) = table else { return false };
    let of = call.args.get(1).or_else(|| call.kwarg("metadata"));
    of.cloned().is_some_and(|of| metadata::of_value(machine, &of).is_some())
}

/// Reads the models that belong to a tree: those that its env.py loads.
pub fn read(sources: &Sources, found: &Found, tree: &Tree, replayed: &Schema) -> Option<Models> {
    read_with(sources, found, tree, replayed, false)
}

/// The same, and those beside them that env.py does not load.
pub fn read_all(
    sources: &Sources,
    found: &Found,
    tree: &Tree,
    replayed: &Schema,
) -> Option<Models> {
    read_with(sources, found, tree, replayed, true)
}

fn read_with(
    sources: &Sources,
    found: &Found,
    tree: &Tree,
    replayed: &Schema,
    all: bool,
) -> Option<Models> {
    let mut project = project::Project::new(sources, tree);
    project.most = MAX_MODULES;
    let mut models = Models::default();
    let place = Span::top(FileId(0));
    let origin = Origin { migration: 0, change: 0, span: place };
    let mut schema = Schema::new(replayed.database(), origin);
    let env =
        tree.env.as_deref().and_then(|path| project.at(path.strip_suffix(".py").unwrap_or(path)));
    let given: Vec<Rc<Scope>> = tree
        .given
        .models
        .iter()
        .filter_map(|path| project.at(path.strip_suffix(".py").unwrap_or(path)))
        .collect();
    let mut machine = Machine::new(&mut project, &mut schema);
    machine.read_models(MAX_STEPS);
    let mut target = None;
    let mut starts: Vec<Rc<Scope>> = env.iter().cloned().collect();
    if let Some(env) = &env {
        modules::run(&mut machine, env);
        let value = machine.module_name("target_metadata", env).filter(|v| !v.is_none());
        let value = value
            .filter(|v| !matches!(v, Value::Unknown(_)))
            .or_else(|| modules::configured(&mut machine, env, "target_metadata"));
        let mut keys = value.map(|value| metadata_of(&mut machine, &value)).unwrap_or_default();
        keys.extend(metadata::joined(&mut machine, env));
        target = (!keys.is_empty()).then_some(keys);
        starts.extend(machine.project.all_loaded());
    }
    starts.extend(given);
    let mut loaded = modules::closure(machine.project, starts);
    let mut tables =
        tables::Tables::new(versions::sqlmodel(sources, tree), versions::is_double(sources, tree));
    tables.env = env.as_ref().map(|env| env.module.file);
    machine.brief = true;
    read_modules(&mut machine, &loaded, &mut tables);
    let loads = tables.has_target(&mut machine, target.as_deref());
    let declared = tables.declared(&machine, target.as_deref());
    if !loads {
        // Some find the application at run time, and an env.py may load no models at all.
        if env.is_some() {
            let note = "env.py loads no models that can be followed: those in the project's modules were read";
            models.notes.push(note.to_owned());
        }
        let known: HashSet<FileId> = loaded.iter().map(|seen| seen.file).collect();
        let more = modules_with_models(&mut machine, found, tree);
        loaded = modules::closure(machine.project, more);
        loaded.retain(|seen| !known.contains(&seen.file));
        read_modules(&mut machine, &loaded, &mut tables);
    }
    let infos = tables.finish(&mut machine, target.as_deref(), replayed, &mut models);
    if machine.makes_tables {
        let note = "env.py makes tables of the models itself (`create_all`): those that no migration makes are not missed";
        models.notes.push(note.to_owned());
        models.says.own_tables = false;
    }
    if machine.project.full {
        models
            .notes
            .push(format!("only the first {MAX_MODULES} modules were looked at for models"));
    }
    for (file, reason) in std::mem::take(&mut machine.project.refused) {
        let reason = format!("the module is not read: {reason}");
        machine.opaque(Span::top(file), &reason, OpaqueEffect::Anything);
    }
    let ops = std::mem::take(&mut machine.ops);
    assemble(ops, &mut models);
    if models.ops.is_empty() {
        return None;
    }
    if let Some(env) = &env {
        filters::apply(&mut machine, env, &infos, replayed, &mut models);
        if let (true, true, Some(target)) = (all, loads, &target) {
            let loaded =
                unregistered::Loaded { env, target, modules: &loaded, declared: &declared };
            unregistered::find(&mut machine, &loaded, found, tree, replayed, &mut models);
        }
    }
    let made: HashSet<Name> = models
        .ops
        .iter()
        .filter_map(|op| match &op.kind {
            OpKind::CreateTable(create) => Some(create.table.clone()),
            _ => None,
        })
        .collect();
    elsewhere::find(sources, &found.files, tree, &made, replayed, &mut models);
    Some(models)
}

/// The metadata objects that a value names: one, or several in a list.
fn metadata_of(machine: &mut Machine<'_, '_>, value: &Value) -> Vec<metadata::Key> {
    let items = value.items().unwrap_or_else(|| vec![value.clone()]);
    items.iter().filter_map(|item| metadata::of_value(machine, item)).map(|meta| meta.key).collect()
}

/// Evaluates what may declare a table in one module.
fn read_module(machine: &mut Machine<'_, '_>, scope: &Rc<Scope>, tables: &mut tables::Tables) {
    let module = Rc::clone(&scope.module);
    let is_env = tables.env == Some(module.file);
    for (at, item) in module.items.iter().enumerate() {
        match item {
            Item::Class(def) if module.bindings.get(def.name.as_str()) == Some(&at) => {
                if let Some(Value::Class(class)) = machine.module_name(&def.name, scope) {
                    tables.class(machine, &class);
                }
            }
            Item::Other(stmt) => {
                if appended::follow(machine, stmt, scope, tables) {
                    continue;
                }
                let text = machine.project.sources.file(module.file);
                let text = text.slice(super::module::span_of(module.file, stmt));
                // What env.py says after its imports comes too late for the tables they made.
                let names = text.contains(NAMING) && !is_env;
                if names || PARTS.iter().any(|part| text.contains(part)) {
                    machine.body(std::slice::from_ref(stmt), scope);
                }
            }
            _ => {}
        }
    }
}

/// What a module compiles in its own way: the last word of `@compiles(functions.now, "sqlite")`.
fn compiled(text: &str) -> impl Iterator<Item = String> {
    text.split("@compiles(").skip(1).filter_map(|rest| {
        let name = rest.split([',', ')']).next()?.trim();
        name.rsplit('.').next().map(str::to_owned)
    })
}

/// Evaluates the modules that have a sign of a table.
fn read_modules(machine: &mut Machine<'_, '_>, modules: &[Seen], tables: &mut tables::Tables) {
    for seen in modules {
        let file = machine.project.sources.file(seen.file);
        machine.compiled.extend(compiled(&file.text));
        if let Some(at) = appended::listener(&file.text) {
            let span = Span::new(seen.file, at, at);
            let reason = "a listener may change tables while they are declared";
            machine.opaque(span, reason, OpaqueEffect::Anything);
        }
    }
    let signed = modules.iter().filter(|seen| seen.signed);
    let paths: Vec<String> = signed.map(|seen| seen.path.clone()).collect();
    machine.project.parse(&paths);
    for path in &paths {
        let Some(scope) = machine.project.at(path) else { continue };
        if let Some((span, error)) = &scope.module.error {
            let reason = format!("the module has a syntax error: {error}");
            machine.opaque(*span, &reason, OpaqueEffect::Anything);
        }
        read_module(machine, &scope, tables);
    }
}

/// The modules beside a tree that declare tables.
fn modules_with_models(
    machine: &mut Machine<'_, '_>,
    found: &Found,
    tree: &Tree,
) -> Vec<Rc<Scope>> {
    let env = tree.env.as_deref().unwrap_or(&tree.dir);
    // The project's folder, or the whole package that the migrations lie in.
    let mut home = parent(parent(env));
    while !home.is_empty() && found_init(machine, parent(home)) {
        home = parent(home);
    }
    let sources = machine.project.sources;
    let declares = |path: &str| {
        let here = upward(path).any(|up| up == home);
        let apart = tree.below(path).is_some() || lies_aside(path);
        here && !apart && {
            let text = sources.peek(path).unwrap_or_default();
            ["Column(", "mapped_column", "table=True"].iter().any(|sign| text.contains(sign))
        }
    };
    let paths: Vec<String> = found
        .files
        .par_iter()
        .filter_map(|path| {
            let stem = path.strip_suffix(".py").filter(|_| declares(path))?;
            Some(stem.strip_suffix("/__init__").unwrap_or(stem).to_owned())
        })
        .collect();
    machine.project.parse(&paths);
    paths.iter().filter_map(|path| machine.project.at(path)).collect()
}

fn found_init(machine: &Machine<'_, '_>, dir: &str) -> bool {
    !dir.is_empty() && machine.project.sources.is_file(&project::join(dir, "__init__.py"))
}

/// Types first, then tables, then what was not understood of them.
fn assemble(ops: Vec<Op>, models: &mut Models) {
    let (opaque, mut known): (Vec<Op>, Vec<Op>) =
        ops.into_iter().partition(|op| matches!(op.kind, OpKind::Opaque(_)));
    known.sort_by_key(|op| match op.kind {
        OpKind::CreateEnum { .. } | OpKind::CreateSchema { .. } => 0,
        OpKind::CreateTable(_) => 1,
        _ => 2,
    });
    for op in &opaque {
        if let OpKind::Opaque(unread) = &op.kind {
            models.opaque.push(OpaquePlace { span: op.span, reason: unread.reason.clone() });
        }
    }
    models.ops = known;
    models.ops.extend(opaque);
}
