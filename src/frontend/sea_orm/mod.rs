//! sea-orm-migration into operations, by a small evaluator over the syntax tree.
//!
//! Nothing is run. What sea-query's builders put together is written as the SQL that they send
//! to the target (`render.rs`), and read as that database reads it; SQL that a migration sends
//! itself is read where it stands.

mod builders;
mod entities;
mod exprs;
mod graph;
mod helpers;
mod iden;
mod loops;
mod machine;
mod macros;
mod methods;
mod models;
mod paths;
mod patterns;
mod places;
mod query;
mod relations;
mod render;
mod rows;
mod runner;
mod value;
mod version;

use std::{collections::HashMap, rc::Rc};

use graph::{Code, Entry, entries, implementers, listed};
pub(crate) use iden::snake;
use machine::{Arguments, Machine};
pub(crate) use models::{Entities, Entity, entities};
use value::{Record, Value};

use crate::{
    database::Dialect,
    frontend::{
        Body, Direction, Script,
        rust::{
            self,
            crates::Crates,
            syntax::{Block, Expr, Function, Item, Kind, Link, Statement},
            tokens::tokens,
        },
    },
    history::{Broken, Migration},
    ir::{Op, OpKind, Opaque, OpaqueEffect, Style},
    project::Tree,
    schema::Schema,
    source::{Sources, Span},
};

/// The trait of migrators.
pub(crate) const MIGRATOR: &str = "MigratorTrait";

/// A migrator that a file has: its type's name, and the files of its migrations.
pub(crate) struct Migrator {
    pub(crate) name: String,
    pub(crate) files: Vec<String>,
}

/// Whether a text implements a trait for something.
pub(crate) fn implements(text: &str, of: &str) -> bool {
    if !text.contains(of) {
        return false;
    }
    let tokens = tokens(text);
    let mut pairs = tokens.iter().zip(tokens.iter().skip(1));
    pairs.any(|(a, b)| a.word() == Some(of) && b.word() == Some("for"))
}

/// The migrators of some files, with the files.
pub(crate) fn migrators(sources: &Sources, paths: &[&String]) -> Vec<(String, Migrator)> {
    let mut crates = Crates::new(sources);
    let mut found = Vec::new();
    for path in paths {
        let Some(module) = crates.of_file(path) else { continue };
        for name in implementers(&crates, module, MIGRATOR) {
            let entries = match listed(&mut crates, path, &name) {
                Ok(entries) => entries,
                Err(whole) => vec![whole],
            };
            // An empty list is a template's.
            if entries.is_empty() {
                continue;
            }
            let mut files: Vec<String> = entries.iter().map(|e| sources.path(e.file)).collect();
            files.push((*path).clone());
            files.sort_unstable();
            files.dedup();
            found.push(((*path).clone(), Migrator { name, files }));
        }
    }
    found
}

/// Finds the migrations of a tree, in the order in which its migrator lists them.
pub fn migrations(sources: &Sources, tree: &Tree) -> (Vec<Migration>, Vec<Broken>) {
    let mut crates = Crates::new(sources);
    let mut found: Vec<Migration> = Vec::new();
    let all = entries(&mut crates, tree);
    for entry in all {
        // A list of files is asked for what of them is a migration.
        let path = sources.path(entry.file);
        if !tree.files.contains(&path) {
            continue;
        }
        found.push(Migration {
            title: title(&entry.id),
            parents: found.last().map(|m| vec![m.id.clone()]).unwrap_or_default(),
            id: entry.id,
            depends_on: Vec::new(),
            labels: Vec::new(),
            file: entry.file,
            down_file: None,
            id_span: entry.span,
            parent_span: None,
            repeatable: false,
        });
    }
    (found, Vec::new())
}

/// `m20220101_000001_create_users`: what stands behind the numbers.
fn title(id: &str) -> String {
    let bare = id.strip_prefix('m').unwrap_or(id);
    bare.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_').replace('_', " ")
}

/// Whether two texts of a migration do the same when it is applied: `down` does not count.
pub fn same_effect(old: &str, new: &str) -> bool {
    rust::same_tokens_without(old, new, "down")
}

/// Reads one tree; keeps the crates that it has looked into.
pub struct Reader<'s> {
    crates: Crates<'s>,
    entries: HashMap<String, Entry>,
    version: version::Version,
}

impl<'s> Reader<'s> {
    pub fn new(sources: &'s Sources, tree: &Tree) -> Reader<'s> {
        let mut crates = Crates::new(sources);
        let found = entries(&mut crates, tree);
        let version = version::of(sources, tree.migrator.as_ref().map_or("", |(path, _)| path));
        let entries = found.into_iter().map(|entry| (entry.id.clone(), entry)).collect();
        Reader { crates, entries, version }
    }

    /// Reads one half of a migration for the schema's database. The schema moves along while
    /// it is read, and is as it was on return.
    pub fn lower(
        &mut self,
        migration: &Migration,
        direction: Direction,
        schema: &mut Schema,
    ) -> Script {
        let Some(entry) = self.entries.get(&migration.id) else {
            return unread(migration.id_span, "its migrator could not be read");
        };
        let record = match &entry.code {
            Code::Own(record) => Rc::clone(record),
            Code::Beyond(why) => {
                return unread(entry.span, &format!("this migration is not read: {why}"));
            }
        };
        let database = schema.database();
        let dialect = database.dialect;
        let flavor = self.version.flavor(dialect);
        if let Some((span, error)) = self.crates.error(record.module) {
            return unread(*span, error);
        }
        let cfg = record.cfg.clone().or_else(|| self.crates.cfg(record.module));
        let Item::Struct(item) = &*record.item else {
            return unread(entry.span, "this migration is not read");
        };
        let ty = item.name.clone();
        let name = match direction {
            Direction::Up => "up",
            Direction::Down => "down",
        };
        let mark = schema.mark();
        let mut machine = Machine::new(&mut self.crates, Some(schema), flavor, migration.file);
        let Some((home, function)) = machine.method_of(record.module, &ty, name) else {
            return match direction {
                Direction::Down => Script::absent(),
                Direction::Up => unread(entry.span, "the migration has no `up` that can be read"),
            };
        };
        machine.outer = transaction(&mut machine, &record, &ty, dialect);
        let file = machine.crates.file(home);
        let span = Span::new(file, function.header.start, function.header.end);
        if let Some(cfg) = cfg {
            machine.opaque(
                entry.span,
                &format!("whether this migration is there depends on `cfg({cfg})`"),
                OpaqueEffect::Rows,
            );
            machine.level += 1;
        }
        let args = vec![Value::Record(Rc::clone(&record)), Value::Manager(None)];
        machine.call(home, &function, Some(&ty), Arguments::of(args));
        let ops = std::mem::take(&mut machine.ops);
        drop(machine);
        let body = body(&function);
        schema.rollback(mark);
        Script::new(ops, body, Some(span))
    }
}

/// On PostgreSQL a migration runs in a transaction, on SQLite without one, unless it says
/// otherwise (sea-orm-migration, `migrator/exec.rs`).
fn transaction(
    machine: &mut Machine<'_, '_>,
    record: &Rc<Record>,
    ty: &str,
    dialect: Dialect,
) -> Option<u32> {
    let usual = (dialect == Dialect::Postgres).then_some(0);
    let Some((home, function)) = machine.method_of(record.module, ty, "use_transaction") else {
        return usual;
    };
    let args = Arguments::of(vec![Value::Record(Rc::clone(record))]);
    match machine.call(home, &function, Some(ty), args) {
        Value::Some(inner) => match inner.value {
            Value::Bool(true) => Some(0),
            Value::Bool(false) => None,
            _ => usual,
        },
        _ => usual,
    }
}

fn unread(span: Span, reason: &str) -> Script {
    let opaque = Opaque { reason: reason.to_owned(), effect: OpaqueEffect::Anything };
    let op = Op {
        kind: OpKind::Opaque(opaque),
        span,
        style: Style::SeaOrm { panics: None },
        transaction: None,
        certain: true,
        only: false,
        if_exists: false,
        forgiven: Vec::new(),
    };
    Script::new(vec![op], Body::Code, Some(span))
}

/// What a body is written as: nothing, a refusal, or code.
fn body(function: &Function) -> Body {
    let Block { statements, .. } = &function.body;
    let says_nothing = |expr: &Expr| match &expr.kind {
        Kind::Call { function, args } => {
            is_path(function, "Ok")
                && args.iter().all(|arg| matches!(&arg.kind, Kind::Tuple(t) if t.is_empty()))
        }
        Kind::Tuple(values) => values.is_empty(),
        _ => false,
    };
    let refuses = |expr: &Expr| match &expr.kind {
        Kind::Macro { name, .. } => macros::stops(name),
        Kind::Call { function, .. } => is_path(function, "Err"),
        // `Err(…)?`
        Kind::Chain { base, links } if links.iter().all(|link| matches!(link, Link::Try)) => {
            matches!(&base.kind, Kind::Call { function, .. } if is_path(function, "Err"))
        }
        Kind::Return(Some(inner)) => {
            matches!(&inner.kind, Kind::Call { function, .. } if is_path(function, "Err"))
        }
        _ => false,
    };
    let inner = |statement: &Statement| match statement {
        Statement::Expr { expr, .. } => match &expr.kind {
            Kind::Return(Some(inner)) if says_nothing(inner) => None,
            _ if says_nothing(expr) => None,
            _ => Some(refuses(expr)),
        },
        Statement::Let { .. } => Some(false),
    };
    match statements.iter().find_map(inner) {
        None => Body::Empty,
        Some(true) => Body::Raises,
        Some(false) => Body::Code,
    }
}

fn is_path(expr: &Expr, name: &str) -> bool {
    matches!(&expr.kind, Kind::Path(path) if path.last().is_some_and(|last| last == name))
}
