//! Live servers: PostgreSQL as `scripts/servers` starts it, SQLite from the bundled library and
//! from Python, Alembic by a small driver.

use std::{
    io::Write,
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use postgres::{Client, NoTls};
use serde_json::Value;

use crate::support::home;

/// A PostgreSQL server: its major version, and where it listens.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    pub(crate) major: u16,
    url: String,
}

/// The servers that the environment names; a proof without one fails.
pub(crate) fn postgres() -> Vec<Server> {
    let listed = std::env::var("MIGLINT_POSTGRES")
        .expect("the proofs need live servers: run them with scripts/test");
    let servers: Vec<Server> = listed
        .split(',')
        .filter_map(|pair| {
            let (major, url) = pair.split_once('=')?;
            Some(Server { major: major.parse().ok()?, url: url.to_owned() })
        })
        .collect();
    assert!(!servers.is_empty(), "MIGLINT_POSTGRES names no server");
    servers
}

/// A database of its own, dropped with it.
pub(crate) struct Fresh {
    server: Server,
    name: String,
}

impl Server {
    pub(crate) fn fresh(&self) -> Fresh {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("miglint_{}_{number}", std::process::id());
        let mut client = Client::connect(&self.url, NoTls).expect("the server");
        client
            .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0"))
            .expect("a database");
        Fresh { server: self.clone(), name }
    }
}

impl Fresh {
    fn url(&self) -> String {
        let base = self.server.url.rsplit_once('/').map_or(self.server.url.as_str(), |(b, _)| b);
        format!("{base}/{}", self.name)
    }

    /// For SQLAlchemy.
    pub(crate) fn alchemy_url(&self) -> String {
        self.url().replace("postgresql://", "postgresql+psycopg://")
    }

    pub(crate) fn client(&self) -> Client {
        Client::connect(&self.url(), NoTls).expect("the database")
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if let Ok(mut client) = Client::connect(&self.server.url, NoTls) {
            let _ = client
                .batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
    }
}

/// Runs jobs through Alembic; see `driver.py`.
pub(crate) fn alembic(jobs: &Value) -> Vec<Vec<Value>> {
    let python = std::env::var("MIGLINT_PYTHON")
        .expect("the proofs need Alembic: run them with scripts/test");
    let mut child = Command::new(python)
        .arg(home().join("tests/driver.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python");
    let mut stdin = child.stdin.take().expect("its input");
    let text = jobs.to_string();
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().expect("its output");
    writer.join().expect("the writer").expect("the jobs");
    assert!(output.status.success(), "the driver failed");
    serde_json::from_slice(&output.stdout).expect("answers")
}

/// What a failed statement says: the SQLSTATE, if any, and the text.
pub(crate) struct Refusal {
    pub(crate) state: Option<String>,
    pub(crate) text: String,
}

impl Refusal {
    pub(crate) fn of(answer: &Value) -> Option<Refusal> {
        let text = answer.get("error")?.as_str()?.to_owned();
        Some(Refusal { state: answer["state"].as_str().map(str::to_owned), text })
    }
}
