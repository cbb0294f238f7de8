//! What was found, as bytes: for people, for machines, for GitHub.

mod concise;
mod full;
mod github;
mod graph;
mod json;
mod schema;
mod summary;

pub use concise::concise;
pub use full::full;
pub use github::github;
pub use graph::{graph_json, graph_text};
pub use json::json;
pub use schema::{schema_json, schema_text};
pub use summary::{opaque, summary};

use crate::{
    diagnostic::{Diagnostic, Report},
    source::{Position, Sources, Span},
};

/// What every emitter is given.
pub struct Output<'a> {
    pub sources: &'a Sources,
    pub report: &'a Report,
    /// Put before every path that people see: the way from the working directory to the root.
    pub prefix: &'a str,
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
}

impl Output<'_> {
    /// A file as people see it, harmless to a terminal.
    pub fn path(&self, span: Span) -> String {
        clean(&format!("{}{}", self.prefix, self.sources.path(span.file)))
    }

    pub fn start(&self, span: Span) -> Position {
        self.sources.file(span.file).position(span.start)
    }

    pub fn end(&self, span: Span) -> Position {
        self.sources.file(span.file).position(span.end)
    }
}

impl Output<'_> {
    /// A finding on one line: place, severity, rule, message.
    fn line(&self, diagnostic: &Diagnostic) -> String {
        let span = diagnostic.finding.primary.span;
        let (path, at) = (self.path(span), self.start(span));
        let severity = diagnostic.severity.name();
        let message = clean(&diagnostic.finding.message);
        format!("{path}:{}:{}: {severity}[{}] {message}", at.line, at.column, diagnostic.rule)
    }
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
fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}
