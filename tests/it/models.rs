//! What is read of Python's models is what the libraries themselves make of them.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use miglint::{
    check,
    database::{Database, Dialect},
    frontend,
    history::History,
    model,
    project::{Tool, Tree},
    schema::Schema,
};

use crate::{
    outputs::{facts, on_postgres, on_sqlite},
    servers::{Server, postgres},
    support::{home, pool},
};

/// Projects whose models are not run: they import a package that there is not, or have columns of
/// PostGIS, which the servers lack.
const CANNOT_RUN: &[&str] = &["alembic-libraries", "models-unknown"];

/// The models of each Alembic tree, as they are read: the tree's folder, and what they declare.
fn read(root: &Path, database: Database) -> Vec<(String, Schema)> {
    pool().install(|| {
        let Ok(opened) = check::open(root) else { return Vec::new() };
        let trees = opened.project.trees.iter().filter(|tree| tree.tool == Tool::Alembic);
        let one = |tree: &Tree| {
            let (found, broken) = frontend::migrations(&opened.sources, tree);
            let history = History::new(found, broken);
            let review = vec![false; history.migrations.len()];
            let sources = &opened.sources;
            let outcome = check::run(sources, tree, &history, database, &review, false, None, &[]);
            let models = model::read(sources, &opened.project, tree, &outcome.schema)?;
            Some((tree.shown(), models.schema(database)))
        };
        trees.filter(|tree| tree.is_for(database.dialect)).filter_map(one).collect()
    })
}

/// What `create_all` sends; the error's last line where the models do not run.
fn run(root: &Path, env: &Path, database: Database) -> Result<String, String> {
    let python = std::env::var("MIGLINT_MODELS")
        .expect("the proof needs the libraries of models: run it with scripts/test");
    let dialect = if database.is_postgres() { "postgresql" } else { "sqlite" };
    let output = Command::new(python)
        .arg(home().join("tests/models.py"))
        .args([root, env])
        .arg(dialect)
        .output()
        .expect("Python");
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(said.lines().last().unwrap_or("it fails").to_owned());
    }
    let sent: Vec<String> = serde_json::from_slice(&output.stdout).expect("statements");
    Ok(sent.join(";\n"))
}

/// The folder that holds the versions, and above it the one that its imports start from.
fn environment(root: &Path, tree: &str) -> (std::path::PathBuf, std::path::PathBuf) {
    let versions = root.join(tree);
    let folder = versions.ancestors().find(|f| f.join("env.py").is_file()).expect("an env.py");
    (folder.parent().expect("a folder above").to_owned(), folder.join("env.py"))
}

#[test]
#[ignore = "needs live servers: scripts/test"]
fn models_are_what_create_all_makes_of_them() {
    let servers = postgres();
    let newest = servers.iter().max_by_key(|server| server.major).expect("a server");
    let (mut wrong, mut same, mut refused) = (Vec::new(), 0, BTreeSet::new());
    let mut compare = |root: &Path, server: Option<&Server>| {
        let database = match server {
            Some(server) => Database { dialect: Dialect::Postgres, version: (server.major, 0) },
            None => Database::SQLITE,
        };
        let name = root.file_name().and_then(|n| n.to_str()).expect("a name").to_owned();
        for (tree, declared) in read(root, database) {
            let (above, env) = environment(root, &tree);
            let place = format!("{name}/{tree} on {database}");
            let sql = match run(&above, &env, database) {
                Ok(sql) => sql,
                Err(_) if CANNOT_RUN.contains(&name.as_str()) => {
                    refused.insert(name.clone());
                    continue;
                }
                Err(why) => {
                    wrong.push(format!("{place}: {why}"));
                    continue;
                }
            };
            let held = match server {
                Some(server) => on_postgres(server, &sql),
                None => on_sqlite(&sql),
            };
            let held = match held {
                Ok(held) => held,
                Err(why) => {
                    wrong.push(format!("{place}: {why}\n{sql}"));
                    continue;
                }
            };
            let want = facts(&declared);
            let extra: Vec<&String> = want.difference(&held).collect();
            let in_part = declared.tables().any(|table| !table.complete);
            let missing: Vec<&String> = held.difference(&want).filter(|_| !in_part).collect();
            if extra.is_empty() && missing.is_empty() {
                same += 1;
            } else {
                wrong.push(format!("{place}:\n  missing {missing:#?}\n  extra {extra:#?}\n{sql}"));
            }
        }
    };
    for parent in ["testdata/projects", "examples"] {
        let mut folders: Vec<_> =
            fs::read_dir(home().join(parent)).expect(parent).flatten().map(|f| f.path()).collect();
        folders.sort();
        for folder in folders.iter().filter(|f| f.is_dir()) {
            compare(folder, Some(newest));
            compare(folder, None);
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(refused.into_iter().collect::<Vec<_>>(), CANNOT_RUN, "it runs");
    assert!(same > 12, "{same} are the same");
}
