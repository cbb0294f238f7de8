//! What is here: migration trees, their tools, the databases they are meant for.

mod discover;
mod ini;
mod sql_trees;
mod targets;

pub use discover::{Found, discover};
pub use targets::{Targets, targets};

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

impl Tool {
    pub fn name(self) -> &'static str {
        match self {
            Tool::Alembic => "Alembic",
            Tool::Sqlx => "sqlx",
            Tool::Diesel => "Diesel",
            Tool::Sql => "SQL",
        }
    }
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

impl Tree {
    /// Whether a path, given under the root, would be one of this tree's files.
    pub fn covers(&self, path: &str) -> bool {
        let inside = self.dir.is_empty()
            || path.strip_prefix(self.dir.as_str()).is_some_and(|rest| rest.starts_with('/'));
        let suffix = if self.tool == Tool::Alembic { ".py" } else { ".sql" };
        inside && path.ends_with(suffix)
    }

    /// The folder as people see it.
    pub fn shown(&self) -> &str {
        match &self.env {
            // Its versions lie in folders that have nothing else in common.
            Some(env) if self.dir.is_empty() => parent(env),
            _ if self.dir.is_empty() => ".",
            _ => &self.dir,
        }
    }
}

/// What a folder or file name says of its dialect: ours, or one that is not spoken here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Spoken {
    Known(Dialect),
    Foreign(&'static str),
}

fn spoken(name: &str) -> Option<Spoken> {
    Some(match name.to_ascii_lowercase().as_str() {
        "postgres" | "postgresql" | "pg" | "pgsql" | "psql" => Spoken::Known(Dialect::Postgres),
        "sqlite" | "sqlite3" | "lite" => Spoken::Known(Dialect::Sqlite),
        "mysql" | "mariadb" => Spoken::Foreign("MySQL"),
        "mssql" | "sqlserver" => Spoken::Foreign("SQL Server"),
        "oracle" => Spoken::Foreign("Oracle"),
        "clickhouse" => Spoken::Foreign("ClickHouse"),
        "cockroach" | "cockroachdb" => Spoken::Foreign("CockroachDB"),
        _ => return None,
    })
}

/// A path's folder; empty for the root.
fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A folder and every folder above it, innermost first, the root last.
fn upward(dir: &str) -> impl Iterator<Item = &str> {
    let mut next = Some(dir);
    std::iter::from_fn(move || {
        let at = next?;
        next = (!at.is_empty()).then(|| parent(at));
        Some(at)
    })
}

/// Joins a folder and a relative path; `..` climbs, and never above the root.
fn join(dir: &str, path: &str) -> String {
    let mut parts: Vec<&str> = dir.split('/').filter(|p| !p.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
