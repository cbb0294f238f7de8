//! Which migrations are under review: what the base lacks, or what follows a revision.

use std::collections::BTreeSet;

use crate::{
    frontend,
    git::{Base, Environment, NoBase},
    history::{Broken, History, Migration},
    project::Tree,
    rules::Edited,
    source::{Sources, Span},
};

/// What the caller asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Since {
    Auto,
    All,
    /// A revision of a history, or a name that git knows.
    Named(String),
}

impl Since {
    pub fn parse(text: &str) -> Since {
        match text {
            "auto" => Since::Auto,
            "all" => Since::All,
            name => Since::Named(name.to_owned()),
        }
    }
}

/// What everything is compared with.
pub enum Against {
    Everything { why: String },
    Revision(String),
    Base(Box<Base>),
}

/// Decides what to compare with. Where a base cannot be found, everything is under review,
/// and a note says why.
///
/// # Errors
/// A sentence: a name was given that is neither a revision nor a commit.
pub fn against(
    sources: &Sources,
    since: &Since,
    is_revision: impl Fn(&str) -> bool,
) -> Result<Against, String> {
    match since {
        Since::All => Ok(Against::Everything { why: "all of the history".to_owned() }),
        Since::Named(name) if is_revision(name) => Ok(Against::Revision(name.clone())),
        Since::Named(name) => match Base::named(sources.root(), name) {
            Ok(base) => Ok(Against::Base(Box::new(base))),
            Err(NoBase::NoCommit(why)) => {
                Err(format!("--since {name}: no history has this revision, and {why}"))
            }
            Err(NoBase::NoRepository(why)) => {
                Err(format!("--since {name}: no history has this revision, and {why}"))
            }
        },
        Since::Auto => match Base::find(sources.root(), &Environment::read()) {
            Ok(base) => Ok(Against::Base(Box::new(base))),
            Err(NoBase::NoRepository(why) | NoBase::NoCommit(why)) => {
                Ok(Against::Everything { why: format!("all of the history: {why}") })
            }
        },
    }
}

/// One tree's history, with what of it is under review.
pub struct Reviewed {
    pub history: History,
    /// By position in the history.
    pub review: Vec<bool>,
    pub edited: Vec<Edited>,
    /// Migrations that the base has gained since, read from there.
    pub from_base: usize,
}

/// Reads a tree's migrations, with those that its base has gained meanwhile.
pub fn reviewed(sources: &Sources, tree: &Tree, against: &Against) -> Reviewed {
    match against {
        Against::Everything { .. } => {
            let (found, broken) = frontend::migrations(sources, tree);
            let history = History::new(found, broken);
            let review = vec![true; history.migrations.len()];
            Reviewed { history, review, edited: Vec::new(), from_base: 0 }
        }
        Against::Revision(revision) => {
            let (found, broken) = frontend::migrations(sources, tree);
            let history = History::new(found, broken);
            let review = match history.find(revision) {
                Some(at) => history.ancestors(at).into_iter().map(|ran| !ran).collect(),
                None => vec![false; history.migrations.len()],
            };
            Reviewed { history, review, edited: Vec::new(), from_base: 0 }
        }
        Against::Base(base) => with_base(sources, tree, base),
    }
}

fn with_base(sources: &Sources, tree: &Tree, base: &Base) -> Reviewed {
    let (mut fork, mut tip) = base.files(&tree.dir, "");
    fork.retain(|path, _| tree.covers(path));
    tip.retain(|path, _| tree.covers(path));
    let here: BTreeSet<&String> = tree.files.iter().collect();
    let mut tree = tree.clone();
    let gained: Vec<String> = tip
        .iter()
        .filter(|(path, _)| !fork.contains_key(*path) && !here.contains(path))
        .filter_map(|(path, blob)| {
            sources.overlay(path, base.text(*blob)?);
            Some(path.clone())
        })
        .collect();
    tree.files.extend(gained.iter().cloned());
    tree.files.sort_unstable();
    let (found, broken) = frontend::migrations(sources, &tree);
    let history = History::new(found, broken);
    let path_of = |m: &Migration| sources.path(m.file);
    let removed = removed(sources, &tree, base, &fork);
    let review: Vec<bool> = history
        .migrations
        .iter()
        .map(|m| {
            let path = path_of(m);
            let known = fork.contains_key(&path) || tip.contains_key(&path);
            !known && !removed.iter().any(|gone| gone.id == m.id)
        })
        .collect();
    let mut edited = Vec::new();
    for migration in &history.migrations {
        for file in std::iter::once(migration.file).chain(migration.down_file) {
            let path = sources.path(file);
            let Some(blob) = fork.get(&path) else { continue };
            let text = &sources.file(file).text;
            if base.holds(*blob, text) || gained.contains(&path) {
                continue;
            }
            let back = Some(file) == migration.down_file;
            let Some(old) = base.text(*blob) else { continue };
            if !back && !frontend::same_effect(tree.tool, &old, text) {
                let id = migration.id.clone();
                edited.push(Edited { span: migration.id_span, id, deleted: false });
            }
        }
    }
    for gone in removed.iter().filter(|gone| history.position(&gone.id).is_none()) {
        edited.push(Edited { span: gone.span, id: gone.id.clone(), deleted: true });
    }
    let from_base = history.migrations.iter().filter(|m| gained.contains(&path_of(m))).count();
    Reviewed { history, review, edited, from_base }
}

struct Removed {
    id: String,
    span: Span,
}

/// Migrations that the base has and the work tree has not: deleted, or moved.
fn removed(sources: &Sources, tree: &Tree, base: &Base, fork: &crate::git::Files) -> Vec<Removed> {
    let here: BTreeSet<&String> = tree.files.iter().collect();
    let gone: Vec<String> = fork
        .iter()
        .filter(|(path, _)| !here.contains(path) && !sources.is_file(path))
        .filter_map(|(path, blob)| {
            sources.overlay(path, base.text(*blob)?);
            Some(path.clone())
        })
        .collect();
    if gone.is_empty() {
        return Vec::new();
    }
    let (found, _): (Vec<Migration>, Vec<Broken>) =
        frontend::migrations(sources, &Tree { files: gone, ..tree.clone() });
    found.into_iter().map(|m| Removed { id: m.id, span: m.id_span }).collect()
}
