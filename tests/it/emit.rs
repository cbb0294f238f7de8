//! Each format once, on the bundled example; and the program's own words.

use insta::assert_snapshot;

use miglint::emit::FORMATS;

use crate::{fixtures::answer, support::home};

const CHECK: &str = "$ miglint check examples/todo --since 07c2e5f91a08 --output-format";

#[test]
fn the_example_in_every_format() {
    for format in FORMATS.iter().map(|format| format.name) {
        let text = answer(home(), &format!("{CHECK} {format}"));
        // The pages of the rules are said in full there, and shown in `rules/`.
        let text = if format == "sarif" { without_pages(&text) } else { text };
        assert_snapshot!(format, text);
    }
    assert_snapshot!("color", answer(home(), &format!("{CHECK} full --color=always")));
}

fn without_pages(sarif: &str) -> String {
    let page = |line: &&str| {
        let said = line.trim_start();
        !said.starts_with("\"text\": \"# ") && !said.starts_with("\"markdown\": \"# ")
    };
    sarif.lines().filter(page).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_same_app_done_right_is_silent() {
    let text = answer(home(), "$ miglint check examples/todo-safe --since 07c2e5f91a08");
    assert!(text.starts_with("No findings: read 13 migrations"), "{text}");
    let text = answer(home(), "$ miglint check examples/todo-safe --since all --fail-on warning");
    assert!(text.starts_with("No findings: read 13 migrations"), "{text}");
}

#[test]
fn the_example_in_rust() {
    let change = "$ miglint check examples/bookmarks --since m20260105_000002_create_bookmark";
    assert_snapshot!("bookmarks", answer(home(), &format!("{change} --output-format concise")));
    let safe = "$ miglint check examples/bookmarks-safe --since all --fail-on warning";
    let text = answer(home(), safe);
    assert!(text.starts_with("No findings: read 4 migrations (SeaORM"), "{text}");
}

#[test]
fn ten_annotations_of_a_level_and_a_notice_for_the_rest() {
    let folder = crate::support::Folder::new();
    folder.write("migrations/001.sql", "CREATE TABLE t (id bigserial PRIMARY KEY);\n");
    let many: String =
        (0..14).map(|n| format!("ALTER TABLE t ADD COLUMN c{n} integer NOT NULL;\n")).collect();
    folder.write("migrations/002.sql", many);
    let text = answer(folder.path(), "$ miglint check --since 001 --output-format github");
    let errors = text.lines().filter(|line| line.starts_with("::error ")).count();
    assert_eq!(errors, 10, "{text}");
    assert!(text.contains("::notice title=miglint::4 more findings in the log only"), "{text}");
    assert_eq!(text.lines().filter(|l| l.starts_with(" migrations/002.sql:")).count(), 4);
}

#[test]
fn the_program_speaks_of_itself() {
    assert_snapshot!("help", answer(home(), "$ miglint --help"));
    assert_snapshot!("help_check", answer(home(), "$ miglint check --help"));
    assert_snapshot!("rules", answer(home(), "$ miglint rules"));
    let page = answer(home(), "$ miglint explain not-null-without-backfill");
    assert!(page.starts_with("# not-null-without-backfill\n\nA column becomes NOT NULL"), "{page}");
}
