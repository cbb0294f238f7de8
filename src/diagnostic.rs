//! What a rule saw, and what a run has to say.

use std::collections::HashMap;

use md5::{Digest, Md5};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    baseline::Baseline,
    database::Database,
    ir::Name,
    rules::Rule,
    source::{Sources, Span},
};

/// How bad it is. Error: fails or loses data when applied, or stops production. Warning: a
/// risk that depends on what cannot be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Warning,
    Error,
}

impl Severity {
    pub fn name(self) -> &'static str {
        match self {
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// A place and what is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    pub span: Span,
    pub text: String,
}

/// What a rule saw. Which rule, and how bad it is by default, the runner adds.
#[derive(Debug, Clone)]
pub struct Finding {
    /// What is wrong: one clause, lower case, no full stop.
    pub message: String,
    pub primary: Label,
    /// What a server or tool does with it, in its own words: `PostgreSQL: 23502 …`.
    pub consequences: Vec<String>,
    /// Other places that explain it, in other files too.
    pub related: Vec<Label>,
    /// What to do, in words; a full sentence or two.
    pub help: String,
    /// The safe way as code, in the tool the file is written in.
    pub code: Option<String>,
    /// The table it is about.
    pub table: Option<String>,
    /// Where this case is milder or worse than the rule's own severity.
    pub severity: Option<Severity>,
    /// Void where another tree of the project does this.
    pub unless: Option<Elsewhere>,
}

/// What another tree of the project may do to the same database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Elsewhere {
    /// It makes the table.
    Makes(Name),
    /// It changes the table, which it does not make.
    Changes(Name),
}

/// A finding with the rule's name, its severity, and where it holds.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    pub rule: &'static str,
    pub severity: Severity,
    pub finding: Finding,
    /// The migration's id; none for what concerns a whole tree.
    pub migration: Option<String>,
    /// The targets it holds for, sorted.
    pub databases: Vec<Database>,
    /// Stays the same when lines move; see [`fingerprints`].
    pub fingerprint: String,
}

impl Diagnostic {
    /// A finding of a rule; its fingerprint is made when all findings are known.
    pub(crate) fn new(
        rule: &'static Rule,
        migration: Option<String>,
        databases: Vec<Database>,
        finding: Finding,
    ) -> Diagnostic {
        let severity = finding.severity.unwrap_or(rule.severity);
        let fingerprint = String::new();
        Diagnostic { rule: rule.name, severity, finding, migration, databases, fingerprint }
    }
}

/// What could not be understood, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OpaquePlace {
    pub span: Span,
    pub reason: String,
}

/// Everything a run found, in the order of files and lines.
#[derive(Debug, Clone, Default)]
pub struct Report {
    pub diagnostics: Vec<Diagnostic>,
    pub opaque: Vec<OpaquePlace>,
    /// The migrations under review, tree by tree, in the order in which they run.
    pub reviewed: Vec<Checked>,
    pub summary: Summary,
    /// The baseline without what no longer occurs; `None`: nothing of it is gone.
    pub baseline: Option<Baseline>,
}

/// A migration that the rules have looked at: its id, and where it says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    pub id: String,
    pub span: Span,
}

/// What was read, for the last line and the JSON.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Files read as migrations.
    pub files: usize,
    pub migrations: usize,
    pub under_review: usize,
    /// How "under review" was decided: "since main (merge base 1a2b3c4)".
    pub basis: String,
    /// The history's only head, where everything is under review because no base was found.
    pub head: Option<String>,
    /// Operations replayed, for one target: the largest count over the targets.
    pub operations: usize,
    /// Findings that a comment or the configuration suppresses.
    pub suppressed: usize,
    /// Findings that the baseline knows.
    pub baselined: usize,
    /// Entries of the baseline that this run would have found again, and has not.
    pub gone_from_baseline: usize,
    pub databases: Vec<Database>,
    /// What speaks for each of `databases`, in the same order: a file, an option.
    pub evidence: Vec<String>,
    /// The trees that were read: the tool, the folder.
    pub trees: Vec<(&'static str, String)>,
    /// What else a reader should know: a tree that was skipped, a guess that was made.
    pub notes: Vec<String>,
}

/// Gives every finding its fingerprint: made of the rule, the file, the migration and the
/// message, never of a line; a number tells twins apart, in the order of the findings.
pub(crate) fn fingerprints(sources: &Sources, diagnostics: &mut [Diagnostic]) {
    let mut twins: HashMap<String, usize> = HashMap::new();
    for d in diagnostics {
        let mut digest = Md5::new();
        let migration = d.migration.as_deref().unwrap_or_default();
        let path = sources.path(d.finding.primary.span.file);
        for part in [d.rule, &path, migration, &d.finding.message] {
            digest.update(part.as_bytes());
            digest.update([0]);
        }
        let base: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let twin = twins.entry(base.clone()).or_default();
        *twin += 1;
        d.fingerprint = if *twin == 1 { base } else { format!("{base}-{twin}") };
    }
}

/// What is longer in a message is cut: an expression may be a page.
const MOST_SHOWN: usize = 100;

/// An expression on one line, its beginning.
pub(crate) fn brief(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
