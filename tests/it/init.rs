//! `miglint init`: what it writes is right, and it overwrites nothing.

use std::{fs, path::Path, process::Command};

use miglint::project::config;

use crate::support::{Folder, home, program};

fn init(folder: &Path, args: &[&str]) -> (i32, String) {
    program(folder, &[&["init"], args].concat(), &[])
}

fn project(below: &str) -> Folder {
    let folder = Folder::new();
    folder.write(&format!("{below}migrations/1_a.sql"), "CREATE TABLE t (id serial);\n");
    folder.write(&format!("{below}migrations/2_b.sql"), "ALTER TABLE t ADD COLUMN a text;\n");
    folder
}

fn read(folder: &Folder, path: &str) -> String {
    fs::read_to_string(folder.path().join(path)).expect(path)
}

/// All that is commented out, put in force.
fn uncommented(text: &str) -> String {
    let keys: Vec<String> = config::json_schema()["properties"]
        .as_object()
        .expect("properties")
        .keys()
        .map(|key| format!("# {key} = "))
        .collect();
    text.lines()
        .map(|line| match keys.iter().any(|key| line.starts_with(key)) {
            true => &line[2..],
            false => line,
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn every_key_is_there_and_would_be_accepted() {
    let folder = project("");
    let (code, text) = init(folder.path(), &[]);
    assert_eq!(code, 0, "{text}");
    insta::assert_snapshot!("init", text);
    let written = read(&folder, "miglint.toml");
    insta::assert_snapshot!("init_configuration", written);
    let config: config::Config = toml::from_str(&written).expect("a configuration");
    // No repository: what has run ends at the head.
    assert_eq!(config.since.as_deref(), Some("2"));
    let all = uncommented(&written);
    let all: toml::Table = all.parse().expect("TOML");
    let known = config::json_schema();
    let known = known["properties"].as_object().expect("properties");
    for key in known.keys() {
        assert!(all.contains_key(key), "{key} is not explained");
    }
    toml::from_str::<config::Config>(&uncommented(&written)).expect("a configuration");
    insta::assert_snapshot!("init_workflow", read(&folder, ".github/workflows/miglint.yml"));
    let workflow = read(&folder, ".github/workflows/miglint.yml");
    let checkout = workflow.lines().find(|line| line.contains("actions/checkout@"));
    let checkout = checkout.expect("a checkout").trim();
    for document in ["README.md", ".github/workflows/ci.yml"] {
        let text = fs::read_to_string(home().join(document)).expect(document);
        assert!(text.contains(checkout), "{document} uses another checkout than {checkout}");
    }
    insta::assert_snapshot!("init_hook", read(&folder, ".pre-commit-config.yaml"));
}

#[test]
fn what_is_there_stays_as_it_is() {
    let folder = project("");
    folder.write(".pre-commit-config.yaml", "repos: []\n");
    folder.write(".github/workflows/miglint.yml", "mine\n");
    folder.write("pyproject.toml", "[tool.miglint]\nfail-on = \"warning\"\n");
    let (code, text) = init(folder.path(), &[]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("pyproject.toml holds a configuration already"), "{text}");
    assert!(text.contains(".pre-commit-config.yaml is there already"), "{text}");
    assert!(text.contains("Add to its `repos`:"), "{text}");
    assert!(!folder.path().join("miglint.toml").exists());
    assert_eq!(read(&folder, ".pre-commit-config.yaml"), "repos: []\n");
    assert_eq!(read(&folder, ".github/workflows/miglint.yml"), "mine\n");
}

#[test]
fn a_project_below_the_repository_is_named_in_the_hook_and_the_workflow() {
    let folder = project("back end/");
    Command::new("git").args(["init", "-q"]).current_dir(folder.path()).output().expect("git");
    let (code, text) = init(folder.path(), &["back end"]);
    assert_eq!(code, 0, "{text}");
    assert!(folder.path().join("back end/miglint.toml").exists());
    assert!(read(&folder, ".pre-commit-config.yaml").contains("args: [\"back end\"]"));
    assert!(
        read(&folder, ".github/workflows/miglint.yml").contains("working-directory: \"back end\"")
    );
}

#[test]
fn a_dry_run_writes_nothing() {
    let folder = project("");
    let (code, text) = init(folder.path(), &["--dry-run"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("# .github/workflows/miglint.yml"), "{text}");
    assert!(!folder.path().join("miglint.toml").exists());
    assert!(!folder.path().join(".github").exists());
}

#[cfg(unix)]
#[test]
fn no_link_is_written_through() {
    let folder = project("");
    let elsewhere = Folder::new();
    std::os::unix::fs::symlink(elsewhere.path(), folder.path().join(".github")).expect("a link");
    let (code, text) = init(folder.path(), &[]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("is a symbolic link"), "{text}");
    assert_eq!(fs::read_dir(elsewhere.path()).expect("the folder").count(), 0);
}

#[test]
fn a_configuration_above_is_not_put_out_of_force() {
    let folder = project("one/");
    Command::new("git").args(["init", "-q"]).current_dir(folder.path()).output().expect("git");
    folder.write("miglint.toml", "fail-on = \"warning\"\n");
    let (code, text) = init(folder.path(), &["one"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("miglint.toml holds a configuration already"), "{text}");
    assert!(!folder.path().join("one/miglint.toml").exists());
}

#[cfg(unix)]
#[test]
fn strange_names_stay_text() {
    let name = "a\"b\\c\n${{ secrets.X }}\u{7f}\u{85}\u{2028}";
    let folder = project(&format!("{name}/"));
    Command::new("git").args(["init", "-q"]).current_dir(folder.path()).output().expect("git");
    let (code, text) = init(folder.path(), &[name]);
    assert_eq!(code, 0, "{text}");
    let escaped = "\"a\\\"b\\\\c\\u000a${{ '${{' }} secrets.X }}\\u007f\\u0085\\u2028\"";
    let workflow = read(&folder, ".github/workflows/miglint.yml");
    assert!(workflow.ends_with(&format!("working-directory: {escaped}\n")), "{workflow}");
    let hook = read(&folder, ".pre-commit-config.yaml");
    let escaped = escaped.replace("${{ '${{' }}", "${{");
    assert!(hook.ends_with(&format!("args: [{escaped}]\n")), "{hook}");
}
