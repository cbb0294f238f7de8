//! What is said of code that runs where the base cannot be looked at in full.

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use super::{commit, git};
use crate::support::{Folder, program};

const RULES: &str = "dropped-column-still-used,rename-breaks-running-code";
const TABLES: &str = "CREATE TABLE tasks (id bigint PRIMARY KEY, note text);\n";
const DROPS: &str = "ALTER TABLE tasks DROP COLUMN note;\n";
const MANIFEST: &str = "[package]\nname = \"app\"\n\n[dependencies]\nsqlx = { version = \"0.8\", features = [\"postgres\"] }\n";
const USES: &str = "fn f() { sqlx::query(\"SELECT note FROM tasks\"); }\n";

/// A project whose branch drops a column that `main` asks for.
fn project(at: &Path, folder: &Folder, prefix: &str) {
    git(at, &["init", "-q", "-b", "main"]);
    folder.write(&format!("{prefix}Cargo.toml"), MANIFEST);
    folder.write(&format!("{prefix}src/main.rs"), USES);
    folder.write(&format!("{prefix}migrations/0001_tables.sql"), TABLES);
    commit(at, "base");
    git(at, &["checkout", "-q", "-b", "topic"]);
    folder.write(&format!("{prefix}src/main.rs"), "fn f() {}\n");
    folder.write(&format!("{prefix}migrations/0002_drop.sql"), DROPS);
    commit(at, "head");
}

fn check(at: &Path) -> String {
    let path = std::env::var("PATH").expect("PATH");
    let args = ["check", "--since", "main", "--select", RULES, "--output-format", "concise"];
    program(at, &args, &[("PATH", &path)]).1
}

fn tree(at: &Path, entries: &str) -> String {
    let mut child = Command::new("git")
        .args(["mktree"])
        .current_dir(at)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("git");
    let mut input = child.stdin.take().expect("its input");
    input.write_all(entries.as_bytes()).expect("entries");
    drop(input);
    let output = child.wait_with_output().expect("git");
    String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
}

#[test]
fn folders_that_multiply_end() {
    let empty_blob = "100644 blob e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\ta.py\n";
    // Twice in each, with a file inside at last, and with nothing at all.
    for leaf in [empty_blob, ""] {
        let folder = Folder::new();
        let at = folder.path();
        project(at, &folder, "");
        git(at, &["hash-object", "-w", "-t", "blob", "/dev/null"]);
        let mut bomb = tree(at, leaf);
        for _ in 0..60 {
            bomb = tree(at, &format!("040000 tree {bomb}\ta\n040000 tree {bomb}\tb\n"));
        }
        let base = git(at, &["ls-tree", "main"]);
        let whole = tree(at, &format!("{base}\n040000 tree {bomb}\tbomb\n"));
        let first = git(at, &["commit-tree", &whole, "-m", "bomb"]);
        git(at, &["update-ref", "refs/heads/main", &first]);
        let head = git(at, &["commit-tree", "topic^{tree}", "-p", "main", "-m", "head"]);
        git(at, &["update-ref", "refs/heads/topic", &head]);
        for refused in [false, true] {
            if refused {
                git(at, &["config", "core.repositoryformatversion", "1"]);
                git(at, &["config", "extensions.partialclone", "nobody"]);
            }
            let text = check(at);
            assert!(
                text.contains("Note: the code at the base could not be looked at for what needs the schema as it was: ")
                    && text.contains(" has more than 500000 files and folders"),
                "{text}"
            );
        }
    }
}

#[test]
fn a_base_whose_texts_are_not_here_is_said() {
    let origin = Folder::new();
    project(origin.path(), &origin, "");
    git(origin.path(), &["config", "uploadpack.allowFilter", "true"]);
    let folder = Folder::new();
    let url = format!("file://{}", origin.path().display());
    git(folder.path(), &["clone", "-q", "--filter=blob:none", "-b", "topic", &url, "clone"]);
    let at = folder.path().join("clone");
    git(&at, &["config", "core.repositoryformatversion", "1"]);
    git(&at, &["branch", "-q", "main", "origin/main"]);
    let text = check(&at);
    assert!(
        text.contains("Note: 1 file of the base could not be looked at for code that needs the schema as it was, as their text is not in this clone"),
        "{text}"
    );
    assert!(check(origin.path()).contains("error[dropped-column-still-used]"));
}

#[test]
fn a_tree_in_a_submodule_is_said_not_to_be_looked_at() {
    let folder = Folder::new();
    let inner = folder.path().join("origin");
    folder.write("origin/readme", "inner\n");
    project(&inner, &folder, "origin/");
    git(&inner, &["checkout", "-q", "main"]);
    let outer = folder.path().join("outer");
    folder.write("outer/readme", "outer\n");
    git(&outer, &["init", "-q", "-b", "main"]);
    let url = format!("file://{}", inner.display());
    git(&outer, &["-c", "protocol.file.allow=always", "submodule", "-q", "add", &url, "db"]);
    commit(&outer, "with the submodule");
    git(&outer, &["checkout", "-q", "-b", "topic"]);
    git(&outer.join("db"), &["checkout", "-q", "origin/topic"]);
    commit(&outer, "newer");
    let text = check(&outer);
    assert!(
        text.contains("Note: db/migrations lies in a repository of its own, so code that needs its schema as it was is not looked for"),
        "{text}"
    );
}

#[test]
fn many_columns_and_much_code_are_not_multiplied() {
    let folder = Folder::new();
    let at = folder.path();
    git(at, &["init", "-q", "-b", "main"]);
    let columns: String = (0..1_500).map(|n| format!(", c{n} text")).collect();
    folder.write("Cargo.toml", MANIFEST);
    let table = format!("CREATE TABLE tasks (id bigint PRIMARY KEY{columns});\n");
    folder.write("migrations/0001_tables.sql", table);
    for file in 0..40 {
        let queries: String = (0..100)
            .map(|n| {
                format!("    q(\"SELECT id FROM tasks WHERE id = {n} AND title = 'c{n}'\");\n")
            })
            .collect();
        folder.write(&format!("src/m{file}.rs"), format!("fn f() {{\n{queries}}}\n"));
    }
    commit(at, "base");
    git(at, &["checkout", "-q", "-b", "topic"]);
    let drops: String =
        (0..1_500).map(|n| format!("ALTER TABLE tasks DROP COLUMN c{n};\n")).collect();
    folder.write("migrations/0002_drop.sql", drops);
    commit(at, "head");
    let text = check(at);
    assert!(
        text.contains(
            "Note: of what the change takes away in migrations, only 1000 things are looked for"
        ),
        "{text}"
    );
}
