//! The baseline: written, kept, made smaller, refused.

use std::{fs, path::Path};

use crate::support::{Folder, program};

fn miglint(folder: &Path, args: &[&str], ci: bool) -> (i32, String) {
    let environment: &[(&str, &str)] = if ci { &[("CI", "true")] } else { &[] };
    program(folder, &[&["check", "--output-format", "concise"], args].concat(), environment)
}

/// Two columns dropped long ago.
fn project() -> Folder {
    let folder = Folder::new();
    folder.write("migrations/1_start.sql", "CREATE TABLE t (id int, a text, b text, c text);\n");
    folder.write(
        "migrations/2_drop.sql",
        "ALTER TABLE t DROP COLUMN a;\nALTER TABLE t DROP COLUMN b;\n",
    );
    folder
}

const FILE: &str = ".miglint-baseline.json";

fn read(folder: &Folder) -> String {
    fs::read_to_string(folder.path().join(FILE)).expect("the baseline")
}

#[test]
fn what_is_known_is_left_out_and_what_is_new_is_not() {
    let folder = project();
    let (code, text) = miglint(folder.path(), &["--write-baseline"], false);
    assert_eq!(code, 0, "{text}");
    assert!(text.starts_with("Wrote 2 findings to .miglint-baseline.json."), "{text}");
    assert_eq!(read(&folder).lines().filter(|line| line.contains("fingerprint")).count(), 2);
    folder.write("miglint.toml", format!("baseline = \"{FILE}\"\n"));
    folder.write("migrations/3_more.sql", "\n\nALTER TABLE t DROP COLUMN c;\n");
    // Lines move, and the baseline knows the findings all the same.
    let moved = "-- why\n\nALTER TABLE t DROP COLUMN a;\nALTER TABLE t DROP COLUMN b;\n";
    folder.write("migrations/2_drop.sql", moved);
    let before = read(&folder);
    let (code, text) = miglint(folder.path(), &["--fail-on", "warning"], false);
    assert_eq!(code, 1, "{text}");
    assert!(text.starts_with("migrations/3_more.sql:3:1: warning[column-data-dropped]"), "{text}");
    assert!(text.contains("1 warning: read 3 migrations"), "{text}");
    assert!(text.contains("Left out: 2 findings known to the baseline."), "{text}");
    assert_eq!(read(&folder), before);
    let (_, text) = miglint(folder.path(), &["--isolated"], false);
    assert!(text.contains("3 warnings"), "{text}");
    let (_, text) = miglint(folder.path(), &["--isolated", "--baseline", FILE], false);
    assert!(text.contains("1 warning:"), "{text}");
}

#[test]
fn what_no_longer_occurs_leaves_by_itself() {
    let folder = project();
    miglint(folder.path(), &["--write-baseline"], false);
    folder.write("migrations/2_drop.sql", "ALTER TABLE t DROP COLUMN a;\n");
    let baseline = ["--baseline", FILE];
    // Runs that do not look at everything cannot tell.
    for narrow in [
        &["--since", "2"][..],
        &["--database", "sqlite"],
        &["--select", "missing-reference"],
        &["migrations/2_drop.sql"],
    ] {
        let (_, text) = miglint(folder.path(), &[&baseline, narrow].concat(), false);
        assert!(!text.contains("no longer"), "{narrow:?}: {text}");
    }
    let (code, text) = miglint(folder.path(), &baseline, true);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("1 finding of .miglint-baseline.json no longer occurs; a run outside of CI takes them out"), "{text}");
    assert_eq!(read(&folder).matches("fingerprint").count(), 2);
    let (_, text) = miglint(folder.path(), &baseline, false);
    assert!(text.contains("no longer occurs, and is taken out of it"), "{text}");
    assert_eq!(read(&folder).matches("fingerprint").count(), 1);
    folder.write("migrations/2_drop.sql", "SELECT 1;\n");
    miglint(folder.path(), &baseline, false);
    assert_eq!(read(&folder), "{\n  \"version\": 1,\n  \"findings\": []\n}\n");
}

#[test]
fn it_is_written_of_everything_or_not_at_all() {
    let folder = project();
    miglint(folder.path(), &["--write-baseline"], false);
    let before = read(&folder);
    for narrow in [
        &["--select", "missing-reference"][..],
        &["--ignore", "column-data-dropped"],
        &["--database", "sqlite"],
        &["migrations/1_start.sql"],
    ] {
        let (code, text) = miglint(folder.path(), &[&["--write-baseline"], narrow].concat(), false);
        assert_eq!(code, 2, "{narrow:?}: {text}");
        assert_eq!(read(&folder), before, "{narrow:?}");
    }
}

#[test]
fn what_is_no_baseline_is_an_error() {
    let folder = project();
    let (code, text) = miglint(folder.path(), &["--baseline", "none.json"], false);
    assert_eq!(code, 2, "{text}");
    assert!(
        text.contains(
            "none.json cannot be read: no such file or directory; `--write-baseline` makes one"
        ),
        "{text}"
    );
    for (content, says) in [
        ("[]", "is no baseline of miglint"),
        ("{\"version\": 2, \"findings\": []}", "has version 2"),
        ("{\"version\": 1}", "is no baseline of miglint"),
    ] {
        folder.write("b.json", content);
        let (code, text) = miglint(folder.path(), &["--baseline", "b.json"], false);
        assert_eq!(code, 2, "{text}");
        assert!(text.contains(says), "{text}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_is_neither_followed_nor_written_through() {
    let folder = project();
    let elsewhere = Folder::new();
    elsewhere.write("target", "{\"version\": 1, \"findings\": []}");
    let target = elsewhere.path().join("target");
    std::os::unix::fs::symlink(&target, folder.path().join(FILE)).expect("a link");
    folder.write("miglint.toml", format!("baseline = \"{FILE}\"\n"));
    let (code, text) = miglint(folder.path(), &[], false);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("is a link that leaves the project"), "{text}");
    let (code, text) = miglint(folder.path(), &["--write-baseline"], false);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("it is a symbolic link"), "{text}");
    assert_eq!(fs::read_to_string(target).expect("the target").len(), 30);
}

/// Two projects whose migrations have the same ids.
fn two_projects() -> Folder {
    let folder = Folder::new();
    for name in ["one", "two"] {
        folder.write(&format!("{name}/migrations/1_a.sql"), "CREATE TABLE t (id int, a text);\n");
        folder.write(&format!("{name}/migrations/2_b.sql"), "ALTER TABLE t DROP COLUMN a;\n");
    }
    folder
}

#[test]
fn what_lies_in_another_project_stays() {
    let folder = two_projects();
    miglint(folder.path(), &["--write-baseline"], false);
    let before = read(&folder);
    assert_eq!(before.matches("fingerprint").count(), 2);
    // Seen from there, the paths of all entries are other ones.
    let (_, text) = miglint(folder.path(), &["one", "--baseline", FILE], false);
    assert!(!text.contains("no longer"), "{text}");
    assert_eq!(read(&folder), before);
    folder.write("one/known.json", &before);
    let (_, text) = miglint(folder.path(), &["one", "--baseline", "one/known.json"], false);
    assert!(!text.contains("no longer"), "{text}");
    // What is under review in the one has run in the other.
    fs::remove_file(folder.path().join("two/migrations/1_a.sql")).expect("the file");
    let (_, text) = miglint(folder.path(), &["--since", "1", "--baseline", FILE], false);
    assert!(!text.contains("no longer"), "{text}");
    assert_eq!(read(&folder), before);
}

#[test]
fn what_a_file_that_does_not_load_may_hide_stays() {
    let folder = Folder::new();
    folder.write("alembic/env.py", "from alembic import context\n");
    let head = |id: &str, down: &str| {
        format!(
            "from alembic import op\nimport sqlalchemy as sa\nrevision = \"{id}\"\ndown_revision = {down}\n"
        )
    };
    let start = "def upgrade():\n    op.create_table(\"t\", sa.Column(\"a\", sa.Text()))\ndef downgrade():\n    op.drop_table(\"t\")\n";
    folder.write("alembic/versions/a.py", head("a", "None") + start);
    let drop = "def upgrade():\n    op.drop_table(\"t\")\ndef downgrade():\n    op.create_table(\"t\", sa.Column(\"a\", sa.Text()))\n";
    folder.write("alembic/versions/b.py", head("b", "\"a\"") + drop);
    miglint(folder.path(), &["--write-baseline"], false);
    let before = read(&folder);
    assert_eq!(before.matches("fingerprint").count(), 1);
    folder.write("alembic/versions/b.py", head("b", "\"a\"") + "def upgrade(:\n");
    let (_, text) = miglint(folder.path(), &["--baseline", FILE], false);
    assert!(!text.contains("no longer"), "{text}");
    assert_eq!(read(&folder), before);
}

#[test]
fn the_advice_counts_from_the_configuration() {
    let folder = two_projects();
    let (_, text) = miglint(folder.path(), &["one", "--write-baseline"], false);
    assert!(
        text.contains("`baseline = \".miglint-baseline.json\"` in miglint.toml, or `--baseline one/.miglint-baseline.json`"),
        "{text}"
    );
    folder.write("one/miglint.toml", "baseline = \".miglint-baseline.json\"\n");
    let (_, text) = miglint(folder.path(), &["one", "--write-baseline"], false);
    assert!(text.contains("the configuration as it is"), "{text}");
    let (_, text) = miglint(folder.path(), &["one", "--write-baseline=one/other.json"], false);
    assert!(text.contains("`baseline = \"other.json\"`"), "{text}");
}

#[cfg(unix)]
#[test]
fn a_check_stands_where_the_baseline_cannot_be_written() {
    let folder = project();
    miglint(folder.path(), &["--write-baseline"], false);
    fs::rename(folder.path().join(FILE), folder.path().join("real.json")).expect("the file");
    std::os::unix::fs::symlink("real.json", folder.path().join(FILE)).expect("a link");
    folder.write("migrations/2_drop.sql", "SELECT 1;\n");
    let (code, text) = miglint(folder.path(), &["--baseline", FILE], false);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("no longer occur; .miglint-baseline.json cannot be written"), "{text}");
}
