//! SARIF 2.1.0, as GitHub's code scanning reads it.
//!
//! GitHub's docs, "SARIF support for code scanning": the first sentence of a message is an
//! alert's title; an alert is shown on a pull request where all of its lines are in the diff, so
//! a place is one line; rules are the same from run to run, so all of them are listed; a
//! suppressed result would be an open alert, so there are none.

use std::{
    collections::HashMap,
    io::{self, Write},
};

use serde_json::{Map, Value, json};

use super::{Output, clean, escape, line_hash::line_hashes, sentence, short, url};
use crate::{
    diagnostic::{Diagnostic, Label, Severity},
    rules::Rule,
    source::{FileId, Span},
};

/// The most notifications of places that could not be read.
const MAX_OPAQUE: usize = 100;
/// How long GitHub lets descriptions of rules be, in characters.
const MAX_DESCRIPTION: usize = 1_024;
const ROOT: &str = "%SRCROOT%";

/// # Errors
/// Those of the writer.
pub(super) fn sarif(out: &mut dyn Write, output: &Output<'_>) -> io::Result<()> {
    let mut hashes = HashMap::new();
    let found = &output.report.diagnostics;
    let results: Vec<Value> = found.iter().map(|d| result(output, &mut hashes, d)).collect();
    let opaque = output.report.opaque.iter().take(MAX_OPAQUE);
    let notifications: Vec<Value> = opaque
        .map(|place| {
            json!({
                "level": "note",
                "message": { "text": plain(&sentence(&clean(&short(&place.reason)))) },
                "locations": [location(output, place.span)],
            })
        })
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "miglint",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": output.rules.iter().map(|r| rule(r)).collect::<Vec<_>>(),
            } },
            // What stands before the last slash tells the projects of a repository apart.
            "automationDetails": { "id": format!("miglint/{}", output.repository) },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { ROOT: { "description": { "text": "The top of the repository." } } },
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

fn rule(rule: &Rule) -> Value {
    let level = rule.severity.name();
    let precision = match rule.severity {
        Severity::Error => "high",
        // It depends on what cannot be seen.
        Severity::Warning => "medium",
    };
    json!({
        "id": rule.name,
        "name": pascal_case(rule.name),
        "shortDescription": { "text": cut(&rule.summary()) },
        "fullDescription": { "text": cut(&rule.prose()) },
        "help": { "text": rule.page, "markdown": rule.page },
        "helpUri": url(rule.name),
        "defaultConfiguration": { "level": level },
        "properties": {
            "tags": ["database", "migrations"],
            "precision": precision,
            "problem.severity": level,
        },
    })
}

fn result(
    output: &Output<'_>,
    hashes: &mut HashMap<FileId, Vec<String>>,
    diagnostic: &Diagnostic,
) -> Value {
    let span = diagnostic.finding.primary.span;
    let related: Vec<Value> = diagnostic
        .finding
        .related
        .iter()
        .enumerate()
        .map(|(at, label)| {
            let mut place = location(output, label.span);
            place["id"] = json!(at + 1);
            place["message"] = json!({ "text": plain(&said(label)) });
            place
        })
        .collect();
    let mut value = json!({
        "ruleId": diagnostic.rule,
        "level": diagnostic.severity.name(),
        "message": { "text": message(output, diagnostic) },
        "locations": [location(output, span)],
        "relatedLocations": related,
        "partialFingerprints": fingerprints(output, hashes, diagnostic),
        "properties": {
            "databases": diagnostic.databases.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "migration": diagnostic.migration.as_deref().map(clean),
            "table": diagnostic.finding.table.as_deref().map(clean),
        },
    });
    if let Some(index) = output.rules.iter().position(|rule| rule.name == diagnostic.rule) {
        value["ruleIndex"] = json!(index);
    }
    value
}

fn message(output: &Output<'_>, diagnostic: &Diagnostic) -> String {
    let finding = &diagnostic.finding;
    let said_of_it = output.clauses(diagnostic).iter().map(|c| sentence(c)).collect::<Vec<_>>();
    let mut text = plain(&said_of_it.join(" "));
    for (at, label) in finding.related.iter().enumerate() {
        let words = said(label).replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
        text.push_str(&format!(" See [{words}]({}).", at + 1));
    }
    text.push_str(&format!(" {}", plain(&clean(&finding.help))));
    if let Some(code) = &finding.code {
        let lines: Vec<String> = code.lines().map(clean).collect();
        text.push_str(&format!("\n\n{}", plain(&lines.join("\n"))));
    }
    text
}

/// What is said of a place elsewhere; something is.
fn said(label: &Label) -> String {
    let text = clean(&short(&label.text));
    if text.is_empty() { "here".to_owned() } else { text }
}

/// Text in which there is no link (section 3.11.6): `[…](…)` from the project would be one.
fn plain(text: &str) -> String {
    if !text.contains("](") {
        return text.to_owned();
    }
    text.replace('[', "\\[").replace(']', "\\]")
}

fn location(output: &Output<'_>, span: Span) -> Value {
    let path = output.forge_path(span);
    let mut artifact = Map::new();
    if path.starts_with('/') {
        artifact.insert("uri".to_owned(), json!(format!("file://{}", escape::uri(&path))));
    } else {
        artifact.insert("uri".to_owned(), json!(escape::uri(&path)));
        artifact.insert("uriBaseId".to_owned(), json!(ROOT));
    }
    let at = output.one_line(span);
    json!({ "physicalLocation": {
        "artifactLocation": artifact,
        "region": {
            "startLine": at.line,
            "startColumn": at.start,
            "endLine": at.line,
            "endColumn": at.end,
        },
    } })
}

/// Our own, which knows the migration and no line, beside the one that GitHub goes by.
fn fingerprints(
    output: &Output<'_>,
    hashes: &mut HashMap<FileId, Vec<String>>,
    diagnostic: &Diagnostic,
) -> Value {
    let span = diagnostic.finding.primary.span;
    let file = output.sources.file(span.file);
    let mut prints = Map::new();
    prints.insert("miglint/v1".to_owned(), json!(diagnostic.fingerprint));
    // A file that could not be read looks empty here, and may not be.
    if !file.text.is_empty() {
        let lines = hashes.entry(span.file).or_insert_with(|| line_hashes(&file.text));
        if let Some(hash) = lines.get(output.one_line(span).line - 1) {
            prints.insert("primaryLocationLineHash".to_owned(), json!(hash));
        }
    }
    Value::Object(prints)
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_DESCRIPTION) {
        None => text.to_owned(),
        Some(_) => text.chars().take(MAX_DESCRIPTION - 1).chain(['…']).collect(),
    }
}

/// As the specification's examples name rules; an id and a name should differ.
fn pascal_case(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_uppercase() + rest
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::{pascal_case, plain};

    #[test]
    fn only_our_links_are_links() {
        assert_eq!(plain("type integer[] of `t`"), "type integer[] of `t`");
        assert_eq!(plain("`[x](https://e.org)`"), "`\\[x\\](https://e.org)`");
    }

    #[test]
    fn rules_have_names() {
        assert_eq!(pascal_case("not-null-without-backfill"), "NotNullWithoutBackfill");
    }
}
