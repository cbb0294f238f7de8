//! Which servers a run speaks about.

use std::fmt;

/// A family of servers with one grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dialect {
    Postgres,
    Sqlite,
}

impl Dialect {
    /// As people write it.
    pub fn name(self) -> &'static str {
        match self {
            Dialect::Postgres => "PostgreSQL",
            Dialect::Sqlite => "SQLite",
        }
    }

    /// SQLAlchemy's name for it (`bind.dialect.name`), which is also the one in our JSON.
    pub fn sqlalchemy(self) -> &'static str {
        match self {
            Dialect::Postgres => "postgresql",
            Dialect::Sqlite => "sqlite",
        }
    }

    /// Whether two names are those of one thing: SQLite compares them without case, which is
    /// that of ASCII letters only.
    pub fn is_same(self, one: &str, other: &str) -> bool {
        one == other || self == Dialect::Sqlite && one.eq_ignore_ascii_case(other)
    }

    /// What is the same for all names of one thing ([`Dialect::is_same`]).
    pub fn key(self, name: &str) -> String {
        match self {
            Dialect::Postgres => name.to_owned(),
            Dialect::Sqlite => name.to_ascii_lowercase(),
        }
    }
}

/// A server that the migrations are meant for: a dialect and the version that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Database {
    pub dialect: Dialect,
    /// PostgreSQL: `(major, 0)`. SQLite: `(3, minor)`.
    pub version: (u16, u16),
}

impl Database {
    /// PostgreSQL 16: the middle of the supported majors, used when nothing says more.
    pub const POSTGRES: Database = Database { dialect: Dialect::Postgres, version: (16, 0) };
    /// SQLite 3.45: what Ubuntu 24.04 and many Python builds carry.
    pub const SQLITE: Database = Database { dialect: Dialect::Sqlite, version: (3, 45) };

    pub fn is_postgres(self) -> bool {
        self.dialect == Dialect::Postgres
    }

    pub fn is_sqlite(self) -> bool {
        self.dialect == Dialect::Sqlite
    }

    /// Whether the server is at least this version.
    pub fn at_least(self, version: (u16, u16)) -> bool {
        self.version >= version
    }

    /// Reads `postgres@16`, `postgresql`, `sqlite@3.45`.
    ///
    /// # Errors
    /// A sentence that says what is accepted.
    pub fn parse(text: &str) -> Result<Database, String> {
        let (name, version) = match text.split_once('@') {
            Some((name, version)) => (name, Some(version)),
            None => (text, None),
        };
        let mut database = match name.to_ascii_lowercase().as_str() {
            "postgres" | "postgresql" | "pg" => Database::POSTGRES,
            "sqlite" | "sqlite3" => Database::SQLITE,
            _ => {
                return Err(format!(
                    "unknown database `{name}`; known are `postgres` and `sqlite`, with a version such as `postgres@16` or `sqlite@3.45`"
                ));
            }
        };
        let Some(version) = version else { return Ok(database) };
        let bad = || {
            format!("`{version}` is not a version of {name}; write `postgres@16` or `sqlite@3.45`")
        };
        let mut parts = version.split('.').map(|part| part.parse::<u16>().map_err(|_| bad()));
        let first = parts.next().ok_or_else(bad)??;
        let second = parts.next().transpose()?;
        database.version = match (database.dialect, second) {
            (Dialect::Postgres, _) if (10..=30).contains(&first) => (first, 0),
            (Dialect::Sqlite, Some(minor)) if first == 3 => (3, minor),
            _ => return Err(bad()),
        };
        Ok(database)
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.dialect {
            Dialect::Postgres => write!(f, "postgres@{}", self.version.0),
            Dialect::Sqlite => write!(f, "sqlite@{}.{}", self.version.0, self.version.1),
        }
    }
}
