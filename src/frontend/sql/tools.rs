//! How each SQL tool names its migrations, orders them, marks their halves and runs them.
//!
//! Read off the tools' own sources: sqlx `migrate/source.rs`, Diesel `migrations_internals`,
//! refinery `util.rs`, Flyway's documentation on naming, golang-migrate `source/parse.go`, goose
//! `internal/sqlparser`, sql-migrate `sqlparse`, dbmate `pkg/dbmate/migration.go`, pop
//! `match.go`, maragu.dev/migrate `migrate.go`, Prisma's and drizzle-kit's folders, the Supabase CLI `pkg/migration/file.go`.

use crate::project::{Spoken, Tool, spoken_by_path};

/// What a file is to its tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Up,
    Down,
    /// Flyway's `B`: what a new database begins with instead of the versions before it.
    Baseline,
    /// Flyway's `R`: run again whenever it changes, after all versions.
    Repeatable,
}

/// How migrations are ordered: by rank, by the numbers of their version, then by text.
pub(crate) type Key = (u8, Vec<u128>, String);

/// A file as its tool takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) key: Key,
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) role: Role,
    /// What the name says of the database; a file for one beats a file for all.
    pub(crate) dialect: Option<Spoken>,
}

/// How a tool commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Commits {
    /// One transaction for a file, unless `unless` says otherwise.
    File,
    /// The file is sent as one string: PostgreSQL runs several statements of a simple query in
    /// one transaction, and a single one by itself (manual, "Multiple Statements in a Simple
    /// Query").
    AsSent,
}

/// Lines that begin a half, without white space and in lower case.
#[derive(Debug)]
pub(crate) struct Marks {
    pub(crate) up: &'static str,
    pub(crate) down: &'static str,
    /// As people write the first one.
    pub(crate) shown: &'static str,
}

/// One tool's rules.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) tool: Tool,
    /// Reads a path below the tree's folder; `None`: the tool does not run such a file.
    pub(crate) part: fn(&str) -> Option<Part>,
    /// How it wants files to be named, for people.
    pub(crate) names: &'static str,
    pub(crate) marks: Option<&'static Marks>,
    pub(crate) commits: Commits,
}

const GOOSE: Marks = Marks { up: "--+gooseup", down: "--+goosedown", shown: "-- +goose Up" };
const DBMATE: Marks = Marks { up: "--migrate:up", down: "--migrate:down", shown: "-- migrate:up" };
const SQL_MIGRATE: Marks =
    Marks { up: "--+migrateup", down: "--+migratedown", shown: "-- +migrate Up" };

/// Every SQL tool.
pub(crate) const LAYOUTS: &[Layout] = &[
    Layout {
        tool: Tool::Sqlx,
        part: sqlx,
        names: "`<number>_<name>.sql`",
        marks: None,
        commits: Commits::File,
    },
    Layout {
        tool: Tool::Diesel,
        part: diesel,
        names: "`<version>_<name>/up.sql`",
        marks: None,
        commits: Commits::File,
    },
    Layout {
        tool: Tool::Refinery,
        part: refinery,
        names: "`V<number>__<name>.sql`",
        marks: None,
        commits: Commits::File,
    },
    Layout {
        tool: Tool::Flyway,
        part: flyway,
        names: "`V<version>__<name>.sql`",
        marks: None,
        commits: Commits::File,
    },
    Layout {
        tool: Tool::GolangMigrate,
        part: golang_migrate,
        names: "`<number>_<name>.up.sql`",
        marks: None,
        commits: Commits::AsSent,
    },
    Layout {
        tool: Tool::Maragu,
        part: maragu,
        names: "`<name>.up.sql`",
        marks: None,
        commits: Commits::File,
    },
    Layout {
        tool: Tool::Pop,
        part: pop,
        names: "`<number>_<name>.<database>.up.sql`",
        marks: None,
        commits: Commits::File,
    },
    Layout {
        tool: Tool::Goose,
        part: goose,
        names: "`<number>_<name>.sql`",
        marks: Some(&GOOSE),
        commits: Commits::File,
    },
    Layout {
        tool: Tool::Dbmate,
        part: dbmate,
        names: "`<number>_<name>.sql`",
        marks: Some(&DBMATE),
        commits: Commits::File,
    },
    Layout {
        tool: Tool::SqlMigrate,
        part: sql_migrate,
        names: "`<name>.sql`",
        marks: Some(&SQL_MIGRATE),
        commits: Commits::File,
    },
    Layout {
        tool: Tool::Prisma,
        part: prisma,
        names: "`<name>/migration.sql`",
        marks: None,
        commits: Commits::AsSent,
    },
    Layout {
        tool: Tool::Drizzle,
        part: drizzle,
        names: "`<number>_<name>.sql`",
        marks: None,
        commits: Commits::File,
    },
    Layout {
        tool: Tool::Supabase,
        part: supabase,
        names: "`<timestamp>_<name>.sql`",
        marks: None,
        commits: Commits::File,
    },
    Layout {
        tool: Tool::Sql,
        part: plain,
        names: "`<name>.sql`",
        marks: None,
        commits: Commits::File,
    },
];

/// The rules of a tool; those of plain files for one that is not a SQL tool.
pub(crate) fn layout(tool: Tool) -> &'static Layout {
    let own = LAYOUTS.iter().find(|layout| layout.tool == tool);
    own.unwrap_or(&LAYOUTS[LAYOUTS.len() - 1])
}

/// The language of a migration that is code, by its file's name; `None`: SQL.
pub(crate) fn language(path: &str) -> Option<&'static str> {
    Some(match path.rsplit_once('.')?.1 {
        "go" => "Go",
        "rs" => "Rust",
        "java" => "Java",
        "kt" => "Kotlin",
        "fizz" => "fizz",
        _ => return None,
    })
}

/// Whether a name could be a migration in code: numbered Go, `V1__x` in Rust, Java, Kotlin, or
/// pop's own language.
pub(crate) fn may_be_code(name: &str) -> bool {
    match language(name) {
        Some("Go") => goose(name).is_some(),
        Some("Rust") => refinery(name).is_some(),
        Some("fizz") => pop(name).is_some(),
        Some(_) => flyway(name).is_some(),
        None => false,
    }
}

fn sqlx(path: &str) -> Option<Part> {
    let stem = direct(path)?.strip_suffix(".sql")?;
    let (stem, role) = halves(stem);
    let (version, title) = stem.split_once('_')?;
    let number = version.parse::<i64>().ok().and_then(|n| u128::try_from(n).ok())?;
    Some(numbered(vec![number], version, title, role))
}

fn diesel(path: &str) -> Option<Part> {
    let (folder, name) = path.rsplit_once('/')?;
    let role = up_or_down(name)?;
    let folder = folder.rsplit('/').next()?;
    let (version, title) = folder.split_once('_').unwrap_or((folder, ""));
    let version: String = version.chars().filter(|c| *c != '-').collect();
    // Diesel compares versions as text.
    let key = (1, Vec::new(), version.clone());
    Some(Part { key, id: version, title: words(title), role, dialect: None })
}

fn refinery(path: &str) -> Option<Part> {
    let name = file_name(path);
    let stem = name.strip_suffix(".sql").or_else(|| name.strip_suffix(".rs"))?;
    let (version, title) = stem.strip_prefix(['V', 'U'])?.split_once("__")?;
    let numbers = numbers(version, &['.'])?;
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let named = !title.is_empty() && title.chars().all(is_word);
    (named && numbers.len() <= 2).then(|| numbered(numbers, version, title, Role::Up))
}

fn flyway(path: &str) -> Option<Part> {
    let name = file_name(path);
    let stem = [".sql", ".java", ".kt"].iter().find_map(|end| name.strip_suffix(end))?;
    let dialect = spoken_by_path(path);
    if let Some(title) = stem.strip_prefix("R__") {
        let (key, id) = ((2, Vec::new(), title.to_owned()), format!("R__{title}"));
        return Some(Part { key, id, title: words(title), role: Role::Repeatable, dialect });
    }
    let role = match stem.as_bytes().first()? {
        b'V' => Role::Up,
        b'U' => Role::Down,
        b'B' => Role::Baseline,
        _ => return None,
    };
    let (version, title) = stem[1..].split_once("__").unwrap_or((&stem[1..], ""));
    let mut numbers = numbers(version, &['.', '_'])?;
    // Flyway: 1 and 1.0 are one version.
    while numbers.len() > 1 && numbers.last() == Some(&0) {
        numbers.pop();
    }
    let id = version.replace('_', ".");
    let mut part = Part { dialect, ..numbered(numbers, &id, title, role) };
    if role == Role::Baseline {
        // A baseline and a version of one number stand beside each other.
        part.key.2 = "B".to_owned();
    }
    Some(part)
}

fn golang_migrate(path: &str) -> Option<Part> {
    let (number, rest) = split_number(direct(path)?)?;
    let rest = rest.strip_prefix('_')?;
    let cut = |mark: &str| rest.rfind(mark).map(|at| &rest[..at]);
    let (title, role) = match (cut(".up."), cut(".down.")) {
        (Some(title), None) => (title, Role::Up),
        (None, Some(title)) => (title, Role::Down),
        (Some(up), Some(down)) if up.len() > down.len() => (up, Role::Up),
        (Some(_), Some(down)) => (down, Role::Down),
        (None, None) => return None,
    };
    Some(numbered(vec![number.parse().ok()?], number, title, role))
}

/// The whole name is the version, and names are ordered as text.
fn maragu(path: &str) -> Option<Part> {
    let name = direct(path)?;
    let stem = name.strip_suffix(".sql")?;
    let (stem, role) = match stem.strip_suffix(".up") {
        Some(stem) => (stem, Role::Up),
        None => (stem.strip_suffix(".down")?, Role::Down),
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if stem.is_empty() || !stem.chars().all(is_name) {
        return None;
    }
    let title = split_number(stem).map_or(stem, |(_, title)| title);
    let (key, id) = ((1, Vec::new(), stem.to_owned()), stem.to_owned());
    Some(Part { key, id, title: words(title.trim_start_matches(['_', '-'])), role, dialect: None })
}

/// pop looks into the folders below its own too.
fn pop(path: &str) -> Option<Part> {
    let name = file_name(path);
    let (number, rest) = split_number(name)?;
    let stem = rest.strip_suffix(".sql").or_else(|| rest.strip_suffix(".fizz"))?;
    let (stem, role) = match stem.strip_suffix(".up") {
        Some(stem) => (stem, Role::Up),
        None => (stem.strip_suffix(".down")?, Role::Down),
    };
    let title = stem.strip_prefix('_')?.split('.').next()?;
    let dialect = spoken_by_path(name);
    let key = (1, Vec::new(), number.to_owned());
    Some(Part { key, id: number.to_owned(), title: words(title), role, dialect })
}

fn goose(path: &str) -> Option<Part> {
    let name = direct(path)?;
    let stem = name.strip_suffix(".sql").or_else(|| name.strip_suffix(".go"))?;
    if stem.ends_with("_test") {
        return None;
    }
    let (version, title) = stem.split_once('_')?;
    let number = version.parse::<i64>().ok().filter(|n| *n > 0)?;
    Some(numbered(vec![number as u128], version, title, Role::Up))
}

fn dbmate(path: &str) -> Option<Part> {
    let name = direct(path)?;
    let (version, rest) = split_number(name.strip_suffix(".sql")?)?;
    let key = (1, Vec::new(), version.to_owned());
    let title = words(rest.trim_start_matches(['_', '-']));
    Some(Part { key, id: version.to_owned(), title, role: Role::Up, dialect: None })
}

/// By the number in front, those without one last; then by the whole name, which is the
/// identifier. Two files may share a number.
fn sql_migrate(path: &str) -> Option<Part> {
    let name = direct(path)?;
    let stem = name.strip_suffix(".sql")?;
    let (number, title) = split_number(stem).unwrap_or(("", stem));
    let (rank, numbers) = match number.parse() {
        Ok(number) => (1, vec![number]),
        Err(_) => (2, Vec::new()),
    };
    let key = (rank, numbers, name.to_owned());
    let id = if number.is_empty() { stem } else { number };
    Some(Part { key, id: id.to_owned(), title: words(title), role: Role::Up, dialect: None })
}

fn prisma(path: &str) -> Option<Part> {
    let (folder, name) = path.rsplit_once('/')?;
    let role = match name {
        "migration.sql" => Role::Up,
        "down.sql" => Role::Down,
        _ => return None,
    };
    let folder = direct(folder)?;
    let title = folder.split_once('_').map_or(folder, |(_, title)| title);
    let key = (1, Vec::new(), folder.to_owned());
    Some(Part { key, id: folder.to_owned(), title: words(title), role, dialect: None })
}

fn drizzle(path: &str) -> Option<Part> {
    if let Some(part) = prisma(path) {
        return Some(part);
    }
    let stem = direct(path)?.strip_suffix(".sql")?;
    let (number, rest) = split_number(stem)?;
    let title = rest.trim_start_matches('_');
    let mut part = numbered(vec![number.parse().ok()?], stem, title, Role::Up);
    // The journal goes by the whole name: two files may share a number.
    part.key.2 = stem.to_owned();
    Some(part)
}

fn supabase(path: &str) -> Option<Part> {
    let name = direct(path)?;
    let (version, rest) = split_number(name.strip_suffix(".sql")?)?;
    let title = rest.strip_prefix('_')?;
    let key = (1, Vec::new(), version.to_owned());
    Some(Part { key, id: version.to_owned(), title: words(title), role: Role::Up, dialect: None })
}

/// Files in the order of the numbers in front of their names, then of the names.
fn plain(path: &str) -> Option<Part> {
    let name = file_name(path);
    let stem = name.strip_suffix(".sql")?;
    let dialect = spoken_by_path(path);
    if let Some(role) = up_or_down(name) {
        let folder = path.rsplit('/').nth(1)?;
        let key = (1, natural(folder), folder.to_owned());
        return Some(Part { key, id: folder.to_owned(), title: words(folder), role, dialect });
    }
    let (stem, role) = halves(stem);
    let is_version = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    let undone = stem.strip_prefix('U').filter(|r| is_version(r));
    let role = if undone.is_some() { Role::Down } else { role };
    let bare = undone.or(stem.strip_prefix('V').filter(|r| is_version(r))).unwrap_or(stem);
    let end =
        bare.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '_'))).unwrap_or(bare.len());
    let version = bare[..end].trim_end_matches(['_', '.']);
    let title = bare[end..].trim_start_matches(['_', '-', '.']);
    // Two files may share a number: who runs them goes by the whole name.
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut order = natural(folder);
    order.extend(natural(version));
    let id = if version.is_empty() { stem } else { version };
    let id = if folder.is_empty() { id.to_owned() } else { format!("{folder}/{id}") };
    let key = (1, order, format!("{folder}/{bare}"));
    Some(Part { key, id, title: words(title), role, dialect })
}

fn numbered(numbers: Vec<u128>, id: &str, title: &str, role: Role) -> Part {
    let key = (1, numbers, String::new());
    Part { key, id: id.to_owned(), title: words(title), role, dialect: None }
}

/// A name in the tree's own folder.
fn direct(path: &str) -> Option<&str> {
    (!path.contains('/')).then_some(path)
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn up_or_down(name: &str) -> Option<Role> {
    match name {
        "up.sql" => Some(Role::Up),
        "down.sql" => Some(Role::Down),
        _ => None,
    }
}

/// `x.up`, `x.down`, `x`.
fn halves(stem: &str) -> (&str, Role) {
    match stem.strip_suffix(".down") {
        Some(stem) => (stem, Role::Down),
        None => (stem.strip_suffix(".up").unwrap_or(stem), Role::Up),
    }
}

/// The digits in front, and what follows them.
fn split_number(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// Every part has to be a number.
fn numbers(version: &str, separators: &[char]) -> Option<Vec<u128>> {
    version.split(separators).map(|part| part.parse().ok()).collect()
}

/// The numbers in a text, in their order.
fn natural(text: &str) -> Vec<u128> {
    text.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect()
}

fn words(slug: &str) -> String {
    slug.replace(['_', '-'], " ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Role, layout};
    use crate::project::Tool;

    #[test]
    fn names_are_taken_as_the_tools_take_them() {
        type Case = (Tool, &'static str, Option<(&'static str, Role)>);
        let cases: &[Case] = &[
            (Tool::Sqlx, "1_a.sql", Some(("1", Role::Up))),
            (Tool::Sqlx, "1_a.down.sql", Some(("1", Role::Down))),
            (Tool::Sqlx, "a.sql", None),
            (Tool::Sqlx, "old/1_a.sql", None),
            (Tool::Diesel, "2020-01-02-030405_a/up.sql", Some(("20200102030405", Role::Up))),
            (Tool::Diesel, "2020_a/other.sql", None),
            (Tool::Refinery, "V1__a.sql", Some(("1", Role::Up))),
            (Tool::Refinery, "U2__a.rs", Some(("2", Role::Up))),
            (Tool::Refinery, "V1_a.sql", None),
            (Tool::Refinery, "V1__a-b.sql", None),
            (Tool::Flyway, "V1_2__a.sql", Some(("1.2", Role::Up))),
            (Tool::Flyway, "U1.2__a.sql", Some(("1.2", Role::Down))),
            (Tool::Flyway, "R__views.sql", Some(("R__views", Role::Repeatable))),
            (Tool::Flyway, "B7__base.sql", Some(("7", Role::Baseline))),
            (Tool::Flyway, "afterMigrate.sql", None),
            (Tool::GolangMigrate, "30_a.up..sql", Some(("30", Role::Up))),
            (Tool::GolangMigrate, "0001_a.down.sql", Some(("0001", Role::Down))),
            (Tool::GolangMigrate, "0001_a.sql", None),
            (Tool::Maragu, "0001_a-b.up.sql", Some(("0001_a-b", Role::Up))),
            (Tool::Maragu, "0001_a.down.sql", Some(("0001_a", Role::Down))),
            (Tool::Maragu, "0001_a.b.up.sql", None),
            (Tool::Pop, "2020_a.sqlite3.autocommit.up.sql", Some(("2020", Role::Up))),
            (Tool::Pop, "2020_a.up.fizz", Some(("2020", Role::Up))),
            (Tool::Pop, "old/2020_a.down.sql", Some(("2020", Role::Down))),
            (Tool::SqlMigrate, "2020_a.down.sql", Some(("2020", Role::Up))),
            (Tool::SqlMigrate, "old/2020_a.sql", None),
            (Tool::Goose, "00001_a.sql", Some(("00001", Role::Up))),
            (Tool::Goose, "00001_a_test.go", None),
            (Tool::Goose, "0_a.sql", None),
            (Tool::Dbmate, "20200101-a.sql", Some(("20200101", Role::Up))),
            (Tool::Prisma, "2020_a/migration.sql", Some(("2020_a", Role::Up))),
            (Tool::Drizzle, "0000_a_b.sql", Some(("0000_a_b", Role::Up))),
            (Tool::Supabase, "2020_a.sql", Some(("2020", Role::Up))),
            (Tool::Supabase, "seed.sql", None),
            (Tool::Sql, "V0001.a.up.sql", Some(("0001", Role::Up))),
            (Tool::Sql, "schema.sql", Some(("schema", Role::Up))),
        ];
        for (tool, path, expected) in cases {
            let part = (layout(*tool).part)(path);
            let found = part.as_ref().map(|p| (p.id.as_str(), p.role));
            assert_eq!(found, *expected, "{tool:?} {path}");
        }
    }

    #[test]
    fn versions_are_ordered_as_the_tools_order_them() {
        let sorted = |tool: Tool, names: &[&str]| {
            let mut names: Vec<&str> = names.to_vec();
            names.sort_by_key(|name| (layout(tool).part)(name).map(|p| p.key));
            names.join(" ")
        };
        assert_eq!(
            sorted(Tool::Flyway, &["R__z.sql", "V10__c.sql", "V2.1__b.sql", "V2__a.sql"]),
            "V2__a.sql V2.1__b.sql V10__c.sql R__z.sql"
        );
        assert_eq!(
            sorted(Tool::Diesel, &["9_a/up.sql", "10_b/up.sql"]),
            "10_b/up.sql 9_a/up.sql",
            "Diesel compares text"
        );
        assert_eq!(sorted(Tool::Goose, &["10_b.sql", "9_a.sql"]), "9_a.sql 10_b.sql");
        assert_eq!(sorted(Tool::Dbmate, &["9_a.sql", "10_b.sql"]), "10_b.sql 9_a.sql");
        assert_eq!(
            sorted(Tool::SqlMigrate, &["a.sql", "10-a.sql", "9_2_a.sql", "9_10_b.sql"]),
            "9_10_b.sql 9_2_a.sql 10-a.sql a.sql"
        );
        assert_eq!(sorted(Tool::Sql, &["1.10/1_a.sql", "1.9/2_b.sql"]), "1.9/2_b.sql 1.10/1_a.sql");
    }
}
