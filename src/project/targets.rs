//! Which databases a tree is meant for: what the caller says, else what the project shows.

use super::{Tool, Tree, discover::Found, file_name, parent, upward};
use crate::{
    database::{Database, Dialect},
    source::Sources,
};

/// Files that are looked through for one tree at the most.
const MAX_LOOKED: usize = 400;

/// The databases of one tree, each with what speaks for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Targets {
    pub databases: Vec<(Database, String)>,
}

/// Decides for a tree. `asked` comes from the command line, and wins; a tree for one dialect
/// only is never read for another.
pub fn targets(sources: &Sources, found: &Found, tree: &Tree, asked: &[Database]) -> Targets {
    let fits = |dialect: Dialect| tree.dialect.is_none_or(|only| only == dialect);
    if !asked.is_empty() {
        let chosen = asked.iter().filter(|d| fits(d.dialect));
        return Targets { databases: chosen.map(|d| (*d, "asked for".to_owned())).collect() };
    }
    let evidence = evidence(sources, found, tree);
    let mut databases = Vec::new();
    for (dialect, default) in
        [(Dialect::Postgres, Database::POSTGRES), (Dialect::Sqlite, Database::SQLITE)]
    {
        if !fits(dialect) {
            continue;
        }
        let of = |e: &&Evidence| e.dialect == dialect;
        let versioned = evidence.iter().filter(of).find(|e| e.version.is_some());
        let seen = versioned.or_else(|| evidence.iter().find(of));
        match seen {
            Some(seen) => {
                let version = seen.version.unwrap_or(default.version);
                databases.push((Database { dialect, version }, seen.place.clone()));
            }
            None if tree.dialect == Some(dialect) => {
                databases.push((default, "its own SQL or folder".to_owned()));
            }
            None => {}
        }
    }
    if databases.is_empty() {
        databases.push((Database::POSTGRES, "nothing says otherwise".to_owned()));
    }
    Targets { databases }
}

struct Evidence {
    dialect: Dialect,
    version: Option<(u16, u16)>,
    place: String,
}

fn evidence(sources: &Sources, found: &Found, tree: &Tree) -> Vec<Evidence> {
    let mut out = Vec::new();
    let home = home(tree);
    let mut looked = 0;
    for path in &found.files {
        if looked >= MAX_LOOKED {
            break;
        }
        if !(speaks(path) && (parent(path) == home || is_near(parent(path), home))) {
            continue;
        }
        looked += 1;
        let Ok(file) = sources.load(path) else { continue };
        let text = &sources.file(file).text;
        let mut say = |dialect, version| {
            out.push(Evidence { dialect, version, place: path.clone() });
        };
        if let Some(version) = image(text) {
            say(Dialect::Postgres, version);
        }
        if mentions(text, &["postgresql://", "postgresql+", "postgres://", "psycopg", "asyncpg"]) {
            say(Dialect::Postgres, None);
        }
        if mentions(text, &["sqlite://", "sqlite+", "aiosqlite"])
            && !text.contains("sqlite:///:memory:")
        {
            say(Dialect::Sqlite, None);
        }
        if file_name(path) == "Cargo.toml"
            && matches!(tree.tool, Tool::Sqlx | Tool::Diesel | Tool::Sql)
        {
            for (word, dialect) in
                [("\"postgres\"", Dialect::Postgres), ("\"sqlite\"", Dialect::Sqlite)]
            {
                if text.contains(word) {
                    say(dialect, None);
                }
            }
        }
    }
    if tree.tool == Tool::Alembic {
        in_migrations(sources, tree, &mut out);
    }
    out
}

/// The folder of the application that a tree belongs to: above the tree, or above `env.py`.
fn home(tree: &Tree) -> &str {
    match &tree.env {
        Some(env) => parent(parent(env)),
        None => parent(&tree.dir),
    }
}

/// A folder above the home, or below it and not too deep.
fn is_near(dir: &str, home: &str) -> bool {
    upward(home).any(|up| up == dir) || upward(dir).take(4).any(|up| up == home)
}

/// Files that say where a database is. Tests speak of test databases.
fn speaks(path: &str) -> bool {
    if path.split('/').any(|part| part.starts_with("test") || part == "docs") {
        return false;
    }
    let name = file_name(path);
    name.ends_with(".ini")
        || name.starts_with(".env")
        || name.contains("compose") && (name.ends_with(".yml") || name.ends_with(".yaml"))
        || matches!(
            name,
            "pyproject.toml" | "requirements.txt" | "Cargo.toml" | "env.py" | "miglint.toml"
        )
        || matches!(
            name,
            "config.py"
                | "settings.py"
                | "database.py"
                | "db.py"
                | "session.py"
                | "engine.py"
                | "core.py"
        )
}

fn mentions(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

/// `image: postgres:16`, `pgvector/pgvector:pg16`, `postgis/postgis:16-3.4`.
fn image(text: &str) -> Option<Option<(u16, u16)>> {
    let line = text.lines().map(str::trim).find(|line| {
        line.strip_prefix("image:").is_some_and(|i| {
            ["postgres", "pgvector/", "postgis/", "timescale/"].iter().any(|name| i.contains(name))
        })
    })?;
    let tag = line.rsplit(':').next().unwrap_or_default();
    let digits: String =
        tag.trim_start_matches("pg").chars().take_while(char::is_ascii_digit).collect();
    let major = digits.parse::<u16>().ok().filter(|major| (10..=30).contains(major));
    Some(major.map(|major| (major, 0)))
}

/// Batch mode and branches by dialect are written for somebody.
fn in_migrations(sources: &Sources, tree: &Tree, out: &mut Vec<Evidence>) {
    if let Some(env) = &tree.env
        && let Ok(file) = sources.load(env)
    {
        let text = sources.file(file);
        let flat: String = text.text.chars().filter(|c| !c.is_whitespace()).collect();
        if flat.contains("render_as_batch=") && !flat.contains("render_as_batch=False") {
            out.push(Evidence {
                dialect: Dialect::Sqlite,
                version: None,
                place: format!("render_as_batch in {env}"),
            });
        }
    }
    for path in &tree.files {
        let Ok(file) = sources.load(path) else { continue };
        let text = &sources.file(file).text;
        if !text.contains("dialect") {
            continue;
        }
        for (words, dialect) in [
            (["== \"sqlite\"", "== 'sqlite'"], Dialect::Sqlite),
            (["== \"postgresql\"", "== 'postgresql'"], Dialect::Postgres),
        ] {
            if mentions(text, &words) && !out.iter().any(|e| e.dialect == dialect) {
                out.push(Evidence { dialect, version: None, place: format!("a branch in {path}") });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::image;

    #[test]
    fn images_tell_the_major() {
        assert_eq!(image("  image: postgres:16-alpine\n"), Some(Some((16, 0))));
        assert_eq!(image("  image: pgvector/pgvector:pg17\n"), Some(Some((17, 0))));
        assert_eq!(image("  image: postgres:latest\n"), Some(None));
        assert_eq!(image("  image: redis:7\n"), None);
    }
}
