//! What is here: migration trees, their tools, the databases they are meant for.

use crate::database::Dialect;

/// The tool that runs a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tool {
    Alembic,
    Sqlx,
    Diesel,
    /// A folder of `.sql` files in the order of their names.
    Sql,
}

/// One history's files, as found.
#[derive(Debug, Clone)]
pub struct Tree {
    pub tool: Tool,
    /// The folder that holds the migrations, under the root, with `/`; empty for the root itself.
    pub dir: String,
    /// All candidate files under the root, sorted: `.py` for Alembic, `.sql` for the others.
    pub files: Vec<String>,
    /// What the folder's name, a configuration or the SQL itself says about the target.
    pub dialect: Option<Dialect>,
    /// Alembic's `env.py`, where one was found up the path.
    pub env: Option<String>,
}
