//! The baseline: findings that a team knows of and does not want to hear of again.
//!
//! Found by fingerprint, which holds no line. What no longer occurs leaves the file by itself.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::{
    diagnostic::{Diagnostic, Report},
    source::Sources,
};

/// The file's usual name.
pub const FILE: &str = ".miglint-baseline.json";

/// A baseline as it is written.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    version: u32,
    findings: Vec<Entry>,
}

/// A finding that is known. Only the fingerprint counts; the rest is for people.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    path: String,
    rule: String,
    migration: Option<String>,
    message: String,
    fingerprint: String,
}

const VERSION: u32 = 1;

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// A sentence: it is none, or one of another version.
    pub fn parse(text: &str, shown: &str) -> Result<Baseline, String> {
        let baseline: Baseline = serde_json::from_str(text)
            .map_err(|e| format!("{shown} is no baseline of miglint: {e}"))?;
        match baseline.version {
            VERSION => Ok(baseline),
            other => {
                Err(format!("{shown} has version {other}; this miglint reads version {VERSION}"))
            }
        }
    }

    /// Everything that was found.
    pub fn of(sources: &Sources, diagnostics: &[Diagnostic]) -> Baseline {
        let entry = |d: &Diagnostic| Entry {
            path: sources.path(d.finding.primary.span.file),
            rule: d.rule.to_owned(),
            migration: d.migration.clone(),
            message: d.finding.message.clone(),
            fingerprint: d.fingerprint.clone(),
        };
        let mut findings: Vec<Entry> = diagnostics.iter().map(entry).collect();
        findings.sort();
        Baseline { version: VERSION, findings }
    }

    pub fn len(&self) -> usize {
        self.findings.len()
    }

    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// Takes the findings that are known out of a report, and counts them.
    pub(crate) fn apply(&self, report: &mut Report) {
        let known: HashSet<&str> = self.findings.iter().map(|e| e.fingerprint.as_str()).collect();
        let before = report.diagnostics.len();
        report.diagnostics.retain(|d| !known.contains(d.fingerprint.as_str()));
        report.summary.baselined = before - report.diagnostics.len();
    }

    /// What is left of it when the entries are gone that a run has looked for in vain.
    /// `judged` says whether the run would have found an entry of a rule, a migration and a path.
    pub(crate) fn without(
        &self,
        found: &HashSet<String>,
        judged: impl Fn(&str, Option<&str>, &str) -> bool,
    ) -> Baseline {
        let stays = |e: &&Entry| {
            found.contains(&e.fingerprint) || !judged(&e.rule, e.migration.as_deref(), &e.path)
        };
        Baseline {
            version: VERSION,
            findings: self.findings.iter().filter(stays).cloned().collect(),
        }
    }

    /// One finding a line, so that two branches can change it without a conflict.
    pub fn to_json(&self) -> String {
        let lines: Vec<String> = self
            .findings
            .iter()
            .filter_map(|entry| serde_json::to_string(entry).ok())
            .map(|line| format!("    {line}"))
            .collect();
        let list = match lines.is_empty() {
            true => "[]".to_owned(),
            false => format!("[\n{}\n  ]", lines.join(",\n")),
        };
        format!("{{\n  \"version\": {VERSION},\n  \"findings\": {list}\n}}\n")
    }
}
