//! Migrations into operations. Frontends know tools; nothing else does.

pub mod alembic;
pub(crate) mod rust;
pub mod sea_orm;
pub mod sql;

use std::{collections::BTreeSet, ops::Range};

use crate::{
    database::Dialect,
    history::{Broken, Migration},
    ir::{Name, Op},
    project::{Tool, Tree},
    schema::Schema,
    source::{Sources, Span},
    types::SqlType,
};

/// Finds the migrations of a tree by its tool's rules.
pub fn migrations(sources: &Sources, tree: &Tree) -> (Vec<Migration>, Vec<Broken>) {
    match tree.tool {
        Tool::Alembic => alembic::migrations(sources, tree),
        Tool::SeaOrm => sea_orm::migrations(sources, tree),
        _ => sql::migrations(sources, tree),
    }
}

/// What a tree's database held before its first migration, as operations; `None`: nobody says.
pub fn base(sources: &Sources, tree: &Tree, dialect: Dialect) -> Option<Vec<Op>> {
    let files = tree.base.iter().filter(|base| base.dialect.is_none_or(|only| only == dialect));
    let mut ops = None;
    for base in files {
        let Ok(file) = sources.load(&base.path) else { continue };
        let text = &sources.file(file).text;
        let read = sql::read(text, sql::Place::At { file, start: 0 }, dialect);
        ops.get_or_insert_with(Vec::new).extend(read);
    }
    ops
}

/// Whether two texts of one migration do the same when it is applied: comments, white space,
/// docstrings and the way back do not count.
pub fn same_effect(tool: Tool, old: &str, new: &str) -> bool {
    match tool {
        Tool::Alembic => alembic::same_effect(old, new),
        Tool::SeaOrm => sea_orm::same_effect(old, new),
        _ => sql::same_effect(old, new),
    }
}

/// The names in Rust code that reads or writes rows by way of entities, outside of the places
/// that were read; none of code that does not. What it copies is known to nobody else.
pub(crate) fn row_words(text: &str, covered: &[(usize, usize)]) -> BTreeSet<String> {
    rust::row_words(text, covered)
}

/// Where comments and statements lie in a text, for what is said in comments.
#[derive(Debug, Default)]
pub struct Outline {
    /// In the order of the text, without the end of the line.
    pub comments: Vec<Range<usize>>,
    /// In the order in which they begin.
    pub statements: Vec<Statement>,
    /// Where the first statement begins that is no docstring.
    pub first: Option<usize>,
}

/// A statement; of a compound one, what stands before its body.
#[derive(Debug)]
pub struct Statement {
    pub range: Range<usize>,
    /// A whole function or class, its body included.
    pub block: bool,
    /// An import or a docstring.
    pub plain: bool,
}

/// Reads an outline by the language that a file's name tells.
pub fn outline(path: &str, text: &str) -> Outline {
    match path.rsplit('.').next() {
        Some("py") => alembic::outline(text),
        Some("rs") => rust::outline(text),
        _ => sql::outline(text),
    }
}

/// Reads the migrations of one tree, one half at a time.
pub enum Reader<'s> {
    Alembic(Box<alembic::Reader<'s>>),
    SeaOrm(Box<sea_orm::Reader<'s>>),
    Sql { sources: &'s Sources, tree: &'s Tree },
}

impl<'s> Reader<'s> {
    pub fn new(sources: &'s Sources, tree: &'s Tree) -> Reader<'s> {
        match tree.tool {
            Tool::Alembic => Reader::Alembic(Box::new(alembic::Reader::new(sources, tree))),
            Tool::SeaOrm => Reader::SeaOrm(Box::new(sea_orm::Reader::new(sources, tree))),
            _ => Reader::Sql { sources, tree },
        }
    }

    /// Reads one half for the schema's database; the schema is as it was on return.
    pub fn lower(
        &mut self,
        migration: &Migration,
        direction: Direction,
        schema: &mut Schema,
    ) -> Script {
        match self {
            Reader::Alembic(reader) => reader.lower(migration, direction, schema),
            Reader::SeaOrm(reader) => reader.lower(migration, direction, schema),
            Reader::Sql { sources, tree } => {
                sql::lower(sources, tree, migration, direction, schema.database())
            }
        }
    }
}

/// Which half of a migration is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Up,
    Down,
}

/// One half of a migration, read for one database.
#[derive(Debug, Clone)]
pub struct Script {
    pub ops: Vec<Op>,
    pub body: Body,
    /// Where it is written: a function's signature, a file, a section of one.
    pub span: Option<Span>,
    /// Its first syntax error, with which its tool cannot load it.
    pub error: Option<(Span, String)>,
    /// Names that nothing in its file binds, each where it is used first; said with the upgrade.
    pub unbound: Vec<(Span, String)>,
    /// Models of the application that either half uses, said with the upgrade.
    pub live: Vec<Live>,
}

/// A model of the application in a migration: it is what the code says when the migration runs.
#[derive(Debug, Clone)]
pub struct Live {
    /// Where it is used first.
    pub span: Span,
    /// As the migration calls it.
    pub name: String,
    pub table: Name,
    pub import: Option<Span>,
    /// The table's columns that the migration speaks of, as they are there.
    pub columns: Vec<(String, SqlType)>,
    pub used: Used,
}

/// What a migration uses a model for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Used {
    /// For nothing but making the table.
    Create,
    /// For nothing but some of its columns, by name.
    Columns,
    /// For whole rows, with every column that it has; for more than one thing.
    Rows,
}

impl Script {
    pub fn new(ops: Vec<Op>, body: Body, span: Option<Span>) -> Script {
        Script { ops, body, span, error: None, unbound: Vec::new(), live: Vec::new() }
    }

    /// There is no such half.
    pub fn absent() -> Script {
        Script::new(Vec::new(), Body::Absent, None)
    }
}

/// What is written there, apart from what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// No such function, section or file.
    Absent,
    /// `pass`, a docstring, comments.
    Empty,
    /// Raises before it does anything: declared irreversible.
    Raises,
    Code,
}
