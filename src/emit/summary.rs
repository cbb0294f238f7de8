//! The last lines: what was read, what is under review, what stayed opaque, for which databases.

use std::{
    io::{self, Write},
    time::Duration,
};

use anstyle::{AnsiColor, Style as Ansi};

use super::{Output, clean, count};
use crate::diagnostic::Severity;

/// # Errors
/// Those of the writer.
pub fn summary(out: &mut dyn Write, output: &Output<'_>, took: Duration) -> io::Result<()> {
    let report = output.report;
    let of = |severity| report.diagnostics.iter().filter(|d| d.severity == severity).count();
    let (errors, warnings) = (of(Severity::Error), of(Severity::Warning));
    let paint = |text: String, style: Ansi| match output.style.color {
        true => format!("{style}{text}{style:#}"),
        false => text,
    };
    let verdict = match (errors, warnings) {
        (0, 0) => paint("No findings".to_owned(), AnsiColor::Green.on_default().bold()),
        (0, w) => paint(count(w, "warning"), AnsiColor::Yellow.on_default().bold()),
        (e, 0) => paint(count(e, "error"), AnsiColor::Red.on_default().bold()),
        (e, w) => paint(
            format!("{}, {}", count(e, "error"), count(w, "warning")),
            AnsiColor::Red.on_default().bold(),
        ),
    };
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
    for note in &s.notes {
        writeln!(out, "Note: {}.", clean(note))?;
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
