//! What is here: migration trees, their tools, the databases they are meant for.

mod base;
pub mod config;
mod discover;
pub(crate) mod ini;
mod rust_trees;
mod sql_trees;
mod targets;

pub(crate) use discover::MAX_FILES;
pub use discover::{Found, discover, listed};
pub use targets::{Targets, targets};

use config::Pattern;

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    database::{Database, Dialect},
    frontend::sql::tools::layout,
};

/// The tool that runs a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tool {
    Alembic,
    SeaOrm,
    Sqlx,
    Diesel,
    Refinery,
    Flyway,
    GolangMigrate,
    /// maragu.dev/migrate: a name is a version.
    Maragu,
    /// Buffalo's pop, and popx: a file for each database.
    Pop,
    Goose,
    Dbmate,
    SqlMigrate,
    Prisma,
    Drizzle,
    Supabase,
    /// A folder of `.sql` files in the order of their names.
    Sql,
}

/// Each tool, how it is written in a configuration, and what people call it.
pub const TOOLS: &[(Tool, &str, &str)] = &[
    (Tool::Alembic, "alembic", "Alembic"),
    (Tool::SeaOrm, "sea-orm", "SeaORM"),
    (Tool::Sqlx, "sqlx", "sqlx"),
    (Tool::Diesel, "diesel", "Diesel"),
    (Tool::Refinery, "refinery", "refinery"),
    (Tool::Flyway, "flyway", "Flyway"),
    (Tool::GolangMigrate, "golang-migrate", "golang-migrate"),
    (Tool::Maragu, "maragu", "maragu/migrate"),
    (Tool::Pop, "pop", "pop"),
    (Tool::Goose, "goose", "goose"),
    (Tool::Dbmate, "dbmate", "dbmate"),
    (Tool::SqlMigrate, "sql-migrate", "sql-migrate"),
    (Tool::Prisma, "prisma", "Prisma"),
    (Tool::Drizzle, "drizzle", "drizzle"),
    (Tool::Supabase, "supabase", "Supabase"),
    (Tool::Sql, "sql", "SQL"),
];

impl Tool {
    /// As people write it.
    pub fn name(self) -> &'static str {
        TOOLS.iter().find(|(tool, ..)| *tool == self).map_or("SQL", |(_, _, name)| name)
    }

    /// As a configuration writes it.
    pub fn key(self) -> &'static str {
        TOOLS.iter().find(|(tool, ..)| *tool == self).map_or("sql", |(_, key, _)| key)
    }
}

/// One history's files, as found.
#[derive(Debug, Clone)]
pub struct Tree {
    pub tool: Tool,
    /// The folder that holds the migrations, under the root, with `/`; empty for the root itself.
    pub dir: String,
    /// All candidate files under the root, sorted: `.py` for Alembic; those of its migrator and
    /// of the migrations that it lists for SeaORM; `.sql`, and code where the tool runs it, for
    /// the others.
    pub files: Vec<String>,
    /// The one database that it is for, with what says so: a folder's name, a lock file, the SQL.
    pub dialect: Option<(Dialect, String)>,
    /// Alembic's `env.py`, where one was found up the path.
    pub env: Option<String>,
    /// sea-orm-migration's migrator: the file that has it, and its type.
    pub migrator: Option<(String, String)>,
    /// Its folder holds another history too, for another database.
    pub split: bool,
    /// The configuration names it.
    pub configured: bool,
    /// The databases that the configuration names for this tree.
    pub databases: Option<Vec<Database>>,
    /// What its databases held before the first migration.
    pub base: Vec<Base>,
    /// What the configuration says to all readers.
    pub given: Arc<Given>,
}

/// A file with a schema that no migration makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// Under the root.
    pub path: String,
    /// The only database it is for.
    pub dialect: Option<Dialect>,
}

/// What the configuration says to the readers of migrations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    /// Templates for the names of constraints and indexes, by SQLAlchemy's keys.
    pub naming_convention: BTreeMap<&'static str, String>,
    /// Where the models are, under the root.
    pub models: Vec<String>,
    /// What is not looked at, and the way from the folder that the patterns count from.
    pub exclude: Vec<Pattern>,
    pub below: String,
}

impl Given {
    /// Tells which paths, given under the root, are not looked at.
    pub fn excludes(&self) -> impl Fn(&str) -> bool {
        let globs = config::glob_set(&self.exclude);
        move |path| globs.is_match(join(&self.below, path))
    }
}

impl Tree {
    /// A tree of which only the files are known.
    pub(crate) fn new(tool: Tool, dir: String, files: Vec<String>) -> Tree {
        let given = Arc::default();
        Tree {
            tool,
            dir,
            files,
            dialect: None,
            env: None,
            migrator: None,
            split: false,
            configured: false,
            databases: None,
            base: Vec::new(),
            given,
        }
    }
}

impl Tree {
    /// Whether a path, given under the root, would be one of this tree's files.
    pub fn covers(&self, path: &str) -> bool {
        match self.tool {
            Tool::Alembic => self.below(path).is_some() && path.ends_with(".py"),
            Tool::SeaOrm => self.below(path).is_some() && path.ends_with(".rs"),
            _ => self.below(path).is_some_and(|below| (layout(self.tool).part)(below).is_some()),
        }
    }

    /// A path under the tree's folder.
    pub fn below<'p>(&self, path: &'p str) -> Option<&'p str> {
        match self.dir.as_str() {
            "" => Some(path),
            dir => path.strip_prefix(dir)?.strip_prefix('/'),
        }
    }

    /// Whether it is read for a database.
    pub fn is_for(&self, dialect: Dialect) -> bool {
        self.dialect.as_ref().is_none_or(|(only, _)| *only == dialect)
    }

    /// The folder as people see it.
    pub fn shown(&self) -> String {
        let dir = match &self.env {
            // Its versions lie in folders that have nothing else in common.
            Some(env) if self.dir.is_empty() => parent(env),
            _ if self.dir.is_empty() => ".",
            _ => &self.dir,
        };
        match &self.dialect {
            Some((dialect, _)) if self.split => format!("{dir} for {}", dialect.name()),
            _ => dir.to_owned(),
        }
    }
}

/// What a folder or file name says of its dialect: ours, or one that is not spoken here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Spoken {
    Known(Dialect),
    Foreign(&'static str),
}

/// Names of databases, as folders and files carry them.
const SPOKEN: &[(&str, Spoken)] = &[
    ("postgres", Spoken::Known(Dialect::Postgres)),
    ("postgresql", Spoken::Known(Dialect::Postgres)),
    ("pg", Spoken::Known(Dialect::Postgres)),
    ("pgsql", Spoken::Known(Dialect::Postgres)),
    ("psql", Spoken::Known(Dialect::Postgres)),
    ("sqlite", Spoken::Known(Dialect::Sqlite)),
    ("sqlite3", Spoken::Known(Dialect::Sqlite)),
    ("lite", Spoken::Known(Dialect::Sqlite)),
    ("turso", Spoken::Known(Dialect::Sqlite)),
    ("libsql", Spoken::Known(Dialect::Sqlite)),
    ("mysql", Spoken::Foreign("MySQL")),
    ("mariadb", Spoken::Foreign("MySQL")),
    ("mssql", Spoken::Foreign("SQL Server")),
    ("sqlserver", Spoken::Foreign("SQL Server")),
    ("oracle", Spoken::Foreign("Oracle")),
    ("h2", Spoken::Foreign("H2")),
    ("hsqldb", Spoken::Foreign("HSQLDB")),
    ("derby", Spoken::Foreign("Derby")),
    ("db2", Spoken::Foreign("Db2")),
    ("singlestore", Spoken::Foreign("SingleStore")),
    ("mongodb", Spoken::Foreign("MongoDB")),
    ("clickhouse", Spoken::Foreign("ClickHouse")),
    ("cockroach", Spoken::Foreign("CockroachDB")),
    ("cockroachdb", Spoken::Foreign("CockroachDB")),
];

fn spoken(name: &str) -> Option<Spoken> {
    let known = SPOKEN.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    known.map(|(_, spoken)| *spoken)
}

/// `postgres`, `migration_postgres`, `sqlite-migrations`.
fn spoken_by_folder(name: &str) -> Option<Spoken> {
    spoken(name)
        .or_else(|| spoken(name.rsplit(['_', '-']).next()?))
        .or_else(|| spoken(name.split(['_', '-']).next()?))
}

/// What the folders and the dotted parts of a file name say: `postgres/1_a.sql`,
/// `migration_postgres/V1__a.sql`, `1_a.postgres.up.sql`.
pub(crate) fn spoken_by_path(path: &str) -> Option<Spoken> {
    let folders = parent(path).split('/').filter(|part| !part.is_empty());
    let by_folder = folders.filter_map(spoken_by_folder).next();
    by_folder.or_else(|| file_name(path).split('.').skip(1).find_map(spoken))
}

/// Folders beside the application: tests and what they need, documents, examples, and what
/// somebody runs by hand.
const ASIDE: &[&str] = &[
    "__tests__",
    "benchmark",
    "benchmarks",
    "docs",
    "examples",
    "fixtures",
    "scripts",
    "seed",
    "seeds",
    "test",
    "testdata",
    "testing",
    "tests",
];

/// What Cargo calls the folders of what it builds and measures; elsewhere, words like others.
const ASIDE_IN_RUST: &[&str] = &["benches", "target"];

/// Whether a file is none of the application's own: it does not run while a change is applied.
pub(crate) fn is_aside(path: &str) -> bool {
    let stem = file_name(path).split('.').next().unwrap_or_default();
    // `ab_test.py` may be about A/B tests: its text has to say that it is one (`is_test`).
    let ends = !path.ends_with(".py") && ["_test", "_tests"].iter().any(|end| stem.ends_with(end));
    let named = matches!(stem, "conftest" | "seed" | "seeds" | "test" | "tests")
        || ["test_", "seed_"].iter().any(|start| stem.starts_with(start));
    named || ends || lies_aside(path)
}

/// Whether a file of Python that is called like a test is one.
pub(crate) fn is_test(path: &str, text: &str) -> bool {
    let called = ["_test.py", "_tests.py"].iter().any(|end| path.ends_with(end));
    let tests = ["def test", "import pytest", "import unittest", "from unittest"];
    called && tests.iter().any(|words| text.contains(words))
}

/// Whether a file lies in such a folder. What maps a table may be called as it likes: there are
/// tables of tests, and of seeds.
pub(crate) fn lies_aside(path: &str) -> bool {
    let rust = path.ends_with(".rs");
    let aside = |part: &str| ASIDE.contains(&part) || rust && ASIDE_IN_RUST.contains(&part);
    parent(path).split('/').any(aside)
}

/// A path's folder; empty for the root.
pub(crate) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A folder and every folder above it, innermost first, the root last.
pub(crate) fn upward(dir: &str) -> impl Iterator<Item = &str> {
    let mut next = Some(dir);
    std::iter::from_fn(move || {
        let at = next?;
        next = (!at.is_empty()).then(|| parent(at));
        Some(at)
    })
}

/// Joins a folder and a relative path; `..` climbs, and never above the root.
pub(crate) fn join(dir: &str, path: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::{is_aside, is_test, lies_aside};

    #[test]
    fn what_only_tests_need_is_aside() {
        for path in ["tests/a.py", "app/test_a.py", "src/a_test.rs", "target/a.rs", "seeds/a.sql"] {
            assert!(is_aside(path), "{path}");
        }
        for path in ["app/ab_test.py", "app/target/a.py", "app/benches/a.py", "src/contest.rs"] {
            assert!(!is_aside(path) && !lies_aside(path), "{path}");
        }
        assert!(is_test("app/a_test.py", "def test_a():"));
        assert!(!is_test("app/ab_test.py", "class AbTest(Base):"));
        assert!(!is_test("app/a.py", "def test_a():"));
    }
}
