//! The list of a migrator: which migrations it runs, in which order, under which names.

use std::rc::Rc;

use super::{
    machine::{Arguments, Machine},
    render::Flavor,
    value::{Record, Value},
};
use crate::{
    database::Dialect,
    frontend::rust::{
        crates::{Crates, ModuleId},
        syntax::{Function, Impl, Item},
    },
    project::Tree,
    source::{FileId, Span},
};

/// One migration of the list.
pub(super) struct Entry {
    /// Under which the tool keeps it.
    pub(super) id: String,
    pub(super) file: FileId,
    pub(super) span: Span,
    pub(super) code: Code,
}

/// What a migration is made of.
pub(super) enum Code {
    Own(Rc<Record>),
    /// It cannot be read, and why.
    Beyond(String),
}

/// The types of a module for which a trait is implemented.
pub(super) fn implementers(crates: &Crates<'_>, module: ModuleId, of: &str) -> Vec<String> {
    let items = crates.items(module);
    let own = |item: &Rc<Item>| match &**item {
        Item::Impl(own) if is_of(own, of) => Some(own.on.name().to_owned()),
        _ => None,
    };
    items.iter().filter_map(own).collect()
}

fn is_of(own: &Impl, of: &str) -> bool {
    own.of.as_ref().and_then(|path| path.last()).is_some_and(|name| name == of)
}

/// The migrations that a migrator lists, in its order.
pub(super) fn listed(crates: &mut Crates<'_>, path: &str, ty: &str) -> Result<Vec<Entry>, Entry> {
    let beyond = |span: Span, why: String| Entry {
        id: "migrations".to_owned(),
        file: span.file,
        span,
        code: Code::Beyond(why),
    };
    let Some(module) = crates.of_file(path) else {
        let file = crates.sources.placeholder(path);
        return Err(beyond(Span::top(file), "the file cannot be read".to_owned()));
    };
    if let Some((span, error)) = crates.error(module) {
        return Err(beyond(*span, error.clone()));
    }
    let file = crates.file(module);
    let Some(function) = function_of(crates, module, ty) else {
        return Err(beyond(Span::top(file), "the list of migrations was not found".to_owned()));
    };
    let span = Span::new(file, function.header.start, function.header.end);
    let mut machine = machine(crates, file);
    let args = Arguments::of(vec![Value::unknown("the migrator is not known")]);
    let args = if function.params.is_empty() { Arguments::of(Vec::new()) } else { args };
    let list = machine.call(module, &function, Some(ty), args);
    let values = match &list {
        Value::List(list) => list.all(),
        _ => None,
    };
    let Some(values) = values else {
        return Err(beyond(span, "the list of migrations could not be read".to_owned()));
    };
    let entry = |(at, value): (usize, Value)| match value {
        Value::Record(record) => own(machine.crates, record),
        Value::Foreign(foreign) => Entry {
            id: foreign.path.join("::"),
            file,
            span,
            code: Code::Beyond("it lies in another package".to_owned()),
        },
        other => {
            let why = match other {
                Value::Unknown(reason) => reason.to_string(),
                _ => "it is nothing that is read".to_owned(),
            };
            Entry { id: format!("migration {}", at + 1), file, span, code: Code::Beyond(why) }
        }
    };
    Ok(values.into_iter().enumerate().map(entry).collect())
}

fn machine<'m, 's>(crates: &'m mut Crates<'s>, home: FileId) -> Machine<'m, 's> {
    let flavor = Flavor { dialect: Dialect::Postgres, second: false, serial: false, exact: false };
    Machine::new(crates, None, flavor, home)
}

fn function_of(crates: &Crates<'_>, module: ModuleId, ty: &str) -> Option<Rc<Function>> {
    let items = crates.items(module);
    let own = items.iter().find_map(|item| match &**item {
        Item::Impl(own) if own.on.name() == ty && own.of.is_some() => {
            own.functions.iter().find(|f| f.name == "migrations")
        }
        _ => None,
    });
    own.cloned()
}

fn own(crates: &mut Crates<'_>, record: Rc<Record>) -> Entry {
    let file = crates.file(record.module);
    let (name, span) = match &*record.item {
        Item::Struct(item) => (item.name.clone(), Span::new(file, item.at.start, item.at.end)),
        _ => (String::new(), Span::top(file)),
    };
    let stem = crates.sources.path(file);
    let stem = stem.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned();
    let value = Value::Record(Rc::clone(&record));
    let said = machine(crates, file).own_text(record.module, &name, &value, &["name"]);
    Entry { id: said.unwrap_or(stem), file, span, code: Code::Own(record) }
}

/// The migrations of a tree: those that its migrator lists, and those whose files only the base
/// has, which the list here does not name.
pub(super) fn entries(crates: &mut Crates<'_>, tree: &Tree) -> Vec<Entry> {
    let Some((path, ty)) = &tree.migrator else { return Vec::new() };
    let mut found = match listed(crates, path, ty) {
        Ok(found) => found,
        Err(whole) => return vec![whole],
    };
    let here: Vec<String> = found.iter().map(|entry| crates.sources.path(entry.file)).collect();
    for file in tree.files.iter().filter(|file| !here.contains(file)) {
        if crates.sources.is_file(file) {
            continue;
        }
        let Some(module) = crates.of_file(file) else { continue };
        for ty in implementers(crates, module, "MigrationTrait") {
            let items = crates.items(module);
            let item = items.iter().find(|i| matches!(&***i, Item::Struct(s) if s.name == ty));
            let Some(item) = item else { continue };
            let entry = own(crates, Record::new(module, Rc::clone(item), Vec::new(), 0));
            let at = found.iter().position(|other| other.id > entry.id).unwrap_or(found.len());
            found.insert(at, entry);
        }
    }
    found
}
