//! Whatever a file holds: an answer with a place, the rest of the run unharmed, no crash.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::support::Folder;

struct Answer {
    code: i32,
    text: String,
}

/// Runs the program; it must end by itself, and long before this limit.
fn check(root: &Path, args: &[&str]) -> Answer {
    run(root, &[&["check", ".", "--since", "all", "--show-opaque"], args].concat())
}

/// Runs any command in the same way.
fn run(root: &Path, args: &[&str]) -> Answer {
    let mut child = Command::new(env!("CARGO_BIN_EXE_miglint"))
        .args(args)
        .current_dir(root)
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    let mut out = child.stdout.take().expect("its output");
    let mut err = child.stderr.take().expect("its errors");
    let reader = std::thread::spawn(move || {
        let (mut bytes, mut errors) = (Vec::new(), Vec::new());
        std::io::Read::read_to_end(&mut out, &mut bytes).expect("output");
        std::io::Read::read_to_end(&mut err, &mut errors).expect("errors");
        bytes.extend(errors);
        bytes
    });
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("its status") {
            break status;
        }
        if started.elapsed() > Duration::from_secs(120) {
            child.kill().expect("to kill it");
            panic!("it does not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let bytes = reader.join().expect("the reader");
    let text = String::from_utf8(bytes).expect("UTF-8");
    let code = status.code().unwrap_or_else(|| panic!("it was killed: {status}\n{text}"));
    Answer { code, text }
}

const PYTHON: &str = "import sqlalchemy as sa\nfrom alembic import op\n";

fn revision(id: &str, parent: &str, upgrade: &str) -> String {
    format!(
        "{PYTHON}\nrevision = '{id}'\ndown_revision = {parent}\n\n\ndef upgrade():\n{upgrade}\n\n\ndef downgrade():\n    pass\n"
    )
}

/// A tree with one bad file among good ones; the good ones carry a finding of their own.
fn alembic(name: &str, bad: impl AsRef<[u8]>) -> Folder {
    let folder = Folder::new();
    folder.write("alembic/env.py", "from alembic import context\n");
    let good = "    op.create_table('tasks', sa.Column('id', sa.Integer(), primary_key=True))";
    folder.write("alembic/versions/good.py", revision("good", "None", good));
    folder.write(&format!("alembic/versions/{name}"), bad);
    folder
}

fn sql(bad: impl AsRef<[u8]>) -> Folder {
    let folder = Folder::new();
    folder.write("migrations/001_good.sql", "CREATE TABLE tasks (id bigserial PRIMARY KEY);\n");
    folder.write("migrations/002_bad.sql", bad);
    folder.write("migrations/003_last.sql", "ALTER TABLE tasks ADD COLUMN title text NOT NULL;\n");
    folder
}

/// The bad file is named with a place and a reason, and the good one is still looked at.
fn survives(folder: &Folder, place: &str, reason: &str, good: &str) {
    let answer = check(folder.path(), &["--output-format", "concise"]);
    assert!(answer.code < 2, "exit {}: {}", answer.code, answer.text);
    let told = answer.text.lines().any(|l| l.contains(place) && l.contains(reason));
    assert!(told, "no line has {place} and {reason}:\n{}", head(&answer.text));
    assert!(answer.text.contains(good), "no {good}:\n{}", head(&answer.text));
}

fn head(text: &str) -> String {
    text.chars().take(3_000).collect()
}

const GOOD: &str = "good.py:12:1: warning[missing-downgrade]";

#[test]
fn files_that_are_no_text_cost_one_file() {
    let not_utf8 = [b"revision = 'x'\n# ".as_slice(), &[0xff, 0xfe, 0xc3, 0x28]].concat();
    survives(&alembic("bad.py", not_utf8), "bad.py:1", "is not UTF-8", GOOD);
    survives(
        &alembic("bad.py", b"revision = 'x'\n\0\0".as_slice()),
        "bad.py:1",
        "holds a NUL",
        GOOD,
    );
    let last = "003_last.sql:1:30: error[not-null-without-backfill]";
    survives(&sql([0xff, 0xfe, 0x00]), "002_bad.sql:1", "is not UTF-8", last);
    survives(&sql(b"SELECT 1;\0"), "002_bad.sql:1", "holds a NUL", last);
}

#[test]
fn a_file_of_100_megabytes_is_not_read() {
    let folder = alembic("bad.py", "");
    let path = folder.path().join("alembic/versions/bad.py");
    let file = std::fs::File::create(path).expect("the file");
    file.set_len(100 * 1024 * 1024).expect("its size");
    survives(&folder, "bad.py:1", "files over 16777216 bytes are not read", GOOD);
    let folder = sql("");
    let path = folder.path().join("migrations/002_bad.sql");
    std::fs::File::create(path).expect("the file").set_len(100 * 1024 * 1024).expect("its size");
    survives(&folder, "002_bad.sql:1", "are not read", "003_last.sql:1:30: error");
}

#[test]
fn deep_nesting_costs_one_file_or_one_statement() {
    let deep = format!("    x = {}1{}", "(".repeat(100_000), ")".repeat(100_000));
    survives(
        &alembic("bad.py", revision("bad", "'good'", &deep)),
        "bad.py:1",
        "nested too deeply",
        GOOD,
    );
    let long = format!("    x = 1{}", " + 1".repeat(200_000));
    survives(
        &alembic("bad.py", revision("bad", "'good'", &long)),
        "bad.py:1",
        "too many terms",
        GOOD,
    );
    let deep = format!("SELECT {}1{};", "(".repeat(100_000), ")".repeat(100_000));
    let last = "003_last.sql:1:30: error[not-null-without-backfill]";
    survives(&sql(&deep), "002_bad.sql:1:1", "nested too deeply", last);
    let check = format!("ALTER TABLE tasks ADD CHECK (id > 0{});", " AND id > 0".repeat(200_000));
    let answer = crate::hostile::check(sql(&check).path(), &["--output-format", "concise"]);
    assert!(answer.text.contains(last), "{}", head(&answer.text));
    let inside = format!("DO $$ BEGIN {} END $$;", "BEGIN ".repeat(50_000));
    let answer = crate::hostile::check(sql(&inside).path(), &["--output-format", "concise"]);
    assert!(answer.code < 2, "{}", head(&answer.text));
    let nested = format!("{}SELECT 1;", "/*".repeat(100_000));
    let answer = crate::hostile::check(sql(&nested).path(), &["--output-format", "concise"]);
    assert!(answer.code < 2, "{}", head(&answer.text));
}

#[test]
fn code_that_never_ends_is_given_up() {
    let endless = "    n = 0\n    while True:\n        n += 1\n    op.drop_table('tasks')";
    let answer = check(alembic("bad.py", revision("bad", "'good'", endless)).path(), &[]);
    assert!(answer.code < 2, "{}", head(&answer.text));
    let doubling = "    s = 'x'\n    for i in range(100):\n        s = s + s\n    op.execute(s)";
    let bad = alembic("bad.py", revision("bad", "'good'", doubling));
    survives(&bad, "bad.py:12:5", "the SQL is not known", GOOD);
    let lists = "    a = [1]\n    while True:\n        a = a + a\n        a.append(a)\n    op.drop_table(a)";
    let answer = check(alembic("bad.py", revision("bad", "'good'", lists)).path(), &[]);
    assert!(answer.code < 2, "{}", head(&answer.text));
    let recursion = "    def f(x):\n        return f(f(x))\n    f(1)\n    op.execute(f(2))";
    let answer = check(alembic("bad.py", revision("bad", "'good'", recursion)).path(), &[]);
    assert!(answer.code < 2, "{}", head(&answer.text));
    let nested = "    for a in range(60000):\n        for b in range(60000):\n            op.execute(f'SELECT {a}')";
    survives(
        &alembic("bad.py", revision("bad", "'good'", nested)),
        "bad.py",
        "too many steps",
        GOOD,
    );
    let reasons = "    import os\n    s = os.environ['A']\n    for i in range(20000):\n        s = f'{s}x'\n    op.execute(s)";
    let answer = check(alembic("bad.py", revision("bad", "'good'", reasons)).path(), &[]);
    assert!(answer.text.contains("the SQL is not known"), "{}", head(&answer.text));
    assert!(answer.text.len() < 10_000, "{}", head(&answer.text));
    let own = "    d = {}\n    d['d'] = d\n    d[str(d)] = [d, d]\n    x = d == d\n    op.execute(str(d))";
    let answer = check(alembic("bad.py", revision("bad", "'good'", own)).path(), &[]);
    assert!(answer.code < 2, "{}", head(&answer.text));
}

#[test]
fn a_million_columns_are_counted_not_multiplied() {
    let columns: Vec<String> = (0..1_000_000).map(|n| format!("c{n} int")).collect();
    let wide = format!("CREATE TABLE wide ({});", columns.join(","));
    assert!(wide.len() < 16 * 1024 * 1024);
    let answer = check(sql(&wide).path(), &["--output-format", "concise"]);
    assert!(answer.text.contains("003_last.sql:1:30: error"), "{}", head(&answer.text));
    let unique: Vec<String> =
        (0..30_000).map(|n| format!("c{n} int UNIQUE REFERENCES tasks (id)")).collect();
    let wide = format!("CREATE TABLE wide ({});", unique.join(","));
    let answer = check(sql(&wide).path(), &["--output-format", "concise"]);
    assert!(answer.text.contains("003_last.sql:1:30: error"), "{}", head(&answer.text));
    let alters: String =
        (0..20_000).map(|n| format!("ALTER TABLE tasks ADD COLUMN c{n} int;\n")).collect();
    let answer = check(sql(&alters).path(), &["--output-format", "concise"]);
    assert!(answer.text.contains("003_last.sql:1:30: error"), "{}", head(&answer.text));
}

#[test]
fn names_that_the_server_makes_up_are_not_searched_for_one_by_one() {
    let table = |t: usize| {
        let one = format!("ALTER TABLE t{t} ADD CHECK (a > 0);\nCREATE INDEX ON t{t} (a);\n");
        format!("CREATE TABLE t{t} (a int);\n{}", one.repeat(1_500))
    };
    let many: String = (0..2).map(table).collect();
    let answer = check(sql(&many).path(), &["--output-format", "concise"]);
    assert!(answer.text.contains("003_last.sql:1:30: error"), "{}", head(&answer.text));
}

#[test]
fn tables_are_looked_up_and_not_looked_for() {
    let made = |t: usize| {
        let columns = format!("a int PRIMARY KEY REFERENCES T{} (a), b int", t / 2);
        let trigger = format!("CREATE TRIGGER g{t} AFTER INSERT ON t{t} BEGIN SELECT 1; END;\n");
        format!("CREATE TABLE t{t} ({columns});\nCREATE INDEX i{t} ON T{t} (a);\n{trigger}")
    };
    let changed = |t: usize| {
        format!(
            "ALTER TABLE T{t} DROP COLUMN B;\nDROP TABLE IF EXISTS x{t};\nALTER TABLE t{t} RENAME TO r{t};\n"
        )
    };
    let many: String = (0..10_000).map(made).chain((0..10_000).map(changed)).collect();
    let folder = Folder::new();
    folder.write("migrations/1_many.sql", format!("{many}DROP TABLE nothing;\n"));
    let answer = check(folder.path(), &["--output-format", "concise", "--database", "sqlite"]);
    let last = "1_many.sql:60001:1: warning[missing-reference]";
    assert!(answer.text.contains(last), "{}", head(&answer.text));
}

#[test]
fn what_follows_a_change_is_looked_up_and_not_looked_for() {
    let made = |t: usize| {
        format!(
            "CREATE TYPE e{t} AS ENUM ('a');\nCREATE SEQUENCE s{t};\n\
             CREATE TABLE t{t} (a e{t}, b int DEFAULT nextval('s{t}'), c int);\n"
        )
    };
    let changed = |t: usize| {
        format!(
            "ALTER TYPE e{t} RENAME TO f{t};\nALTER SEQUENCE s{t} RENAME TO q{t};\n\
             DROP INDEX IF EXISTS x{t};\nALTER TABLE t{t} DROP COLUMN c;\n"
        )
    };
    let many: String = (0..6_000).map(made).chain((0..6_000).map(changed)).collect();
    let answer = check(sql(&many).path(), &["--output-format", "concise"]);
    assert!(answer.text.contains("003_last.sql:1:30: error"), "{}", head(&answer.text));

    let made = |t: usize| {
        format!("CREATE TABLE t{t} (a int, b int);\nCREATE VIEW v{t} AS SELECT a FROM t{t};\n")
    };
    let changed =
        |t: usize| format!("ALTER TABLE t{t} RENAME TO r{t};\nALTER TABLE r{t} DROP COLUMN b;\n");
    let many: String = (0..6_000).map(made).chain((0..6_000).map(changed)).collect();
    let folder = Folder::new();
    folder.write("migrations/1_many.sql", format!("{many}DROP TABLE nothing;\n"));
    let answer = check(folder.path(), &["--output-format", "concise", "--database", "sqlite"]);
    let last = "1_many.sql:24001:1: error[missing-reference]";
    assert!(answer.text.contains(last), "{}", head(&answer.text));
}

#[test]
fn cycles_of_imports_and_revisions_end() {
    let folder = alembic("bad.py", revision("bad", "'bad'", "    pass"));
    folder.write("a.py", "from b import x as y\nfrom b import *\nx = y\n");
    folder.write("b.py", "from a import x as y\nfrom a import *\nx = y\n");
    let imports =
        format!("from a import x\n{}", revision("more", "'good'", "    op.drop_table(x)"));
    folder.write("alembic/versions/more.py", imports);
    survives(&folder, "bad.py:5:1", "in a cycle", GOOD);
}

#[cfg(unix)]
#[test]
fn links_do_not_lead_out_of_the_project() {
    use std::os::unix::fs::symlink;
    let outside = Folder::new();
    outside.write("secret.py", revision("secret", "'good'", "    op.execute('SELECT 12345')"));
    outside.write("stolen.sql", "SECRET WORD IN A FILE;\n");
    let folder = alembic("fine.py", revision("fine", "'good'", "    pass"));
    symlink(outside.path().join("secret.py"), folder.path().join("alembic/versions/out.py"))
        .expect("a link");
    symlink(folder.path(), folder.path().join("alembic/versions/around")).expect("a link");
    symlink("/dev/zero", folder.path().join("alembic/versions/zero.py")).expect("a link");
    let answer = check(folder.path(), &["--output-format", "concise"]);
    assert!(answer.code < 2, "{}", head(&answer.text));
    assert!(answer.text.contains("out.py:1:1: error[broken-history]"), "{}", head(&answer.text));
    assert!(answer.text.contains("leaves the project"), "{}", head(&answer.text));
    assert!(!answer.text.contains("12345"));
    let folder = sql("SELECT 1;");
    symlink(outside.path().join("stolen.sql"), folder.path().join("migrations/004_out.sql"))
        .expect("a link");
    let answer = check(folder.path(), &["--output-format", "concise"]);
    assert!(!answer.text.contains("SECRET"), "{}", head(&answer.text));
    assert!(answer.text.contains("004_out.sql:1"), "{}", head(&answer.text));
    // `include`-like ways out: a script location and an import that climb.
    let folder = alembic(
        "up.py",
        format!("from ......secret import x\n{}", revision("up", "'good'", "    op.drop_table(x)")),
    );
    folder.write(
        "alembic.ini",
        "[alembic]\nscript_location = ../../../../../../etc\nversion_locations = /etc ../..\n",
    );
    let answer = check(folder.path(), &["--output-format", "concise"]);
    assert!(answer.code < 2, "{}", head(&answer.text));
}

#[test]
fn names_cannot_command_a_terminal_or_a_workflow() {
    let evil = "x\\n::error::owned\\r%0A::set-output name=a::b\\x1b[31mred\\u202eright\\u2066";
    let up = format!(
        "    op.add_column(\"{evil}\", sa.Column(\"{evil}\", sa.Integer(), nullable=False))\n    op.drop_table(\"{evil}\")"
    );
    let folder = alembic("bad.py", revision("bad", "'good'", &up));
    folder.write(
        "alembic/versions/raw\u{1b}[2J\u{202e}.py",
        revision(
            "raw",
            "'bad'",
            "    op.drop_table('a\u{1b}[31m\u{202e}b')\n    op.execute('\u{1b}]0;owned\u{7}')",
        ),
    );
    for format in ["full", "concise", "github", "json"] {
        let answer = check(folder.path(), &["--output-format", format]);
        assert!(answer.code < 2, "{}", head(&answer.text));
        for bad in ['\u{1b}', '\u{7}', '\r', '\u{202e}', '\u{2066}'] {
            let there = answer.text.contains(bad);
            assert!(format == "json" || !there, "{format} prints {bad:?}:\n{}", answer.text);
        }
        let commands = answer.text.lines().filter(|line| line.starts_with("::"));
        for command in commands {
            let ours = ["::error file=", "::warning file=", "::notice title=miglint::"];
            assert!(ours.iter().any(|start| command.starts_with(start)), "{command}");
        }
    }
}

#[test]
fn a_pipe_that_closes_is_no_error() {
    let folder = alembic("bad.py", revision("bad", "'good'", "    op.drop_table('nothing')"));
    let mut child = Command::new(env!("CARGO_BIN_EXE_miglint"))
        .args(["check", ".", "--since", "all"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("its end");
    assert_ne!(output.status.code(), Some(2));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn many_indexes_and_many_loads_are_not_multiplied() {
    let indexes: String =
        (0..30_000).map(|n| format!("CREATE INDEX i{n} ON tasks (id);\n")).collect();
    let answer = check(sql(&indexes).path(), &["--output-format", "concise"]);
    assert!(answer.text.contains("003_last.sql:1:30: error"), "{}", head(&answer.text));
    let loads = "INSERT INTO tasks (id) SELECT id FROM source;\n".repeat(30_000);
    let source = "CREATE TABLE source (id int);\n".to_owned();
    let answer = check(sql(source + &indexes + &loads).path(), &["--output-format", "concise"]);
    assert!(answer.text.contains("and 29999 others are made on `tasks`"), "{}", head(&answer.text));
}

#[test]
fn tables_that_inherit_from_themselves_end() {
    let circle = "CREATE TABLE a (id int);\nCREATE TABLE b () INHERITS (a);\n\
                  ALTER TABLE a INHERIT b;\nALTER TABLE a INHERIT a;\nALTER TABLE a ADD COLUMN x int;\n";
    let line: String =
        (1..3_000).map(|n| format!("CREATE TABLE t{n} () INHERITS (t{});\n", n - 1)).collect();
    let line = format!("CREATE TABLE t0 (id int);\n{line}ALTER TABLE t0 ADD COLUMN x int;\n");
    for bad in [circle, &line] {
        let answer = check(sql(bad).path(), &["--output-format", "concise"]);
        assert!(answer.text.contains("003_last.sql:1:30: error"), "{}", head(&answer.text));
    }
}

#[test]
fn comments_for_miglint_cost_no_more_than_other_comments() {
    let answer = |bad: &str| {
        let answer = check(sql(bad).path(), &["--output-format", "concise"]);
        assert!(answer.text.contains("003_last.sql:1:30: error"), "{}", head(&answer.text));
        answer.text.matches("suppression]").count()
    };
    let line = "-- miglint: ignore[column-data-dropped]\nSELECT 1;\n";
    let many = answer(&line.repeat(200_000));
    assert!(many > 0 && many < 1_000, "{many}");
    answer(&"-- miglint: ignore[x\n".repeat(300_000));
    answer(&"/* miglint: ignore[column-data-dropped] */ SELECT 1; ".repeat(200_000));
    answer(&format!("/* miglint: {}", "ignore[".repeat(1_000_000)));
    answer(&format!("-- miglint: ignore[{}]\n", "column-data-dropped,".repeat(300_000)));
    answer(&format!("-- miglint: ignore[{}]\n", "a".repeat(1_000_000)));
    answer("-- miglint: ignore[column-data-dropped] until=2026-11-2\u{e9}\u{202e}\n/* miglint: */");
    let python = "    # miglint: ignore[column-data-dropped]\n    pass\n".repeat(100_000);
    let bad = alembic("bad.py", revision("bad", "'good'", &python));
    let answer = check(bad.path(), &["--output-format", "concise"]);
    assert!(answer.code < 2, "{}", head(&answer.text));
}

#[test]
fn a_configuration_cannot_crash_or_command() {
    let answer = |config: &str| {
        let folder = sql("SELECT 1;\n");
        folder.write("miglint.toml", config);
        let answer = check(folder.path(), &["--output-format", "concise"]);
        for bad in ['\u{1b}', '\u{7}', '\r', '\u{202e}'] {
            assert!(!answer.text.contains(bad), "prints {bad:?}:\n{}", answer.text);
        }
        answer
    };
    for bad in [
        "\u{1b}]0;owned\u{7}".to_owned(),
        "\"a\\u001b[31m\" = 1".to_owned(),
        "ignore = [\"\\u001b[31m\\u202e\"]".to_owned(),
        format!("a = {}", "[".repeat(100_000)),
        format!("a = {}", "{a=".repeat(100_000)),
        "[a.b.c]\n".repeat(100_000),
        format!("a{} = 1", ".a".repeat(100_000)),
        format!("exclude = [\"{}\"]", "{a,".repeat(100)),
        format!("exclude = [\"{}\"]", "*".repeat(10_000)),
    ] {
        assert_eq!(answer(&bad).code, 2, "{}", head(&bad));
    }
    // Patterns that would make a backtracking matcher slow.
    let slow: Vec<String> = (0..200).map(|n| format!("\"{}{n}\"", "*a*/**/".repeat(30))).collect();
    let found = answer(&format!("exclude = [{}]", slow.join(",")));
    assert!(found.text.contains("003_last.sql:1:30: error"), "{}", head(&found.text));
    let deep = format!("[[trees]]\npath = \"{}\"\n", "../".repeat(10_000));
    assert_ne!(answer(&deep).code, 101);
    let naming = format!("[naming-convention]\nuq = \"{}\"\n", "%(column_0_name)s".repeat(10_000));
    assert!(answer(&naming).code < 2);
}

/// A project with one text as `app/models.py`.
fn models_folder(text: &str) -> Folder {
    let folder = Folder::new();
    let env = "from alembic import context\nfrom app.models import Base\ntarget_metadata = Base.metadata\n";
    folder.write("alembic/env.py", env);
    folder.write("alembic/versions/a.py", revision("a", "None", "    pass"));
    let head = "from sqlalchemy import *\nfrom sqlalchemy.orm import *\n\n\nclass Base(DeclarativeBase):\n    pass\n\n\n";
    folder.write("app/models.py", format!("{head}{text}"));
    folder
}

fn read_models(folder: &Folder) -> Answer {
    run(folder.path(), &["schema", "--source", "models", "--database", "postgres@16"])
}

/// What the models of a project are read as, with one text as `app/models.py`.
fn models(text: &str) -> Answer {
    read_models(&models_folder(text))
}

#[test]
fn models_that_multiply_are_read_to_a_limit_and_said() {
    // 4 million columns in 100 kB.
    let columns: String = (0..2_000).map(|n| format!("    c{n} = Column(Integer)\n")).collect();
    let tables: String = (0..2_000)
        .map(|n| format!("class A{n}(Many, Base):\n    __tablename__ = 'a{n}'\n"))
        .collect();
    let answer = models(&format!("class Many:\n{columns}\n{tables}"));
    assert_eq!(answer.code, 0, "{}", answer.text);
    assert!(answer.text.contains("attributes of models are read"), "it stops without a word");
    // Every column by its name, its target and its place.
    let keys: String =
        (0..20_000).map(|n| format!("    c{n} = Column(ForeignKey('a.c{}'))\n", n + 1)).collect();
    let indexes: String = (0..20_000).map(|n| format!("Index('i{n}', c{n}),")).collect();
    let answer = models(&format!(
        "class A(Base):\n    __tablename__ = 'a'\n    id = Column(Integer, primary_key=True)\n{keys}    __table_args__ = ({indexes})\n"
    ));
    assert_eq!(answer.code, 0, "{}", answer.text);
}

#[test]
fn modules_that_go_on_and_on_are_read_in_one_go() {
    let classes: String =
        (0..60_000).map(|n| format!("class A{n}(Far):\n    x{n} = 1\n")).collect();
    let folder = models_folder(&format!(
        "from app.far import Far\n\n\nclass D(Base):\n    __tablename__ = 'd'\n    id = Column(Integer, primary_key=True)\n\n\n{classes}"
    ));
    folder.write("app/far.py", format!("import app{}\n", ".a".repeat(100_000)));
    let answer = read_models(&folder);
    assert_eq!(answer.code, 0, "{}", answer.text);
    assert!(answer.text.contains("table d"), "{}", answer.text);
}

#[test]
fn models_that_lead_nowhere_are_said() {
    let depth = format!("{}int{}", "Optional[".repeat(3_000), "]".repeat(3_000));
    let nested = format!("class D(Base):\n    __tablename__ = 'd'\n    a: 'Mapped[{depth}]'\n");
    for (text, reason) in [
        (
            "class A(A, Base):\n    __tablename__ = A.__tablename__\n",
            "the table's name of `A` is not known",
        ),
        (
            "x = Mapped[x]\n\n\nclass D(Base):\n    __tablename__ = 'd'\n    a: Mapped[x]\n",
            "the type of `d.a` is not known",
        ),
        (nested.as_str(), "is not known"),
        ("class D(Base):\n    __tablename__ = 'd'\n    a = Column(Integer\n", "syntax error"),
    ] {
        let answer = models(text);
        assert_eq!(answer.code, 0, "{}", answer.text);
        assert!(answer.text.contains(reason), "{text:.80}\n{}", answer.text);
    }
}

#[test]
fn diesel_macros_of_any_size_are_read_in_one_go() {
    let folder = Folder::new();
    folder.write("diesel.toml", "[print_schema]\nfile = \"src/schema.rs\"\n");
    folder.write(
        "migrations/2024-01-01-000000_a/up.sql",
        "CREATE TABLE t (id INTEGER PRIMARY KEY);\n",
    );
    let columns: String = (0..30_000).map(|n| format!("c{n} -> Nullable<Text>, ")).collect();
    let joins: String = (0..30_000).map(|n| format!("joinable!(t -> t (c{n}));\n")).collect();
    let broken = "table! { (((((( }\ntable! { x (id) { id -> } }\njoinable!(-> ());\n";
    let text = format!("table! {{ t (id) {{ id -> Integer, {columns} }} }}\n{joins}{broken}");
    folder.write("src/schema.rs", &text);
    let answer = run(folder.path(), &["schema", "--source", "models", "--database", "postgres@16"]);
    assert_eq!(answer.code, 0, "{}", answer.text);
    assert!(answer.text.contains("this macro is not written as Diesel's are"), "{}", answer.text);
}

/// A migrator of two migrations, of which the second is bad.
fn sea_orm(bad: impl AsRef<[u8]>) -> Folder {
    let folder = Folder::new();
    folder.write(
        "Cargo.toml",
        "[package]\nname = \"m\"\n\n[dependencies]\nsea-orm-migration = \"1.1\"\n",
    );
    folder.write(
        "src/lib.rs",
        "mod m1;\nmod m2;\npub struct M;\nimpl MigratorTrait for M {\n    fn migrations() -> Vec<Box<dyn MigrationTrait>> {\n        vec![Box::new(m1::Migration), Box::new(m2::Migration)]\n    }\n}\n",
    );
    folder.write(
        "src/m1.rs",
        up("manager.create_table(Table::create().table(\"t\").col(pk_auto(\"id\")).to_owned()).await"),
    );
    folder.write("src/m2.rs", bad);
    folder
}

fn up(body: &str) -> String {
    format!(
        "#[derive(DeriveMigrationName)]\npub struct Migration;\nimpl MigrationTrait for Migration {{\n    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {{\n        {body}\n    }}\n}}\n"
    )
}

const RUST: &str = "src/m1.rs:2:12: warning[missing-downgrade]";

#[test]
fn rust_that_is_deep_long_or_broken_costs_one_migration() {
    let many = |text: &str| text.repeat(100_000);
    let rows: String = (0..30_000).map(|n| format!("(\"c{n}\", {n}), ")).collect();
    for (body, reason) in [
        (format!("{}1{}", many("("), many(")")), "nested too deeply"),
        (format!("a{}", many(".b(1)")), "too many terms"),
        (format!("let x: {}u8 = 1; Ok(())", many("Vec<")), "too many terms"),
        (format!("if a {{}} {}", many("else if b {}")), "too many terms"),
        (format!("{{1}}{}", many("+{1}")), "too many terms"),
        ("let = ;".to_owned(), "syntax error"),
        ("loop {}".to_owned(), "too many steps"),
        ("self.up(manager).await".to_owned(), "nested too deeply"),
        (
            "let mut s = String::from(\"SELECT 1;\"); loop { s = format!(\"{s}{s}\"); if s.len() > 99999999 { break; } } manager.get_connection().execute_unprepared(&s).await".to_owned(),
            "a text is put together from what is not known",
        ),
        (
            format!(
                "let rows = vec![{rows}]; for (a, _) in rows.iter() {{ for (b, _) in rows.iter() {{ manager.get_connection().execute_unprepared(&format!(\"DELETE FROM {{a}}{{b}}\")).await?; }} }} Ok(())"
            ),
            "too many steps",
        ),
        ("manager.get_connection().execute_unprepared(include_str!(\"../../../../etc/passwd\")).await".to_owned(), "cannot be read"),
    ] {
        survives(&sea_orm(up(&body)), "src/m2.rs", reason, RUST);
    }
    survives(&sea_orm([0xff, 0xfe]), "src/m2.rs", "is not UTF-8", RUST);
    let long = format!("{}\n// {}\n", up("Ok(())"), "x".repeat(5_000_000));
    survives(&sea_orm(long), "src/m2.rs", "too long", RUST);
}

#[test]
fn modules_and_imports_in_circles_end() {
    let folder = sea_orm(format!("use super::*;\n{}", up("nowhere(manager).await")));
    let names: Vec<String> = (0..60).map(|n| format!("c{n}")).collect();
    let globs: String = names.iter().map(|n| format!("pub use crate::{n}::*;\n")).collect();
    let declared: String = names.iter().map(|n| format!("mod {n};\n")).collect();
    for name in &names {
        folder.write(&format!("src/{name}.rs"), &globs);
    }
    folder.write(
        "src/lib.rs",
        format!(
            "{declared}{globs}mod m1;\nmod m2;\n#[path = \"lib.rs\"]\nmod again;\npub struct M;\nimpl MigratorTrait for M {{\n    fn migrations() -> Vec<Box<dyn MigrationTrait>> {{\n        vec![Box::new(m1::Migration), Box::new(m2::Migration)]\n    }}\n}}\n"
        ),
    );
    survives(&folder, "src/m2.rs", "what `nowhere` does is not known", RUST);
}

/// Values that multiply, copy themselves or lie in each other: the migration is given up or read
/// in the end, and the others are read all the same.
#[test]
fn rust_whose_values_multiply_is_given_up() {
    let sql =
        |text: &str| format!("manager.get_connection().execute_unprepared({text}).await?; Ok(())");
    let unknown = "opaque";
    let steps = "too many steps";
    let long =
        "let mut s = String::from(\"SELECT 1; -- \"); for _ in 0..18 { s = s.clone() + &s; } ";
    for (body, reason) in [
        // Lists that hold themselves, and tuples that double.
        (format!("let mut v = vec![]; for _ in 0..40 {{ v.push(v); }} nowhere(manager, v); {}", sql("x")), unknown),
        (format!("let mut t = (1, 2); for _ in 0..60 {{ t = (t, t); }} if t == t {{ nowhere(manager, t); }} {}", sql("t")), unknown),
        (format!("let mut a = vec![]; let mut b = vec![]; loop {{ let c = vec![b]; a.push(c); b = a; a = vec![]; nowhere(b); }} {}", sql("x")), steps),
        // Values in values, to be dropped.
        (format!("let mut v = None; for _ in 0..90000 {{ v = Some(v); }} {}", sql("v")), unknown),
        (format!("let mut v = S(1); for _ in 0..90000 {{ v = S(v); }} {}", sql("v")), unknown),
        (format!("let mut f = || 1; for _ in 0..90000 {{ let g = f; f = || g(); }} {}", sql("f()")), unknown),
        (format!("let mut t = ColumnType::Text; for _ in 0..90000 {{ t = ColumnType::Array(t); }} let c = ColumnDef::new_with_type(\"a\", t); {}", sql("c")), unknown),
        (format!("let mut n = E::A(\"x\"); for _ in 0..90000 {{ n = E::A(n); }} let c = Alias::new(n); {}", sql("c")), unknown),
        // Texts.
        (format!("{long} let mut n = 0; loop {{ n += 1; manager.get_connection().execute_unprepared(&s).await?; }}"), steps),
        (format!("{long} let all = vec![s; 10000].concat(); {}", sql("&all")), unknown),
        (format!("{long} let all = concat!({}1); {}", "s, ".repeat(900), sql("all")), unknown),
        (format!("{long} let all = s.replace(\" \", &s); {}", sql("&all")), unknown),
        (format!("{long} loop {{ let t = s.repeat(2); }}"), steps),
        (format!("{long} loop {{ if s == s.clone() + \"\" {{ continue; }} }}"), steps),
        (format!("{long} loop {{ let c = s.chars(); }}"), steps),
        (format!("{long} loop {{ let c = Alias::new(&s); let d = s.to_uppercase(); }}"), steps),
        (format!("{long} let mut w = String::new(); loop {{ write!(w, \"{{s}}\").unwrap(); w.push_str(&s); }}"), steps),
        // Expressions.
        (format!("let mut e = Expr::col(\"a\").eq(1); for _ in 0..60 {{ e = e.clone().and(e); }} {}", sql("e")), unknown),
        (format!("{long} let e = Expr::cust_with_values(\"{}\", vec![s; 900]); {}", "? ".repeat(900), sql("e")), unknown),
        (format!("{long} let e = Func::coalesce({}1); {}", "s, ".repeat(900), sql("e")), unknown),
        ("let mut c = Cond::all(); loop { c = c.add(c.clone()); let e = Expr::val(c); }".to_owned(), steps),
        // Statements.
        ("let mut t = Table::create(); t.table(\"x\"); for n in 0..100000 { t.col(ColumnDef::new(format!(\"c{n}\")).integer()); } manager.create_table(t).await".to_owned(), "missing-downgrade"),
        ("let mut t = Table::create(); t.table(\"x\"); for n in 0..2000 { t.col(ColumnDef::new(format!(\"c{n}\")).integer()); } loop { manager.drop_table(Table::drop().table(\"x\").to_owned()).await?; manager.create_table(t.clone()).await?; }".to_owned(), steps),
        ("let mut t = Table::create(); loop { t = t.col(t.clone()).clone(); }".to_owned(), steps),
        // Numbers and lists.
        ("let mut v = vec![]; loop { for n in 0..100000 { v.push(n); } }".to_owned(), steps),
        ("let mut v = vec![1; 10000]; loop { v.extend(v.clone()); }".to_owned(), steps),
        ("loop { let v = vec![vec![0; 10000]; 10000]; }".to_owned(), steps),
        (format!("let v: Vec<usize> = vec![340282366920938463463374607431768211455, 18446744073709551615]; let s = \"abc\"; {}", sql("&s[v]")), unknown),
    ] {
        let text = format!("enum E {{ A(String) }}\n#[derive(Iden)]\nstruct S(i32);\n{}", up(&body));
        survives(&sea_orm(text), "src/m2.rs", reason, RUST);
    }
    let name = "n".repeat(2_000);
    survives(&sea_orm(up(&format!("let {name} = 1; Ok(())"))), "src/m2.rs", "too long", RUST);
}

/// What is looked through again and again: each look costs steps, or nothing but what is asked.
#[test]
fn rust_that_looks_through_much_is_given_up() {
    let steps = "too many steps";
    let read = "missing-downgrade";
    let many = |count: usize, one: &dyn Fn(usize) -> String| -> String {
        (0..count).map(|n| one(n) + ", ").collect()
    };
    let ones = "1, ".repeat(60_000);
    let derived = many(30_000, &|n| format!("A{n}"));
    let words = many(20_000, &|n| format!("w{n}"));
    let fields = many(30_000, &|n| format!("f{n}: 1"));
    let names = many(30_000, &|n| format!("\"f{n}\""));
    let constants: String =
        (0..60).map(|n| format!("const C{n}: [&[&str]; 2] = [&C{0}, &C{0}];\n", n + 1)).collect();
    let sql = "manager.get_connection().execute_unprepared";
    for (head, body, reason) in [
        ("", format!("let t = ({ones}); let mut n = 0; for i in 0..100000 {{ if let (a, ..) = t {{ n += a; }} }} Ok(())"), read),
        ("", "let v: Vec<i32> = (0..100000).collect(); let mut n = 0; for i in 0..100000 { if let [a, ..] = v { n += a; } } Ok(())".to_owned(), read),
        ("", "let big = \"x\".repeat(4000).repeat(1000); for i in 0..100000 { let v: Vec<&str> = Vec::new(); v.join(&big); } Ok(())".to_owned(), steps),
        (&format!("#[derive({derived} DeriveIden)]\nenum T {{ Table }}\n"), "for i in 0..100000 { T::Table.to_string(); } Ok(())".to_owned(), steps),
        ("", format!("{sql}(\"CREATE TABLE i (a int)\").await?; for i in 0..15000 {{ {sql}(&format!(\"CREATE INDEX i{{i}} ON i (a)\")).await?; }} for i in 0..100000 {{ manager.has_index(\"i\", \"nope\").await?; }} Ok(())"), steps),
        ("", format!("let cols: Vec<String> = (0..1500).map(|i| format!(\"c{{i}} int\")).collect(); let cols = cols.join(\",\"); for i in 0..20 {{ {sql}(&format!(\"CREATE TABLE t{{i}} ({{cols}})\")).await?; }} for i in 0..20000 {{ manager.get_connection().query_one(Statement::from_string(manager.get_database_backend(), \"SELECT count(*) FROM information_schema.columns\".to_owned())).await?; }} Ok(())"), steps),
        ("", format!("let x = 1; {}for i in 0..100000 {{ {} }}{} Ok(())", "{".repeat(90), "x; ".repeat(31), "}".repeat(90)), steps),
        (&format!("{constants}const C60: &[&str] = &[\"a\"];\n"), "for x in C0 { manager.drop_table(Table::drop().table(\"t\").to_owned()).await?; } Ok(())".to_owned(), read),
        ("", format!("let f = || zz({words}); for i in 0..100000 {{ foo(f); }} Ok(())"), read),
        ("use other::Foo;\n", format!("let f = Foo {{ {fields} }}; for i in 0..100000 {{ f.f29999; }} Ok(())"), steps),
        ("", format!("let mut q = Query::insert(); q.into_table(\"t\").columns([{names}]); for i in 0..100000 {{ q.values_panic([]); }} Ok(())"), steps),
    ] {
        let place = if reason == read { "src/m1.rs" } else { "src/m2.rs" };
        survives(&sea_orm(format!("{head}{}", up(&body))), place, reason, RUST);
    }
    let folder = sea_orm(up("Ok(())"));
    let columns: String = (1..40_000).map(|n| format!("    pub c{n}: i32,\n")).collect();
    folder.write("src/entity.rs", format!("#[derive(DeriveEntityModel)]\n#[sea_orm(table_name = \"t\")]\npub struct Model {{\n    #[sea_orm(primary_key)]\n    pub c0: i32,\n{columns}}}\n"));
    survives(&folder, "src/m1.rs", read, RUST);
}

/// Modules and names without end cost what they are, and no more.
#[test]
fn crates_of_any_size_are_looked_through_once() {
    // One file that thousands of modules name.
    let folder = sea_orm(format!("use super::*;\n{}", up("nowhere(manager).await")));
    let names: Vec<String> = (0..6_000).map(|n| format!("c{n}")).collect();
    let declared: String = names
        .iter()
        .map(|name| format!("#[path = \"big.rs\"]\nmod {name};\npub use {name}::*;\n"))
        .collect();
    let big: String = (0..5_000).map(|n| format!("pub fn f{n}() {{ 1 + 2 }}\n")).collect();
    folder.write("src/big.rs", big);
    folder.write(
        "src/lib.rs",
        format!(
            "{declared}mod m1;\nmod m2;\npub struct M;\nimpl MigratorTrait\n    for M {{\n    fn migrations() -> Vec<Box<dyn MigrationTrait>> {{\n        vec![Box::new(m1::Migration), Box::new(m2::Migration)]\n    }}\n}}\n"
        ),
    );
    let answer = check(folder.path(), &["--output-format", "concise"]);
    assert!(answer.code < 2, "exit {}: {}", answer.code, answer.text);
    assert!(answer.text.contains("too many modules"), "{}", head(&answer.text));
    // Migrators in many files of one crate.
    let folder = sea_orm(up("Ok(())"));
    let names: Vec<String> = (0..300).map(|n| format!("c{n}")).collect();
    let mut declared: String = names.iter().map(|name| format!("mod {name};\n")).collect();
    declared.push_str(&"pub fn f() { 1 + 2 }\n".repeat(20_000));
    for name in &names {
        folder.write(
            &format!("src/{name}.rs"),
            "pub struct M;\nimpl MigratorTrait for M {\n    fn migrations() -> Vec<Box<dyn MigrationTrait>> {\n        vec![]\n    }\n}\n",
        );
    }
    folder.write(
        "src/lib.rs",
        format!(
            "{declared}mod m1;\nmod m2;\npub struct M;\nimpl MigratorTrait for M {{\n    fn migrations() -> Vec<Box<dyn MigrationTrait>> {{\n        vec![Box::new(m1::Migration), Box::new(m2::Migration)]\n    }}\n}}\n"
        ),
    );
    let answer = check(folder.path(), &["--output-format", "concise"]);
    assert!(answer.text.contains(RUST), "{}", head(&answer.text));
}

/// Statements in a row without end are outlined in one go.
#[test]
fn rust_statements_in_a_row_are_outlined_once() {
    let body = format!("let a = {}1; Ok(())", "if b { 1 } else ".repeat(900));
    let folder = sea_orm(up(&body));
    let calls = "x {} . y {} , ".repeat(200_000);
    folder.write("src/m1.rs", format!("{}\n// miglint: ignore\nmacro_rules! m {{ () => {{ {calls} }} }}\n", up("manager.create_table(Table::create().table(\"t\").col(pk_auto(\"id\")).to_owned()).await")));
    let answer = check(folder.path(), &["--output-format", "concise"]);
    assert!(answer.code < 2, "exit {}: {}", answer.code, answer.text);
}
