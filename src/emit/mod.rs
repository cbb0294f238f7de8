//! What was found, as bytes: for people, for machines, for forges. One table lists the formats.

mod concise;
mod diff;
mod escape;
mod full;
mod github;
mod gitlab;
mod graph;
mod json;
mod junit;
mod line_hash;
mod markdown;
mod rdjson;
mod sarif;
mod schema;
mod summary;

use std::{
    cmp::Reverse,
    collections::BTreeMap,
    io::{self, Write},
};

pub use diff::{Compared, diff_json, diff_text};
pub use full::full;
pub use graph::{graph_json, graph_text};
pub use schema::{Replayed, SCHEMA_FORMATS, SchemaFormat, schema_step};
pub use summary::{opaque, statistics, summary};

use crate::{
    diagnostic::{Diagnostic, Report, Severity},
    rules::{self, Rule},
    source::{Position, Sources, Span},
};

/// A way to write what was found.
#[derive(Debug)]
pub struct Format {
    /// As `--output-format` and `--report` name it.
    pub name: &'static str,
    /// Writes the findings; errors are those of the writer.
    pub write: fn(&mut dyn Write, &Output<'_>) -> io::Result<()>,
    /// Lines of text, which the summary for people may follow; all others are whole documents.
    pub lines: bool,
}

/// Every format, in the order of `--help`.
pub const FORMATS: &[Format] = &[
    Format { name: "full", write: full, lines: true },
    Format { name: "concise", write: concise::concise, lines: true },
    Format { name: "json", write: json::json, lines: false },
    Format { name: "github", write: github::github, lines: true },
    Format { name: "sarif", write: sarif::sarif, lines: false },
    Format { name: "gitlab", write: gitlab::gitlab, lines: false },
    Format { name: "junit", write: junit::junit, lines: false },
    Format { name: "markdown", write: markdown::markdown, lines: false },
    Format { name: "rdjson", write: rdjson::rdjson, lines: false },
];

/// The format of that name.
///
/// # Errors
/// A sentence that says which is meant, or which there are.
pub fn format(name: &str) -> Result<&'static Format, String> {
    let names = || FORMATS.iter().map(|format| format.name);
    let found = FORMATS.iter().find(|format| format.name == name);
    found.ok_or_else(|| match rules::nearest_of(name, names()) {
        Some(near) => format!("there is no format `{name}`; do you mean `{near}`?"),
        None => {
            let all = names().collect::<Vec<_>>().join(", ");
            format!("there is no format `{name}`; there are {all}")
        }
    })
}

/// What every emitter is given.
pub struct Output<'a> {
    pub sources: &'a Sources,
    pub report: &'a Report,
    /// The rules that were asked for, whether they found something or not.
    pub rules: &'a [&'static Rule],
    /// Put before every path that people see: the way from the working directory to the root.
    pub prefix: &'a str,
    /// Put before every path that a forge reads: the way from the top of the repository to the
    /// root, wherever the command ran.
    pub repository: &'a str,
    /// The command that finds the same again, for a shell.
    pub command: &'a str,
    pub style: Style,
}

/// How text for people looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Rule names are links to their pages.
    pub links: bool,
    /// The summary lists the pages of the rules that found something: a log has no links.
    pub pages: bool,
}

impl Style {
    /// For a file: what a terminal can do is no matter there.
    pub const FILE: Style = Style { color: false, width: 100, links: false, pages: false };
}

impl Output<'_> {
    /// A file as people see it, harmless to a terminal.
    pub fn path(&self, span: Span) -> String {
        clean(&self.raw_path(span))
    }

    /// As the file system has it, from the working directory.
    fn raw_path(&self, span: Span) -> String {
        format!("{}{}", self.prefix, self.sources.path(span.file))
    }

    /// As the file system has it, from the top of the repository.
    fn forge_path(&self, span: Span) -> String {
        format!("{}{}", self.repository, self.sources.path(span.file))
    }

    /// What a fence of Markdown calls the language of a file.
    fn language(&self, span: Span) -> &'static str {
        let path = self.sources.path(span.file);
        if path.ends_with(".py") { "python" } else { "sql" }
    }

    pub fn start(&self, span: Span) -> Position {
        self.sources.file(span.file).position(span.start)
    }

    pub fn end(&self, span: Span) -> Position {
        self.sources.file(span.file).position(span.end)
    }
}

impl Output<'_> {
    fn of(&self, severity: Severity) -> usize {
        self.report.diagnostics.iter().filter(|d| d.severity == severity).count()
    }

    /// "2 errors, 1 warning"; empty where nothing was found.
    fn verdict(&self) -> String {
        let counts = [(self.of(Severity::Error), "error"), (self.of(Severity::Warning), "warning")];
        let some = counts.iter().filter(|(n, _)| *n > 0);
        some.map(|(n, what)| count(*n, what)).collect::<Vec<_>>().join(", ")
    }

    /// How often each rule found something, the most frequent first.
    fn statistics(&self) -> Vec<(&'static str, Severity, usize)> {
        let mut counts: BTreeMap<(&'static str, Severity), usize> = BTreeMap::new();
        for diagnostic in &self.report.diagnostics {
            *counts.entry((diagnostic.rule, diagnostic.severity)).or_default() += 1;
        }
        let mut sorted: Vec<_> = counts.into_iter().map(|((r, s), n)| (r, s, n)).collect();
        sorted.sort_by_key(|(rule, severity, n)| (Reverse(*n), Reverse(*severity), *rule));
        sorted
    }

    /// A place on one line: the first of several, and the whole line for a place without width.
    fn one_line(&self, span: Span) -> Line {
        let file = self.sources.file(span.file);
        let start = file.position(span.start);
        let from = file.floor(span.start);
        let rest = file.text[from..].split('\n').next().unwrap_or_default().trim_end();
        let wide = file.slice(span).split('\n').next().unwrap_or_default().trim_end();
        let width = if wide.is_empty() { rest } else { wide }.chars().count();
        Line { line: start.line, start: start.column, end: start.column + width }
    }

    /// The clauses of a finding that say what is wrong, the first of them its message: harmless
    /// to a terminal, and short enough to be read.
    fn clauses(&self, diagnostic: &Diagnostic) -> Vec<String> {
        let finding = &diagnostic.finding;
        let label = Some(&finding.primary.text).filter(|text| !text.is_empty());
        let said = std::iter::once(&finding.message).chain(label).chain(&finding.consequences);
        said.map(|text| clean(&short(text))).collect()
    }

    /// A finding on one line: place, severity, rule, message.
    fn line(&self, diagnostic: &Diagnostic) -> String {
        let span = diagnostic.finding.primary.span;
        let (path, at) = (self.path(span), self.start(span));
        let severity = diagnostic.severity.name();
        let message = clean(&diagnostic.finding.message);
        format!("{path}:{}:{}: {severity}[{}] {message}", at.line, at.column, diagnostic.rule)
    }
}

/// A stretch of one line: columns count from 1, in characters; the end is the one after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Line {
    line: usize,
    start: usize,
    end: usize,
}

/// Clauses longer than this, in characters, are cut: nobody reads on, and formats have limits.
const MAX_CLAUSE: usize = 1_000;

fn short(text: &str) -> String {
    match text.char_indices().nth(MAX_CLAUSE) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", &text[..at]),
    }
}

/// A clause as a sentence.
fn sentence(clause: &str) -> String {
    let mut chars = clause.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    let end = if clause.ends_with(['.', '!', '?', '…', ':']) { "" } else { "." };
    first.into_iter().chain(chars).collect::<String>() + end
}

/// The page of a rule on the web.
pub fn url(rule: &str) -> String {
    format!("{}/blob/main/rules/{rule}.md", env!("CARGO_PKG_REPOSITORY"))
}

/// Text that no terminal takes for a command and nobody reads in another order than it has:
/// control characters, line and paragraph separators, and marks that turn the writing
/// direction are written out as `\u{…}`.
pub fn clean(text: &str) -> String {
    let bad = |c: char| {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
    };
    if !text.contains(bad) {
        return text.to_owned();
    }
    text.chars()
        .flat_map(|c| {
            let written: Box<dyn Iterator<Item = char>> =
                if bad(c) { Box::new(c.escape_unicode()) } else { Box::new(std::iter::once(c)) };
            written
        })
        .collect()
}

/// "1 error", "2 errors".
pub fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}
