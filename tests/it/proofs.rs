//! The pages' claims on live servers: what a message says a server does, the server does.
//!
//! Each example runs as a user would run it: what is given first, then the change, then, where
//! the page has one, the way back, and the change again. A bad example must fail in one of these
//! with what its own finding names (an SQLSTATE, SQLite's or Alembic's words), or lose what its
//! proof query counts; a good one must run through. Afterwards the replayed schema must be the
//! server's, column by column.
//!
//! Where a page has code that runs, it asks the database before the change, and again after it.

use std::collections::BTreeMap;

use miglint::{
    check,
    database::{Database, Dialect},
    frontend,
    history::History,
    rules,
};
use postgres::Client;
use serde_json::{Value, json};

use crate::{
    page::{Example, Page, pages},
    servers::{Fresh, Refusal, alembic, postgres},
    support::{Folder, home, pool, run},
};

/// An example on one server, before it has run.
struct Trial<'p> {
    page: &'p Page,
    example: &'p Example,
    database: Database,
    folder: Folder,
    fresh: Option<Fresh>,
}

/// What came of it, step by step: `None`, or why it was refused.
struct Ran {
    given: Option<Refusal>,
    refusals: Vec<Refusal>,
    /// The answers of the proof queries, before the change and after it.
    before: Vec<Option<String>>,
    after: Vec<Option<String>>,
}

#[test]
#[ignore = "needs live servers: scripts/test"]
fn servers_do_what_the_pages_say() {
    let pages = pages();
    let servers = postgres();
    let mut trials = Vec::new();
    for page in &pages {
        for example in &page.examples {
            for database in example.databases() {
                let versions: Vec<Option<&crate::servers::Server>> = match database.dialect {
                    Dialect::Postgres => servers.iter().map(Some).collect(),
                    Dialect::Sqlite => vec![None],
                };
                for server in versions {
                    trials.push(Trial {
                        page,
                        example,
                        database: server
                            .map_or(database, |s| Database { version: (s.major, 0), ..database }),
                        folder: Folder::new(),
                        fresh: server.map(crate::servers::Server::fresh),
                    });
                }
            }
        }
    }
    let ran = run_all(&trials);
    let mut wrong = Vec::new();
    for (trial, ran) in trials.iter().zip(&ran) {
        let place =
            format!("rules/{}.md:{} on {}", trial.page.name, trial.example.line, trial.database);
        judge(trial, ran, &place, &mut wrong);
    }
    assert!(trials.len() > 100, "only {} trials", trials.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), trials.len(), wrong.join("\n"));
}

fn judge(trial: &Trial<'_>, ran: &Ran, place: &str, wrong: &mut Vec<String>) {
    let Trial { page, example, database, .. } = trial;
    if let Some(refusal) = &ran.given {
        wrong.push(format!("{place}: what is given is refused: {}", refusal.text));
        return;
    }
    if !example.bad {
        for refusal in &ran.refusals {
            wrong.push(format!("{place}: a good example is refused: {}", refusal.text));
        }
        return;
    }
    let claims = claims(page, example, *database);
    for (before, after) in ran.before.iter().zip(&ran.after) {
        if before.as_deref() == Some("0") {
            wrong.push(format!("{place}: there is nothing to lose before the change"));
        }
        if after.as_deref() != Some("0") {
            wrong.push(format!("{place}: {after:?} has survived"));
        }
    }
    if !example.proofs.is_empty() {
        for refusal in &ran.refusals {
            wrong.push(format!("{place}: unexpectedly refused: {}", refusal.text));
        }
        return;
    }
    let measured = example.attributes.contains_key("measured");
    if claims.is_empty() {
        if !measured {
            wrong.push(format!("{place}: it claims nothing that a server could show"));
        }
        for refusal in &ran.refusals {
            wrong.push(format!("{place}: unexpectedly refused: {}", refusal.text));
        }
        return;
    }
    let met = |refusal: &Refusal| {
        claims.iter().any(|claim| {
            refusal.state.as_deref() == Some(claim.as_str())
                || refusal.text.contains(claim.as_str())
                // A fence cannot have a space in a claim.
                || refusal.text.replace('_', " ").contains(claim.as_str())
        })
    };
    if !ran.refusals.iter().any(met) {
        let said: Vec<&str> = ran.refusals.iter().map(|r| r.text.as_str()).collect();
        wrong.push(format!("{place}: {claims:?} was claimed, and the server said {said:?}"));
    }
}

/// What a run must fail with: said on the fence, or named by the finding itself.
fn claims(page: &Page, example: &Example, database: Database) -> Vec<String> {
    let key = match database.dialect {
        Dialect::Postgres => "postgres",
        Dialect::Sqlite => "sqlite",
    };
    let on_fence = [key, "error"].into_iter().filter_map(|key| example.attributes.get(key));
    let mut claims: Vec<String> = on_fence.map(|claim| claim.replace('_', " ")).collect();
    if !claims.is_empty() {
        return claims;
    }
    let rule = rules::find(&page.name).expect("a rule for the page");
    let folder = example.project();
    let (_, report) = run(folder.path(), example.since(), &[database], &[rule]);
    for diagnostic in report.expect("a report").diagnostics {
        let finding = diagnostic.finding;
        let said = finding.consequences.iter().chain([&finding.primary.text, &finding.message]);
        claims.extend(said.flat_map(|text| named(text, database)));
    }
    claims
}

/// SQLSTATEs in a text for PostgreSQL; what follows `SQLite:` or `Alembic:` for SQLite.
fn named(text: &str, database: Database) -> Vec<String> {
    let mut found = Vec::new();
    if database.is_postgres() {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric());
        let code = |w: &&str| {
            w.len() == 5
                && w.starts_with(|c: char| c.is_ascii_digit())
                && w.chars().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase())
        };
        found.extend(words.filter(code).map(str::to_owned));
    }
    let owners: &[&str] = match database.dialect {
        Dialect::Postgres => &["Alembic: ", "SQLAlchemy: "],
        Dialect::Sqlite => &["SQLite: ", "Alembic: ", "SQLAlchemy: "],
    };
    let text = &text.replace("SQLite 3.45: ", "SQLite: ");
    for owner in owners {
        for (at, _) in text.match_indices(owner) {
            let rest = &text[at + owner.len()..];
            let end = [";", ", if", " …"].iter().filter_map(|stop| rest.find(stop)).min();
            found.push(rest[..end.unwrap_or(rest.len())].trim().to_owned());
        }
    }
    found
}

/// Runs Alembic's examples in one process, and SQL's by the servers' own clients.
fn run_all(trials: &[Trial<'_>]) -> Vec<Ran> {
    let mut jobs = Vec::new();
    for trial in trials.iter().filter(|t| !t.example.sql) {
        trial.example.write_given(&trial.folder);
        jobs.push(job(trial));
    }
    let mut answers = alembic(&Value::Array(jobs)).into_iter();
    trials
        .iter()
        .map(|trial| {
            if trial.example.sql {
                trial.example.write_given(&trial.folder);
                return sql(trial);
            }
            of_answers(trial, &answers.next().expect("an answer"))
        })
        .collect()
}

fn job(trial: &Trial<'_>) -> Value {
    let example = trial.example;
    let change = Folder::new();
    example.write_change(&change);
    let mut files = BTreeMap::new();
    for (name, _) in &example.files {
        let path = example.path(name);
        let text = std::fs::read_to_string(change.path().join(&path)).expect("the change");
        files.insert(path, text);
    }
    let url = match &trial.fresh {
        Some(fresh) => fresh.alchemy_url(),
        None => format!("sqlite:///{}/test.db", trial.folder.path().display()),
    };
    let mut steps = vec![json!({ "up": "given" })];
    let request = example.request.as_ref().map(|request| {
        let code = example.running.iter().map(|(_, text)| text.as_str());
        json!({ "python": code.chain([request.as_str()]).collect::<Vec<_>>() })
    });
    steps.extend(request.clone());
    steps.extend(before(example).iter().map(|query| json!({ "query": query })));
    steps.push(json!({ "write": files }));
    steps.push(json!({ "up": "head" }));
    steps.extend(request);
    if example.attributes.contains_key("autogenerate") {
        steps.push(json!({ "generate": true }));
    }
    if example.has_down() {
        steps.push(json!({ "down": "given" }));
    }
    steps.extend(example.proofs.iter().map(|query| json!({ "query": query })));
    if example.has_down() && example.proofs.is_empty() {
        steps.push(json!({ "up": "head" }));
    }
    json!({ "dir": trial.folder.path(), "url": url, "steps": steps })
}

/// Counts the rows of the tables that the proofs speak of: there must be something to lose.
fn before(example: &Example) -> Vec<String> {
    let table = |query: &String| {
        let table = query.split(" FROM ").nth(1).unwrap_or_default();
        let table = table.split_whitespace().next().unwrap_or_default().to_owned();
        format!("SELECT count(*) FROM {table}")
    };
    example.proofs.iter().map(table).collect()
}

fn of_answers(trial: &Trial<'_>, answers: &[Value]) -> Ran {
    let proofs = trial.example.proofs.len();
    let scalar = |answer: &Value| answer["rows"][0][0].as_str().map(str::to_owned);
    let request = usize::from(trial.example.request.is_some());
    let asked = answers[1..=request].iter().find_map(Refusal::of);
    let mut at = 1 + request;
    let before = answers[at..at + proofs].iter().map(scalar).collect();
    at += proofs + 1;
    let mut refusals = Vec::new();
    let mut after = Vec::new();
    let generates = trial.example.attributes.contains_key("autogenerate");
    let steps = 1 + request + usize::from(generates) + usize::from(trial.example.has_down());
    for answer in &answers[at..at + steps] {
        refusals.extend(Refusal::of(answer));
    }
    at += steps;
    after.extend(answers[at..at + proofs].iter().map(scalar));
    for answer in &answers[at + proofs..] {
        refusals.extend(Refusal::of(answer));
    }
    Ran { given: Refusal::of(&answers[0]).or(asked), refusals, before, after }
}

/// A connection that SQL text can be run on.
enum Connection {
    Postgres(Box<Client>),
    Sqlite(rusqlite::Connection),
}

impl Connection {
    fn run(&mut self, text: &str) -> Option<Refusal> {
        match self {
            Connection::Postgres(client) => client.batch_execute(text).err().map(|e| {
                let state = e.code().map(|c| c.code().to_owned());
                let text =
                    e.as_db_error().map_or_else(|| e.to_string(), |d| d.message().to_owned());
                Refusal { state, text }
            }),
            Connection::Sqlite(connection) => connection
                .execute_batch(text)
                .err()
                .map(|e| Refusal { state: None, text: e.to_string() }),
        }
    }

    fn scalar(&mut self, query: &str) -> Option<String> {
        match self {
            Connection::Postgres(client) => {
                let row = client.query_one(&format!("SELECT ({query})::text"), &[]).ok()?;
                row.get(0)
            }
            Connection::Sqlite(connection) => connection
                .query_row(query, [], |row| row.get::<_, i64>(0))
                .ok()
                .map(|n| n.to_string()),
        }
    }
}

fn sql(trial: &Trial<'_>) -> Ran {
    let example = trial.example;
    let mut connection = match &trial.fresh {
        Some(fresh) => Connection::Postgres(Box::new(fresh.client())),
        None => Connection::Sqlite(rusqlite::Connection::open_in_memory().expect("SQLite")),
    };
    let run = example.given.iter().chain(&example.request);
    let given = run.collect::<Vec<_>>().into_iter().find_map(|text| connection.run(text));
    let before = before(example).iter().map(|query| connection.scalar(query)).collect();
    let (down, up): (Vec<_>, Vec<_>) =
        example.files.iter().partition(|(name, _)| name.contains(".down."));
    let all = |connection: &mut Connection, files: &[&(String, String)]| {
        let mut refusals = Vec::new();
        for (_, text) in files {
            let alone = text.contains("CONCURRENTLY");
            let begun = if alone { text.clone() } else { format!("BEGIN;\n{text}\n;COMMIT;") };
            if let Some(refusal) = connection.run(&begun) {
                refusals.push(refusal);
                connection.run("ROLLBACK");
            }
        }
        refusals
    };
    let mut refusals = all(&mut connection, &up);
    refusals.extend(example.request.as_ref().and_then(|text| connection.run(text)));
    if !down.is_empty() {
        refusals.extend(all(&mut connection, &down));
        if example.proofs.is_empty() {
            refusals.extend(all(&mut connection, &up));
        }
    }
    let after = example.proofs.iter().map(|query| connection.scalar(query)).collect();
    Ran { given, refusals, before, after }
}

/// What a server holds: `table.column` to its type and whether it may be NULL.
type Columns = BTreeMap<String, (String, bool)>;

#[test]
#[ignore = "needs live servers: scripts/test"]
fn the_replayed_schema_is_the_servers() {
    let pages = pages();
    let server = postgres().pop().expect("a server");
    let mut wrong = Vec::new();
    let mut compared = 0;
    let mut jobs = Vec::new();
    let mut waiting = Vec::new();
    for page in &pages {
        for example in page.examples.iter().filter(|e| !e.bad && !e.sql) {
            for database in example.databases() {
                let fresh = database.is_postgres().then(|| server.fresh());
                let folder = example.project();
                let url = match &fresh {
                    Some(fresh) => fresh.alchemy_url(),
                    None => format!("sqlite:///{}/test.db", folder.path().display()),
                };
                jobs.push(json!({ "dir": folder.path(), "url": url, "steps": [{ "up": "head" }] }));
                let place = format!("rules/{}.md:{} on {database}", page.name, example.line);
                waiting.push((place, database, folder, fresh));
            }
        }
    }
    // Every operation and keyword that is read, in one history.
    for database in [Database::POSTGRES, Database::SQLITE] {
        let fresh = database.is_postgres().then(|| server.fresh());
        let folder = Folder::new();
        let files =
            ["db/env.py", "db/versions/1_tables.py", "db/versions/2_postgres.py", "pyproject.toml"];
        for file in files {
            let path = home().join("testdata/projects/alembic-operations").join(file);
            folder.write(file, std::fs::read_to_string(path).expect("the project"));
        }
        let url = match &fresh {
            Some(fresh) => fresh.alchemy_url(),
            None => format!("sqlite:///{}/test.db", folder.path().display()),
        };
        let steps = json!([{ "up": "head" }, { "down": "base" }, { "up": "head" }]);
        jobs.push(json!({ "dir": folder.path(), "script": "db", "url": url, "steps": steps }));
        waiting.push((format!("alembic-operations on {database}"), database, folder, fresh));
    }
    let answers = alembic(&Value::Array(jobs));
    for ((place, database, folder, fresh), answers) in waiting.into_iter().zip(answers) {
        for refusal in answers.iter().filter_map(Refusal::of) {
            wrong.push(format!("{place}: {}", refusal.text));
        }
        let want = match &fresh {
            Some(fresh) => postgres_columns(&mut fresh.client()),
            None => sqlite_columns(&folder.path().join("test.db")),
        };
        let got = replayed(&folder, database);
        compared += want.len();
        if want != got {
            wrong.push(format!("{place}:\n  server {want:?}\n  replay {got:?}"));
        }
    }
    assert!(compared > 100, "only {compared} columns were compared");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn replayed(folder: &Folder, database: Database) -> Columns {
    pool().install(|| {
        let opened = check::open(folder.path()).expect("the folder");
        let tree = &opened.project.trees[0];
        let (found, broken) = frontend::migrations(&opened.sources, tree);
        let history = History::new(found, broken);
        let review = vec![false; history.migrations.len()];
        let outcome =
            check::run(&opened.sources, tree, &history, database, &review, false, None, &[]);
        let mut columns = Columns::new();
        for table in outcome.schema.tables() {
            for column in &table.columns {
                let c = &column.column;
                columns
                    .insert(format!("{}.{}", table.name, c.name), (c.ty.to_string(), c.nullable));
            }
        }
        columns
    })
}

fn postgres_columns(client: &mut Client) -> Columns {
    let query = "SELECT CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname || '.' || a.attname,
            format_type(a.atttypid, a.atttypmod), NOT a.attnotnull
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname NOT LIKE 'pg_%' AND n.nspname <> 'information_schema' AND c.relkind = 'r' AND a.attnum > 0
          AND NOT a.attisdropped AND c.relname <> 'alembic_version'";
    let rows = client.query(query, &[]).expect("the catalog");
    rows.iter().map(|row| (row.get(0), (row.get(1), row.get(2)))).collect()
}

fn sqlite_columns(path: &std::path::Path) -> Columns {
    let connection = rusqlite::Connection::open(path).expect("the database");
    let query = "SELECT m.name || '.' || c.name, c.type, c.\"notnull\" = 0
        FROM sqlite_master m JOIN pragma_table_xinfo(m.name) c
        WHERE c.hidden <> 1 AND m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'alembic_version'";
    let mut statement = connection.prepare(query).expect("the catalog");
    let rows = statement
        .query_map([], |row| {
            Ok((row.get::<_, String>(0)?, (row.get::<_, String>(1)?, row.get(2)?)))
        })
        .expect("the catalog");
    rows.map(|row| row.expect("a row"))
        .map(|(name, (ty, nullable)): (String, (String, bool))| {
            (name, (ty.replace(", ", ","), nullable))
        })
        .collect()
}
