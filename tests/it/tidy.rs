//! What ARCHITECTURE.md says is absent, is absent.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::support::home;

fn files(dir: &str, ending: &str) -> Vec<(String, String)> {
    fn walk(at: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(at).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, found);
            } else {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&home().join(dir), &mut found);
    found.sort();
    let name = |p: &PathBuf| p.strip_prefix(home()).expect("inside").to_string_lossy().into_owned();
    let text = |p: &PathBuf| fs::read_to_string(p).expect("text");
    found
        .iter()
        .filter(|p| p.to_string_lossy().ends_with(ending))
        .map(|p| (name(p), text(p)))
        .collect()
}

/// The lines of code that name something, outside of the places that may.
fn named(word: &str, allowed: &[&str]) -> Vec<String> {
    files("src", ".rs")
        .into_iter()
        .filter(|(name, _)| !allowed.iter().any(|a| name.starts_with(a)))
        .flat_map(|(name, text)| {
            let lines = text
                .lines()
                .enumerate()
                .filter(|(_, line)| line.contains(word) && !line.trim_start().starts_with("//"));
            lines.map(|(at, _)| format!("{name}:{}", at + 1)).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn parsers_are_named_in_their_frontend_only() {
    assert_eq!(named("sqlparser::", &["src/frontend/sql/"]), Vec::<String>::new());
    assert_eq!(named("ruff_", &["src/frontend/alembic/"]), Vec::<String>::new());
    assert_eq!(named("git2::", &["src/git/"]), Vec::<String>::new());
    assert_eq!(named("syn::", &["src/frontend/rust/parse.rs"]), Vec::<String>::new());
    assert_eq!(named("proc_macro2::", &["src/frontend/rust/parse.rs"]), Vec::<String>::new());
}

#[test]
fn files_are_read_in_one_place_and_written_in_one() {
    // A workflow's event lies outside of the project.
    let allowed = ["src/source.rs", "src/cli/report.rs", "src/git/environment.rs"];
    assert_eq!(named("fs::", &allowed), Vec::<String>::new());
    let program = ["src/git/program.rs"];
    assert_eq!(named("Command::new", &program), Vec::<String>::new());
    assert_eq!(named("Stdio", &program), Vec::<String>::new());
    assert_eq!(named("std::net", &[]), Vec::<String>::new());
}

#[test]
fn rules_know_no_frontend_and_no_output() {
    for (name, text) in files("src/rules", ".rs") {
        for word in ["frontend::alembic", "frontend::sql", "emit::", "std::fs", "println!"] {
            assert!(!text.contains(word), "{name} names {word}");
        }
    }
}

#[test]
fn what_the_documents_name_is_there() {
    let mut checked = 0;
    for document in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = fs::read_to_string(home().join(document)).expect(document);
        for word in text.split('`').skip(1).step_by(2) {
            let path = [
                "src/",
                "rules/",
                "tests/",
                "testdata/",
                "examples/",
                "scripts/",
                ".ci/",
                ".github/",
                "action/",
                "benches/",
            ]
            .iter()
            .any(|start| word.starts_with(start));
            if path && !word.contains(['<', '*', ' ']) {
                checked += 1;
                assert!(home().join(word).exists(), "{document} names {word}, which is not there");
            }
        }
    }
    assert!(checked > 20, "only {checked} paths");
}

#[test]
fn no_line_is_left_for_later() {
    for (name, text) in files("src", ".rs").into_iter().chain(files("tests", ".rs")) {
        if name.ends_with("tidy.rs") {
            continue;
        }
        for word in ["TODO", "FIXME", "XXX", "todo!", "unimplemented!", "dbg!"] {
            assert!(!text.contains(word), "{name} has {word}");
        }
        assert!(!text.lines().any(|l| l.ends_with(' ')), "{name} has a space at a line's end");
        assert!(
            text.starts_with("//!") || name.contains("rules/"),
            "{name} does not say what it is for"
        );
    }
}
