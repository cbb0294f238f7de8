//! GitLab's code quality report.
//!
//! The fields are those of GitLab's docs, "Code Quality report format": the name of the check is
//! not shown, so the description begins with it; a fingerprint may stand once in a file; paths
//! are relative to the repository.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::Output;
use crate::diagnostic::{Diagnostic, Severity};

/// # Errors
/// Those of the writer.
pub(super) fn gitlab(out: &mut dyn Write, output: &Output<'_>) -> io::Result<()> {
    let issues: Vec<Value> = output.report.diagnostics.iter().map(|d| issue(output, d)).collect();
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    writeln!(out)
}

fn issue(output: &Output<'_>, diagnostic: &Diagnostic) -> Value {
    let span = diagnostic.finding.primary.span;
    let severity = match diagnostic.severity {
        Severity::Error => "critical",
        Severity::Warning => "minor",
    };
    json!({
        "description": format!("{}: {}", diagnostic.rule, output.clauses(diagnostic).join(". ")),
        "check_name": diagnostic.rule,
        "fingerprint": diagnostic.fingerprint,
        "severity": severity,
        "location": {
            "path": output.forge_path(span),
            "lines": { "begin": output.start(span).line },
        },
    })
}
