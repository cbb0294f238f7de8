//! One line for each finding.

use std::io::{self, Write};

use super::{Output, clean};

/// # Errors
/// Those of the writer.
pub fn concise(out: &mut dyn Write, output: &Output<'_>) -> io::Result<()> {
    for diagnostic in &output.report.diagnostics {
        let span = diagnostic.finding.primary.span;
        let at = output.start(span);
        writeln!(
            out,
            "{}:{}:{}: {}[{}] {}",
            output.path(span),
            at.line,
            at.column,
            diagnostic.severity.name(),
            diagnostic.rule,
            clean(&diagnostic.finding.message)
        )?;
    }
    Ok(())
}
