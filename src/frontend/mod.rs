//! Migrations into operations. Frontends know tools; nothing else does.

pub mod sql;

use crate::{ir::Op, source::Span};

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
    /// The text that was read: a function's body, a file, a section of it.
    pub span: Option<Span>,
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
