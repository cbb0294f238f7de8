//! What is under review, on synthetic repositories.

use std::{path::Path, process::Command};

use crate::support::Folder;

mod action;
mod changes;
mod checkouts;
mod formats;
mod places;
mod running;

pub(crate) fn git(folder: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_AUTHOR_NAME", "a")
        .env("GIT_AUTHOR_EMAIL", "a@example.org")
        .env("GIT_COMMITTER_NAME", "a")
        .env("GIT_COMMITTER_EMAIL", "a@example.org")
        .output()
        .expect("git");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
}

pub(crate) fn commit(folder: &Path, message: &str) {
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-q", "--allow-empty", "-m", message]);
}

/// The names of the migrations that have an error, each once.
fn reported(text: &str) -> Vec<&str> {
    let paths = text.lines().filter(|l| l.contains(": error[")).filter_map(|l| l.split(':').next());
    let mut names: Vec<&str> = paths.filter_map(|path| path.rsplit('/').next()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn table() -> String {
    revision("aaaa", "None", TABLE)
}

/// A migration that is wrong wherever the table has rows.
fn add_column(id: &str, parent: &str) -> String {
    let column = format!("sa.Column('{id}', sa.Integer(), nullable=False)");
    revision(id, &format!("'{parent}'"), &format!("op.add_column('tasks', {column})"))
}

fn check(folder: &Path, args: &[&str], environment: &[(&str, &str)]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_miglint"))
        .args(["check", "--output-format", "concise", "--database", "postgres@16"])
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs(environment.iter().copied())
        .output()
        .expect("the program");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let text = text + &String::from_utf8(output.stderr).expect("UTF-8");
    (output.status.code().expect("a code"), text)
}

fn revision(id: &str, parent: &str, upgrade: &str) -> String {
    format!(
        "import sqlalchemy as sa\nfrom alembic import op\n\nrevision = '{id}'\ndown_revision = {parent}\n\n\ndef upgrade():\n    {upgrade}\n\n\ndef downgrade():\n    op.execute('SELECT 1')\n"
    )
}

const TABLE: &str = "op.create_table('tasks', sa.Column('id', sa.Integer(), primary_key=True), sa.Column('note', sa.Text()))";
const BAD: &str = "op.alter_column('tasks', 'note', nullable=False)";

/// `main` has one merged migration, which is unsafe by today's rules; then `topic` begins.
fn project() -> Folder {
    let folder = Folder::new();
    git(folder.path(), &["init", "-q", "-b", "main"]);
    folder.write("alembic/env.py", "from alembic import context\n");
    folder.write("alembic/versions/a_table.py", revision("aaaa", "None", TABLE));
    folder.write("alembic/versions/b_old.py", revision("bbbb", "'aaaa'", BAD));
    commit(folder.path(), "merged");
    git(folder.path(), &["checkout", "-q", "-b", "topic"]);
    folder
}

#[test]
fn only_what_the_base_lacks_is_reported() {
    let folder = project();
    let (code, text) = check(folder.path(), &[], &[]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("2 migrations") && text.contains("0 of them under review"), "{text}");
    assert!(text.contains("Nothing is new here"), "{text}");
    let new = "op.add_column('tasks', sa.Column('x', sa.Integer(), nullable=False))";
    folder.write("alembic/versions/c_new.py", revision("cccc", "'bbbb'", new));
    let (code, text) = check(folder.path(), &[], &[]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("c_new.py:9:28: error[not-null-without-backfill]"), "{text}");
    assert!(!text.contains("b_old.py"), "{text}");
    assert!(text.contains("1 of them under review (since main ("), "{text}");
    commit(folder.path(), "new");
    let (_, committed) = check(folder.path(), &[], &[]);
    assert!(committed.contains("c_new.py:9:28: error"), "{committed}");
    let (_, all) = check(folder.path(), &["--since", "all"], &[]);
    assert!(all.contains("b_old.py:9:5: error[not-null-without-backfill]"), "{all}");
    let (_, named) = check(folder.path(), &["--since", "HEAD"], &[]);
    assert!(named.contains("0 of them under review (since HEAD ("), "{named}");
    let (_, revision) = check(folder.path(), &["--since", "aaaa"], &[]);
    assert!(revision.contains("2 of them under review (since revision aaaa)"), "{revision}");
}

#[test]
fn the_base_and_the_branch_together_have_two_heads() {
    let folder = project();
    folder.write("alembic/versions/c_topic.py", revision("cccc", "'bbbb'", "pass"));
    commit(folder.path(), "topic");
    git(folder.path(), &["checkout", "-q", "main"]);
    folder.write("alembic/versions/d_other.py", revision("dddd", "'bbbb'", "pass"));
    commit(folder.path(), "other");
    git(folder.path(), &["checkout", "-q", "topic"]);
    let (code, text) = check(folder.path(), &[], &[]);
    assert_eq!(code, 1, "{text}");
    assert!(
        text.contains("error[multiple-heads] the history has 2 heads: `dddd`, `cccc`"),
        "{text}"
    );
    assert!(text.contains("1 of them under review"), "{text}");
    assert!(text.contains("Note: 1 migration of alembic/versions read from the base"), "{text}");
    // After the rebase one follows the other.
    folder.write("alembic/versions/c_topic.py", revision("cccc", "'dddd'", "pass"));
    let (code, text) = check(folder.path(), &[], &[]);
    assert_eq!(code, 0, "{text}");
}

/// Two people take the next number; neither has moved the other's file.
#[test]
fn the_base_and_the_branch_together_have_a_version_twice() {
    let folder = Folder::new();
    git(folder.path(), &["init", "-q", "-b", "main"]);
    folder.write("db/migrations/V1__a.sql", "CREATE TABLE t (id bigserial PRIMARY KEY);\n");
    commit(folder.path(), "merged");
    git(folder.path(), &["checkout", "-q", "-b", "topic"]);
    folder.write("db/migrations/V2__ours.sql", "ALTER TABLE t ADD COLUMN x integer NOT NULL;\n");
    commit(folder.path(), "topic");
    git(folder.path(), &["checkout", "-q", "main"]);
    folder.write("db/migrations/V2__theirs.sql", "ALTER TABLE t ADD COLUMN y integer;\n");
    commit(folder.path(), "other");
    git(folder.path(), &["checkout", "-q", "topic"]);
    let (_, text) = check(folder.path(), &[], &[]);
    assert_eq!(reported(&text), ["V2__ours.sql", "V2__theirs.sql"], "{text}");
    assert!(text.contains("error[broken-history] version `2` is used by two migrations"), "{text}");
    // Without a common commit it is the same.
    let origin = format!("file://{}", folder.path().display());
    git(folder.path(), &["clone", "-q", "--depth=1", "--no-single-branch", &origin, "clone"]);
    let at = folder.path().join("clone");
    git(&at, &["branch", "-q", "--unset-upstream"]);
    let (_, text) = check(&at, &["--since", "origin/main"], &[]);
    assert!(text.contains("error[broken-history] version `2` is used by two migrations"), "{text}");
    assert!(text.contains("1 of them under review (since origin/main ("), "{text}");
}

#[test]
fn a_merged_revision_may_be_formatted_and_moved_but_not_changed() {
    let folder = project();
    let formatted =
        revision("aaaa", "None", &TABLE.replace(", sa", ",\n        # why\n        sa"));
    folder.write(
        "alembic/versions/a_table.py",
        format!("\"\"\"A title.\"\"\"\nimport os\n{formatted}"),
    );
    let (code, text) = check(folder.path(), &[], &[]);
    assert_eq!(code, 0, "{text}");
    let back =
        revision("aaaa", "None", TABLE).replace("op.execute('SELECT 1')", "op.drop_table('tasks')");
    folder.write("alembic/versions/a_table.py", back);
    let (code, text) = check(folder.path(), &[], &[]);
    assert_eq!(code, 0, "{text}");
    let changed = revision("aaaa", "None", &TABLE.replace("sa.Text()", "sa.String(20)"));
    folder.write("alembic/versions/a_table.py", changed);
    let (code, text) = check(folder.path(), &[], &[]);
    assert_eq!(code, 1, "{text}");
    let edited = "a_table.py:4:1: error[merged-revision-edited] migration `aaaa` has been merged and is edited";
    assert!(text.contains(edited), "{text}");
    git(folder.path(), &["checkout", "-q", "alembic/versions/a_table.py"]);
    git(folder.path(), &["mv", "alembic/versions/b_old.py", "alembic/versions/2024_b.py"]);
    let (code, text) = check(folder.path(), &[], &[]);
    assert_eq!(code, 0, "{text}");
    git(folder.path(), &["rm", "-q", "-f", "alembic/versions/2024_b.py"]);
    let (code, text) = check(folder.path(), &[], &[]);
    assert_eq!(code, 1, "{text}");
    assert!(
        text.contains(
            "b_old.py:4:1: error[merged-revision-edited] migration `bbbb` of the base is deleted"
        ),
        "{text}"
    );
}

#[test]
fn sql_has_its_base_too() {
    let folder = Folder::new();
    git(folder.path(), &["init", "-q", "-b", "main"]);
    folder.write("db/migrations/001_a.sql", "CREATE TABLE t (id bigserial PRIMARY KEY);\n");
    commit(folder.path(), "merged");
    git(folder.path(), &["checkout", "-q", "-b", "topic"]);
    folder.write("db/migrations/002_b.sql", "ALTER TABLE t ADD COLUMN x integer NOT NULL;\n");
    let (code, text) = check(folder.path(), &[], &[]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("002_b.sql:1:26: error[not-null-without-backfill]"), "{text}");
    folder.write("db/migrations/002_b.sql", "ALTER TABLE t ADD COLUMN x integer;\n");
    folder.write("db/migrations/001_a.sql", "CREATE TABLE t (id bigserial  PRIMARY KEY); -- ids\n");
    let (code, text) = check(folder.path(), &[], &[]);
    assert_eq!(code, 0, "{text}");
    folder.write("db/migrations/001_a.sql", "CREATE TABLE t (id serial PRIMARY KEY);\n");
    let (code, text) = check(folder.path(), &[], &[]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("001_a.sql:1:1: error[merged-revision-edited]"), "{text}");
}

#[test]
fn a_subfolder_is_a_root_and_no_repository_means_everything() {
    let outer = Folder::new();
    git(outer.path(), &["init", "-q", "-b", "main"]);
    outer.write("backend/alembic/env.py", "from alembic import context\n");
    outer.write("backend/alembic/versions/a.py", revision("aaaa", "None", TABLE));
    commit(outer.path(), "merged");
    git(outer.path(), &["checkout", "-q", "-b", "topic"]);
    outer.write("backend/alembic/versions/b.py", revision("bbbb", "'aaaa'", BAD));
    let (code, text) = check(outer.path(), &["backend"], &[]);
    assert_eq!(code, 1, "{text}");
    assert!(text.starts_with("backend/alembic/versions/b.py:9:5: error["), "{text}");
    assert!(text.contains("1 of them under review"), "{text}");
    let (_, from_inside) = check(&outer.path().join("backend"), &[], &[]);
    assert!(from_inside.starts_with("alembic/versions/b.py:9:5: error["), "{from_inside}");
    std::fs::remove_dir_all(outer.path().join(".git")).expect("the repository");
    let (_, text) = check(outer.path(), &["backend"], &[]);
    assert!(
        text.contains("all of them under review (all of the history: there is no git repository)"),
        "{text}"
    );
}

#[test]
fn a_pull_requests_merge_commit_tells_its_base() {
    let folder = project();
    folder.write("alembic/versions/c_topic.py", revision("cccc", "'bbbb'", BAD));
    commit(folder.path(), "topic");
    git(folder.path(), &["checkout", "-q", "main"]);
    git(folder.path(), &["merge", "-q", "--no-ff", "-m", "Merge topic into main", "topic"]);
    git(folder.path(), &["checkout", "-q", "--detach"]);
    git(folder.path(), &["branch", "-q", "-D", "main"]);
    let (_, text) =
        check(folder.path(), &[], &[("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "main")]);
    assert!(text.contains("1 of them under review (since the merge's first parent ("), "{text}");
    let shallow = Folder::new();
    let source = format!("file://{}", folder.path().display());
    git(shallow.path(), &["clone", "-q", "--depth=1", &source, "clone"]);
    let clone = shallow.path().join("clone");
    let (_, text) = check(&clone, &[], &[("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "main")]);
    assert!(text.contains("`fetch-depth: 2`"), "{text}");
    assert!(text.contains("all of them under review"), "{text}");
    git(shallow.path(), &["clone", "-q", "--depth=2", &source, "deeper"]);
    let clone = shallow.path().join("deeper");
    let (_, text) = check(&clone, &[], &[("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "main")]);
    assert!(text.contains("1 of them under review (since the merge's first parent ("), "{text}");
}
