//! Alembic's operations on PostgreSQL: random calls of `op` that Alembic itself runs on live
//! servers. Afterwards the replay of those that ran holds the server's schema, and no rule says of
//! one that it fails.

use std::collections::{BTreeMap, BTreeSet};

use ::postgres::Client;
use miglint::{
    check,
    database::{Database, Dialect},
    frontend,
    history::History,
    rules,
};
use serde_json::{Value, json};

use super::{
    Postgres, Server, batch, facts::Catalog, grammar_alembic, names::Speaker, postgres,
    random::Random,
};
use crate::{
    servers,
    support::{Folder, pool},
};

/// What rules claim of a statement that fails.
const CLAIMS: &[&str] = &["missing-reference", "schema-conflict"];

/// Tables and the like, and calls that are about them.
struct Job {
    given: Vec<String>,
    lines: Vec<String>,
}

fn job(server: &mut Postgres, seed: u64) -> Job {
    server.begin();
    let mut chance = Random::new(seed);
    let (mut given, mut catalog) = (Vec::new(), Catalog::default());
    for _ in 0..7 {
        let statement = server.next(&mut speaker(server, &mut chance, &catalog));
        if server.run(&statement).is_ok() {
            given.push(statement);
            catalog = server.catalog();
        }
    }
    let line = |_| grammar_alembic::line(&mut speaker(server, &mut chance, &catalog));
    let lines = (0..6).map(line).collect();
    Job { given, lines }
}

fn speaker<'a>(server: &Postgres, chance: &mut Random, catalog: &'a Catalog) -> Speaker<'a> {
    let random = Random::new(chance.below(usize::MAX) as u64);
    Speaker { random, catalog, sqlite: false, major: server.database().version.0 }
}

/// What the replay makes of a job, and what rules say against the lines that ran.
fn ours(job: &Job, ran: &[&String], database: Database) -> (BTreeSet<String>, Vec<String>) {
    let given: String = job.given.iter().map(|sql| format!("op.execute({sql:?})\n")).collect();
    let lines: String = ran.iter().map(|line| format!("{line}\n")).collect();
    let folder = Folder::new();
    batch::project(&folder, &given, &lines);
    pool().install(|| {
        let opened = check::open(folder.path()).expect("the folder");
        let tree = &opened.project.trees[0];
        let (found, broken) = frontend::migrations(&opened.sources, tree);
        let history = History::new(found, broken);
        let review: Vec<bool> = history.migrations.iter().map(|m| m.id == "b").collect();
        let claims: Vec<&rules::Rule> =
            rules::RULES.iter().copied().filter(|rule| CLAIMS.contains(&rule.name)).collect();
        let outcome =
            check::run(&opened.sources, tree, &history, database, &review, false, None, &claims);
        let said = outcome.findings.iter().map(|found| found.finding.message.clone());
        (super::facts::replayed(&outcome.schema), said.collect())
    })
}

fn connect(server: &servers::Server, fresh: &servers::Fresh) -> Postgres {
    let mut client: Client = fresh.client();
    client.batch_execute("SET client_min_messages = error; CREATE SCHEMA other").expect("a schema");
    let catalog = postgres::prepare(&mut client);
    let database = Database { dialect: Dialect::Postgres, version: (server.major, 0) };
    Postgres { database, client, catalog }
}

#[test]
#[ignore = "needs live servers: scripts/test"]
fn alembic_on_postgres_makes_what_the_replay_says() {
    let mut failed: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let (mut same, mut refused) = (0, BTreeMap::<String, usize>::new());
    for server in servers::postgres() {
        let fresh = server.fresh();
        let mut live = connect(&server, &fresh);
        let seeds = super::histories(150).map(|seed| seed << 8 | u64::from(server.major));
        let jobs: Vec<Job> = seeds.map(|seed| job(&mut live, seed)).collect();
        live.client.batch_execute("ROLLBACK").expect("nothing is left");
        let asked = jobs.iter().map(|job| {
            json!({ "given": job.given, "lines": job.lines, "url": fresh.alchemy_url(), "catalog": postgres::CATALOG })
        });
        let answers = batch::ask(asked.collect());
        for (job, answer) in jobs.iter().zip(&answers) {
            let errors = answer["errors"].as_array().unwrap_or_else(|| panic!("{answer}"));
            let ran: Vec<&String> =
                job.lines.iter().zip(errors).filter(|(_, e)| e.is_null()).map(|(l, _)| l).collect();
            for error in errors.iter().filter_map(Value::as_str) {
                let kind = error.split([':', '(']).next().unwrap_or_default().to_owned();
                *refused.entry(kind).or_default() += 1;
            }
            let theirs = postgres::catalog(answer["catalog"].as_str().expect("the catalog")).lines;
            let (ours, claims) = ours(job, &ran, live.database());
            if ours == theirs && claims.is_empty() {
                same += 1;
                continue;
            }
            let parting = super::differs(&ours, &theirs);
            let what = match claims.first() {
                Some(said) if ours == theirs => format!("claimed: {}", super::claim(said)),
                _ => parting.what,
            };
            let lines: String = ran.iter().map(|line| format!("{line}\n")).collect();
            let shown = format!(
                "{}\n  {claims:?}\n    {};\n{lines}",
                parting.detail,
                job.given.join(";\n    ")
            );
            let entry = failed.entry(what).or_insert((0, shown.clone()));
            entry.0 += 1;
            if shown.len() < entry.1.len() {
                entry.1 = shown;
            }
        }
    }
    eprintln!("Alembic: {same} revisions alike; refused {refused:?}");
    batch::report(failed);
}
