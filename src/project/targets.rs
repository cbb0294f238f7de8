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

/// Decides for a tree. What is `given`, with its reason, wins; a tree for one dialect only is
/// never read for another.
pub fn targets(
    sources: &Sources,
    found: &Found,
    tree: &Tree,
    given: &[(Database, String)],
) -> Targets {
    let fits = |dialect: Dialect| tree.is_for(dialect);
    if !given.is_empty() {
        let databases = given.iter().filter(|(d, _)| fits(d.dialect)).cloned().collect();
        return Targets { databases };
    }
    let mut evidence = evidence(sources, found, tree);
    // A driver among the dependencies may serve the tests only: it counts where nothing better
    // is known.
    if evidence.iter().any(|e| !e.driver) {
        evidence.retain(|e| !e.driver);
    }
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
            None => {
                let own = tree.dialect.iter().map(|(_, why)| (default, why.clone()));
                databases.extend(own);
            }
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
    /// Only a driver that the application depends on.
    driver: bool,
}

/// The beginnings of URLs, by what they lead to.
const URLS: &[(&str, Dialect)] = &[
    ("postgresql://", Dialect::Postgres),
    ("postgresql+", Dialect::Postgres),
    ("postgres://", Dialect::Postgres),
    ("sqlite://", Dialect::Sqlite),
    ("sqlite+", Dialect::Sqlite),
];

/// Packages and modules that speak to one database only, as manifests name them.
const DRIVERS: &[(&str, Dialect)] = &[
    ("psycopg", Dialect::Postgres),
    ("asyncpg", Dialect::Postgres),
    ("aiosqlite", Dialect::Sqlite),
    ("tokio-postgres", Dialect::Postgres),
    ("rusqlite", Dialect::Sqlite),
    ("github.com/lib/pq", Dialect::Postgres),
    ("github.com/jackc/pgx", Dialect::Postgres),
    ("github.com/mattn/go-sqlite3", Dialect::Sqlite),
    ("modernc.org/sqlite", Dialect::Sqlite),
];

/// Features of sqlx, Diesel and SeaORM, as a Cargo.toml lists them.
const FEATURES: &[(&str, Dialect)] = &[
    ("\"postgres\"", Dialect::Postgres),
    ("\"sqlite\"", Dialect::Sqlite),
    ("\"sqlx-postgres\"", Dialect::Postgres),
    ("\"sqlx-sqlite\"", Dialect::Sqlite),
];

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
        let mut text = without_comments(path, &sources.file(file).text);
        if file_name(path) == "Cargo.toml" {
            text = without_tests(&text);
        }
        let mut say = |dialect, version, driver| {
            out.push(Evidence { dialect, version, place: path.clone(), driver });
        };
        if let Some(version) = image(&text) {
            say(Dialect::Postgres, version, false);
        }
        for (url, dialect) in URLS {
            let memory = text.contains("sqlite:///:memory:") || text.contains("sqlite://\"");
            if text.contains(url) && !(*dialect == Dialect::Sqlite && memory) {
                say(*dialect, None, false);
            }
        }
        if path.ends_with("supabase/config.toml") {
            say(Dialect::Postgres, supabase_major(&text), false);
        }
        let manifest = match file_name(path) {
            "pyproject.toml" => python_dependencies(&text),
            "requirements.txt" | "go.mod" | "Cargo.toml" => text.clone(),
            _ => String::new(),
        };
        for (driver, dialect) in DRIVERS {
            if manifest.contains(driver) {
                say(*dialect, None, true);
            }
        }
        if file_name(path) == "Cargo.toml" && tree.tool != Tool::Alembic {
            for (feature, dialect) in FEATURES {
                if text.contains(feature) {
                    say(*dialect, None, false);
                }
            }
        }
    }
    if tree.tool == Tool::Alembic {
        in_migrations(sources, tree, &mut out);
    }
    out
}

/// A manifest of Cargo without what its tests depend on.
fn without_tests(text: &str) -> String {
    let mut tests = false;
    let kept = text.lines().filter(|line| {
        if line.starts_with('[') {
            tests = line.contains("dev-dependencies");
        }
        !tests
    });
    kept.collect::<Vec<_>>().join("\n")
}

/// A text without its lines that are comments only: a URL that is commented out is a habit of
/// templates, not a database.
fn without_comments(path: &str, text: &str) -> String {
    let marks: &[&str] = match path.rsplit('.').next().unwrap_or_default() {
        "ini" => &["#", ";"],
        "mod" => &["//"],
        _ => &["#"],
    };
    let kept = text.lines().filter(|line| {
        let line = line.trim_start();
        !marks.iter().any(|mark| line.starts_with(mark))
    });
    kept.collect::<Vec<_>>().join("\n")
}

/// What a Python application itself depends on, without its groups for development.
fn python_dependencies(text: &str) -> String {
    let Ok(table) = text.parse::<toml::Table>() else { return String::new() };
    let listed = table.get("project").and_then(|p| p.get("dependencies"));
    let poetry =
        table.get("tool").and_then(|t| t.get("poetry")).and_then(|p| p.get("dependencies"));
    let listed = listed.and_then(toml::Value::as_array).into_iter().flatten();
    let names = listed.filter_map(toml::Value::as_str).map(str::to_owned);
    let poetry = poetry.and_then(toml::Value::as_table).into_iter().flat_map(|t| t.keys().cloned());
    names.chain(poetry).collect::<Vec<_>>().join("\n")
}

/// `[db] major_version = 15` in `supabase/config.toml`.
fn supabase_major(text: &str) -> Option<(u16, u16)> {
    let table: toml::Table = text.parse().ok()?;
    let major = table.get("db")?.get("major_version")?.as_integer()?;
    u16::try_from(major).ok().filter(|major| (10..=30).contains(major)).map(|major| (major, 0))
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
    path.ends_with("supabase/config.toml")
        || name.ends_with(".ini")
        || name.starts_with(".env")
        || name.contains("compose") && (name.ends_with(".yml") || name.ends_with(".yaml"))
        || matches!(
            name,
            "pyproject.toml" | "requirements.txt" | "Cargo.toml" | "go.mod" | "env.py"
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
            ["postgres", "pgvector/", "postgis/", "timescale/", "pgautoupgrade/"]
                .iter()
                .any(|name| i.contains(name))
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
                driver: false,
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
            if !mentions(text, &words) {
                continue;
            }
            let mut say = |dialect, side: &str| {
                if !out.iter().any(|e| e.dialect == dialect && !e.driver) {
                    let place = format!("{side} in {path}");
                    out.push(Evidence { dialect, version: None, place, driver: false });
                }
            };
            say(dialect, "a branch");
            if dialect == Dialect::Sqlite {
                // Who makes an exception for SQLite runs on something else.
                say(Dialect::Postgres, "the other side of a branch");
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
