//! Workflow commands, which GitHub shows as annotations on the lines of a pull request.
//!
//! The runner's own rules (actions/toolkit `core/src/command.ts`, actions/runner
//! `ActionCommandManager.cs`): messages escape `%`, CR and LF, properties `:` and `,` too;
//! columns count from 1 and are dropped for places over several lines; ten of each level are
//! kept for a step. Files are named from the top of the repository.

use std::io::{self, Write};

use super::{Output, clean, count};
use crate::diagnostic::{Diagnostic, Severity};

/// How many annotations of one level the runner keeps for a step.
const LIMIT: usize = 10;

/// # Errors
/// Those of the writer.
pub(super) fn github(out: &mut dyn Write, output: &Output<'_>) -> io::Result<()> {
    let mut over = 0;
    for severity in [Severity::Error, Severity::Warning] {
        let of: Vec<&Diagnostic> =
            output.report.diagnostics.iter().filter(|d| d.severity == severity).collect();
        for diagnostic in of.iter().take(LIMIT) {
            annotation(out, output, diagnostic)?;
        }
        for diagnostic in of.iter().skip(LIMIT) {
            over += 1;
            // Not a command: the runner would drop it, and the log keeps it this way.
            writeln!(out, " {}", escape(&output.line(diagnostic)))?;
        }
    }
    if over > 0 {
        let text = format!(
            "{} in the log only: GitHub keeps {LIMIT} annotations of each level for a step",
            count(over, "more finding")
        );
        writeln!(out, "::notice title=miglint::{}", escape(&text))?;
    }
    Ok(())
}

fn annotation(out: &mut dyn Write, output: &Output<'_>, diagnostic: &Diagnostic) -> io::Result<()> {
    let span = diagnostic.finding.primary.span;
    let (start, end) = (output.start(span), output.end(span));
    let mut place =
        format!("file={},line={}", property(&clean(&output.forge_path(span))), start.line);
    if start.line == end.line {
        place.push_str(&format!(
            ",endLine={},col={},endColumn={}",
            end.line,
            start.column,
            end.column.max(start.column + 1)
        ));
    } else {
        place.push_str(&format!(",endLine={}", end.line));
    }
    let finding = &diagnostic.finding;
    // The runner does not print the properties in the log: the place stands in the message too.
    let mut message = output.line(diagnostic);
    let label = Some(&finding.primary.text).filter(|text| !text.is_empty());
    for said in label.into_iter().chain(&finding.consequences) {
        message.push_str(&format!("\n{}", clean(said)));
    }
    message.push_str(&format!("\n{}", clean(&finding.help)));
    if let Some(code) = &finding.code {
        for code in code.lines() {
            message.push_str(&format!("\n    {}", clean(code)));
        }
    }
    let level = diagnostic.severity.name();
    let title = property(&format!("miglint: {}", diagnostic.rule));
    writeln!(out, "::{level} {place},title={title}::{}", escape(&message))
}

fn escape(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    escape(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{escape, property};

    #[test]
    fn commands_cannot_be_smuggled_in() {
        assert_eq!(escape("a\n::error::b%0A"), "a%0A::error::b%250A");
        assert_eq!(property("x.py,line=1::x\r"), "x.py%2Cline=1%3A%3Ax%0D");
    }
}
