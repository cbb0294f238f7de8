//! `miglint.toml` and its kin: what a team says of its project, and where it says it.

use std::{
    collections::BTreeMap,
    path::{Component, Path, PathBuf},
};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de::Error as _};

use super::{TOOLS, Tool};
use crate::{
    database::{Database, Dialect},
    diagnostic::Severity,
    ir::Name,
    rules::{self, RULES},
    source,
};

/// Files that hold a configuration, in the order in which a folder's are looked at; of the last
/// two, a table of their own.
pub const FILES: &[&str] = &["miglint.toml", ".miglint.toml", "pyproject.toml", "Cargo.toml"];

/// What a configuration may say. Paths and patterns count from the file's folder.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(
    title = "miglint",
    description = "Configuration of miglint, a linter for database migrations."
)]
pub struct Config {
    /// The databases that the migrations are meant for, such as `postgres@16` or `sqlite@3.45`.
    /// Default: what the project shows.
    pub databases: Option<Vec<Database>>,
    /// What is under review: `auto` (what the base branch lacks), `all`, a git ref, or a
    /// revision (what follows it).
    pub since: Option<String>,
    /// Only these rules.
    pub select: Option<Vec<RuleName>>,
    /// Not these rules.
    pub ignore: Option<Vec<RuleName>>,
    /// The severity of a rule's findings, instead of its own.
    pub severity: Option<BTreeMap<RuleName, Severity>>,
    /// Rules that are not applied to the files that a pattern matches.
    pub per_file_ignores: Option<BTreeMap<Pattern, Vec<RuleName>>>,
    /// Rules that are not applied to a migration, by its id: for files that must not change any
    /// more, not even by a comment, because their tool keeps a checksum of them.
    pub per_migration_ignores: Option<BTreeMap<String, Vec<RuleName>>>,
    /// The lowest severity that makes the exit code 1. Default: `error`.
    pub fail_on: Option<FailOn>,
    /// Files and folders that are not looked at.
    pub exclude: Option<Vec<Pattern>>,
    /// Folders of migrations that are not found by themselves, or that are read in another way.
    pub trees: Option<Vec<TreeConfig>>,
    /// Files and folders with the application's models: where the naming convention of their
    /// metadata is looked for when `env.py` does not lead there.
    pub models: Option<Vec<String>>,
    /// How constraints and indexes without a name are named, as SQLAlchemy's
    /// `MetaData(naming_convention=…)`; instead of what is read there.
    pub naming_convention: Option<BTreeMap<ConventionKey, String>>,
    /// Tables with so much traffic that what takes long stops production: findings whose harm
    /// grows with a table are errors.
    pub hot_tables: Option<Vec<String>>,
    /// Tables with few rows: findings whose harm grows with a table are left out.
    pub small_tables: Option<Vec<String>>,
    /// Tables that the models leave to others on purpose, by name or pattern (`audit.*`):
    /// `model-drift` and `miglint diff` pass over them.
    pub unmanaged_tables: Option<Vec<Pattern>>,
    /// What the databases held before the first migration: a file as `pg_dump --schema-only` or
    /// `sqlite3 … .schema` writes it, or one for each database. With it, a table that neither the
    /// file nor a migration makes is missing.
    pub baseline_schema: Option<BaselineSchema>,
    /// The baseline's file: findings that are known, and not reported.
    pub baseline: Option<String>,
    /// A suppression without a reason is reported.
    pub require_reason: Option<bool>,
}

/// One folder of migrations.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TreeConfig {
    /// The folder.
    pub path: String,
    /// Further folders of the same history.
    #[serde(default)]
    pub and: Vec<String>,
    /// The tool that runs it. Default: what the files show.
    pub tool: Option<Tool>,
    /// The databases it is meant for. Default: those of all trees.
    pub databases: Option<Vec<Database>>,
    /// What its databases held before its first migration. Default: that of all trees.
    pub baseline_schema: Option<BaselineSchema>,
}

/// A schema that no migration makes: a file, or one for each database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BaselineSchema {
    /// For the database whose SQL it is; for all where nothing in it tells.
    One(String),
    Each {
        postgres: Option<String>,
        sqlite: Option<String>,
    },
}

impl BaselineSchema {
    /// The files, with the database that each is for, where that is said.
    pub fn files(&self) -> Vec<(&str, Option<Dialect>)> {
        match self {
            BaselineSchema::One(path) => vec![(path, None)],
            BaselineSchema::Each { postgres, sqlite } => {
                let postgres = postgres.as_deref().map(|p| (p, Some(Dialect::Postgres)));
                let sqlite = sqlite.as_deref().map(|p| (p, Some(Dialect::Sqlite)));
                postgres.into_iter().chain(sqlite).collect()
            }
        }
    }
}

impl<'de> Deserialize<'de> for BaselineSchema {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<BaselineSchema, D::Error> {
        struct Visitor;
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Each {
            postgres: Option<String>,
            sqlite: Option<String>,
        }
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = BaselineSchema;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a file, or `{ postgres = \"…\", sqlite = \"…\" }`")
            }

            fn visit_str<E>(self, path: &str) -> Result<BaselineSchema, E> {
                Ok(BaselineSchema::One(path.to_owned()))
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                map: A,
            ) -> Result<BaselineSchema, A::Error> {
                let each = serde::de::value::MapAccessDeserializer::new(map);
                let Each { postgres, sqlite } = Each::deserialize(each)?;
                Ok(BaselineSchema::Each { postgres, sqlite })
            }
        }
        from.deserialize_any(Visitor)
    }
}

impl JsonSchema for BaselineSchema {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "BaselineSchema".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A schema that no migration makes: a file, or one for each database.",
            "anyOf": [
                { "type": "string" },
                {
                    "type": "object",
                    "properties": { "postgres": { "type": "string" }, "sqlite": { "type": "string" } },
                    "additionalProperties": false,
                },
            ],
        })
    }
}

/// The lowest severity that makes a run fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum FailOn {
    #[default]
    Error,
    Warning,
    Never,
}

impl FailOn {
    pub fn name(self) -> &'static str {
        match self {
            FailOn::Error => "error",
            FailOn::Warning => "warning",
            FailOn::Never => "never",
        }
    }
}

/// The kinds that a naming convention has templates for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ConventionKey {
    Ix,
    Uq,
    Ck,
    Fk,
    Pk,
}

impl ConventionKey {
    /// SQLAlchemy's key.
    pub fn key(self) -> &'static str {
        match self {
            ConventionKey::Ix => "ix",
            ConventionKey::Uq => "uq",
            ConventionKey::Ck => "ck",
            ConventionKey::Fk => "fk",
            ConventionKey::Pk => "pk",
        }
    }
}

/// The name of a rule that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleName(pub &'static str);

impl<'de> Deserialize<'de> for RuleName {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<RuleName, D::Error> {
        let name = String::deserialize(from)?;
        match rules::find(&name) {
            Some(rule) => Ok(RuleName(rule.name)),
            None => Err(D::Error::custom(rules::unknown(&name))),
        }
    }
}

impl JsonSchema for RuleName {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Rule".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
        json_schema!({ "type": "string", "enum": names, "description": "A rule of miglint." })
    }
}

impl<'de> Deserialize<'de> for Database {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Database, D::Error> {
        Database::parse(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

impl JsonSchema for Database {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Database".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^(postgres|postgresql|pg)(@[1-3][0-9](\\.[0-9]+)?)?$|^(sqlite|sqlite3)(@3\\.[0-9]+(\\.[0-9]+)?)?$",
            "description": "A database, with the version that runs.",
            "examples": ["postgres@16", "sqlite@3.45"],
        })
    }
}

impl<'de> Deserialize<'de> for Tool {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Tool, D::Error> {
        let name = String::deserialize(from)?;
        let found = TOOLS.iter().find(|(_, key, _)| *key == name);
        found.map(|(tool, ..)| *tool).ok_or_else(|| {
            let known: Vec<&str> = TOOLS.iter().map(|(_, key, _)| *key).collect();
            D::Error::custom(format!("there is no tool `{name}`; known are {}", known.join(", ")))
        })
    }
}

impl JsonSchema for Tool {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Tool".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = TOOLS.iter().map(|(_, key, _)| *key).collect();
        json_schema!({ "type": "string", "enum": names, "description": "The tool that runs a tree." })
    }
}

/// A pattern for paths: `*` stays in a folder, `**` does not; one without `/` matches in every
/// folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pattern(pub String);

/// The longest pattern, in bytes: longer ones are nobody's.
const MAX_PATTERN: usize = 400;

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Pattern, D::Error> {
        let text = String::deserialize(from)?;
        if text.len() > MAX_PATTERN {
            return Err(D::Error::custom(format!("a pattern is longer than {MAX_PATTERN} bytes")));
        }
        let pattern = Pattern(text);
        if pattern.0.trim_matches(['/', '.']).is_empty() {
            return Err(D::Error::custom("a pattern names no file; `**` matches all of them"));
        }
        pattern.globs().map_err(|e| D::Error::custom(format!("this is no pattern: {e}")))?;
        Ok(pattern)
    }
}

impl JsonSchema for Pattern {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Pattern".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "description": "A pattern for paths, such as `alembic/versions/2019*` or `legacy/**`." })
    }
}

impl Pattern {
    fn globs(&self) -> Result<Vec<globset::Glob>, globset::Error> {
        let text = self.0.trim_end_matches('/');
        let path = text.trim_start_matches("./").trim_start_matches('/');
        let anchored = if text.contains('/') { path.to_owned() } else { format!("**/{path}") };
        // A folder stands for everything in it.
        let below = format!("{anchored}/**");
        let build = |text: &str| GlobBuilder::new(text).literal_separator(true).build();
        Ok(vec![build(&anchored)?, build(&below)?])
    }
}

/// Several patterns as one.
pub fn glob_set<'p>(patterns: impl IntoIterator<Item = &'p Pattern>) -> GlobSet {
    let mut builder = GlobSetBuilder::new();
    for glob in patterns.into_iter().filter_map(|p| p.globs().ok()).flatten() {
        builder.add(glob);
    }
    builder.build().unwrap_or_default()
}

/// A configuration in force, and where it came from.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    pub config: Config,
    /// The file as people see it; `None`: there is none.
    pub file: Option<String>,
    /// Where each key stands in the file: its line, from 1.
    pub lines: BTreeMap<String, usize>,
    /// The way from the file's folder to the root, with `/`; empty where they are one.
    pub below: String,
    /// Another file that would have been read, had the first not been there.
    pub passed_over: Option<String>,
}

impl Settings {
    /// Finds and reads the configuration of a root: the nearest, up to the repository's top.
    ///
    /// # Errors
    /// A sentence with the place: the file cannot be read, or says what is not known.
    pub fn find(root: &Path) -> Result<Settings, String> {
        let real = root
            .canonicalize()
            .map_err(|e| format!("{} cannot be read: {}", root.display(), source::plain(&e)))?;
        let top = real.ancestors().find(|dir| dir.join(".git").exists()).unwrap_or(&real);
        for dir in real.ancestors().take_while(|dir| dir.starts_with(top)) {
            let mut found: Option<Settings> = None;
            for name in FILES {
                let path = dir.join(name);
                if !path.is_file() {
                    continue;
                }
                let text = source::read_bounded(&path, top)
                    .map_err(|reason| format!("{} {reason}", shown(root, &real, &path)))?;
                let Some(settings) = parse(&text, name, &shown(root, &real, &path))? else {
                    continue;
                };
                match &mut found {
                    None => found = Some(settings),
                    Some(first) => {
                        first.passed_over.get_or_insert(shown(root, &real, &path));
                    }
                }
            }
            if let Some(mut settings) = found {
                settings.below = below(dir, &real);
                return Ok(settings);
            }
        }
        Ok(Settings::default())
    }

    /// Reads a configuration that is given by its path.
    ///
    /// # Errors
    /// As for [`Settings::find`].
    pub fn read(root: &Path, path: &Path) -> Result<Settings, String> {
        let shown = path.display().to_string();
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        // Whoever gives a path may lead anywhere.
        let text =
            source::read_bounded(path, &real).map_err(|reason| format!("{shown} {reason}"))?;
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        let mut settings = parse(&text, name, &shown)?
            .ok_or_else(|| format!("{shown} has no table for miglint"))?;
        let root = root
            .canonicalize()
            .map_err(|e| format!("{} cannot be read: {}", root.display(), source::plain(&e)))?;
        let dir = real.parent().map(Path::to_owned).unwrap_or_default();
        settings.below = below(&dir, &root);
        Ok(settings)
    }

    /// Tells whether a table is one that the models leave to others.
    pub fn unmanaged(&self) -> impl Fn(&Name) -> bool {
        let globs = glob_set(self.config.unmanaged_tables.iter().flatten());
        move |table| globs.is_match(table.to_string())
    }

    /// A path of the configuration, under the root; `None`: it lies elsewhere.
    pub fn under_root(&self, path: &str) -> Option<String> {
        let path = super::join("", path);
        match self.below.as_str() {
            "" => Some(path),
            below => {
                Some(path.strip_prefix(below)?.trim_start_matches('/').to_owned()).filter(|rest| {
                    path.len() == below.len()
                        || path[below.len()..].starts_with('/') && !rest.is_empty()
                })
            }
        }
    }

    /// A path under the root, as the configuration's patterns see it.
    pub fn seen(&self, path: &str) -> String {
        if self.below.is_empty() { path.to_owned() } else { format!("{}/{path}", self.below) }
    }

    /// Where a key is set, for people: `miglint.toml:3`.
    pub fn origin(&self, key: &str) -> Option<String> {
        let file = self.file.as_ref()?;
        Some(match self.lines.get(key) {
            Some(line) => format!("{file}:{line}"),
            None => file.clone(),
        })
    }
}

/// The way from one folder down to another; empty where they are one, or lie apart.
fn below(dir: &Path, root: &Path) -> String {
    let rest = root.strip_prefix(dir).unwrap_or(Path::new(""));
    rest.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}

/// A file near the root, as people see it from the working directory.
fn shown(root: &Path, real: &Path, path: &Path) -> String {
    let near = match path.strip_prefix(real) {
        Ok(inside) => root.join(inside),
        Err(_) => {
            let up = real.ancestors().position(|dir| path.parent() == Some(dir)).unwrap_or(0);
            let mut dir = root.to_owned();
            for _ in 0..up {
                match dir.components().next_back() {
                    Some(Component::Normal(_)) => drop(dir.pop()),
                    Some(Component::CurDir) | None => dir = PathBuf::from(".."),
                    _ => dir.push(".."),
                }
            }
            dir.join(path.file_name().unwrap_or_default())
        }
    };
    let near = near.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    near.trim_start_matches("./").to_owned()
}

#[derive(Deserialize)]
struct Pyproject {
    tool: Option<PyTool>,
}

#[derive(Deserialize)]
struct PyTool {
    miglint: Option<Config>,
}

#[derive(Deserialize)]
struct Manifest {
    package: Option<Package>,
    workspace: Option<Package>,
}

#[derive(Deserialize)]
struct Package {
    metadata: Option<PyTool>,
}

/// Reads a configuration; `None`: a manifest without a table for it.
fn parse(text: &str, name: &str, shown: &str) -> Result<Option<Settings>, String> {
    let fail = |error: &toml::de::Error| place(text, shown, error);
    let (config, table) = match name {
        "pyproject.toml" => {
            if is_of_others(text, "tool.miglint") {
                return Ok(None);
            }
            let file: Pyproject = toml::from_str(text).map_err(|e| fail(&e))?;
            (file.tool.and_then(|tool| tool.miglint), "tool.miglint")
        }
        "Cargo.toml" => {
            if is_of_others(text, "metadata.miglint") {
                return Ok(None);
            }
            let file: Manifest = toml::from_str(text).map_err(|e| fail(&e))?;
            let of = |part: Option<Package>| part?.metadata?.miglint;
            match of(file.package) {
                Some(config) => (Some(config), "package.metadata.miglint"),
                None => (of(file.workspace), "workspace.metadata.miglint"),
            }
        }
        _ => (Some(toml::from_str::<Config>(text).map_err(|e| fail(&e))?), ""),
    };
    let Some(config) = config else { return Ok(None) };
    let lines = lines(text, table);
    let file = Some(shown.to_owned());
    Ok(Some(Settings { config, file, lines, ..Settings::default() }))
}

/// Whether a manifest cannot hold a table of ours: one that is broken elsewhere is its own tool's
/// matter. A table can be written in many ways, such as `[tool]` with `miglint = { … }`.
fn is_of_others(text: &str, table: &str) -> bool {
    let readable = || toml::de::DeTable::parse(text).is_ok();
    !(text.contains(table) || text.contains("miglint") && readable())
}

/// The line of each key of a table.
fn lines(text: &str, table: &str) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    let Ok(document) = toml::de::DeTable::parse(text) else { return found };
    let mut at = document.get_ref();
    for part in table.split('.').filter(|part| !part.is_empty()) {
        let next = at.iter().find(|(key, _)| key.get_ref().as_ref() == part);
        let Some(toml::de::DeValue::Table(inner)) = next.map(|(_, value)| value.get_ref()) else {
            return found;
        };
        at = inner;
    }
    for (key, _) in at {
        let line = text[..key.span().start.min(text.len())].matches('\n').count() + 1;
        found.insert(key.get_ref().to_string(), line);
    }
    found
}

/// `miglint.toml:3:1: …`, with the nearest right name for one that is not known.
fn place(text: &str, shown: &str, error: &toml::de::Error) -> String {
    let message = error.message();
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let span = error.span().unwrap_or_default();
    // Of a list, the item that the message names.
    let item = text.get(span.clone()).zip(quoted.first()).and_then(|(list, word)| {
        list.find(&format!("\"{word}\"")).or_else(|| list.find(&format!("'{word}'")))
    });
    let at = (span.start + item.unwrap_or(0)).min(text.len());
    let line = text[..at].matches('\n').count() + 1;
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let column = text[start..at].chars().count() + 1;
    let what = match (message.strip_prefix("unknown field"), quoted.as_slice()) {
        (Some(_), [unknown, known @ ..]) => match rules::nearest_of(unknown, known.iter().copied())
        {
            Some(near) => format!("there is no key `{unknown}`; do you mean `{near}`?"),
            None => format!("there is no key `{unknown}`; known are {}", known.join(", ")),
        },
        _ => message.trim_end().replace('\n', "; "),
    };
    format!("{shown}:{line}:{column}: {what}")
}

/// The JSON Schema of a configuration, for editors.
pub fn json_schema() -> serde_json::Value {
    let settings = schemars::generate::SchemaSettings::draft07();
    let schema = settings.into_generator().into_root_schema_for::<Config>();
    serde_json::to_value(schema).unwrap_or_default()
}
