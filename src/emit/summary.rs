//! The last lines: what was read, what is under review, what stayed opaque, for which databases.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    time::Duration,
};

use anstyle::{AnsiColor, Style as Ansi};

use super::{Output, clean, count, url};
use crate::diagnostic::Severity;

/// # Errors
/// Those of the writer.
pub fn summary(out: &mut dyn Write, output: &Output<'_>, took: Duration) -> io::Result<()> {
    let report = output.report;
    let paint = |text: String, style: Ansi| match output.style.color {
        true => format!("{style}{text}{style:#}"),
        false => text,
    };
    let (text, color) = match (output.of(Severity::Error), output.of(Severity::Warning)) {
        (0, 0) => ("No findings".to_owned(), AnsiColor::Green),
        (0, _) => (output.verdict(), AnsiColor::Yellow),
        _ => (output.verdict(), AnsiColor::Red),
    };
    let verdict = paint(text, color.on_default().bold());
    let s = &report.summary;
    let review = match s.under_review {
        n if n == s.migrations => "all of them under review".to_owned(),
        n => format!("{n} of them under review"),
    };
    if s.trees.is_empty() {
        return writeln!(out, "{verdict}: no migrations are here.");
    }
    writeln!(
        out,
        "{verdict}: read {} ({}), {review} ({}), in {} ms.",
        count(s.migrations, "migration"),
        trees(&s.trees),
        clean(&s.basis),
        took.as_millis().max(1)
    )?;
    let databases: Vec<String> = s
        .databases
        .iter()
        .zip(&s.evidence)
        .map(|(database, evidence)| format!("{database} ({})", clean(evidence)))
        .collect();
    if !databases.is_empty() {
        writeln!(out, "For {}.", databases.join(", "))?;
    }
    let left_out = [(s.suppressed, "suppressed"), (s.baselined, "known to the baseline")];
    let left_out: Vec<String> = left_out
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| format!("{} {what}", count(*n, "finding")))
        .collect();
    if !left_out.is_empty() {
        writeln!(out, "Left out: {}.", left_out.join(", "))?;
    }
    if let Some(first) = report.opaque.first() {
        let at = output.start(first.span);
        writeln!(
            out,
            "{} could not be read, such as {}:{}: {}. `--show-opaque` lists them.",
            count(report.opaque.len(), "place"),
            output.path(first.span),
            at.line,
            clean(&first.reason)
        )?;
    }
    if s.under_review == 0 && s.migrations > 0 {
        writeln!(out, "Nothing is new here; `--since all` looks at the whole history.")?;
    }
    if let Some(head) = s.head.as_ref().filter(|_| !report.diagnostics.is_empty()) {
        let head = clean(head);
        writeln!(
            out,
            "Has all of this run already? `--since {head}` looks at what follows, and so does `since = \"{head}\"` in miglint.toml."
        )?;
    }
    for note in &s.notes {
        writeln!(out, "Note: {}.", clean(note))?;
    }
    pages(out, output)
}

/// Where the rules that found something are explained, each once.
fn pages(out: &mut dyn Write, output: &Output<'_>) -> io::Result<()> {
    let rules: BTreeSet<&str> = output.report.diagnostics.iter().map(|d| d.rule).collect();
    if !output.style.pages || rules.is_empty() {
        return Ok(());
    }
    writeln!(out, "Read more:")?;
    for rule in rules {
        writeln!(out, "  {}", url(rule))?;
    }
    Ok(())
}

/// How often each rule found something, one a line.
///
/// # Errors
/// Those of the writer.
pub fn statistics(out: &mut dyn Write, output: &Output<'_>) -> io::Result<()> {
    let counts = output.statistics();
    let width = counts.first().map_or(0, |(.., n)| n.to_string().len());
    for (rule, severity, n) in counts {
        let name = match output.style.links {
            // OSC 8, as annotate-snippets writes it.
            true => format!("\x1b]8;;{}\x1b\\{rule}\x1b]8;;\x1b\\", url(rule)),
            false => rule.to_owned(),
        };
        writeln!(out, "{n:width$}  {:7}  {name}", severity.name())?;
    }
    Ok(())
}

fn trees(trees: &[(&'static str, String)]) -> String {
    let mut shown: Vec<String> =
        trees.iter().take(3).map(|(tool, dir)| format!("{tool} in {}", clean(dir))).collect();
    if trees.len() > 3 {
        shown.push(format!("and {} more trees", trees.len() - 3));
    }
    shown.join(", ")
}

/// Every place that stayed opaque, one a line.
///
/// # Errors
/// Those of the writer.
pub fn opaque(out: &mut dyn Write, output: &Output<'_>) -> io::Result<()> {
    for place in &output.report.opaque {
        let at = output.start(place.span);
        writeln!(
            out,
            "{}:{}:{}: opaque: {}",
            output.path(place.span),
            at.line,
            at.column,
            clean(&place.reason)
        )?;
    }
    Ok(())
}
