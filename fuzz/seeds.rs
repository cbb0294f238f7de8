//! Projects to begin with: the fixtures, and the examples of the rules' pages.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use crate::Project;

/// Larger projects are slow, and hold nothing that smaller ones lack.
const MAX_SEED: usize = 40 * 1024;

pub(crate) fn all() -> Vec<Project> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found: Vec<Project> =
        sorted(&home.join("testdata/projects")).iter().map(|p| read(p)).collect();
    for page in sorted(&home.join("rules")) {
        found.extend(examples(&fs::read_to_string(page).unwrap_or_default()));
    }
    found.retain(|project| {
        !project.is_empty() && project.iter().map(|(_, text)| text.len()).sum::<usize>() < MAX_SEED
    });
    found
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    found.sort();
    found
}

/// The files below a folder, without what the fixtures expect.
pub(crate) fn read(folder: &Path) -> Project {
    let mut project = Project::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for path in sorted(&at) {
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
            if name != "expect.txt" {
                project.push((name, fs::read(&path).unwrap_or_default()));
            }
        }
    }
    project.sort();
    project
}

pub(crate) fn write(folder: &Path, project: &Project) {
    let _ = fs::remove_dir_all(folder);
    for (name, text) in project {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            let _ = fs::create_dir_all(parent);
        }
        let _ = fs::write(path, text);
    }
}

/// Each fence of a page as a project of its own, behind those that are given before it.
fn examples(page: &str) -> Vec<Project> {
    let mut found = Vec::new();
    let mut given: Vec<(bool, String)> = Vec::new();
    for block in page.split("\n```").skip(1).step_by(2) {
        let Some((info, text)) = block.split_once('\n') else { continue };
        let python = info.starts_with("python");
        if info.starts_with("rust") {
            // No crate, but read as one: its models and its SQL.
            found.push(vec![
                ("Cargo.toml".to_owned(), b"[package]\nname = 'x'\n".to_vec()),
                ("src/lib.rs".to_owned(), text.as_bytes().to_vec()),
            ]);
            continue;
        }
        if !python && !info.starts_with("sql") {
            continue;
        }
        let mut project = Project::new();
        if python {
            project.push(("alembic/env.py".to_owned(), b"from alembic import context\n".to_vec()));
        }
        let before =
            given.iter().filter(|(kind, _)| *kind == python).map(|(_, text)| text.as_str());
        for (at, text) in before.chain([text]).enumerate() {
            project.push(file(at, python, text));
        }
        if info.contains("given") {
            given.push((python, text.to_owned()));
        }
        found.push(project);
    }
    found
}

fn file(at: usize, python: bool, text: &str) -> (String, Vec<u8>) {
    if !python {
        return (format!("migrations/{at:03}_step.sql"), text.as_bytes().to_vec());
    }
    let whole = match text.contains("revision =") {
        true => text.to_owned(),
        false => {
            let parent = at.checked_sub(1).map_or("None".to_owned(), |at| format!("'{at}'"));
            format!(
                "import sqlalchemy as sa\nfrom alembic import op\n\nrevision = '{at}'\ndown_revision = {parent}\n\n{text}"
            )
        }
    };
    (format!("alembic/versions/{at:03}.py"), whole.into_bytes())
}

/// Every word of the seeds, once.
pub(crate) fn words(seeds: &[Project]) -> Vec<String> {
    let texts = seeds.iter().flatten().map(|(_, text)| String::from_utf8_lossy(text));
    let mut words = BTreeSet::new();
    for text in texts {
        let of = text.split(|c: char| !(c.is_alphanumeric() || "_.-+:".contains(c)));
        words.extend(of.filter(|w| (1..30).contains(&w.len())).map(str::to_owned));
    }
    words.into_iter().collect()
}
