//! Diesel's `table!` macros, as `diesel print-schema` writes them and people change them.

mod config;
mod tables;
mod types;
mod uses;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use config::Printed;
use tables::{CustomType, CustomTypes, Macros, Table};
pub(super) use uses::{inserts, used};

use super::{Field, Mapped, Models, Says};
use crate::{
    diagnostic::OpaquePlace,
    ir::{Column, Constraint, ConstraintKind, CreateTable, ForeignKey, Name, Op, OpKind, Style},
    project::{Found, Spoken, Tree, lies_aside, parent, spoken_by_path, upward},
    schema::Schema,
    source::{FileId, Sources, Span},
};

/// A file of macros.
struct Read {
    path: String,
    file: FileId,
    macros: Macros,
    /// The entry of `diesel.toml` that has it written.
    printed: Option<Printed>,
}

pub(super) fn read(
    sources: &Sources,
    project: &Found,
    tree: &Tree,
    replayed: &Schema,
) -> Option<Models> {
    let configured = config::printed(sources, project, tree);
    let named: Vec<Read> = configured
        .into_iter()
        .flatten()
        .filter_map(|printed| {
            let mut read = file(sources, &printed.file)?;
            read.printed = Some(printed);
            Some(read)
        })
        .collect();
    let files = match named.iter().any(|read| !read.macros.tables.is_empty()) {
        true => named,
        false => found(sources, project, tree, replayed),
    };
    if files.iter().all(|read| read.macros.tables.is_empty()) {
        return None;
    }
    let near = files.iter().flat_map(|read| read.macros.types.iter().cloned());
    let near: Vec<CustomType> = near.collect();
    let mut custom = CustomTypes::new();
    for ty in near.into_iter().chain(elsewhere(sources, project, &files)) {
        custom.entry(ty.rust.clone()).or_insert(ty);
    }
    let mut models = Models { says: says(&files), ..Models::default() };
    let paths: Vec<&str> = files.iter().map(|read| read.path.as_str()).collect();
    models.from = paths.join(", ");
    enums(&mut models, &files, &custom);
    let mut taken = BTreeSet::new();
    for read in &files {
        for (start, end) in &read.macros.unread {
            let span = Span::new(read.file, *start, *end);
            let reason = "this macro is not written as Diesel's are".to_owned();
            models.opaque.push(OpaquePlace { span, reason });
        }
        for table in &read.macros.tables {
            let name = Name::new(table.schema.as_deref(), &table.name);
            // One that is written twice is one for another database, most likely.
            if taken.insert(name.clone()) {
                add(&mut models, read, table, name, replayed, &custom);
            }
        }
    }
    for read in &files {
        joinable(&mut models, read);
    }
    left_out(&mut models, &files, replayed);
    Some(models)
}

/// What the files say. A file that Diesel writes has every table and column; of others, people
/// keep only what they use.
fn says(files: &[Read]) -> Says {
    Says::columns(files.iter().all(|read| read.printed.is_some()))
}

fn file(sources: &Sources, path: &str) -> Option<Read> {
    let id = sources.load(path).ok()?;
    let text = sources.file(id);
    let macros = match tables::may_have(&text.text) {
        true => tables::read(&text.text),
        false => Macros::default(),
    };
    Some(Read { path: path.to_owned(), file: id, macros, printed: None })
}

/// The files with `table!` near a tree: in its crate, else in the project. The one with most of
/// the history's tables, and those that have others of them.
fn found(sources: &Sources, project: &Found, tree: &Tree, replayed: &Schema) -> Vec<Read> {
    let holds = |dir: &str, path: &str| upward(parent(path)).any(|up| up == dir);
    let is_crate = |dir: &&str| {
        let manifest = crate::project::join(dir, "Cargo.toml");
        project.files.binary_search(&manifest).is_ok()
    };
    let mut homes: Vec<&str> = upward(&tree.dir).filter(is_crate).collect();
    homes.push("");
    let dialect = replayed.database().dialect;
    let is_code = |path: &&String| path.ends_with(".rs") && !lies_aside(path);
    for home in homes {
        let mut files: Vec<Read> = project
            .files
            .iter()
            .filter(is_code)
            .filter(|path| holds(home, path))
            .filter_map(|path| file(sources, path))
            .filter(|read| !read.macros.tables.is_empty())
            .collect();
        let is_foreign = |read: &Read| {
            spoken_by_path(&read.path).is_some_and(|spoken| spoken != Spoken::Known(dialect))
        };
        files.retain(|read| !is_foreign(read));
        let named = |read: &Read| spoken_by_path(&read.path).is_some();
        if files.iter().any(named) {
            files.retain(named);
        }
        let files = best(files, replayed);
        if !files.is_empty() {
            return files;
        }
    }
    Vec::new()
}

fn best(files: Vec<Read>, replayed: &Schema) -> Vec<Read> {
    let known = |read: &Read| -> Vec<String> {
        let tables = read.macros.tables.iter();
        let there =
            |t: &&Table| replayed.table(&Name::new(t.schema.as_deref(), &t.name)).found().is_some();
        tables.filter(there).map(|t| t.name.clone()).collect()
    };
    let mut scored: Vec<(Vec<String>, Read)> =
        files.into_iter().map(|read| (known(&read), read)).collect();
    // The longest first; of equals the first path.
    scored.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.1.path.cmp(&b.1.path)));
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut kept = Vec::new();
    for (tables, read) in scored {
        if !tables.is_empty() && tables.iter().all(|table| !taken.contains(table)) {
            taken.extend(tables);
            kept.push(read);
        }
    }
    kept
}

/// SQL types that are declared in other files of the same crates.
fn elsewhere(sources: &Sources, project: &Found, files: &[Read]) -> Vec<CustomType> {
    let homes: BTreeSet<&str> = files.iter().map(|read| parent(&read.path)).collect();
    let near =
        |path: &&String| path.ends_with(".rs") && upward(parent(path)).any(|up| homes.contains(up));
    let mut found = Vec::new();
    for path in project.files.iter().filter(near) {
        if files.iter().any(|read| read.path == *path) {
            continue;
        }
        let Ok(file) = sources.load(path) else { continue };
        let text = &sources.file(file).text;
        if text.contains("postgres_type") {
            found.extend(tables::read(text).types);
        }
    }
    found
}

/// The labels that Diesel's own derive knows.
fn enums(models: &mut Models, files: &[Read], custom: &CustomTypes) {
    for read in files {
        for of in &read.macros.enums {
            let Some(ty) = custom.get(&of.of) else { continue };
            let name = Name::new(ty.schema.as_deref(), &ty.name);
            let span = Span::new(read.file, of.at.0, of.at.1);
            let labels = of.labels.clone();
            models.ops.push(op(OpKind::CreateEnum { name, labels, checkfirst: true }, span));
        }
    }
}

fn add(
    models: &mut Models,
    read: &Read,
    table: &Table,
    name: Name,
    replayed: &Schema,
    custom: &CustomTypes,
) {
    let place = |(start, end): (usize, usize)| Span::new(read.file, start, end);
    let span = place(table.at);
    let mut create = CreateTable::new(name.clone());
    let mut fields = Vec::new();
    let there = replayed.table(&name).found();
    for column in &table.columns {
        let span = place(column.at);
        let known = there.and_then(|table| table.column(&column.name).found());
        let ty = types::of(&column.ty, custom, replayed, known.map(|c| &c.column.ty));
        let made = Column::new(&column.name, ty, span);
        create.columns.push(Column { nullable: column.nullable, ..made });
        fields.push(Field { name: column.rust.clone(), column: column.name.clone(), span });
    }
    let called: BTreeMap<&str, &str> =
        table.columns.iter().map(|c| (c.rust.as_str(), c.name.as_str())).collect();
    let key = table.key.iter().map(|k| called.get(k.as_str()).unwrap_or(&k.as_str()).to_string());
    // The row's number in SQLite is a key that no column of the table is.
    let key: Vec<String> = key.collect();
    let names: BTreeSet<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
    if key.iter().all(|k| names.contains(k.as_str())) {
        create.constraints.push(Constraint::new(None, key, ConstraintKind::PrimaryKey, span));
    }
    models.ops.push(op(OpKind::CreateTable(create), span));
    models.mapped.push(Mapped { class: table.rust.clone(), table: name, span, fields });
}

/// A `joinable!` names a foreign key; whether the database has it is no matter to Diesel.
fn joinable(models: &mut Models, read: &Read) {
    let tables: HashMap<&str, &Name> =
        models.mapped.iter().rev().map(|m| (m.class.as_str(), &m.table)).collect();
    let columns: HashMap<(&str, &str), &str> = models
        .mapped
        .iter()
        .flat_map(|m| {
            m.fields.iter().map(|f| ((m.class.as_str(), f.name.as_str()), f.column.as_str()))
        })
        .collect();
    for joinable in &read.macros.joinable {
        let of = |rust: &str| tables.get(rust).copied();
        let (Some(child), Some(parent)) = (of(&joinable.child), of(&joinable.parent)) else {
            continue;
        };
        let place = (joinable.child.as_str(), joinable.column.as_str());
        let Some(column) = columns.get(&place).map(|column| (*column).to_owned()) else { continue };
        let span = Span::new(read.file, joinable.at.0, joinable.at.1);
        let key = ConstraintKind::ForeignKey(ForeignKey::to(parent.clone(), Vec::new()));
        let constraint = Constraint::new(None, vec![column], key, span);
        let kind = OpKind::AddConstraint { table: child.clone(), constraint };
        models.ops.push(op(kind, span));
    }
}

/// The tables that no file has, because `diesel.toml` says so.
fn left_out(models: &mut Models, files: &[Read], replayed: &Schema) {
    if !models.says.all_tables {
        return;
    }
    let printed: Vec<&Printed> = files.iter().filter_map(|read| read.printed.as_ref()).collect();
    for table in replayed.tables() {
        let of = |p: &&&Printed| Name::new(p.schema.as_deref(), "").schema == table.name.schema;
        let has = |p: &&Printed| p.leaves_out(&table.name.name) == Some(false);
        if !printed.iter().filter(of).any(has) {
            models.left_out.push(table.name.clone());
        }
    }
}

fn op(kind: OpKind, span: Span) -> Op {
    Op {
        kind,
        span,
        style: Style::Sql,
        transaction: None,
        certain: true,
        only: false,
        if_exists: false,
        forgiven: Vec::new(),
    }
}
