//! What rules say of a statement against what servers were recorded to do with it: every
//! PostgreSQL from 10 to 18, every SQLite from 3.11 to 3.54.
//!
//! An error that names a server's refusal must be one: nothing like it may be said of a
//! statement that the server took. Which refusals are foreseen is a list that is kept.

use std::{collections::BTreeSet, fs};

use miglint::{
    database::{Database, Dialect},
    diagnostic::Severity,
    facts::refusal::foreseen,
    frontend::sql::{Place, read},
    rules,
    schema::{Origin, Schema},
    source::{FileId, Span},
};
use serde_json::Value;

use crate::support::{Folder, home, run};

struct Verdict {
    /// Consequences that errors name.
    claims: Vec<String>,
}

fn verdict(given: &str, change: &str, database: Database) -> Verdict {
    let folder = Folder::new();
    folder.write("migrations/0001_given.sql", given);
    folder.write("migrations/0002_change.sql", change);
    let (_, report) = run(folder.path(), "0001", &[database], rules::RULES);
    let report = report.expect("a report");
    let errors = report.diagnostics.into_iter().filter(|d| d.severity == Severity::Error);
    let claims = errors
        .filter(|d| d.rule != "column-data-dropped" && d.rule != "table-data-dropped")
        .flat_map(|d| d.finding.consequences)
        .collect();
    Verdict { claims }
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn cases(name: &str) -> Vec<Value> {
    let text = fs::read_to_string(home().join("testdata/truth").join(name)).expect("a recording");
    let value: Value = serde_json::from_str(&text).expect("JSON");
    value["cases"].as_array().expect("cases").clone()
}

/// The SQLSTATE that a consequence names.
fn code(claim: &str) -> Option<&str> {
    let code = claim.strip_prefix("PostgreSQL: ")?.split(' ').next()?;
    let state = code.len() == 5
        && code.starts_with(|c: char| c.is_ascii_digit())
        && code.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    state.then_some(code)
}

/// Statements that are refused for what no history shows, such as a value that does not fit.
#[test]
fn postgres_does_what_is_said_of_it() {
    let (mut wrong, mut foreseen, mut refused) = (Vec::new(), BTreeSet::new(), 0);
    for case in cases("pg-ddl-truth.json") {
        let id = case["id"].as_str().expect("an id");
        // A session of its own sees no temporary table of another one.
        if case["group"] == "keyword" || id == "con-fk-temp" {
            continue;
        }
        let given: Vec<&str> =
            strings(&case["create"]).into_iter().chain(strings(&case["fill"])).collect();
        let change = case["ddl"].as_str().expect("a statement");
        for result in case["results"].as_array().expect("results") {
            let majors = strings(&result["majors"]);
            let outcome = if result["rows"].is_null() { &result["empty"] } else { &result["rows"] };
            if outcome.is_null() {
                continue;
            }
            let major: u16 = majors.last().and_then(|m| m.parse().ok()).expect("a major");
            let database = Database { dialect: Dialect::Postgres, version: (major, 0) };
            let said = verdict(&given.join(";\n"), change, database).claims;
            let state = outcome["state"].as_str();
            let codes: Vec<&str> = said.iter().filter_map(|claim| code(claim)).collect();
            // "…, if a NULL exists" is no claim about rows that hold none.
            let certain = said.iter().any(|claim| code(claim).is_some() && !claim.contains(", if"));
            match state {
                None if certain => {
                    wrong.push(format!("{id} on {major}: it succeeds, and {said:?} is said"));
                }
                None => {}
                Some(state) => {
                    refused += 1;
                    if codes.contains(&state) {
                        foreseen.insert(id.to_owned());
                    } else if !codes.is_empty() {
                        wrong.push(format!("{id} on {major}: {state}, and {said:?} is said"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
    let listed: Vec<String> = foreseen.into_iter().collect();
    insta::assert_snapshot!(
        "postgres_foreseen",
        format!("{} refusals\n{}", refused, listed.join("\n"))
    );
}

#[test]
fn sqlite_does_what_is_said_of_it() {
    let (mut wrong, mut foreseen, mut refused) = (Vec::new(), BTreeSet::new(), 0);
    for case in cases("sqlite-ddl-truth.json") {
        let id = case["id"].as_str().expect("an id");
        let given: Vec<&str> =
            strings(&case["setup"]).into_iter().chain(strings(&case["fill"])).collect();
        let change = case["sql"].as_str().expect("a statement");
        for result in case["results"].as_array().expect("results") {
            let version = result["to"].as_str().expect("a version");
            let minor: u16 =
                version.split('.').nth(1).and_then(|m| m.parse().ok()).expect("a minor");
            let database = Database { dialect: Dialect::Sqlite, version: (3, minor) };
            let said = verdict(&given.join(";\n"), change, database).claims;
            let said: Vec<&str> = said
                .iter()
                .filter_map(|claim| {
                    let (who, what) = claim.split_once(": ")?;
                    let conditional = what.contains(", if");
                    let taken = what.starts_with("accepted");
                    (who.starts_with("SQLite") && !conditional && !taken).then_some(what)
                })
                .collect();
            match result["error"].as_str() {
                None if result["ok"] == true && !said.is_empty() => {
                    wrong.push(format!("{id} on {version}: it succeeds, and {said:?} is said"));
                }
                None => {}
                Some(error) => {
                    refused += 1;
                    if said.iter().any(|what| error.contains(what)) {
                        foreseen.insert(id.to_owned());
                    } else if !said.is_empty() {
                        wrong.push(format!("{id} on {version}: {error:?}, and {said:?} is said"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
    let listed: Vec<String> = foreseen.into_iter().collect();
    insta::assert_snapshot!(
        "sqlite_foreseen",
        format!("{} refusals\n{}", refused, listed.join("\n"))
    );
}

/// A file that is cut off is read to its end, whichever word is the last, and its places lie in it.
#[test]
fn a_statement_may_end_anywhere() {
    let recorded = cases("pg-ddl-truth.json").into_iter().chain(cases("sqlite-ddl-truth.json"));
    let mut statements: BTreeSet<String> = recorded
        .filter_map(|case| case["ddl"].as_str().or(case["sql"].as_str()).map(str::to_owned))
        .collect();
    for kept in ["postgres.sql", "sqlite.sql"] {
        let path = home().join("testdata/honest").join(kept);
        let text = fs::read_to_string(path).expect("the histories");
        statements.extend(text.lines().map(str::to_owned));
    }
    for statement in &statements {
        let ends = statement.char_indices().filter(|(_, c)| !c.is_alphanumeric()).map(|(at, _)| at);
        for end in ends {
            for dialect in [Dialect::Postgres, Dialect::Sqlite] {
                let database = Database { dialect, version: (18, 0) };
                let span = Span::top(FileId(0));
                let mut schema = Schema::new(database, Origin { migration: 0, change: 0, span });
                let place = Place::At { file: FileId(0), start: 0 };
                for op in read(&statement[..end], place, dialect) {
                    assert!(op.span.end as usize <= end, "{}", &statement[..end]);
                    foreseen(&schema, &op);
                    schema.apply(&op);
                }
            }
        }
    }
}
