//! The JSON of the public contract, version 1.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::{Output, url};
use crate::{
    diagnostic::{Diagnostic, Label, Severity},
    source::Span,
};

/// # Errors
/// Those of the writer.
pub(super) fn json(out: &mut dyn Write, output: &Output<'_>) -> io::Result<()> {
    let report = output.report;
    let summary = &report.summary;
    let mut statistics: Map<String, Value> = Map::new();
    for (rule, _, n) in output.statistics() {
        let before = statistics.get(rule).and_then(Value::as_u64).unwrap_or(0);
        statistics.insert(rule.to_owned(), json!(before + n as u64));
    }
    let findings: Vec<Value> = report.diagnostics.iter().map(|d| finding(output, d)).collect();
    let opaque: Vec<Value> = report
        .opaque
        .iter()
        .map(|place| {
            let at = output.start(place.span);
            json!({ "path": path(output, place.span), "line": at.line, "column": at.column, "reason": place.reason })
        })
        .collect();
    let value = json!({
        "version": 1,
        "summary": {
            "files": summary.files,
            "migrations": summary.migrations,
            "under_review": summary.under_review,
            "operations": summary.operations,
            "opaque": report.opaque.len(),
            "errors": output.of(Severity::Error),
            "warnings": output.of(Severity::Warning),
            "suppressed": summary.suppressed,
            "baselined": summary.baselined,
            "databases": summary.databases.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "since": summary.basis,
            "statistics": statistics,
            "notes": summary.notes,
        },
        "findings": findings,
        "opaque": opaque,
    });
    serde_json::to_writer_pretty(&mut *out, &value)?;
    writeln!(out)
}

fn finding(output: &Output<'_>, d: &Diagnostic) -> Value {
    let span = d.finding.primary.span;
    let (start, end) = (output.start(span), output.end(span));
    let related: Vec<Value> =
        d.finding.related.iter().map(|label| related(output, label)).collect();
    let help = match &d.finding.code {
        Some(code) => format!("{}\n\n{code}", d.finding.help),
        None => d.finding.help.clone(),
    };
    let label = Some(&d.finding.primary.text).filter(|text| !text.is_empty());
    let said: Vec<&str> = std::iter::once(&d.finding.message)
        .chain(label)
        .chain(&d.finding.consequences)
        .map(String::as_str)
        .collect();
    let message = said.join(". ");
    json!({
        "rule": d.rule,
        "severity": d.severity.name(),
        "message": message,
        "help": help,
        "path": path(output, span),
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
        "migration": d.migration,
        "databases": d.databases.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "table": d.finding.table,
        "related": related,
        "fingerprint": d.fingerprint,
        "url": url(d.rule),
    })
}

fn related(output: &Output<'_>, label: &Label) -> Value {
    let at = output.start(label.span);
    let mut place = json!({ "path": path(output, label.span), "line": at.line, "column": at.column, "message": label.text });
    // Here, the file may read otherwise at that line.
    if output.sources.file(label.span.file).at_base {
        place["at_base"] = json!(true);
    }
    place
}

/// Relative to the root, as it is: JSON escapes what has to be.
fn path(output: &Output<'_>, span: Span) -> String {
    output.sources.path(span.file)
}
