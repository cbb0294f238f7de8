//! Changes on top of a base, with what the program prints for them: `base/` is the first commit,
//! `head/` is laid over it as the second, and files that `gone.txt` lists are deleted there.
//! `expect.txt` is as for projects; `UPDATE=1` rewrites it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{commit, git};
use crate::{
    fixtures::{answer, hold},
    support::{Folder, home},
};

#[test]
fn changes_print_what_is_expected() {
    let mut wrong = Vec::new();
    let cases = fs::read_dir(home().join("testdata/changes")).expect("testdata/changes");
    let mut cases: Vec<PathBuf> = cases.map(|case| case.expect("a folder").path()).collect();
    cases.sort();
    for case in cases {
        let folder = Folder::new();
        git(folder.path(), &["init", "-q", "-b", "main"]);
        lay(&case.join("base"), folder.path());
        commit(folder.path(), "base");
        lay(&case.join("head"), folder.path());
        for path in fs::read_to_string(case.join("gone.txt")).unwrap_or_default().lines() {
            fs::remove_file(folder.path().join(path)).expect("a file of the base");
        }
        commit(folder.path(), "head");
        let path = case.join("expect.txt");
        let expected = fs::read_to_string(&path).expect("expect.txt");
        let lines = expected.lines().filter(|line| line.starts_with("$ miglint"));
        let answers = lines
            .map(|line| format!("{line}\n{}\n\n", without_commit(&answer(folder.path(), line))));
        let found = answers.collect::<String>().trim_end().to_owned() + "\n";
        hold(&path, &expected, &found, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Copies what a folder holds into another one.
fn lay(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry").path();
        let target = to.join(entry.file_name().expect("a name"));
        if entry.is_dir() {
            fs::create_dir_all(&target).expect("a folder");
            lay(&entry, &target);
        } else {
            fs::copy(&entry, &target).expect("a file");
        }
    }
}

/// A commit's name follows from all it holds: it is no part of the answer.
fn without_commit(text: &str) -> String {
    let lines = text.lines().map(|line| match line.split_once("HEAD~1 (") {
        Some((before, after)) => {
            let rest = after.trim_start_matches(|c: char| c.is_ascii_hexdigit());
            format!("{before}HEAD~1 (…{rest}")
        }
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}
