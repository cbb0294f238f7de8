//! Markdown for the summary of a job, or a comment on a pull request.

use std::{
    collections::BTreeSet,
    io::{self, Write},
};

use super::{Output, clean, count, escape, sentence, short, url};
use crate::{diagnostic::Diagnostic, source::Span};

/// The most that is written, in bytes: GitHub takes comments of 65,536 characters and
/// summaries of 1 MiB (GitHub docs, "Workflow commands", "Adding a job summary").
const LIMIT: usize = 65_000;
/// Opaque places, and notes, that are listed.
const MAX_PLACES: usize = 10;
/// Code longer than this, in bytes, are left to the other formats.
const MAX_CODE: usize = 4_000;

/// As much as fits: everything, the table alone, how often each rule found something.
///
/// # Errors
/// Those of the writer.
pub(super) fn markdown(out: &mut dyn Write, output: &Output<'_>) -> io::Result<()> {
    let found = &output.report.diagnostics;
    let (head, tail) = (head(output), tail(output));
    let details = || found.iter().map(|d| details(output, d)).collect::<String>();
    let body = if found.is_empty() {
        String::new()
    } else {
        let room = LIMIT.saturating_sub(head.len() + tail.len());
        let table = table(output);
        let fits = |text: &String| text.len() <= room;
        Some(table.clone() + "\n" + &details())
            .filter(fits)
            .or_else(|| Some(table).filter(fits))
            .unwrap_or_else(|| counts(output))
    };
    let parts = [head, body, tail].into_iter().filter(|part| !part.is_empty());
    let parts: Vec<String> = parts.map(|part| part.trim_end().to_owned()).collect();
    writeln!(out, "{}", parts.join("\n\n"))
}

/// The verdict, on one line.
fn head(output: &Output<'_>) -> String {
    let s = &output.report.summary;
    let verdict = output.verdict();
    let verdict = if verdict.is_empty() { "no findings" } else { verdict.as_str() };
    if s.trees.is_empty() {
        return format!("**miglint: {verdict}.** No migrations are here.\n");
    }
    format!(
        "**miglint: {verdict}.** Under review: {} of {} ({}).\n",
        s.under_review,
        count(s.migrations, "migration"),
        said(&s.basis)
    )
}

fn table(output: &Output<'_>) -> String {
    let mut table = "| | rule | place | |\n|---|---|---|---|\n".to_owned();
    for d in &output.report.diagnostics {
        let message = said(&d.finding.message);
        table.push_str(&format!(
            "| {} | {} | {} | {message} |\n",
            d.severity.name(),
            rule(d.rule),
            escape::code(&at(output, d.finding.primary.span))
        ));
    }
    table
}

fn counts(output: &Output<'_>) -> String {
    let mut table = "| | rule | findings |\n|---|---|---|\n".to_owned();
    for (name, severity, n) in output.statistics() {
        table.push_str(&format!("| {} | {} | {n} |\n", severity.name(), rule(name)));
    }
    table + "\nThere is no room here for more; the other formats have all of it.\n"
}

fn details(output: &Output<'_>, d: &Diagnostic) -> String {
    let finding = &d.finding;
    let shown = escape::xml(&at(output, d.finding.primary.span));
    let mut out = format!(
        "<details><summary>{}: {} at <code>{shown}</code></summary>\n\n",
        d.severity.name(),
        d.rule
    );
    let clauses = output.clauses(d);
    let mut clauses = clauses.iter().map(|clause| escape::markdown(&sentence(clause)));
    out.push_str(&format!("{}\n\n", clauses.next().unwrap_or_default()));
    for clause in clauses {
        out.push_str(&format!("- {clause}\n"));
    }
    for label in &finding.related {
        let place = escape::code(&at(output, label.span));
        out.push_str(&format!("- {place}: {}\n", said(&label.text)));
    }
    let databases: Vec<String> = d.databases.iter().map(ToString::to_string).collect();
    out.push_str(&format!("- On {}.\n\n{}\n", databases.join(", "), said(&finding.help)));
    if let Some(code) = finding.code.as_ref().filter(|code| code.len() <= MAX_CODE) {
        let lines: Vec<String> = code.lines().map(clean).collect();
        let language = output.language(finding.primary.span);
        out.push_str(&format!("\n{}", escape::fence(language, &lines.join("\n"))));
    }
    out + "\n</details>\n\n"
}

/// What was looked at, what was not, and how to look again.
fn tail(output: &Output<'_>) -> String {
    let report = output.report;
    let s = &report.summary;
    let mut tail = String::new();
    let databases: Vec<String> = s
        .databases
        .iter()
        .zip(&s.evidence)
        .map(|(database, evidence)| format!("{database} ({})", said(evidence)))
        .collect();
    if !databases.is_empty() {
        tail.push_str(&format!("For {}.\n", databases.join(", ")));
    }
    for note in s.notes.iter().take(MAX_PLACES) {
        tail.push_str(&format!("Note: {}.\n", said(note)));
    }
    tail.push_str(&opaque(output));
    let again = escape::fence("sh", &clean(output.command));
    tail.push_str(&format!("\nTo see it again:\n\n{again}\n"));
    let rules: BTreeSet<&str> = report.diagnostics.iter().map(|d| d.rule).collect();
    tail + &rules.iter().map(|rule| format!("[{rule}]: {}\n", url(rule))).collect::<String>()
}

fn opaque(output: &Output<'_>) -> String {
    let all = &output.report.opaque;
    if all.is_empty() {
        return String::new();
    }
    let list: String = all
        .iter()
        .take(MAX_PLACES)
        .map(|opaque| {
            let place = escape::code(&at(output, opaque.span));
            format!("- {place}: {}\n", said(&opaque.reason))
        })
        .collect();
    let list = if list.len() < LIMIT / 4 { list } else { String::new() };
    let more = if all.len() > MAX_PLACES || list.is_empty() {
        "- `--show-opaque` lists all of them.\n"
    } else {
        ""
    };
    let places = count(all.len(), "place");
    format!(
        "\n<details><summary>{places} could not be read</summary>\n\n{list}{more}\n</details>\n"
    )
}

/// A link whose address stands in the tail.
fn rule(name: &str) -> String {
    format!("[{name}]")
}

fn at(output: &Output<'_>, span: Span) -> String {
    format!("{}:{}", short(&output.path(span)), output.start(span).line)
}

/// What the project says, on one line.
fn said(text: &str) -> String {
    escape::markdown(&clean(&short(text)))
}
