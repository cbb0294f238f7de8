//! Migrators of sea-orm-migration: found where a crate that depends on it implements its trait.

use std::collections::{BTreeMap, HashMap};

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
    let mut depends: HashMap<&str, Option<String>> = HashMap::new();
    let mut candidates = Vec::new();
    for path in files.iter().filter(|path| path.ends_with(".rs")) {
        let dir = parent(path);
        if upward(dir).any(|up| TESTS.contains(&super::file_name(up))) {
            continue;
        }
        let own = depends.entry(dir).or_insert_with(|| {
            let package = upward(dir).find_map(|up| {
                let file = sources.load(&join(up, "Cargo.toml")).ok()?;
                Some((up, sources.file(file)))
            });
            let package = package.filter(|(_, file)| file.text.contains("sea-orm-migration"));
            package.map(|(up, _)| up.to_owned())
        });
        if let Some(package) = own {
            candidates.push((package.clone(), path));
        }
    }
    let read = |path: &String| {
        let text = sources.load(path).ok().map(|file| sources.file(file));
        text.is_some_and(|file| sea_orm::implements(&file.text, sea_orm::MIGRATOR))
    };
    let with: Vec<_> = candidates.into_par_iter().filter(|(_, path)| read(path)).collect();
    // What the files of a package lead to is looked into once.
    let mut packages: BTreeMap<String, Vec<&String>> = BTreeMap::new();
    for (package, path) in with {
        packages.entry(package).or_default().push(path);
    }
    let of = |paths: Vec<&String>| sea_orm::migrators(sources, &paths);
    let packages: Vec<Vec<&String>> = packages.into_values().collect();
    packages.into_par_iter().flat_map_iter(of).collect()
}
