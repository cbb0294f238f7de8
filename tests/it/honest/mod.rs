//! Whether the replay is honest: random histories run on live servers and through the replay,
//! and after every statement both have to hold the same schema. Where a server refuses a
//! statement, the facts have to foresee it, for the same reason; where it accepts one, nothing
//! may be foreseen.
//!
//! A statement is made by looking at what the server holds, so that most of them succeed. What
//! is replayed is SQL text, so a history that fails shrinks by leaving statements out: that,
//! and the seed, is all that a library for properties would have given.

mod alembic;
mod batch;
mod facts;
mod grammar_alembic;
mod grammar_family;
mod grammar_postgres;
mod grammar_sqlite;
mod names;
mod postgres;
mod random;
mod sqlite;

use std::collections::{BTreeMap, BTreeSet};

use ::postgres::Client;
use miglint::{
    database::{Database, Dialect},
    facts::refusal::foreseen,
    frontend::sql::{Place, read},
    schema::{Mark, Origin, Schema},
    source::{FileId, Span},
};

use self::{facts::Catalog, names::Speaker, random::Random};
use crate::{servers, support::home};

/// Statements of a history.
const LENGTH: usize = 20;

/// Refusals that are not foreseen. Expressions are text to the replay, so it does not know which
/// operators and functions a type has. PostgreSQL finds no cast for a foreign key over arrays when
/// their type is altered, and calls that an error of its own (XX000). Whether the text of a default
/// is one of its type is not looked at (22P02, 22007).
const BEYOND: &[&str] = &["42883", "42725", "XX000", "22P02", "22007"];

/// How histories are numbered and counted; more by `MIGLINT_HISTORIES`.
fn histories(cheap: usize) -> std::ops::Range<u64> {
    let text = std::env::var("MIGLINT_HISTORIES").unwrap_or_default();
    let count = text.parse::<u64>().unwrap_or(cheap as u64);
    let from = std::env::var("MIGLINT_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(1);
    from..from + count
}

/// A server that a history runs on.
trait Server {
    fn database(&self) -> Database;
    /// An empty database.
    fn begin(&mut self);
    /// The error's code or words; a statement that fails has no effect.
    fn run(&mut self, statement: &str) -> Result<(), Refused>;
    fn catalog(&mut self) -> Catalog;
    fn next(&self, speaker: &mut Speaker<'_>) -> String;
}

#[derive(Debug, Clone)]
struct Refused {
    code: String,
    text: String,
}

/// What was seen.
#[derive(Default)]
struct Seen {
    histories: usize,
    statements: usize,
    foreseen: BTreeMap<String, usize>,
    beyond: BTreeMap<String, usize>,
}

/// Where both sides part.
struct Parting {
    what: String,
    detail: String,
}

/// The replay of one history.
struct Replay {
    schema: Schema,
    at: u32,
    /// Where the last statement began.
    mark: Mark,
    /// Its operations.
    operations: usize,
}

impl Replay {
    fn new(database: Database) -> Replay {
        let span = Span::top(FileId(0));
        Replay {
            schema: Schema::new(database, Origin { migration: 0, change: 0, span }),
            at: 0,
            mark: Mark::default(),
            operations: 0,
        }
    }

    /// Reads and applies a statement as a migration of its own, and says what is foreseen.
    fn step(&mut self, statement: &str) -> Vec<String> {
        let file = FileId(self.at);
        self.at += 1;
        self.schema.enter(self.at, 0, Span::top(file));
        let ops = read(statement, Place::At { file, start: 0 }, self.schema.database().dialect);
        self.mark = self.schema.mark();
        self.operations = ops.len();
        let mut said = Vec::new();
        for op in &ops {
            said.extend(foreseen(&self.schema, op));
            self.schema.apply(op);
        }
        said.sort();
        said
    }

    /// A statement that is refused has no effect.
    fn undo(&mut self) {
        self.schema.rollback(self.mark);
    }
}

/// The code that a sentence names on PostgreSQL, the words on SQLite.
fn claim(said: &str) -> &str {
    let said = said.split_once(": ").map_or(said, |(_, words)| words);
    let code = said.split(' ').next().unwrap_or_default();
    let is_code =
        code.len() == 5 && code.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    if is_code { code } else { said }
}

/// Plays statements that are given, or makes them up. The statements that ran are kept.
fn play(
    server: &mut dyn Server,
    source: &mut dyn FnMut(&dyn Server, &Catalog) -> Option<String>,
    ran: &mut Vec<String>,
    seen: &mut Seen,
) -> Option<Parting> {
    server.begin();
    let mut replay = Replay::new(server.database());
    let mut catalog = Catalog::default();
    while let Some(statement) = source(server, &catalog) {
        ran.push(statement.clone());
        seen.statements += 1;
        let answer = server.run(&statement);
        let said = replay.step(&statement);
        if answer.is_err() {
            replay.undo();
        }
        match (&answer, said.is_empty()) {
            (Ok(()), false) => {
                return Some(Parting {
                    what: format!("foreseen {}", claim(&said[0])),
                    detail: format!("the server takes it, and {said:?} is foreseen"),
                });
            }
            (Err(refused), _) if BEYOND.contains(&refused.code.as_str()) => {
                *seen.beyond.entry(refused.code.clone()).or_default() += 1;
            }
            (Err(refused), true) => {
                return Some(Parting {
                    what: format!("unforeseen {}", refused.code),
                    detail: format!("{} {}: not foreseen", refused.code, refused.text),
                });
            }
            (Err(refused), false) => {
                // A statement of several actions fails by the first, which need not be the first
                // that is written.
                let met = replay.operations > 1
                    || said
                        .iter()
                        .any(|s| claim(s) == refused.code || words(claim(s)) == refused.code);
                if !met {
                    return Some(Parting {
                        what: format!("other reason {}", refused.code),
                        detail: format!(
                            "{} {}, and {said:?} is foreseen",
                            refused.code, refused.text
                        ),
                    });
                }
                let class = match server.database().dialect {
                    Dialect::Postgres => refused.code.clone(),
                    Dialect::Sqlite => words(&refused.text),
                };
                *seen.foreseen.entry(class).or_default() += 1;
            }
            (Ok(()), true) => {}
        }
        if answer.is_ok() {
            catalog = server.catalog();
        }
        let mut ours = facts::replayed(&replay.schema);
        if server.database().is_sqlite() {
            ours.extend(sqlite::pragmas(&replay.schema));
        }
        if ours != catalog.lines {
            return Some(differs(&ours, &catalog.lines));
        }
    }
    seen.histories += 1;
    None
}

/// A message of SQLite without the names in it.
fn words(text: &str) -> String {
    const STEMS: &[&str] = &[
        "after drop column",
        "error in view",
        "error in trigger",
        "error in index",
        "duplicate column name",
        "no such table",
        "no such column",
        "no such index",
        "no such view",
        "no such trigger",
        "already exists",
        "there is already",
        "more than one primary key",
        "PRIMARY KEY missing",
        "unknown datatype",
        "missing datatype",
        "cannot drop PRIMARY KEY column",
        "cannot drop UNIQUE column",
        "no other columns exist",
        "after rename",
        "syntax error",
        "foreign key",
    ];
    // A name in double quotes that no column has is a text, and a text is an expression.
    if text.contains("after rename: expressions prohibited") {
        return "no such column".to_owned();
    }
    let stem = STEMS.iter().find(|stem| text.contains(**stem));
    stem.map_or_else(|| text.split('"').next().unwrap_or_default().to_owned(), |s| (*s).to_owned())
}

fn differs(ours: &BTreeSet<String>, servers: &BTreeSet<String>) -> Parting {
    let list = |set: Vec<&String>| set.into_iter().cloned().collect::<Vec<_>>().join("\n    ");
    let only: Vec<&String> = ours.difference(servers).collect();
    let lacking: Vec<&String> = servers.difference(ours).collect();
    let kind = |line: &str| {
        let words = [
            "column",
            "primary key",
            "foreign key",
            "unique",
            "check",
            "index",
            "sequence",
            "enum",
            "view",
            "domain",
            "table",
        ];
        let padded = format!(" {line} ");
        words.into_iter().find(|w| padded.contains(&format!(" {w} "))).unwrap_or("?")
    };
    let first = lacking.first().or(only.first()).map_or("?", |l| kind(l));
    Parting {
        what: format!("schema: {first}, {} more, {} less", only.len(), lacking.len()),
        detail: format!("replay:\n    {}\n  server:\n    {}", list(only), list(lacking)),
    }
}

/// Leaves out every statement that both sides part without.
fn shrink(server: &mut dyn Server, history: &[String], what: &str) -> (Vec<String>, String) {
    let mut kept = history.to_vec();
    let mut detail = String::new();
    let fails = |server: &mut dyn Server, statements: &[String]| {
        let mut at = 0;
        let mut source = |_: &dyn Server, _: &Catalog| {
            at += 1;
            statements.get(at - 1).cloned()
        };
        let parting = play(server, &mut source, &mut Vec::new(), &mut Seen::default());
        parting.filter(|p| p.what == what).map(|p| p.detail)
    };
    if let Some(found) = fails(server, &kept) {
        detail = found;
    }
    let mut size = kept.len() / 2;
    while size > 0 {
        let mut at = 0;
        while at < kept.len() {
            let mut fewer = kept.clone();
            fewer.drain(at..(at + size).min(kept.len()));
            match fails(server, &fewer) {
                Some(found) => (kept, detail) = (fewer, found),
                None => at += size,
            }
        }
        size /= 2;
    }
    (kept, detail)
}

/// The histories of a file, in which an empty line ends one.
fn cases(name: &str) -> Vec<Vec<String>> {
    let path = home().join("testdata/honest").join(name);
    let text = std::fs::read_to_string(path).expect("the histories");
    let statements = |history: &str| -> Vec<String> {
        let lines = history.lines().filter(|line| !line.starts_with("--"));
        lines.map(|line| line.trim_end_matches(';').to_owned()).collect()
    };
    text.split("\n\n").map(statements).filter(|history| !history.is_empty()).collect()
}

/// Plays histories that are kept.
fn repeat(server: &mut dyn Server, name: &str) -> Vec<String> {
    let mut failed = Vec::new();
    for history in cases(name) {
        let mut at = 0;
        let mut source = |_: &dyn Server, _: &Catalog| {
            at += 1;
            history.get(at - 1).cloned()
        };
        let mut ran = Vec::new();
        if let Some(parting) = play(server, &mut source, &mut ran, &mut Seen::default()) {
            let database = server.database();
            failed.push(format!(
                "{} on {database}:\n  {}\n    {};",
                parting.what,
                parting.detail,
                ran.join(";\n    ")
            ));
        }
    }
    failed
}

/// What the replay says of the histories that are kept, without a server.
fn said(name: &str, database: Database) -> String {
    let mut out = String::new();
    for history in cases(name) {
        let mut replay = Replay::new(database);
        for statement in &history {
            let said = replay.step(statement);
            if !said.is_empty() {
                replay.undo();
            }
            let lines = said.iter().map(|said| format!("-- {said}\n")).collect::<String>();
            out += &format!("{statement};\n{lines}");
        }
        for line in facts::replayed(&replay.schema) {
            out += &format!("    {line}\n");
        }
        out.push('\n');
    }
    out
}

#[test]
fn kept_histories_on_postgres() {
    insta::assert_snapshot!(said("postgres.sql", Database::POSTGRES));
}

#[test]
fn kept_histories_on_sqlite() {
    insta::assert_snapshot!(said("sqlite.sql", Database::SQLITE));
    let failed = repeat(&mut Sqlite::new(), "sqlite.sql");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

fn prove(
    server: &mut dyn Server,
    seeds: impl Iterator<Item = u64>,
    seen: &mut Seen,
) -> Vec<String> {
    let mut failed: BTreeMap<String, (usize, u64, Vec<String>)> = BTreeMap::new();
    for seed in seeds {
        let mut ran = Vec::new();
        let mut left = LENGTH;
        // Each server has histories of its own.
        let mut chance = Random::new(seed << 8 | u64::from(server.database().version.0));
        let mut source = |server: &dyn Server, catalog: &Catalog| {
            left = left.checked_sub(1)?;
            let database = server.database();
            let mut speaker = Speaker {
                random: Random::new(chance.below(usize::MAX) as u64),
                catalog,
                sqlite: database.is_sqlite(),
                major: database.version.0,
            };
            Some(server.next(&mut speaker))
        };
        let Some(parting) = play(server, &mut source, &mut ran, seen) else { continue };
        let entry = failed.entry(parting.what).or_insert((0, seed, ran.clone()));
        entry.0 += 1;
        if ran.len() < entry.2.len() {
            (entry.1, entry.2) = (seed, ran);
        }
    }
    let mut out: Vec<(usize, String)> = Vec::new();
    for (what, (count, seed, history)) in failed {
        let (short, detail) = shrink(server, &history, &what);
        out.push((
            count,
            format!(
                "{count} × {what} on {}, seed {seed}:\n  {detail}\n    {};",
                server.database(),
                short.join(";\n    ")
            ),
        ));
    }
    out.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    out.into_iter().map(|(_, text)| text).collect()
}

/// One connection; a history is a transaction that is rolled back, a statement a savepoint.
struct Postgres {
    database: Database,
    client: Client,
    catalog: ::postgres::Statement,
}

impl Server for Postgres {
    fn database(&self) -> Database {
        self.database
    }

    fn begin(&mut self) {
        self.client.batch_execute("ROLLBACK; BEGIN").expect("a transaction");
    }

    fn run(&mut self, statement: &str) -> Result<(), Refused> {
        let kept = format!("SAVEPOINT s; {statement}; RELEASE s");
        let Err(error) = self.client.batch_execute(&kept) else { return Ok(()) };
        self.client.batch_execute("ROLLBACK TO s").expect("a savepoint");
        let said = error.as_db_error().expect("an answer of the server");
        Err(Refused { code: said.code().code().to_owned(), text: said.message().to_owned() })
    }

    fn catalog(&mut self) -> Catalog {
        let row = self.client.query_one(&self.catalog, &[]).expect("the catalog");
        postgres::catalog(row.get(0))
    }

    fn next(&self, speaker: &mut Speaker<'_>) -> String {
        grammar_postgres::statement(speaker)
    }
}

#[test]
#[ignore = "needs live servers: scripts/test"]
fn postgres_holds_what_the_replay_says() {
    let servers = servers::postgres();
    let threads: Vec<_> = servers
        .into_iter()
        .map(|server| {
            std::thread::spawn(move || {
                let fresh = server.fresh();
                let mut client = fresh.client();
                client
                    .batch_execute("SET client_min_messages = error; CREATE SCHEMA other")
                    .expect("a schema");
                let catalog = postgres::prepare(&mut client);
                let database = Database { dialect: Dialect::Postgres, version: (server.major, 0) };
                let mut server = Postgres { database, client, catalog };
                let mut seen = Seen::default();
                let mut failed = repeat(&mut server, "postgres.sql");
                failed.extend(prove(&mut server, histories(550), &mut seen));
                (database, seen, failed)
            })
        })
        .collect();
    report(threads.into_iter().map(|t| t.join().expect("a thread")));
}

/// In memory; a history is a connection, a statement a savepoint.
struct Sqlite {
    database: Database,
    connection: rusqlite::Connection,
}

impl Sqlite {
    fn new() -> Sqlite {
        let minor = rusqlite::version_number() / 1_000 % 1_000;
        let version = (3, u16::try_from(minor).expect("a version"));
        let connection = rusqlite::Connection::open_in_memory().expect("SQLite");
        Sqlite { database: Database { dialect: Dialect::Sqlite, version }, connection }
    }
}

impl Server for Sqlite {
    fn database(&self) -> Database {
        self.database
    }

    fn begin(&mut self) {
        self.connection = rusqlite::Connection::open_in_memory().expect("SQLite");
        // As SQLite is by itself; this build has them on.
        self.connection.execute_batch("PRAGMA foreign_keys = OFF").expect("a setting");
    }

    fn run(&mut self, statement: &str) -> Result<(), Refused> {
        let kept = format!("SAVEPOINT s; {statement}; RELEASE s");
        let Err(error) = self.connection.execute_batch(&kept) else { return Ok(()) };
        self.connection.execute_batch("ROLLBACK TO s; RELEASE s").expect("a savepoint");
        let text = match error {
            rusqlite::Error::SqliteFailure(_, Some(text)) => text,
            rusqlite::Error::SqlInputError { msg, .. } => msg,
            other => other.to_string(),
        };
        Err(Refused { code: words(&text), text })
    }

    fn catalog(&mut self) -> Catalog {
        sqlite::catalog(&self.connection, self.database)
    }

    fn next(&self, speaker: &mut Speaker<'_>) -> String {
        grammar_sqlite::statement(speaker)
    }
}

#[test]
#[ignore = "thousands of histories: scripts/test"]
fn sqlite_holds_what_the_replay_says() {
    let mut server = Sqlite::new();
    let mut seen = Seen::default();
    let failed = prove(&mut server, histories(280), &mut seen);
    report(std::iter::once((server.database, seen, failed)));
}

fn report(ran: impl Iterator<Item = (Database, Seen, Vec<String>)>) {
    let mut wrong = Vec::new();
    for (database, seen, failed) in ran {
        eprintln!(
            "{database}: {} histories of {} statements; foreseen {:?}; beyond {:?}",
            seen.histories, seen.statements, seen.foreseen, seen.beyond
        );
        wrong.extend(failed);
    }
    assert!(wrong.is_empty(), "{} kinds of partings:\n{}", wrong.len(), wrong.join("\n"));
}
