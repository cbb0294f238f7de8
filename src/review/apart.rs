//! The files of a base, set apart by what they mean for the work tree: known, gained, moved, gone.

use std::collections::BTreeSet;

use super::Texts;
use crate::{
    frontend,
    git::{Files, Id, Listed},
    history::{Broken, Migration},
    project::Tree,
    source::{Sources, Span},
};

/// The files of a base, by what they mean for the work tree.
pub(super) struct Apart {
    /// Paths that are not new.
    pub(super) known: BTreeSet<String>,
    /// What those held where the branch began, as far as that can be told.
    pub(super) compared: Files,
    /// Migrations that are not where the base has them: moved, or deleted.
    pub(super) gone: Vec<Gone>,
    /// Paths that the base has gained, put among the sources.
    pub(super) gained: BTreeSet<String>,
}

pub(super) struct Gone {
    pub(super) id: String,
    pub(super) span: Span,
    files: Vec<String>,
    /// Whether the base had it when the branch began.
    pub(super) told: bool,
}

pub(super) fn apart(
    sources: &Sources,
    tree: &Tree,
    listed: Listed,
    reader: &mut Texts<'_>,
) -> Apart {
    let Listed { mut fork, mut tip } = listed;
    let excludes = tree.given.excludes();
    for files in fork.iter_mut().chain([&mut tip]) {
        files.retain(|path, _| tree.covers(path) && !excludes(path));
    }
    let here: BTreeSet<&String> = tree.files.iter().collect();
    let compared = fork.clone().unwrap_or_default();
    let mut known: BTreeSet<String> = compared.keys().chain(tip.keys()).cloned().collect();
    let only_tip = tip.iter().filter(|(path, _)| !compared.contains_key(*path));
    let only_tip = only_tip.filter(|(path, _)| !here.contains(path));
    let mut gained: BTreeSet<String> =
        only_tip.filter_map(|(path, blob)| overlaid(sources, path, blob, reader)).collect();
    let absent = compared.iter().filter(|(path, _)| !here.contains(path) && !sources.is_file(path));
    let absent: Vec<String> =
        absent.filter_map(|(path, blob)| overlaid(sources, path, blob, reader)).collect();
    let mut gone = migrations(sources, tree, absent, true);
    if !gained.is_empty() {
        // What has another path here was moved, and would be there twice.
        let others = migrations(sources, tree, gained.iter().cloned().collect(), false);
        let here = migrations(sources, tree, tree.files.clone(), false);
        let at_base = |one: &Gone, other: &Gone| match fork {
            Some(_) => one.files.iter().any(|path| compared.contains_key(path)),
            None => same_effect(sources, tree, one, other),
        };
        let is_moved = |other: &Gone| {
            gone.iter().any(|one| one.id == other.id)
                || here.iter().any(|one| one.id == other.id && at_base(one, other))
        };
        let moved: Vec<Gone> = others.into_iter().filter(is_moved).collect();
        gained.retain(|path| !moved.iter().any(|gone| gone.files.contains(path)));
        gone.extend(moved);
    }
    if known.is_empty() {
        known = moved(sources, tree, reader);
    }
    known.extend(gained.iter().cloned());
    Apart { known, compared, gone, gained }
}

/// Whether two migrations of one name do the same; if not, two people took that name.
fn same_effect(sources: &Sources, tree: &Tree, one: &Gone, other: &Gone) -> bool {
    let text = |gone: &Gone| sources.file(gone.span.file).text.clone();
    frontend::same_effect(tree.tool, &text(one), &text(other))
}

/// Of a folder that the base does not have, the files that lay in another one.
fn moved(sources: &Sources, tree: &Tree, reader: &mut Texts<'_>) -> BTreeSet<String> {
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let names: BTreeSet<String> = tree.files.iter().map(|path| name(path)).collect();
    let gone = reader.base.gone(|name| names.contains(name));
    let mut same = |path: &String| {
        let Some(tail) = tree.below(path) else { return false };
        let Ok(file) = sources.load(path) else { return false };
        let text = &sources.file(file).text;
        let old = gone.iter().filter(|(old, _)| {
            old.strip_suffix(tail).is_some_and(|dir| dir.is_empty() || dir.ends_with('/'))
        });
        let mut old = old.filter_map(|(_, blob)| blob.as_ref());
        old.any(|blob| {
            reader.base.holds(blob, text)
                || reader.text(blob).is_some_and(|old| frontend::same_effect(tree.tool, &old, text))
        })
    };
    if gone.is_empty() {
        return BTreeSet::new();
    }
    tree.files.iter().filter(|path| same(path)).cloned().collect()
}

/// Puts a file of the base among the sources.
fn overlaid(
    sources: &Sources,
    path: &str,
    blob: &Option<Id>,
    reader: &mut Texts<'_>,
) -> Option<String> {
    sources.overlay(path, reader.text(blob.as_ref()?)?);
    Some(path.to_owned())
}

/// What migrations some files of the base are.
fn migrations(sources: &Sources, tree: &Tree, files: Vec<String>, told: bool) -> Vec<Gone> {
    if files.is_empty() {
        return Vec::new();
    }
    let (found, _): (Vec<Migration>, Vec<Broken>) =
        frontend::migrations(sources, &Tree { files, ..tree.clone() });
    let gone = |m: Migration| {
        let files = std::iter::once(m.file).chain(m.down_file).map(|f| sources.path(f)).collect();
        Gone { id: m.id, span: m.id_span, files, told }
    };
    found.into_iter().map(gone).collect()
}
