//! JUnit XML: a suite for each file, a test for each migration in it.
//!
//! A test holds one `failure` for all findings, since many readers show only the first; the
//! migrations that nothing was found in pass, so that a clean run is not a run without tests.
//! Written by hand: the characters that XML cannot say are the larger half of it, and the crates
//! at hand drop them where a reader should see them.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    io::{self, Write},
};

use super::{Output, clean, count, escape::xml, sentence};
use crate::diagnostic::{Diagnostic, Severity};

/// A migration, and what was found in it.
struct Test<'a> {
    name: String,
    line: usize,
    found: Vec<&'a Diagnostic>,
}

/// # Errors
/// Those of the writer.
pub(super) fn junit(out: &mut dyn Write, output: &Output<'_>) -> io::Result<()> {
    let suites = suites(output);
    let failed = |tests: &[Test<'_>]| tests.iter().filter(|t| !t.found.is_empty()).count();
    let all: usize = suites.values().map(Vec::len).sum();
    let failures: usize = suites.values().map(|tests| failed(tests)).sum();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"miglint\" tests=\"{all}\" failures=\"{failures}\">")?;
    for (path, tests) in &suites {
        let path = xml(path);
        writeln!(
            out,
            "  <testsuite name=\"{path}\" tests=\"{}\" failures=\"{}\" errors=\"0\">",
            tests.len(),
            failed(tests)
        )?;
        for test in tests {
            case(out, output, &path, test)?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

/// Tests by path: what was checked, and what was found outside of it.
fn suites<'a>(output: &Output<'a>) -> BTreeMap<String, Vec<Test<'a>>> {
    let mut suites: BTreeMap<String, Vec<Test<'a>>> = BTreeMap::new();
    for checked in &output.report.reviewed {
        let line = output.start(checked.span).line;
        let test = Test { name: clean(&checked.id), line, found: Vec::new() };
        suites.entry(output.path(checked.span)).or_default().push(test);
    }
    for diagnostic in &output.report.diagnostics {
        let span = diagnostic.finding.primary.span;
        let name = clean(diagnostic.migration.as_deref().unwrap_or("history"));
        let line = output.start(span).line;
        let tests = match suites.entry(output.path(span)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(Vec::new()),
        };
        match tests.iter_mut().find(|test| test.name == name) {
            Some(test) => test.found.push(diagnostic),
            None => tests.push(Test { name, line, found: vec![diagnostic] }),
        }
    }
    suites
}

fn case(out: &mut dyn Write, output: &Output<'_>, path: &str, test: &Test<'_>) -> io::Result<()> {
    let name = xml(&test.name);
    let line = test.found.first().map_or(test.line, |d| output.start(d.finding.primary.span).line);
    write!(
        out,
        "    <testcase name=\"{name}\" classname=\"{path}\" file=\"{path}\" line=\"{line}\" time=\"0\""
    )?;
    let Some(worst) = test.found.iter().max_by_key(|d| d.severity) else {
        return writeln!(out, "/>");
    };
    writeln!(out, ">")?;
    let message = match test.found.as_slice() {
        [one] => format!("{}: {}", one.rule, clean(&one.finding.message)),
        many => {
            let errors = many.iter().filter(|d| d.severity == Severity::Error).count();
            let counts = [(errors, "error"), (many.len() - errors, "warning")];
            let some = counts.iter().filter(|(n, _)| *n > 0);
            some.map(|(n, what)| count(*n, what)).collect::<Vec<_>>().join(", ")
        }
    };
    let (message, severity) = (xml(&message), worst.severity.name());
    write!(out, "      <failure message=\"{message}\" type=\"{severity}\">")?;
    let texts: Vec<String> = test.found.iter().map(|d| text(output, d)).collect();
    write!(out, "{}", xml(&texts.join("\n\n")))?;
    writeln!(out, "</failure>\n    </testcase>")
}

/// A finding as lines of text.
fn text(output: &Output<'_>, diagnostic: &Diagnostic) -> String {
    let mut lines = vec![output.line(diagnostic)];
    lines.extend(output.clauses(diagnostic).iter().skip(1).map(|clause| sentence(clause)));
    lines.push(clean(&diagnostic.finding.help));
    let code = diagnostic.finding.code.as_deref().unwrap_or_default();
    lines.extend(code.lines().map(|line| format!("    {}", clean(line))));
    lines.join("\n")
}
