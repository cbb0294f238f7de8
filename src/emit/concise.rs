//! One line for each finding.

use std::io::{self, Write};

use super::Output;

/// # Errors
/// Those of the writer.
pub(super) fn concise(out: &mut dyn Write, output: &Output<'_>) -> io::Result<()> {
    for diagnostic in &output.report.diagnostics {
        writeln!(out, "{}", output.line(diagnostic))?;
    }
    Ok(())
}
