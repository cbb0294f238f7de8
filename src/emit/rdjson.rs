//! reviewdog's diagnostic format, one document.
//!
//! The names are those of reviewdog's `proto/rdf/reviewdog.proto`: columns count bytes of UTF-8
//! from 1, the end is exclusive. reviewdog refuses a document with a field that its version does
//! not know, so places elsewhere are said in the message; it puts the message into comments as
//! Markdown.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Output, clean, escape, sentence, url};
use crate::{
    diagnostic::{Diagnostic, Severity},
    source::{SourceFile, Span},
};

/// # Errors
/// Those of the writer.
pub(super) fn rdjson(out: &mut dyn Write, output: &Output<'_>) -> io::Result<()> {
    let found = &output.report.diagnostics;
    let mut value = json!({
        "source": { "name": "miglint", "url": env!("CARGO_PKG_REPOSITORY") },
        "diagnostics": found.iter().map(|d| diagnostic(output, d)).collect::<Vec<_>>(),
    });
    if let Some(worst) = found.iter().map(|d| d.severity).max() {
        value["severity"] = json!(severity(worst));
    }
    serde_json::to_writer_pretty(&mut *out, &value)?;
    writeln!(out)
}

fn diagnostic(output: &Output<'_>, d: &Diagnostic) -> Value {
    let span = d.finding.primary.span;
    let file = output.sources.file(span.file);
    let end = span.end.max(span.start);
    json!({
        "message": message(output, d),
        "location": {
            "path": output.raw_path(span),
            "range": { "start": position(&file, span.start), "end": position(&file, end) },
        },
        "severity": severity(d.severity),
        "code": { "value": d.rule, "url": url(d.rule) },
    })
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "ERROR",
        Severity::Warning => "WARNING",
    }
}

fn position(file: &SourceFile, offset: u32) -> Value {
    let at = file.floor(offset);
    let line_start = file.text[..at].rfind('\n').map_or(0, |end| end + 1);
    json!({ "line": file.position(offset).line, "column": at - line_start + 1 })
}

fn message(output: &Output<'_>, d: &Diagnostic) -> String {
    let said = output.clauses(d).iter().map(|c| escape::markdown(&sentence(c))).collect::<Vec<_>>();
    let mut text = said.join(" ");
    for related in &d.finding.related {
        let place = escape::code(&place(output, related.span));
        text.push_str(&format!("\n{place}: {}", escape::markdown(&clean(&related.text))));
    }
    text.push_str(&format!("\n\n{}", escape::markdown(&clean(&d.finding.help))));
    if let Some(code) = &d.finding.code {
        let lines: Vec<String> = code.lines().map(clean).collect();
        let language = output.language(d.finding.primary.span);
        text.push_str(&format!("\n\n{}", escape::fence(language, &lines.join("\n"))));
    }
    text.trim_end().to_owned()
}

fn place(output: &Output<'_>, span: Span) -> String {
    format!("{}:{}", output.path(span), output.start(span).line)
}
