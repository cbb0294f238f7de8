//! For people at a terminal: the lines, the labels, the places elsewhere, the safe way.

use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet, renderer::DecorStyle};

use super::{Output, clean, url};
use crate::{
    diagnostic::{Diagnostic, Label, Severity},
    source::{FileId, SourceFile, Span},
};

/// Lines longer than this, in bytes, are cut around the place they are shown for.
const MAX_LINE: usize = 600;
/// Places of one file that lie within as many bytes are shown together.
const MAX_WINDOW: usize = 4_000;
/// Places that span more lines than this are shown by their beginning.
const MAX_LINES: usize = 12;

/// # Errors
/// Those of the writer.
pub fn full(out: &mut dyn Write, output: &Output<'_>) -> io::Result<()> {
    let renderer = if output.style.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(output.style.width);
    for diagnostic in &output.report.diagnostics {
        let text = render(output, &renderer, diagnostic);
        for line in text.trim_end().lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
        writeln!(out)?;
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
    let mut places = vec![(AnnotationKind::Primary, &finding.primary)];
    places.extend(finding.related.iter().map(|label| (AnnotationKind::Context, label)));
    let windows = windows(output, &places);
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
    for consequence in &finding.consequences {
        group = group.element(Level::NOTE.message(clean(consequence)));
    }
    let databases: Vec<String> = diagnostic.databases.iter().map(ToString::to_string).collect();
    if !databases.is_empty() {
        group = group.element(Level::NOTE.message(format!("on {}", databases.join(", "))));
    }
    let mut groups = vec![group];
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
    path: String,
    text: String,
    line: usize,
    marks: Vec<Mark>,
}

struct Mark {
    kind: AnnotationKind,
    from: usize,
    to: usize,
    text: String,
}

/// Places in the order given; those of one file that are near to each other share a window.
fn windows(output: &Output<'_>, places: &[(AnnotationKind, &Label)]) -> Vec<Window> {
    let mut groups: Vec<Near> = Vec::new();
    for (kind, label) in places {
        let file = output.sources.file(label.span.file);
        let (from, to) = shown(&file, label.span);
        let lines = around(&file, from, to);
        let mark = Mark { kind: *kind, from, to, text: clean(&label.text) };
        let near = |group: &&mut Near| {
            let (first, last) = (group.start.min(lines.0), group.end.max(lines.1));
            group.file == label.span.file && last - first < MAX_WINDOW
        };
        match groups.iter_mut().find(near) {
            Some(group) => {
                (group.start, group.end) = (group.start.min(lines.0), group.end.max(lines.1));
                group.marks.push(mark);
            }
            None => groups.push(Near {
                file: label.span.file,
                start: lines.0,
                end: lines.1,
                marks: vec![mark],
            }),
        }
    }
    groups.into_iter().map(|group| window(output, group)).collect()
}

/// Places of one file, and the whole lines they lie in.
struct Near {
    file: FileId,
    start: usize,
    end: usize,
    marks: Vec<Mark>,
}

fn window(output: &Output<'_>, near: Near) -> Window {
    let Near { file: id, start, end, mut marks } = near;
    let file = output.sources.file(id);
    let mut text = file.text[start..end].to_owned();
    for mark in &mut marks {
        (mark.from, mark.to) = (mark.from - start, mark.to - start);
    }
    let mut line = file.position(start as u32).line;
    if text.split('\n').any(|line| line.len() > MAX_LINE)
        && let Some(first) = marks.first_mut()
    {
        line = file.position((start + first.from) as u32).line;
        (text, first.from, first.to) = cut(&text, first.from, first.to);
        marks.truncate(1);
    }
    Window { path: output.path(Span::top(id)), text, line, marks }
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
