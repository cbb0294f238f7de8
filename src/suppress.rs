//! `miglint: ignore[RULE] until=DATE REASON`: findings that a team has decided to live with, and
//! what is wrong with such comments.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    ops::Range,
};

use jiff::civil::Date;

use crate::{
    diagnostic::{Diagnostic, Finding, Label, Report},
    frontend::{self, Outline},
    project::config::{Settings, glob_set},
    rules::{self, Rule, finding},
    source::{FileId, Sources, Span},
};

/// What a run knows that decides about suppressions.
pub(crate) struct Context<'a> {
    pub(crate) sources: &'a Sources,
    pub(crate) settings: &'a Settings,
    pub(crate) rules: &'a [&'static Rule],
    /// The day on which it is decided whether a suppression has expired.
    pub(crate) today: Date,
    /// Files read as migrations, with the migration's id.
    /// True: it is under review, so that a comment there has to be of use.
    pub(crate) files: BTreeMap<FileId, (String, bool)>,
    /// False where the run was narrowed to some databases: what is not found then proves nothing.
    pub(crate) whole: bool,
}

/// One comment for miglint.
struct Suppression {
    comment: Span,
    rules: Vec<&'static str>,
    until: Option<Date>,
    /// The bytes of the file that it is for.
    scope: Range<u32>,
    used: HashSet<&'static str>,
}

/// Takes out what the configuration and the comments suppress, counts it, and reports comments
/// that are of no use.
pub(crate) fn apply(context: &Context<'_>, report: &mut Report) {
    let mut before = report.diagnostics.len();
    by_configuration(context, report);
    let (mut suppressions, mut findings) = read(context, report);
    report.diagnostics.retain_mut(|d| {
        let file = d.finding.primary.span.file;
        suppressions.get_mut(&file).is_none_or(|of_file| !is_suppressed(context, of_file, d))
    });
    report.summary.suppressed += before - report.diagnostics.len();
    for suppression in suppressions.values().flatten() {
        findings.extend(unused(context, suppression).map(|f| ("unused-suppression", f)));
    }
    for (name, finding) in findings {
        if let Some(rule) = context.rules.iter().find(|rule| rule.name == name) {
            let migration = context.files.get(&finding.primary.span.file);
            let migration = migration.map(|(id, _)| id.clone());
            report.diagnostics.push(Diagnostic::new(rule, migration, Vec::new(), finding));
        }
    }
    before = report.diagnostics.len();
    by_configuration(context, report);
    report.summary.suppressed += before - report.diagnostics.len();
}

/// `per-file-ignores`, `per-migration-ignores`, `small-tables`.
fn by_configuration(context: &Context<'_>, report: &mut Report) {
    let config = &context.settings.config;
    let files: Vec<_> = config
        .per_file_ignores
        .iter()
        .flatten()
        .map(|(pattern, rules)| (glob_set([pattern]), rules))
        .collect();
    let small = config.small_tables.as_deref().unwrap_or_default();
    report.diagnostics.retain(|d| {
        let named =
            |rules: &[crate::project::config::RuleName]| rules.iter().any(|r| r.0 == d.rule);
        let path = context.settings.seen(&context.sources.path(d.finding.primary.span.file));
        let by_file = files.iter().any(|(globs, rules)| named(rules) && globs.is_match(&path));
        let ignored = config.per_migration_ignores.as_ref();
        let by_migration = ignored
            .zip(d.migration.as_ref())
            .and_then(|(ignored, id)| ignored.get(id))
            .is_some_and(|rules| named(rules));
        let scales = rules::find(d.rule).is_some_and(|rule| rule.scales);
        let is_small = scales && d.finding.table.as_ref().is_some_and(|t| small.contains(t));
        !by_file && !by_migration && !is_small
    });
}

/// Marks the suppression that covers a finding. One that has expired is named instead.
fn is_suppressed(
    context: &Context<'_>,
    suppressions: &mut [Suppression],
    diagnostic: &mut Diagnostic,
) -> bool {
    let span = diagnostic.finding.primary.span;
    for suppression in suppressions {
        let covers = suppression.rules.contains(&diagnostic.rule)
            && suppression.scope.start <= span.start
            && span.start <= suppression.scope.end;
        if !covers {
            continue;
        }
        suppression.used.insert(diagnostic.rule);
        match suppression.until.filter(|until| *until < context.today) {
            None => return true,
            Some(until) => diagnostic.finding.related.push(Label {
                span: suppression.comment,
                text: format!("this was suppressed until {until}"),
            }),
        }
    }
    false
}

fn unused(context: &Context<'_>, suppression: &Suppression) -> Option<Finding> {
    let judged = context.whole
        && context.files.get(&suppression.comment.file).is_some_and(|(_, review)| *review);
    let ran = |name: &str| context.rules.iter().any(|rule| rule.name == name);
    let idle: Vec<String> = suppression
        .rules
        .iter()
        .filter(|rule| judged && ran(rule) && !suppression.used.contains(*rule))
        // Found only where a base is compared with: not by every run that reads the comment.
        .filter(|rule| !rules::find(rule).is_some_and(Rule::needs_base))
        .map(|rule| format!("`{rule}`"))
        .collect();
    if idle.is_empty() {
        return None;
    }
    let names = idle.join(", ");
    Some(finding(
        suppression.comment,
        "",
        format!("there is no finding of {names} here to suppress"),
        match idle.len() == suppression.rules.len() {
            true => "Delete the comment.".to_owned(),
            false => format!("Take {names} out of the comment."),
        },
    ))
}

type ByFile = BTreeMap<FileId, Vec<Suppression>>;

/// Comments that are read in one file at the most: no more than anybody writes.
const MAX_COMMENTS: usize = 500;

/// All comments for miglint in the migrations and where else something was found, such as a
/// helper of theirs; and what is wrong with those in the migrations.
fn read(context: &Context<'_>, report: &Report) -> (ByFile, Vec<(&'static str, Finding)>) {
    let (mut found, mut wrong) = (ByFile::new(), Vec::new());
    let others = report.diagnostics.iter().map(|d| d.finding.primary.span.file);
    let files: BTreeSet<FileId> = context.files.keys().copied().chain(others).collect();
    for file in files {
        let judged = context.files.get(&file).is_some_and(|(_, review)| *review);
        let source = context.sources.file(file);
        if !source.text.contains("miglint:") {
            continue;
        }
        let outline = frontend::outline(&source.path, &source.text);
        let said = outline.comments.iter().filter_map(|comment| {
            let text = source.text.get(comment.clone())?;
            Some((comment, text, directive(text)?))
        });
        for (comment, text, directive) in said.take(MAX_COMMENTS) {
            let span = Span::new(file, comment.start, comment.start + text.trim_end().len());
            match parse(directive, context) {
                Ok((rules, until)) => found.entry(file).or_default().push(Suppression {
                    comment: span,
                    rules,
                    until,
                    scope: scope(&source.text, &outline, comment),
                    used: HashSet::new(),
                }),
                Err((message, help)) if judged => {
                    wrong.push(("invalid-suppression", finding(span, "", message, help)));
                }
                Err(_) => {}
            }
        }
    }
    (found, wrong)
}

/// What follows `miglint:` in a comment.
fn directive(comment: &str) -> Option<&str> {
    let (before, text) = comment.split_once("miglint:")?;
    // It may follow a comment for another tool, with a mark of its own.
    if !before.trim_end().ends_with(['#', '-', '/', '*']) {
        return None;
    }
    let text = text.trim();
    Some(text.strip_suffix("*/").unwrap_or(text).trim_end())
}

const FORM: &str =
    "Write `miglint: ignore[RULE] REASON`; `until=YYYY-MM-DD` may stand before the reason.";

type Parsed = (Vec<&'static str>, Option<Date>);

/// Reads `ignore[a, b] until=2027-03-01 reason`; an error is a message and what to do.
fn parse(text: &str, context: &Context<'_>) -> Result<Parsed, (String, String)> {
    let form = |message: &str| (message.to_owned(), FORM.to_owned());
    let rest = text
        .strip_prefix("ignore")
        .ok_or_else(|| form("this comment for miglint has a form that it does not know"))?;
    let rest = rest
        .trim_start()
        .strip_prefix('[')
        .ok_or_else(|| form("this comment does not name the rules that it suppresses"))?;
    let (names, rest) =
        rest.split_once(']').ok_or_else(|| form("the list of rules in this comment has no end"))?;
    let mut rules = Vec::new();
    for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let rule = rules::find(name).ok_or_else(|| {
            let help = match rules::nearest(name) {
                Some(near) => format!("Do you mean `{near}`?"),
                None => "`miglint rules` lists them.".to_owned(),
            };
            (format!("there is no rule `{name}`"), help)
        })?;
        if !rules.contains(&rule.name) {
            rules.push(rule.name);
        }
    }
    if rules.is_empty() {
        return Err(form("this comment does not name the rules that it suppresses"));
    }
    let rest = rest.trim();
    let (until, reason) = match rest.strip_prefix("until=") {
        None => (None, rest),
        Some(rest) => {
            let (date, reason) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            let until = is_date(date)
                .then(|| date.parse::<Date>().ok())
                .flatten()
                .ok_or_else(|| form(&format!("`{date}` is no date")))?;
            (Some(until), reason.trim())
        }
    };
    if reason.is_empty() && context.settings.config.require_reason == Some(true) {
        return Err((
            "this suppression has no reason".to_owned(),
            "Say behind the rules why it is safe; the configuration asks for it.".to_owned(),
        ));
    }
    Ok((rules, until))
}

/// `2027-03-01`, and no other of the forms in which a date can be written.
fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

/// The part of a file that a comment is for.
fn scope(text: &str, outline: &Outline, comment: &Range<usize>) -> Range<u32> {
    let clip = |range: Range<usize>| range.start as u32..range.end as u32;
    let line = text[..comment.start].rfind('\n').map_or(0, |at| at + 1);
    let after = outline.statements.partition_point(|s| s.range.start < comment.start);
    // Statements other than blocks lie side by side.
    let mut before = outline.statements[..after].iter().rev().filter(|s| !s.block).peekable();
    if let Some(around) = before.peek().filter(|s| s.range.end > comment.start) {
        return clip(around.range.clone());
    }
    if !text[line..comment.start].trim().is_empty() {
        let on_line = before.take_while(|s| s.range.end > line);
        let start = on_line.last().map_or(line, |s| s.range.start.min(line));
        return clip(start..comment.end);
    }
    let next = outline.statements.get(after);
    let adjacent = next.filter(|next| !has_blank_line(&text[comment.end..next.range.start]));
    let head = outline.first.is_none_or(|first| comment.start < first);
    match adjacent {
        // Nothing is found at an import or a docstring: what stands above is for the file.
        Some(next) if !head || !next.plain => clip(next.range.clone()),
        _ if head => 0..u32::MAX,
        _ => clip(comment.clone()),
    }
}

/// Whether some line between a comment's end and the next statement is empty.
fn has_blank_line(between: &str) -> bool {
    let mut lines = between.split('\n').skip(1).peekable();
    while let Some(line) = lines.next() {
        // The last piece is the indentation of the statement itself.
        if lines.peek().is_some() && line.trim().is_empty() {
            return true;
        }
    }
    false
}
