//! Migrators of sea-orm-migration: found where a crate that depends on it implements its trait.

use std::collections::HashMap;

use rayon::prelude::*;

use super::{
    Tool, Tree,
    discover::{Found, common_dir},
    join, parent, upward,
};
use crate::{frontend::sea_orm, source::Sources};

/// Folders of tests and templates: nothing below them is a history.
const TESTS: &[&str] =
    &["test", "tests", "testdata", "fixtures", "template", "templates", "benches"];

pub(super) fn find(sources: &Sources, found: &mut Found) {
    let trees = trees(sources, &found.files);
    found.trees.extend(trees);
}

/// The trees of the migrators that some files have.
pub(super) fn trees(sources: &Sources, files: &[String]) -> Vec<Tree> {
    let tree = |(path, migrator): (String, sea_orm::Migrator)| {
        let files = migrator.files;
        let tree = Tree::new(Tool::SeaOrm, common_dir(&files), files);
        Tree { migrator: Some((path, migrator.name)), ..tree }
    };
    migrators(sources, files).into_iter().map(tree).collect()
}

fn migrators(sources: &Sources, files: &[String]) -> Vec<(String, sea_orm::Migrator)> {
    let mut depends: HashMap<&str, bool> = HashMap::new();
    let mut candidates = Vec::new();
    for path in files.iter().filter(|path| path.ends_with(".rs")) {
        let dir = parent(path);
        if upward(dir).any(|up| TESTS.contains(&super::file_name(up))) {
            continue;
        }
        let own = *depends.entry(dir).or_insert_with(|| {
            let manifests = upward(dir).map(|up| join(up, "Cargo.toml"));
            let file = manifests.filter_map(|manifest| sources.load(&manifest).ok()).next();
            file.is_some_and(|file| sources.file(file).text.contains("sea-orm-migration"))
        });
        if own {
            candidates.push(path);
        }
    }
    let read = |path: &String| {
        let text = sources.load(path).ok().map(|file| sources.file(file));
        text.is_some_and(|file| file.text.contains("MigratorTrait for"))
    };
    let with: Vec<&String> = candidates.into_par_iter().filter(|path| read(path)).collect();
    let of = |path: &String| {
        let found = sea_orm::migrators(sources, path);
        found.into_iter().map(|migrator| (path.clone(), migrator)).collect::<Vec<_>>()
    };
    with.into_par_iter().flat_map_iter(of).collect()
}
