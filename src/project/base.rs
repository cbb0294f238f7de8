//! Schemas that no migration makes: the files that the configuration names.

use super::{
    Base, Tree,
    config::{BaselineSchema, Settings},
    upward,
};
use crate::{
    database::Dialect,
    frontend::sql::{Grammar, grammar_of},
    source::Sources,
};

/// The files for all trees, and those of single trees by their folder.
#[derive(Debug, Default)]
pub(super) struct Bases {
    all: Vec<Base>,
    by_folder: Vec<(String, Vec<Base>)>,
}

impl Bases {
    /// Whether a file is one of them, and so no migration.
    pub(super) fn holds(&self, path: &str) -> bool {
        let lists = self.by_folder.iter().map(|(_, list)| list);
        std::iter::once(&self.all).chain(lists).flatten().any(|base| base.path == path)
    }

    /// What holds for a tree.
    pub(super) fn of(&self, tree: &Tree) -> Vec<Base> {
        let own = self.by_folder.iter().find(|(dir, _)| upward(&tree.dir).any(|up| up == dir));
        own.filter(|_| tree.configured).map_or(&self.all, |(_, list)| list).clone()
    }
}

/// Reads what the configuration says.
///
/// # Errors
/// A sentence with the place: a file is missing, lies elsewhere, or is not SQL that is spoken.
pub(super) fn all(sources: &Sources, settings: &Settings) -> Result<Bases, String> {
    let mut bases = Bases::default();
    if let Some(given) = &settings.config.baseline_schema {
        bases.all = files(sources, settings, given, "baseline-schema")?;
    }
    for tree in settings.config.trees.iter().flatten() {
        // In a configuration for several projects, the other projects' trees.
        let Some(dir) = settings.under_root(&tree.path) else { continue };
        if let Some(given) = &tree.baseline_schema {
            bases.by_folder.push((dir, files(sources, settings, given, "trees")?));
        }
    }
    Ok(bases)
}

fn files(
    sources: &Sources,
    settings: &Settings,
    given: &BaselineSchema,
    key: &str,
) -> Result<Vec<Base>, String> {
    let origin = settings.origin(key).unwrap_or_default();
    let mut found = Vec::new();
    for (path, dialect) in given.files() {
        let fail = |why: &str| format!("{origin}: the baseline schema {path} {why}");
        let climbs = path.split(['/', '\\']).any(|part| part == "..");
        let inside = Some(path).filter(|p| !climbs && !p.starts_with('/'));
        let Some(inside) = inside.and_then(|path| settings.under_root(path)) else {
            return Err(fail("lies outside of the project"));
        };
        let file = sources.load(&inside).map_err(|reason| fail(&reason))?;
        let dialect = match (dialect, grammar_of(&sources.file(file).text)) {
            (Some(dialect), _) => Some(dialect),
            (None, Grammar::Postgres) => Some(Dialect::Postgres),
            (None, Grammar::Sqlite) => Some(Dialect::Sqlite),
            (None, Grammar::Any) => None,
            (None, Grammar::MySql) => {
                return Err(fail("is for MySQL, which miglint does not speak"));
            }
            (None, Grammar::SqlServer) => {
                return Err(fail("is for SQL Server, which miglint does not speak"));
            }
        };
        found.push(Base { path: inside, dialect });
    }
    Ok(found)
}
