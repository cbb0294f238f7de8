//! Alembic's batch mode on SQLite: what a rebuild keeps and what it loses, on random tables.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    process::{Command, Stdio},
};

use miglint::{check, database::Database, frontend, history::History};
use serde_json::{Value, json};

use super::{
    Server, Sqlite,
    facts::{Catalog, Known, replayed},
    grammar_sqlite,
    names::Speaker,
    random::Random,
    sqlite,
};
use crate::support::{Folder, home, pool};

/// A table and its like, and one block on it.
struct Job {
    given: Vec<String>,
    code: String,
}

const TYPES: &[&str] = &[
    "sa.Integer()",
    "sa.String(30)",
    "sa.Text()",
    "sa.Numeric(8, 2)",
    "sa.Boolean()",
    "sa.DateTime()",
];

fn list(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|n| format!("{n:?}")).collect();
    format!("[{}]", quoted.join(", "))
}

fn job(seed: u64) -> Option<Job> {
    let mut server = Sqlite::new();
    server.begin();
    let mut chance = Random::new(seed);
    let (mut given, mut catalog) = (Vec::new(), Catalog::default());
    for at in 0..5 {
        let random = Random::new(chance.below(usize::MAX) as u64);
        let major = server.database().version.0;
        let mut speaker = Speaker { random, catalog: &catalog, sqlite: true, major };
        let statement = match at < 2 || catalog.tables.is_empty() {
            true => grammar_sqlite::create_table(&mut speaker),
            false => grammar_sqlite::create_index(&mut speaker),
        };
        // Patterns that read the statement decide what SQLAlchemy finds; they are not told apart here.
        let statement = statement.replace(['`', '[', ']'], "").replace("\"Col\"", "Col");
        if !shares_a_name(&statement) && !in_capitals(&statement) && server.run(&statement).is_ok()
        {
            given.push(statement);
            catalog = server.catalog();
        }
    }
    let random = Random::new(chance.below(usize::MAX) as u64);
    let mut speaker = Speaker { random, catalog: &catalog, sqlite: true, major: 3 };
    let known = speaker.known()?.clone();
    let mut new = Vec::new();
    let mut code = block(&mut speaker, &known, &mut new);
    // What a copy wrote is read by the next one.
    if speaker.random.percent(25) {
        code += &block(&mut speaker, &known, &mut new);
    }
    Some(Job { given, code })
}

/// A UNIQUE that spells a column otherwise than the column itself is not found.
fn in_capitals(statement: &str) -> bool {
    let mut words = statement.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| ["ID", "A", "B", "C", "REF", "COL"].contains(&word))
}

/// Which of two constraints of one name a copy keeps depends on the order of a set.
fn shares_a_name(statement: &str) -> bool {
    let names = statement.split("CONSTRAINT ").skip(1);
    let mut names: Vec<&str> = names.filter_map(|rest| rest.split(' ').next()).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    names.len() < all
}

/// `new`: the names that columns were given before.
fn block(s: &mut Speaker<'_>, known: &Known, new: &mut Vec<String>) -> String {
    let recreate = s.random.of(&[
        "",
        "",
        ", recreate=\"always\"",
        ", recreate=\"auto\"",
        ", recreate=\"never\"",
    ]);
    let mut code = format!("with op.batch_alter_table({:?}{recreate}) as batch_op:\n", known.name);
    for _ in 0..1 + s.random.below(4) {
        // What the block itself made, or gave another name, is spoken of too.
        let column = match s.random.some(new) {
            Some(name) if s.random.percent(30) => name.clone(),
            _ => s.column(&known.name),
        };
        let line = operation(s, known, &column, new.is_empty());
        let named = line.split("sa.Column(").nth(1).or(line.split("new_column_name=").nth(1));
        let named = named.and_then(|n| n.split('"').nth(1)).map(str::to_owned);
        if named.as_ref().is_some_and(|named| new.contains(named)) {
            continue;
        }
        new.extend(named);
        // Of two indexes of one name that a block makes, the later is made; nobody means that.
        let index = |line: &str| {
            line.split_once("create_index(")
                .map(|(_, rest)| rest[..rest.find(',').unwrap_or(0)].to_owned())
        };
        if index(&line).is_some_and(|name| code.contains(&format!("create_index({name},"))) {
            continue;
        }
        code += &format!("    batch_op.{line}\n");
    }
    code
}

/// `first`: none was added before, so that one that comes back stands at the end.
fn operation(s: &mut Speaker<'_>, known: &Known, column: &str, first: bool) -> String {
    let ty = s.random.of(TYPES);
    match s.random.below(12) {
        0 | 1 => {
            let name = s.new_column(&known.name);
            let known = known.columns.iter().any(|(c, _)| *c == name);
            let name = if first && !known { name } else { format!("{name}_too") };
            let more = s.random.of(&[
                "",
                ", nullable=True",
                ", server_default=\"7\"",
                ", server_default=sa.text(\"1\"), nullable=False",
            ]);
            format!("add_column(sa.Column({name:?}, {ty}{more}))")
        }
        2 if first && s.random.percent(40) => {
            let again = format!("add_column(sa.Column({column:?}, {ty}))");
            format!("drop_column({column:?})\n    batch_op.{again}")
        }
        2 => format!("drop_column({column:?})"),
        7 if s.random.percent(50) => {
            format!("create_unique_constraint({:?}, {})", s.new_name(), list(&[column.to_owned()]))
        }
        10 if s.random.percent(50) => {
            format!("create_index({:?}, {})", s.new_name(), list(&[column.to_owned()]))
        }
        11 if s.random.percent(30) => format!("drop_constraint({:?})", s.new_name()),
        3 => format!("alter_column({column:?}, new_column_name={:?})", s.new_column(&known.name)),
        4 => format!("alter_column({column:?}, type_={ty})"),
        5 => format!("alter_column({column:?}, nullable={})", s.random.of(&["True", "False"])),
        6 => format!(
            "alter_column({column:?}, server_default={})",
            s.random.of(&["None", "\"x\"", "sa.text(\"0\")"])
        ),
        7 => format!(
            "create_unique_constraint({:?}, {})",
            s.new_name(),
            list(&s.columns(&known.name))
        ),
        8 => {
            let (table, columns) = s.target();
            let act = s.random.of(&["", ", ondelete=\"CASCADE\"", ", onupdate=\"SET NULL\""]);
            format!(
                "create_foreign_key({:?}, {table:?}, {}, {}{act})",
                s.new_name(),
                list(&[column.to_owned()]),
                list(&columns[..1])
            )
        }
        9 => format!("create_check_constraint({:?}, \"1 > 0\")", s.new_name()),
        10 => {
            let unique = s.random.of(&["", ", unique=True"]);
            format!("create_index({:?}, {}{unique})", s.new_name(), list(&s.columns(&known.name)))
        }
        _ => match s.random.some(&known.indexes) {
            Some(index) => format!("drop_index({index:?})"),
            None => format!("drop_column({column:?})"),
        },
    }
}

/// What Alembic makes of jobs; see `batch.py`.
pub(super) fn ask(jobs: Vec<Value>) -> Vec<Value> {
    let python = std::env::var("MIGLINT_PYTHON").expect("Alembic: run this with scripts/test");
    let mut child = Command::new(python)
        .arg(home().join("tests/batch.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python");
    let mut stdin = child.stdin.take().expect("its input");
    let text = Value::Array(jobs).to_string();
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().expect("its output");
    writer.join().expect("the writer").expect("the jobs");
    assert!(output.status.success(), "the driver failed");
    serde_json::from_slice(&output.stdout).expect("answers")
}

/// A project of two revisions.
pub(super) fn project(folder: &Folder, given: &str, code: &str) {
    let revision = |id: &str, down: &str, body: &str| {
        let body = if body.trim().is_empty() { "pass" } else { body };
        let body: String = body.lines().map(|line| format!("    {line}\n")).collect();
        format!(
            "import sqlalchemy as sa\nfrom alembic import op\nfrom sqlalchemy.dialects import postgresql\n\nrevision = {id:?}\ndown_revision = {down}\n\n\ndef upgrade():\n{body}\n"
        )
    };
    folder.write("alembic.ini", "[alembic]\nscript_location = alembic\n");
    folder.write("alembic/env.py", "");
    folder.write("alembic/versions/a.py", revision("a", "None", given));
    folder.write("alembic/versions/b.py", revision("b", "\"a\"", code));
}

/// What the replay makes of a job.
fn ours(job: &Job, database: Database) -> BTreeSet<String> {
    let folder = Folder::new();
    let given: String = job.given.iter().map(|sql| format!("op.execute({sql:?})\n")).collect();
    project(&folder, &given, &job.code);
    pool().install(|| {
        let opened = check::open(folder.path()).expect("the folder");
        let tree = &opened.project.trees[0];
        let (found, broken) = frontend::migrations(&opened.sources, tree);
        let history = History::new(found, broken);
        let review = vec![false; history.migrations.len()];
        let outcome =
            check::run(&opened.sources, tree, &history, database, &review, false, None, &[]);
        let mut lines = replayed(&outcome.schema);
        lines.extend(sqlite::pragmas(&outcome.schema));
        lines
    })
}

#[test]
#[ignore = "needs Alembic: scripts/test"]
fn batch_mode_keeps_what_the_replay_says() {
    let jobs: Vec<Job> = super::histories(300).filter_map(job).collect();
    let asked = jobs.iter().map(|job| json!({ "given": job.given, "code": job.code }));
    let answers = ask(asked.collect());
    let mut failed: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let (mut same, mut refused) = (0, BTreeMap::<String, usize>::new());
    let mut server = Sqlite::new();
    for (job, answer) in jobs.iter().zip(&answers) {
        if let Some(error) = answer["error"].as_str() {
            let kind = error.split([':', '(']).next().unwrap_or_default().to_owned();
            *refused.entry(kind).or_default() += 1;
            continue;
        }
        server.begin();
        for statement in answer["master"].as_array().expect("statements") {
            server.run(statement.as_str().expect("SQL")).expect("SQLite's own statement");
        }
        let mixed = job.code.contains("add_column") && job.code.contains("drop_column");
        let theirs = placed(server.catalog().lines, mixed);
        let ours = placed(ours(job, server.database()), mixed);
        // A reference to nothing, which Alembic takes without a word, leaves a table open.
        if ours.iter().any(|line| line.ends_with("is not known in full")) {
            *refused.entry("not known in full".to_owned()).or_default() += 1;
            continue;
        }
        if ours == theirs {
            same += 1;
            continue;
        }
        let parting = super::differs(&ours, &theirs);
        let shown = format!("{}\n    {};\n{}", parting.detail, job.given.join(";\n    "), job.code);
        let entry = failed.entry(parting.what).or_insert((0, shown.clone()));
        entry.0 += 1;
        if shown.len() < entry.1.len() {
            entry.1 = shown;
        }
    }
    eprintln!("batch mode: {same} blocks alike; refused {refused:?}");
    report(failed);
}

/// Where a column is added and another one dropped, the order of the columns comes from a
/// topological sort, which is not followed.
fn placed(lines: BTreeSet<String>, mixed: bool) -> BTreeSet<String> {
    let without = |line: String| match line.split_once(" column ") {
        Some((table, rest)) => {
            let rest = rest.split_once(' ').map_or(rest, |(_, rest)| rest);
            format!("{table} column {rest}")
        }
        None => line,
    };
    if mixed { lines.into_iter().map(without).collect() } else { lines }
}

/// The most frequent partings first, each with the shortest that shows it.
pub(super) fn report(failed: BTreeMap<String, (usize, String)>) {
    let mut wrong: Vec<(usize, String)> = failed
        .into_iter()
        .map(|(what, (count, shown))| (count, format!("{count} × {what}:\n  {shown}")))
        .collect();
    wrong.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let wrong: Vec<String> = wrong.into_iter().map(|(_, text)| text).collect();
    assert!(wrong.is_empty(), "{} kinds of partings:\n{}", wrong.len(), wrong.join("\n"));
}
