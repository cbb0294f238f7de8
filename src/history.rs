//! The migrations of one tree: the revision graph, its order, its heads.

use crate::source::{FileId, Span};

/// One migration as its frontend found it. What it does is read later, against the schema
/// as it stands at that point (see `frontend::Reader`).
#[derive(Debug, Clone)]
pub struct Migration {
    /// The tool's own id: Alembic's revision, a file's version number.
    pub id: String,
    /// What it follows. Empty: a base. Several: a merge. For tools without a graph, the one before.
    pub parents: Vec<String>,
    /// Alembic's `depends_on`.
    pub depends_on: Vec<String>,
    /// Alembic's `branch_labels`.
    pub labels: Vec<String>,
    /// What people call it: the slug or the docstring's first line.
    pub title: String,
    pub file: FileId,
    /// The file that holds the way back, where it is another one.
    pub down_file: Option<FileId>,
    /// Where the id is said (`revision = …`); the file's top where it is the file's name.
    pub id_span: Span,
    /// Where the parents are said (`down_revision = …`).
    pub parent_span: Option<Span>,
}

/// Why a file that looks like a migration is none, or a graph cannot be followed.
#[derive(Debug, Clone)]
pub struct Broken {
    pub span: Span,
    pub message: String,
    pub help: String,
    pub related: Vec<(Span, String)>,
}
