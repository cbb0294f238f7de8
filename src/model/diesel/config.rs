//! `diesel.toml`: where the schema file is, and which tables it has.

use regex_automata::meta::Regex;
use serde::Deserialize;

use crate::{
    project::{Found, Tree, join, parent, upward},
    source::Sources,
};

#[derive(Debug, Default, Deserialize)]
struct File {
    print_schema: Option<toml::Table>,
    migrations_directory: Option<Directory>,
}

#[derive(Debug, Deserialize)]
struct Directory {
    dir: Option<String>,
}

/// What Diesel prints into one file.
#[derive(Debug, Default)]
pub(super) struct Printed {
    /// Under the root.
    pub(super) file: String,
    pub(super) schema: Option<String>,
    filter: Option<Filter>,
}

#[derive(Debug)]
struct Filter {
    only: bool,
    /// `None` for one that is no pattern: it may match anything.
    patterns: Vec<Option<Regex>>,
}

impl Printed {
    /// Whether the file has a table of this name on purpose not; `None`: that is not known.
    pub(super) fn leaves_out(&self, table: &str) -> Option<bool> {
        let Some(filter) = &self.filter else { return Some(false) };
        let hit = |pattern: &Option<Regex>| pattern.as_ref().map(|p| p.is_match(table));
        let hits: Vec<Option<bool>> = filter.patterns.iter().map(hit).collect();
        if hits.contains(&Some(true)) {
            return Some(!filter.only);
        }
        if hits.contains(&None) { None } else { Some(filter.only) }
    }
}

/// The files that `diesel.toml` names for a tree; `None`: no such configuration is for it.
pub(super) fn printed(sources: &Sources, project: &Found, tree: &Tree) -> Option<Vec<Printed>> {
    let files = project
        .files
        .iter()
        .filter(|path| path.as_str() == "diesel.toml" || path.ends_with("/diesel.toml"));
    let mut near: Option<(usize, Vec<Printed>)> = None;
    for path in files {
        let Ok(file) = sources.load(path) else { continue };
        let Ok(read) = toml::from_str::<File>(&sources.file(file).text) else { continue };
        let home = parent(path);
        let printed = all(home, read.print_schema.unwrap_or_default());
        let dir = read.migrations_directory.and_then(|d| d.dir);
        if let Some(dir) = &dir
            && join(home, dir) == tree.dir
        {
            return Some(printed);
        }
        let above = upward(&tree.dir).any(|up| up == home);
        let best = near.as_ref().is_none_or(|(length, _)| home.len() >= *length);
        // Folders for several databases lie below the one that is named.
        let fits = dir.is_none_or(|dir| {
            let named = join(home, &dir);
            upward(&tree.dir).any(|up| up == named)
        });
        if above && best && fits {
            near = Some((home.len(), printed));
        }
    }
    near.map(|(_, printed)| printed)
}

/// `[print_schema]`, and `[print_schema.other]` for each further file.
fn all(home: &str, mut table: toml::Table) -> Vec<Printed> {
    let mut found = Vec::new();
    let inner: Vec<toml::Table> = table
        .iter()
        .filter(|(key, value)| key.as_str() != "filter" && value.is_table())
        .filter_map(|(_, value)| value.as_table().cloned())
        .collect();
    table.retain(|key, value| key == "filter" || !value.is_table());
    for table in std::iter::once(table).chain(inner) {
        let text = |key: &str| table.get(key).and_then(toml::Value::as_str);
        let Some(file) = text("file") else { continue };
        let filter = table.get("filter").and_then(toml::Value::as_table).and_then(filter);
        found.push(Printed {
            file: join(home, file),
            schema: text("schema").map(str::to_owned),
            filter,
        });
    }
    found
}

fn filter(table: &toml::Table) -> Option<Filter> {
    let (key, list) = table.iter().find_map(|(key, value)| Some((key, value.as_array()?)))?;
    let patterns = list.iter().map(|p| Regex::new(p.as_str()?).ok()).collect();
    Some(Filter { only: key.starts_with("only"), patterns })
}
