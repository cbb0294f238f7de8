//! Folders of SQL migrations: Diesel's pairs, sqlx's numbers, plain files in order.

use std::collections::{BTreeMap, BTreeSet};

use super::{Spoken, Tool, Tree, discover::Found, file_name, parent, spoken, upward};
use crate::{
    database::Dialect,
    frontend::sql::{Grammar, grammar_of},
    source::Sources,
};

/// Folders whose numbered files are something else.
const NOT_MIGRATIONS: &[&str] =
    &["test", "tests", "testdata", "fixtures", "queries", "query", "seeds", "seed", "snapshots"];

pub(super) fn find(sources: &Sources, found: &mut Found) {
    let mut folders: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in found.files.iter().filter(|p| p.ends_with(".sql")) {
        folders.entry(parent(path).to_owned()).or_default().push(path.clone());
    }
    let alembic: BTreeSet<String> = found.trees.iter().map(|t| t.dir.clone()).collect();
    let mut trees: Vec<Tree> = diesel(&mut folders);
    for (dir, files) in folders {
        if upward(&dir).any(|up| alembic.contains(up)) || !is_plain_tree(&dir, &files) {
            continue;
        }
        let tool = if is_sqlx(sources, &dir, &files) { Tool::Sqlx } else { Tool::Sql };
        trees.push(Tree { tool, dir, files, dialect: None, env: None });
    }
    for mut tree in trees {
        let named = upward(&tree.dir).find_map(|up| {
            let name = file_name(up);
            spoken(name).or_else(|| name.rsplit(['_', '-']).next().and_then(spoken))
        });
        match named.or_else(|| by_content(sources, &tree)) {
            Some(Spoken::Foreign(name)) => {
                let note = format!("{} is for {name}, which miglint does not speak", tree.shown());
                found.notes.push(note);
                continue;
            }
            Some(Spoken::Known(dialect)) => tree.dialect = Some(dialect),
            None => {}
        }
        found.trees.push(tree);
    }
}

/// `<version>_<slug>/up.sql`: the tree is the folder above; takes its files out of `folders`.
fn diesel(folders: &mut BTreeMap<String, Vec<String>>) -> Vec<Tree> {
    let is_step = |dir: &String, files: &Vec<String>| {
        file_name(dir).starts_with(|c: char| c.is_ascii_digit())
            && files.iter().any(|f| matches!(file_name(f), "up.sql" | "down.sql"))
    };
    let steps: Vec<String> =
        folders.iter().filter(|(dir, files)| is_step(dir, files)).map(|(d, _)| d.clone()).collect();
    let mut trees: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for step in steps {
        let files = folders.remove(&step).unwrap_or_default();
        trees.entry(parent(&step).to_owned()).or_default().extend(files);
    }
    let tree = |(dir, mut files): (String, Vec<String>)| {
        files.sort_unstable();
        Tree { tool: Tool::Diesel, dir, files, dialect: None, env: None }
    };
    trees.into_iter().map(tree).collect()
}

/// By the folder's name, or by numbers in front of every file name.
fn is_plain_tree(dir: &str, files: &[String]) -> bool {
    let names = || upward(dir).take(3).map(file_name);
    if names().any(|name| NOT_MIGRATIONS.contains(&name)) {
        return false;
    }
    let numbered = files.iter().filter(|f| is_numbered(file_name(f))).count();
    let telling = names().any(|name| name.contains("migrat") || name == "versions");
    if telling {
        return numbered > 0 || files.len() > 1;
    }
    numbered >= 2 && numbered == files.len()
}

fn is_numbered(name: &str) -> bool {
    let bare = name.strip_prefix(['V', 'U']).unwrap_or(name);
    let digits = bare.bytes().take_while(u8::is_ascii_digit).count();
    digits > 0 && bare[digits..].starts_with(['_', '-', '.'])
}

/// A Cargo.toml up the path depends on sqlx, and every file has sqlx's form.
fn is_sqlx(sources: &Sources, dir: &str, files: &[String]) -> bool {
    let form = |path: &String| {
        file_name(path).split_once('_').is_some_and(|(version, _)| version.parse::<i64>().is_ok())
    };
    files.iter().all(form)
        && upward(dir).any(|up| {
            let manifest =
                if up.is_empty() { "Cargo.toml".to_owned() } else { format!("{up}/Cargo.toml") };
            sources.is_file(&manifest)
                && sources
                    .load(&manifest)
                    .is_ok_and(|file| sources.file(file).text.contains("sqlx"))
        })
}

/// How many files are looked at to tell the dialect.
const SAMPLE: usize = 400;

/// What the SQL itself says: words that only one database has.
fn by_content(sources: &Sources, tree: &Tree) -> Option<Spoken> {
    let (mut postgres, mut sqlite, mut mysql) = (0usize, 0usize, 0usize);
    for path in tree.files.iter().take(SAMPLE) {
        let Ok(file) = sources.load(path) else { continue };
        match grammar_of(&sources.file(file).text) {
            Grammar::Postgres => postgres += 1,
            Grammar::Sqlite => sqlite += 1,
            Grammar::MySql => mysql += 1,
            Grammar::Any => {}
        }
    }
    match () {
        () if mysql > postgres + sqlite => Some(Spoken::Foreign("MySQL")),
        () if postgres > sqlite => Some(Spoken::Known(Dialect::Postgres)),
        () if sqlite > postgres => Some(Spoken::Known(Dialect::Sqlite)),
        () => None,
    }
}
