//! Rule pages: their examples, as projects.
//!
//! A fence's first line: the language, what it is (`given`, `running`, `request`, `bad`, `good`,
//! `also`, `proof`), then `on=DATABASE` where it is for one database only, `file=NAME`, and what
//! a run must fail with: `postgres=SQLSTATE`, `sqlite=WORD`, `error=WORD`, or `measured` where the claim
//! is one of time or of miglint itself, `foreign_keys` where env.py turns SQLite's on,
//! `autogenerate` where the claim is what Alembic writes next: nothing, after a good example.

use std::{collections::BTreeMap, fs};

use miglint::database::Database;

use crate::{
    git::{commit, git},
    support::{Folder, home},
};

/// One example: what has run already, and the change.
#[derive(Debug, Clone)]
pub(crate) struct Example {
    pub(crate) line: usize,
    pub(crate) bad: bool,
    pub(crate) sql: bool,
    pub(crate) attributes: BTreeMap<String, String>,
    /// Files of the change: name and text. A name with a folder lies under the root, and is no
    /// migration.
    pub(crate) files: Vec<(String, String)>,
    pub(crate) given: Vec<String>,
    /// Code at the base, which runs while the change is applied: name and text.
    pub(crate) running: Vec<(String, String)>,
    /// What that code asks the database for.
    pub(crate) request: Option<String>,
    /// What the page prints for it, and the lines of that fence.
    pub(crate) expected: Option<(String, usize, usize)>,
    /// Counts what has survived: must be 0 in the end.
    pub(crate) proofs: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) examples: Vec<Example>,
}

/// All pages, by the name of their rule.
pub(crate) fn pages() -> Vec<Page> {
    let mut names: Vec<String> = fs::read_dir(home().join("rules"))
        .expect("rules/")
        .filter_map(|e| e.ok()?.file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".md").map(str::to_owned))
        .filter(|name| name != "README")
        .collect();
    names.sort();
    names.into_iter().map(read).collect()
}

struct Fence {
    line: usize,
    end: usize,
    words: Vec<String>,
    text: String,
}

fn fences(text: &str) -> Vec<Fence> {
    let mut found = Vec::new();
    let mut open: Option<Fence> = None;
    for (at, line) in text.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                let words = info.split_whitespace().map(str::to_owned).collect();
                open = Some(Fence { line: at + 1, end: 0, words, text: String::new() });
            }
            (Some(_), Some(_)) => {
                let mut fence = open.take().expect("open");
                fence.end = at + 1;
                found.push(fence);
            }
            (Some(fence), None) => {
                fence.text.push_str(line);
                fence.text.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}

fn read(name: String) -> Page {
    let path = home().join("rules").join(format!("{name}.md"));
    let text = fs::read_to_string(path).expect("a page");
    let mut given: BTreeMap<bool, Vec<String>> = BTreeMap::new();
    let mut running: BTreeMap<bool, BTreeMap<String, String>> = BTreeMap::new();
    let mut request: BTreeMap<bool, String> = BTreeMap::new();
    let mut examples: Vec<Example> = Vec::new();
    for fence in fences(&text) {
        let word = |at: usize| fence.words.get(at).map(String::as_str).unwrap_or_default();
        let sql = word(0) == "sql";
        let attributes: BTreeMap<String, String> = fence
            .words
            .iter()
            .skip(2)
            .map(|w| match w.split_once('=') {
                Some((key, value)) => (key.to_owned(), value.to_owned()),
                None => (w.clone(), String::new()),
            })
            .collect();
        match (word(0), word(1)) {
            ("python" | "sql", "given") => given.entry(sql).or_default().push(fence.text),
            (language @ ("python" | "rust"), "running") => {
                let files = running.entry(language == "rust").or_default();
                files.insert(attributes["file"].clone(), fence.text);
            }
            ("python" | "sql", "request") => {
                request.insert(sql, fence.text);
            }
            ("python" | "sql", kind @ ("bad" | "good")) => {
                let default = if sql { "0002_change.sql" } else { "change.py" };
                let file = attributes.get("file").cloned().unwrap_or_else(|| default.to_owned());
                examples.push(Example {
                    line: fence.line,
                    bad: kind == "bad",
                    sql,
                    attributes,
                    files: vec![(file, fence.text)],
                    given: given.get(&sql).cloned().unwrap_or_default(),
                    running: running.get(&sql).cloned().into_iter().flatten().collect(),
                    request: request.get(&sql).cloned(),
                    expected: None,
                    proofs: Vec::new(),
                });
            }
            ("python" | "sql", "also") => {
                let example = examples.last_mut().expect("an example before `also`");
                example.files.push((attributes["file"].clone(), fence.text));
            }
            ("sql", "proof") => {
                let example = examples.last_mut().expect("an example before `proof`");
                example.proofs.push(fence.text.trim().to_owned());
            }
            ("text", _) => {
                let example = examples.last_mut().expect("an example before `text`");
                example.expected = Some((fence.text, fence.line, fence.end));
            }
            ("sh" | "toml" | "yaml", _) => {}
            other => panic!("rules/{name}.md:{}: unknown fence {other:?}", fence.line),
        }
    }
    Page { name, text, examples }
}

impl Example {
    pub(crate) fn databases(&self) -> Vec<Database> {
        match self.attributes.get("on").map(String::as_str) {
            Some("postgres") => vec![Database::POSTGRES],
            Some("sqlite") => vec![Database::SQLITE],
            None => vec![Database::POSTGRES, Database::SQLITE],
            Some(other) => panic!("unknown database {other}"),
        }
    }

    /// The way back is part of the example.
    pub(crate) fn has_down(&self) -> bool {
        self.files
            .iter()
            .any(|(name, text)| text.contains("def downgrade") || name.contains(".down."))
    }

    /// Writes what has run already, and the code that runs.
    pub(crate) fn write_given(&self, folder: &Folder) {
        for (name, text) in &self.running {
            folder.write(name, text);
        }
        if self.sql {
            for (at, text) in self.given.iter().enumerate() {
                folder.write(&format!("migrations/0001_given{at}.sql"), text);
            }
            return;
        }
        let pragma = self.attributes.contains_key("foreign_keys");
        folder.write("alembic/env.py", format!("{ENV}{}", if pragma { KEYS_ON } else { RUN }));
        folder.write(
            "alembic.ini",
            "[alembic]\nscript_location = %(here)s/alembic\nprepend_sys_path = %(here)s\n",
        );
        let given = self.given.join("\n");
        folder.write("alembic/versions/given.py", module(&given, "given", None));
    }

    /// Writes the change.
    pub(crate) fn write_change(&self, folder: &Folder) {
        for (name, text) in &self.files {
            let path = self.path(name);
            if self.sql || path == *name {
                folder.write(&path, text);
            } else {
                folder.write(&path, module(text, name.trim_end_matches(".py"), Some("given")));
            }
        }
    }

    /// Where a file of the change lies under the root.
    pub(crate) fn path(&self, name: &str) -> String {
        match (name.contains('/'), self.sql) {
            (true, _) => name.to_owned(),
            (false, true) => format!("migrations/{name}"),
            (false, false) => format!("alembic/versions/{name}"),
        }
    }

    /// The change as one project; where code runs, with a commit from before the change.
    pub(crate) fn project(&self) -> Folder {
        let folder = Folder::new();
        self.write_given(&folder);
        if !self.running.is_empty() {
            git(folder.path(), &["init", "-q", "-b", "main"]);
            commit(folder.path(), "running");
        }
        self.write_change(&folder);
        folder
    }

    /// What the change is compared with.
    pub(crate) fn since(&self) -> &'static str {
        match (self.running.is_empty(), self.sql) {
            (false, _) => "HEAD",
            (true, true) => "0001",
            (true, false) => "given",
        }
    }
}

/// Puts what Alembic writes by itself around an example; the example begins at its own line 1
/// of what is shown, so the header stands behind it.
fn module(text: &str, id: &str, parent: Option<&str>) -> String {
    let mut out = text.to_owned();
    if !text.contains("revision = ") {
        let parent = parent.map_or("None".to_owned(), |p| format!("'{p}'"));
        out.push_str(&format!("\n\nrevision = '{id}'\ndown_revision = {parent}\n"));
    }
    if !text.contains("def downgrade") {
        out.push_str("\n\ndef downgrade():\n    pass\n");
    }
    out.push_str(
        "\n\nimport sqlalchemy as sa  # noqa: E402\nfrom alembic import op  # noqa: E402\nfrom sqlalchemy.dialects import postgresql  # noqa: E402,F401\n",
    );
    out
}

const ENV: &str = "from alembic import context

context.configure(connection=context.config.attributes['connection'])
";

const RUN: &str = "with context.begin_transaction():
    context.run_migrations()
";

const KEYS_ON: &str =
    "context.config.attributes['connection'].exec_driver_sql('PRAGMA foreign_keys = ON')
with context.begin_transaction():
    context.run_migrations()
";
