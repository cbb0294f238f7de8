//! The configuration: its schema for editors, where it is found, what it may not do.

use std::{fs, path::Path, process::Command};

use miglint::project::config;

use crate::support::{Folder, home, program, updating};

fn miglint(folder: &Path, args: &[&str]) -> (i32, String) {
    program(folder, args, &[])
}

#[test]
fn the_schema_for_editors_is_what_the_code_reads() {
    let path = home().join("miglint.schema.json");
    let text = serde_json::to_string_pretty(&config::json_schema()).expect("JSON") + "\n";
    if updating() {
        fs::write(&path, &text).expect("the schema");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, text, "miglint.schema.json is out of date; UPDATE=1 rewrites it");
    let (code, printed) = miglint(home(), &["config", "--schema"]);
    assert_eq!((code, printed), (0, text));
}

#[test]
fn every_key_of_the_schema_is_shown_and_explained() {
    let schema = config::json_schema();
    let properties = schema["properties"].as_object().expect("properties");
    assert!(properties.len() > 12);
    let folder = Folder::new();
    let (_, shown) = miglint(folder.path(), &["config", "--output-format", "json"]);
    let shown: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
    for (key, property) in properties {
        assert!(property["description"].is_string(), "{key} is not explained");
        assert_eq!(shown["settings"][key]["from"], "default", "{key} is not shown");
    }
}

const TREE: [(&str, &str); 2] = [
    ("migrations/1_a.sql", "CREATE TABLE t (id int, a text);\n"),
    ("migrations/2_b.sql", "ALTER TABLE t DROP COLUMN a;\n"),
];

fn project() -> Folder {
    let folder = Folder::new();
    for (path, text) in TREE {
        folder.write(path, text);
        folder.write(&format!("inner/{path}"), text);
    }
    folder
}

#[test]
fn the_nearest_wins_and_the_repository_is_the_end() {
    let folder = project();
    folder.write("miglint.toml", "databases = [\"postgres@11\"]\n");
    let says = |folder: &Path, version: &str| {
        let (code, text) = miglint(folder, &["check", "--output-format", "concise"]);
        assert_eq!(code, 0, "{text}");
        assert!(text.contains(&format!("For {version} (")), "{version}: {text}");
    };
    let inner = folder.path().join("inner");
    // Without a repository, only the root itself is looked at.
    says(folder.path(), "postgres@11");
    says(&inner, "postgres@16");
    fs::create_dir(folder.path().join(".git")).expect("a repository's mark");
    says(&inner, "postgres@11");
    folder.write("inner/pyproject.toml", "[tool.other]\nx = 1\n");
    says(&inner, "postgres@11");
    folder.write("inner/pyproject.toml", "[tool.miglint]\ndatabases = [\"postgres@12\"]\n");
    says(&inner, "postgres@12");
    folder.write("inner/.miglint.toml", "databases = [\"postgres@13\"]\n");
    says(&inner, "postgres@13");
    folder.write("inner/miglint.toml", "databases = [\"postgres@14\"]\n");
    says(&inner, "postgres@14");
    says(folder.path(), "postgres@11");
}

#[test]
fn a_manifest_that_is_broken_is_an_error_only_where_it_is_ours() {
    let folder = project();
    folder.write("pyproject.toml", "[project\n");
    let (code, text) = miglint(folder.path(), &["check"]);
    assert_eq!(code, 0, "{text}");
    folder.write("pyproject.toml", "[project\n[tool.miglint]\n");
    let (code, text) = miglint(folder.path(), &["check"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.starts_with("miglint: pyproject.toml:1:9:"), "{text}");
}

#[test]
fn a_configuration_leads_nowhere_else() {
    let folder = project();
    let secret = Folder::new();
    secret.write("secret.toml", "password = \"hunter2\"\n");
    secret.write("migrations/1_a.sql", "DROP TABLE secret;\n");
    fs::create_dir(folder.path().join(".git")).expect("a repository's mark");
    let outside = secret.path().to_string_lossy().into_owned();
    folder.write("miglint.toml", format!("[[trees]]\npath = \"{outside}/migrations\"\n"));
    let (code, text) = miglint(folder.path(), &["check"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("there are no migrations"), "{text}");
    folder.write("miglint.toml", format!("baseline = \"{outside}/secret.toml\"\n"));
    let (code, text) = miglint(folder.path(), &["check"]);
    assert_eq!(code, 2, "{text}");
    assert!(!text.contains("hunter2"), "{text}");
    #[cfg(unix)]
    {
        let link = folder.path().join("miglint.toml");
        fs::remove_file(&link).expect("the file");
        std::os::unix::fs::symlink(secret.path().join("secret.toml"), &link).expect("a link");
        let (code, text) = miglint(folder.path(), &["check"]);
        assert_eq!(code, 2, "{text}");
        assert!(text.contains("is a link that leaves the project"), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[test]
fn hot_and_small_tables_decide_where_the_harm_grows() {
    let folder = Folder::new();
    folder.write(
        "migrations/1_a.sql",
        "CREATE TABLE t (id int PRIMARY KEY, a text);\nCREATE TABLE u (id int);\n",
    );
    folder.write(
        "migrations/2_b.sql",
        "CREATE INDEX t_a ON t (a);\nINSERT INTO t SELECT id, 'x' FROM u;\n",
    );
    let run = |config: &str| {
        folder.write("miglint.toml", config);
        miglint(folder.path(), &["check", "--since", "1", "--output-format", "concise"])
    };
    let (code, text) = run("");
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("warning[index-before-load]"), "{text}");
    let (code, text) = run("hot-tables = [\"t\"]\n");
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("error[index-before-load]"), "{text}");
    let (code, text) = run("small-tables = [\"t\"]\n");
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("No findings"), "{text}");
}

#[test]
fn a_table_of_a_manifest_is_found_however_it_is_written() {
    let folder = project();
    for text in [
        "[tool.miglint]\nignore = [\"column-data-dropped\"]\n",
        "[tool]\nmiglint = { ignore = [\"column-data-dropped\"] }\n",
        "[tool.\"miglint\"]\nignore = [\"column-data-dropped\"]\n",
        "tool . miglint . ignore = [\"column-data-dropped\"]\n",
    ] {
        folder.write("pyproject.toml", text);
        let (_, shown) = miglint(folder.path(), &["config"]);
        assert!(shown.starts_with("Configuration: pyproject.toml"), "{text}: {shown}");
    }
    // One that only depends on it, and is broken, is its own tool's matter.
    folder.write("pyproject.toml", "dev = [\"miglint\"\n");
    let (code, text) = miglint(folder.path(), &["check"]);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn a_slash_in_front_of_a_pattern_is_the_configurations_folder() {
    let folder = project();
    for (pattern, left) in [
        ("/inner", "SQL in migrations"),
        ("./inner/", "SQL in migrations"),
        ("/migrations/", "SQL in inner/migrations"),
        ("./migrations", "SQL in inner/migrations"),
        ("/inner/**/*.sql", "SQL in migrations"),
    ] {
        folder.write("miglint.toml", format!("exclude = [\"{pattern}\"]\n"));
        let (_, text) = miglint(folder.path(), &["check"]);
        assert!(text.contains(&format!("({left})")), "{pattern}: {text}");
    }
}

#[test]
fn what_is_excluded_is_not_read_from_the_base_either() {
    let folder = Folder::new();
    let git = |args: &str| {
        let status = Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@example.org"])
            .args(args.split(' '))
            .current_dir(folder.path())
            .output()
            .expect("git");
        assert!(status.status.success(), "{args}");
    };
    git("init -q -b main");
    folder.write("miglint.toml", "exclude = [\"*_seed.sql\"]\n");
    for (path, text) in TREE {
        folder.write(path, text);
    }
    git("add .");
    git("commit -q -m a");
    git("checkout -q -b branch");
    git("checkout -q main");
    folder.write("migrations/3_seed.sql", "DROP TABLE nothing;\n");
    git("add .");
    git("commit -q -m b");
    git("checkout -q branch");
    let check = || miglint(folder.path(), &["check", "--since", "main"]).1;
    assert!(check().contains("read 2 migrations"), "{}", check());
    git("merge -q main");
    git("rm -q migrations/3_seed.sql");
    assert!(check().starts_with("No findings"), "{}", check());
}

#[test]
fn a_baseline_schema_has_to_be_there_and_to_be_sql_that_is_spoken() {
    let folder = project();
    folder.write("base.sql", "CREATE TABLE t (id int, a text, b jsonb);\n");
    folder.write("mysql.sql", "CREATE TABLE `t` (id int) ENGINE=InnoDB;\n");
    for (value, want) in [
        ("\"nowhere.sql\"", "miglint.toml:2: the baseline schema nowhere.sql cannot be read"),
        ("\"../base.sql\"", "miglint.toml:2: the baseline schema ../base.sql lies outside"),
        ("\"/base.sql\"", "miglint.toml:2: the baseline schema /base.sql lies outside"),
        ("\"inner\"", "miglint.toml:2: the baseline schema inner is not a regular file"),
        ("\"mysql.sql\"", "miglint.toml:2: the baseline schema mysql.sql is for MySQL"),
        ("5", "miglint.toml:2:19: invalid type: integer `5`, expected a file, or `{ postgres"),
        ("{ mysql = \"base.sql\" }", "there is no key `mysql`"),
    ] {
        folder.write("miglint.toml", format!("\nbaseline-schema = {value}\n"));
        let (code, text) = miglint(folder.path(), &["check"]);
        assert_eq!(code, 2, "{value}: {text}");
        assert!(text.contains(want) && text.lines().count() == 1, "{value}: {text}");
    }
    // A file for one database, by what its SQL says, is no migration of any history.
    folder.write("miglint.toml", "baseline-schema = \"migrations/0_base.sql\"\n");
    folder.write("migrations/0_base.sql", "CREATE TABLE old (id int, b jsonb);\n");
    let schema = |database: &str| {
        let args = ["schema", "--tree", "migrations", "--database", database];
        miglint(folder.path(), &args).1
    };
    assert!(schema("postgres").contains("table old"), "{}", schema("postgres"));
    assert!(!schema("sqlite").contains("table old"), "{}", schema("sqlite"));
    let (_, text) = miglint(folder.path(), &["check", "--since", "all"]);
    assert!(text.contains("read 4 migrations"), "{text}");
    // One tree may have its own.
    let own = "[[trees]]\npath = \"inner/migrations\"\nbaseline-schema = \"base.sql\"\n";
    folder.write("base.sql", "CREATE TABLE inside (id int);\n");
    folder.write("miglint.toml", own);
    let of = |tree: &str| miglint(folder.path(), &["schema", "--tree", tree]).1;
    assert!(of("inner/migrations").contains("table inside"), "{}", of("inner/migrations"));
    assert!(!of("migrations").contains("table inside"), "{}", of("migrations"));
}
