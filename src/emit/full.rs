//! For people at a terminal: the lines, the labels, the places elsewhere, the safe way.

use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet, renderer::DecorStyle};

use super::{Output, clean, url};
use crate::{
    diagnostic::{Diagnostic, Label, Severity},
    source::{SourceFile, Span},
};

/// Lines longer than this, in bytes, are cut around the place they are shown for.
const MAX_LINE: usize = 600;
/// Places that span more lines than this are shown by their beginning.
const MAX_LINES: usize = 12;

/// # Errors
/// Those of the writer.
pub fn full(out: &mut dyn Write, output: &Output<'_>) -> io::Result<()> {
    let renderer = if output.style.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(output.style.width);
    for diagnostic in &output.report.diagnostics {
        let text = render(output, &renderer, diagnostic);
        writeln!(out, "{}\n", text.trim_end())?;
    }
    Ok(())
}

fn render(output: &Output<'_>, renderer: &Renderer, diagnostic: &Diagnostic) -> String {
    let finding = &diagnostic.finding;
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut title = level.primary_title(clean(&finding.message)).id(diagnostic.rule);
    let link = url(diagnostic.rule);
    if output.style.links {
        title = title.id_url(link);
    }
    let mut windows: Vec<Window> = Vec::new();
    place(output, &mut windows, &finding.primary, AnnotationKind::Primary);
    for related in &finding.related {
        place(output, &mut windows, related, AnnotationKind::Context);
    }
    let mut group = Group::with_title(title);
    for window in &windows {
        let mut snippet = Snippet::source(window.text.as_str())
            .path(window.path.as_str())
            .line_start(window.line);
        for mark in &window.marks {
            let mut annotation = mark.kind.span(mark.from..mark.to);
            if !mark.text.is_empty() {
                annotation = annotation.label(mark.text.as_str());
            }
            snippet = snippet.annotation(annotation);
        }
        group = group.element(snippet);
    }
    let databases: Vec<String> = diagnostic.databases.iter().map(ToString::to_string).collect();
    let mut groups =
        vec![group.element(Level::NOTE.message(format!("on {}", databases.join(", "))))];
    let help = clean(&finding.help);
    match &finding.code {
        None => {
            if let Some(last) = groups.pop() {
                groups.push(last.element(Level::HELP.message(help)));
            }
        }
        Some(code) => {
            let code: Vec<String> = code.lines().map(clean).collect();
            let text = format!(
                "{help}\n\n{}",
                code.iter().map(|l| format!("    {l}")).collect::<Vec<_>>().join("\n")
            );
            if let Some(last) = groups.pop() {
                groups.push(last.element(Level::HELP.message(text)));
            }
        }
    }
    renderer.render(&groups)
}

/// A stretch of a file around the places that are shown of it.
struct Window {
    span: Span,
    path: String,
    text: String,
    line: usize,
    /// Where `text` begins in the file, in bytes; `None`: the line was cut.
    start: Option<usize>,
    marks: Vec<Mark>,
}

struct Mark {
    kind: AnnotationKind,
    from: usize,
    to: usize,
    text: String,
}

/// Puts a label into the window it fits into, or opens one for it.
fn place(output: &Output<'_>, windows: &mut Vec<Window>, label: &Label, kind: AnnotationKind) {
    let file = output.sources.file(label.span.file);
    let text = clean(&label.text);
    let (from, to) = shown(&file, label.span);
    let near = windows.iter_mut().find(|w| {
        w.span.file == label.span.file
            && w.start.is_some_and(|start| from >= start && to <= start + w.text.len())
    });
    if let Some(window) = near {
        let start = window.start.unwrap_or_default();
        window.marks.push(Mark { kind, from: from - start, to: to - start, text });
        return;
    }
    let lines = around(&file, from, to);
    let line = file.position(lines.0 as u32).line;
    let mut window = Window {
        span: label.span,
        path: output.path(label.span),
        text: file.text[lines.0..lines.1].to_owned(),
        line,
        start: Some(lines.0),
        marks: Vec::new(),
    };
    let (mut from, mut to) = (from - lines.0, to - lines.0);
    if window.text.split('\n').any(|line| line.len() > MAX_LINE) {
        (window.text, from, to) = cut(&window.text, from, to);
        window.start = None;
    }
    window.marks.push(Mark { kind, from, to, text });
    windows.push(window);
}

/// What of a place is shown: all of it, or its first lines.
fn shown(file: &SourceFile, span: Span) -> (usize, usize) {
    let (from, to) = (file.floor(span.start), file.floor(span.end));
    let whole = &file.text[from..to.max(from)];
    let mut ends = whole.match_indices('\n').map(|(at, _)| from + at);
    let many = ends.nth(MAX_LINES - 1).is_some();
    let end = if many { first_line_end(file, from, to) } else { to };
    (from, end.max(from))
}

fn first_line_end(file: &SourceFile, from: usize, to: usize) -> usize {
    file.text[from..to].find('\n').map_or(to, |at| from + at)
}

/// Whole lines around a place, with one line of context before it.
fn around(file: &SourceFile, from: usize, to: usize) -> (usize, usize) {
    let start = file.text[..from].rfind('\n').map_or(0, |at| at + 1);
    let end = file.text[to..].find('\n').map_or(file.text.len(), |at| to + at);
    (start, end)
}

/// Cuts a line that is too long to show down to the beginning of the place.
fn cut(text: &str, from: usize, to: usize) -> (String, usize, usize) {
    let floor = |mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let left = floor(from.saturating_sub(40));
    let right = floor((from + MAX_LINE / 2).min(text.len()));
    let right = text[from..right].find('\n').map_or(right, |at| from + at);
    let left = text[left..from].rfind('\n').map_or(left, |at| left + at + 1);
    (text[left..right].to_owned(), from - left, to.min(right) - left)
}
