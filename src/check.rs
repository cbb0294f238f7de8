//! The main job: finds the trees, decides what is under review, replays every history for
//! every target, and gathers what the rules say.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    path::{Path, PathBuf},
};

use jiff::civil::Date;
use rayon::prelude::*;

use crate::{
    baseline::Baseline,
    database::{Database, Dialect},
    diagnostic::{
        Checked, Diagnostic, Elsewhere, Finding, Label, OpaquePlace, Report, Severity, Summary,
        fingerprints,
    },
    fix::Writing,
    frontend::{self, Reader},
    history::{Broken, History, Migration},
    ir::Name,
    model,
    project::{self, Found as Project, Targets, Tool, Tree, config::Settings},
    replay::{self, Found, Outcome, Plan, Stopped, Walk, Walked, replay},
    review::{self, Against, Reviewed, Since},
    rules::{self, Check, Graph, Modelled, Rule},
    running::{Pending, Then},
    schema::Schema,
    source::{self, FileId, Sources, Span},
    suppress,
};

/// The stack of the threads that read and replay, in bytes: syntax trees are walked by
/// recursion, and their depth is bounded by the readers for this size.
pub const STACK: usize = 64 * 1024 * 1024;

/// What to check, and how.
pub struct Request {
    pub root: PathBuf,
    /// Files that what is reported is limited to, under the root; empty: no limit.
    pub only: Vec<String>,
    pub since: Since,
    /// Empty: what the configuration says, else what the project shows.
    pub databases: Vec<Database>,
    pub rules: Vec<&'static Rule>,
    /// Findings that are known.
    pub baseline: Option<Baseline>,
    /// The day on which suppressions are looked at.
    pub today: Date,
}

/// A project with its trees found.
pub struct Opened {
    pub sources: Sources,
    pub project: Project,
    pub settings: Settings,
}

/// Opens a project without a configuration.
///
/// # Errors
/// A sentence: the root is not there.
pub fn open(root: &Path) -> Result<Opened, String> {
    open_with(root, Settings::default())
}

/// Opens a project as its configuration says.
///
/// # Errors
/// A sentence: the root is not there, or a tree that the configuration names.
pub fn open_with(root: &Path, settings: Settings) -> Result<Opened, String> {
    let sources = Sources::new(root)
        .map_err(|e| format!("{} cannot be read: {}", root.display(), source::plain(&e)))?;
    if !sources.root().is_dir() {
        return Err(format!("{} is not a folder", root.display()));
    }
    let project = project::discover(&sources, &settings)?;
    Ok(Opened { sources, project, settings })
}

impl Opened {
    /// The databases of one tree: those asked for, else the configuration's, else what the
    /// project shows.
    pub fn targets(&self, tree: &Tree, asked: &[Database]) -> Targets {
        let Opened { sources, project, settings } = self;
        let of = |databases: &[Database], why: &str| -> Vec<(Database, String)> {
            databases.iter().map(|d| (*d, why.to_owned())).collect()
        };
        let configured = || settings.origin("databases").unwrap_or_default();
        let given = match (asked, &tree.databases, &settings.config.databases) {
            ([_, ..], _, _) => of(asked, "asked for"),
            ([], Some(own), _) => of(own, &settings.origin("trees").unwrap_or_default()),
            ([], None, Some(all)) => of(all, &configured()),
            ([], None, None) => Vec::new(),
        };
        project::targets(sources, project, tree, &given)
    }
}

/// Checks a project.
///
/// # Errors
/// A sentence: the work could not be done.
pub fn check(opened: &Opened, request: &Request) -> Result<Report, String> {
    let Opened { sources, project, settings } = opened;
    let everything = Against::Everything { why: String::new() };
    let is_revision = |name: &str| {
        project
            .trees
            .iter()
            .any(|tree| review::reviewed(sources, tree, &everything).history.find(name).is_some())
    };
    let mut report = Report::default();
    report.summary.notes.extend(project.notes.iter().cloned());
    let notes = &mut report.summary.notes;
    let against = review::against(sources, &request.since, is_revision, notes)?;
    let mut jobs: Vec<Job<'_>> =
        project.trees.iter().map(|tree| Job::new(opened, request, &against, tree)).collect();
    report.summary.basis = match &against {
        Against::Everything { why } => why.clone(),
        Against::Revision(revision) => format!("since revision {revision}"),
        Against::Base(base) => format!("since {}", base.name),
    };
    let runs: Vec<(usize, Database)> = jobs
        .iter()
        .enumerate()
        .flat_map(|(at, job)| job.databases.iter().map(move |(database, _)| (at, *database)))
        .collect();
    let then = Then::new(opened, &against);
    let (mut outcomes, pending): (Vec<Ran>, Vec<Option<Pending<'_>>>) = runs
        .into_par_iter()
        .map(|(at, database)| {
            let job = &jobs[at];
            let mut outcome = job.replay(sources, database, &request.rules);
            job.models(opened, &mut outcome, &request.rules);
            let pending = then.pending(job.tree, &mut outcome);
            (Ran { job: at, database, outcome }, pending)
        })
        .unzip();
    for (ran, pending) in outcomes.iter_mut().zip(&pending) {
        if let Some(pending) = pending {
            pending.check(&mut ran.outcome, &request.rules);
        }
    }
    drop(pending);
    report.summary.notes.extend(then.notes());
    if request.databases.is_empty() && settings.config.databases.is_none() {
        let all = matches!(against, Against::Everything { .. });
        leave_out(sources, &mut jobs, &mut outcomes, all, &mut report.summary.notes);
    }
    let all_read = outcomes.iter().all(|ran| ran.outcome.unloadable.is_empty())
        && jobs.iter().all(|job| job.reviewed.history.broken.is_empty());
    let mut merged = Merged::default();
    // Trees of one folder, one for each database, share files: a place is reported once.
    let group = |at: usize| {
        let tree = jobs[at].tree;
        let same = |job: &Job<'_>| job.tree.tool == tree.tool && job.tree.dir == tree.dir;
        jobs.iter().position(same).unwrap_or(at)
    };
    for (at, job) in jobs.iter().enumerate() {
        // Whichever database it is read for, a file that does not parse is the same file.
        let first = outcomes.iter().find(|ran| ran.job == at);
        let unloadable = first.map_or(&[][..], |ran| &ran.outcome.unloadable);
        job.graph(&request.rules, group(at), unloadable, &mut merged);
        job.count(&mut report.summary);
        report.reviewed.extend(job.checked());
        if matches!(against, Against::Revision(_)) && !job.reviewed.review.contains(&true) {
            let place = job.tree.shown();
            report.summary.notes.push(format!("{place} has nothing after that revision"));
        }
    }
    let made = made(&outcomes);
    let mut operations: HashMap<usize, usize> = HashMap::new();
    let mut opaque: BTreeSet<OpaquePlace> = BTreeSet::new();
    for ran in outcomes {
        let most = operations.entry(ran.job).or_default();
        *most = (*most).max(ran.outcome.operations);
        opaque.extend(ran.outcome.opaque);
        for found in ran.outcome.findings {
            let elsewhere = |what: &Elsewhere| {
                let (table, changes) = match what {
                    Elsewhere::Makes(table) => (table, false),
                    Elsewhere::Changes(table) => (table, true),
                };
                let by = made.get(&(ran.database.dialect, table.clone()));
                by.is_some_and(|jobs| {
                    jobs.iter().any(|(job, complete)| *job != ran.job && !(changes && *complete))
                })
            };
            if found.finding.unless.as_ref().is_some_and(elsewhere) {
                continue;
            }
            let migration =
                found.migration.map(|at| jobs[ran.job].reviewed.history.migrations[at].id.clone());
            merged.add(group(ran.job), found.rule, migration, &[ran.database], found.finding);
        }
    }
    // Without a base, the head is where the next review can begin.
    if let (Against::Everything { .. }, Since::Auto, [job]) = (&against, &request.since, &jobs[..])
        && let [head] = job.reviewed.history.heads[..]
        && job.reviewed.history.migrations.len() > 1
    {
        report.summary.head = Some(job.reviewed.history.migrations[head].id.clone());
    }
    if let Some(other) = &settings.passed_over {
        let first = settings.file.as_deref().unwrap_or_default();
        report.summary.notes.push(format!("{other} is not read, because {first} is"));
    }
    report.summary.operations = operations.values().sum();
    report.opaque = opaque.into_iter().collect();
    report.diagnostics = merged.finish();
    sort(sources, &mut report);
    let context = suppress::Context {
        sources,
        settings,
        rules: &request.rules,
        today: request.today,
        files: files(&jobs),
        whole: request.databases.is_empty(),
    };
    suppress::apply(&context, &mut report);
    grade(settings, &mut report.diagnostics);
    sort(sources, &mut report);
    fingerprints(sources, &mut report.diagnostics);
    if let Some(baseline) = &request.baseline {
        // What could not be read may hide what the baseline knows.
        let whole = all_read && request.databases.is_empty() && request.only.is_empty();
        known(
            baseline,
            whole,
            &Judge { sources, request, against: &against, jobs: &jobs },
            &mut report,
        );
    }
    limit(sources, request, &mut report);
    Ok(report)
}

/// So many migrations that cannot run on a database show that the history never ran there,
/// whatever a configuration or batch mode says: fewer may be what is to be found.
const NEVER_RAN: usize = 3;

/// Leaves out the databases that a project seems to be meant for, and whose history cannot run
/// there: its tables are made in another way, or the support is gone.
fn leave_out(
    sources: &Sources,
    jobs: &mut [Job<'_>],
    outcomes: &mut Vec<Ran>,
    all: bool,
    notes: &mut Vec<String>,
) {
    outcomes.retain(|ran| {
        let job = &mut jobs[ran.job];
        if job.tree.databases.is_some() || job.tree.dialect.is_some() || job.databases.len() < 2 {
            return true;
        }
        // What is under review is what may be wrong; where that is all of it, nothing tells what is
        // new, and so many are taken for a history that never ran there.
        let old = |at: &&usize| all || !job.reviewed.review[**at];
        let never: Vec<usize> = ran.outcome.impossible.iter().filter(old).copied().collect();
        let (Some(&first), true) = (never.first(), never.len() >= NEVER_RAN) else { return true };
        let first = sources.path(job.reviewed.history.migrations[first].file);
        let place = job.databases.iter().find(|(database, _)| *database == ran.database);
        let place = place.map(|(_, place)| place.clone()).unwrap_or_default();
        notes.push(format!(
            "{} ({place}) is left out: {} migrations cannot run there, such as {first}; to have it checked, name it under `databases` in the configuration",
            ran.database,
            never.len(),
        ));
        job.databases.retain(|(database, _)| *database != ran.database);
        false
    });
}

/// The tables that each tree leaves behind, and whether it makes them: several may run on one
/// database.
fn made(outcomes: &[Ran]) -> HashMap<(Dialect, Name), Vec<(usize, bool)>> {
    let mut made: HashMap<(Dialect, Name), Vec<(usize, bool)>> = HashMap::new();
    let needed = |ran: &Ran| ran.outcome.findings.iter().any(|f| f.finding.unless.is_some());
    if !outcomes.iter().any(needed) {
        return made;
    }
    for ran in outcomes {
        for table in ran.outcome.schema.tables() {
            let key = (ran.database.dialect, table.name.clone());
            made.entry(key).or_default().push((ran.job, table.complete));
        }
    }
    made
}

/// What the configuration says of a rule's severity, and of tables that carry the traffic.
fn grade(settings: &Settings, diagnostics: &mut [Diagnostic]) {
    let hot = settings.config.hot_tables.as_deref().unwrap_or_default();
    let severity = settings.config.severity.as_ref();
    for d in diagnostics {
        let set = severity.and_then(|all| all.iter().find(|(name, _)| name.0 == d.rule));
        if let Some((_, severity)) = set {
            d.severity = *severity;
        }
        let scales = rules::find(d.rule).is_some_and(|rule| rule.scales);
        if scales && d.finding.table.as_ref().is_some_and(|table| hot.contains(table)) {
            d.severity = Severity::Error;
        }
    }
}

/// The files of all migrations, with ids, and whether they are under review.
fn files(jobs: &[Job<'_>]) -> BTreeMap<FileId, (String, bool)> {
    let mut files: BTreeMap<FileId, (String, bool)> = BTreeMap::new();
    for Reviewed { history, review, .. } in jobs.iter().map(|job| &job.reviewed) {
        for (migration, review) in history.migrations.iter().zip(review) {
            for file in std::iter::once(migration.file).chain(migration.down_file) {
                let entry = files.entry(file).or_insert_with(|| (migration.id.clone(), false));
                entry.1 |= *review;
            }
        }
    }
    files
}

/// Leaves out what the baseline knows. Of what it knows and this run would have found again,
/// and has not, nothing stays in it.
fn known(baseline: &Baseline, whole: bool, judge: &Judge<'_>, report: &mut Report) {
    let found: HashSet<String> = report.diagnostics.iter().map(|d| d.fingerprint.clone()).collect();
    baseline.apply(report);
    if !whole {
        return;
    }
    let left = baseline.without(&found, |rule, migration, path| judge.sees(rule, migration, path));
    if left.len() < baseline.len() {
        report.summary.gone_from_baseline = baseline.len() - left.len();
        report.baseline = Some(left);
    }
}

/// Tells what a run would find again.
struct Judge<'a> {
    sources: &'a Sources,
    request: &'a Request,
    against: &'a Against,
    jobs: &'a [Job<'a>],
}

impl Judge<'_> {
    /// Whether a finding of a rule, a migration and a file would be found, if it still were there.
    fn sees(&self, name: &str, migration: Option<&str>, path: &str) -> bool {
        let Judge { sources, request, against, jobs } = self;
        let Some(rule) = request.rules.iter().find(|r| r.name == name) else {
            return rules::find(name).is_none();
        };
        // A path of another root, or of a tree that is not read here, lies in no folder of ours.
        let is_ours = || jobs.iter().any(|job| job.tree.below(path).is_some());
        if rule.needs_base() && !matches!(against, Against::Base(_)) {
            return false;
        }
        match name {
            // What a comment is for may be a rule that has not run.
            "unused-suppression" if request.rules.len() < rules::RULES.len() => return false,
            _ => {}
        }
        let Some(id) = migration.filter(|_| !matches!(rule.check, Check::Graph(_))) else {
            // Models lie beside the trees.
            let is_model = matches!(rule.check, Check::Models(_)) && sources.is_file(path);
            return is_model || is_ours();
        };
        let named: Vec<(&Migration, bool)> = jobs
            .iter()
            .filter_map(|job| {
                let at = job.reviewed.history.position(id)?;
                Some((&job.reviewed.history.migrations[at], job.reviewed.review[at]))
            })
            .collect();
        let has_path = |migration: &Migration| {
            let mut files = std::iter::once(migration.file).chain(migration.down_file);
            files.any(|file| sources.path(file) == path)
        };
        // Trees of two databases may share a file.
        let mut exact = named.iter().filter(|(migration, _)| has_path(migration)).peekable();
        if exact.peek().is_some() {
            return exact.any(|(_, review)| *review);
        }
        if sources.is_file(path) {
            // A helper of it.
            return !named.is_empty() && named.iter().all(|(_, review)| *review);
        }
        is_ours()
    }
}

/// One tree, ready to be replayed.
struct Job<'a> {
    tree: &'a Tree,
    databases: Vec<(Database, String)>,
    reviewed: Reviewed,
}

struct Ran {
    job: usize,
    database: Database,
    outcome: Outcome,
}

impl<'a> Job<'a> {
    fn new(opened: &Opened, request: &Request, against: &Against, tree: &'a Tree) -> Job<'a> {
        let Opened { sources, .. } = opened;
        let targets = opened.targets(tree, &request.databases);
        Job {
            tree,
            databases: targets.databases,
            reviewed: review::reviewed(sources, tree, against),
        }
    }

    fn replay(&self, sources: &Sources, database: Database, rules: &[&'static Rule]) -> Outcome {
        run(
            sources,
            self.tree,
            &self.reviewed.history,
            database,
            &self.reviewed.review,
            self.reviewed.alone,
            None,
            rules,
        )
    }

    /// What the rules say of the tree's models, which are read if any of them asks.
    fn models(&self, opened: &Opened, outcome: &mut Outcome, rules: &[&'static Rule]) {
        let Opened { sources, project, settings } = opened;
        let mut asking = rules.iter().filter_map(|rule| match rule.check {
            Check::Models(check) => Some((*rule, check)),
            _ => None,
        });
        let Some(first) = asking.next() else { return };
        // A history that does not load leaves behind nobody knows what.
        if !self.reviewed.history.broken.is_empty() || !outcome.unloadable.is_empty() {
            return;
        }
        let Some(models) = model::read_all(sources, project, self.tree, &outcome.schema) else {
            return;
        };
        let history = &self.reviewed.history;
        let modelled = Modelled {
            models: &models,
            declared: &models.schema(outcome.schema.database()),
            schema: &outcome.schema,
            history,
            sources,
            unmanaged: &settings.unmanaged(),
            writing: writing(self.tree, self.databases.iter().map(|(database, _)| *database)),
        };
        let mut out = Vec::new();
        for (rule, check) in std::iter::once(first).chain(asking) {
            let mut found = Vec::new();
            check(&modelled, &mut found);
            out.extend(found.into_iter().map(|finding| Found { rule, migration: None, finding }));
        }
        outcome.findings.extend(out);
        outcome.opaque.extend(models.opaque);
    }

    fn graph(
        &self,
        rules: &[&'static Rule],
        at: usize,
        unloadable: &[Broken],
        merged: &mut Merged,
    ) {
        let Reviewed { history, edited, .. } = &self.reviewed;
        let graph = Graph { history, edited, unloadable };
        let databases: Vec<Database> = self.databases.iter().map(|(d, _)| *d).collect();
        for rule in rules {
            let Check::Graph(check) = rule.check else { continue };
            let mut out = Vec::new();
            check(&graph, &mut out);
            for finding in out {
                let span = finding.primary.span;
                let migration = history.migrations.iter().find(|m| m.file == span.file);
                merged.add(at, rule, migration.map(|m| m.id.clone()), &databases, finding);
            }
        }
    }

    fn checked(&self) -> impl Iterator<Item = Checked> {
        let Reviewed { history, review, .. } = &self.reviewed;
        let under_review = history.migrations.iter().zip(review).filter(|(_, review)| **review);
        under_review.map(|(m, _)| Checked { id: m.id.clone(), span: m.id_span })
    }

    fn count(&self, summary: &mut Summary) {
        let Reviewed { history, review, from_base, notes, .. } = &self.reviewed;
        for note in notes {
            if !summary.notes.contains(note) {
                summary.notes.push(note.clone());
            }
        }
        summary.files += self.tree.files.len();
        summary.migrations += history.migrations.len();
        summary.under_review += review.iter().filter(|r| **r).count();
        if *from_base > 0 {
            let place = self.tree.shown();
            let what = if *from_base == 1 { "migration" } else { "migrations" };
            let note = format!(
                "{from_base} {what} of {place} read from the base, which has gained them since"
            );
            summary.notes.push(note);
        }
        if self.databases.is_empty() {
            let place = self.tree.shown();
            summary.notes.push(format!("{place} is for none of the databases asked for"));
        }
        for (database, place) in &self.databases {
            if !summary.databases.contains(database) {
                summary.databases.push(*database);
                summary.evidence.push(place.clone());
            }
        }
        summary.trees.push((self.tree.tool.name(), self.tree.shown()));
    }
}

/// How code for a tree is written: in batches where SQLite is among its targets.
pub(crate) fn writing(tree: &Tree, mut databases: impl Iterator<Item = Database>) -> Writing {
    match tree.tool {
        Tool::Alembic if databases.any(|database| database.is_sqlite()) => Writing::Batch,
        Tool::Alembic => Writing::Alembic,
        Tool::SeaOrm => Writing::SeaOrm,
        _ => Writing::Sql,
    }
}

/// Replays one tree for one database.
#[allow(clippy::too_many_arguments)]
pub fn run(
    sources: &Sources,
    tree: &Tree,
    history: &History,
    database: Database,
    review: &[bool],
    alone: bool,
    until: Option<usize>,
    rules: &[&'static Rule],
) -> Outcome {
    let mut reader = Reader::new(sources, tree);
    let base = frontend::base(sources, tree, database.dialect);
    let base = base.as_deref();
    let plan = Plan { history, database, base, review, alone, until, rules, sources };
    replay(&plan, &mut |migration, direction, schema| reader.lower(migration, direction, schema))
}

/// Walks through one tree for one database: see [`replay::walk`].
pub fn walk(
    sources: &Sources,
    tree: &Tree,
    history: &History,
    database: Database,
    walk: &Walk,
    visit: &mut dyn FnMut(&Walked<'_>),
) -> (Schema, Option<Stopped>) {
    let mut reader = Reader::new(sources, tree);
    let until = walk.until;
    let base = frontend::base(sources, tree, database.dialect);
    let base = base.as_deref();
    let plan =
        Plan { history, database, base, review: &[], alone: false, until, rules: &[], sources };
    let mut lower = |migration: &Migration, direction, schema: &mut Schema| {
        reader.lower(migration, direction, schema)
    };
    replay::walk(&plan, &mut lower, walk.back_to, visit)
}

/// Findings of all trees and databases, one for each rule and place.
#[derive(Default)]
struct Merged {
    order: Vec<Key>,
    found: HashMap<Key, Entry>,
}

/// Other messages of one place that are told.
const MORE: usize = 3;

type Key = (usize, &'static str, Span);

struct Entry {
    diagnostic: Diagnostic,
    /// Other messages at the same place for the same database: a loop, a helper.
    others: BTreeSet<String>,
}

impl Merged {
    fn add(
        &mut self,
        job: usize,
        rule: &'static Rule,
        migration: Option<String>,
        databases: &[Database],
        finding: Finding,
    ) {
        let key = (job, rule.name, finding.primary.span);
        let Some(entry) = self.found.get_mut(&key) else {
            let diagnostic = Diagnostic::new(rule, migration, databases.to_vec(), finding);
            self.order.push(key);
            self.found.insert(key, Entry { diagnostic, others: BTreeSet::new() });
            return;
        };
        let first = &mut entry.diagnostic;
        let again = databases.iter().all(|d| first.databases.contains(d));
        if again {
            if finding.message != first.finding.message {
                entry.others.insert(finding.message);
            }
            return;
        }
        first.databases.extend(
            databases.iter().filter(|d| !first.databases.contains(d)).copied().collect::<Vec<_>>(),
        );
        first.severity = first.severity.max(finding.severity.unwrap_or(rule.severity));
        for consequence in finding.consequences {
            if !first.finding.consequences.contains(&consequence) {
                first.finding.consequences.push(consequence);
            }
        }
        for related in finding.related {
            let known = first.finding.related.iter().any(|r| r.span == related.span);
            if !known && first.finding.related.len() < 6 {
                first.finding.related.push(related);
            }
        }
        // What works on SQLite (batch mode) works on both.
        if databases.iter().any(|d| d.is_sqlite()) && finding.code.is_some() {
            first.finding.code = finding.code;
        }
    }

    fn finish(mut self) -> Vec<Diagnostic> {
        let mut out = Vec::with_capacity(self.order.len());
        for key in &self.order {
            let Some(Entry { mut diagnostic, others }) = self.found.remove(key) else { continue };
            diagnostic.databases.sort();
            let more = others.len().saturating_sub(MORE);
            let also = others.into_iter().take(MORE).map(|message| format!("also: {message}"));
            diagnostic.finding.consequences.extend(also);
            if more > 0 {
                diagnostic.finding.consequences.push(format!("and {more} more from this place"));
            }
            let mut seen: BTreeMap<Span, ()> = BTreeMap::new();
            let primary = diagnostic.finding.primary.span;
            diagnostic
                .finding
                .related
                .retain(|Label { span, .. }| *span != primary && seen.insert(*span, ()).is_none());
            out.push(diagnostic);
        }
        out
    }
}

/// Drops what lies in files that were not asked for.
fn limit(sources: &Sources, request: &Request, report: &mut Report) {
    if request.only.is_empty() {
        return;
    }
    let wanted = |span: Span| request.only.contains(&sources.path(span.file));
    report.diagnostics.retain(|d| {
        wanted(d.finding.primary.span)
            || d.finding.related.iter().any(|r| wanted(r.span) && d.rule == "multiple-heads")
    });
    report.opaque.retain(|place| wanted(place.span));
    report.reviewed.retain(|migration| wanted(migration.span));
}

fn sort(sources: &Sources, report: &mut Report) {
    let place = |span: Span| (sources.path(span.file), span.start);
    report.diagnostics.sort_by_cached_key(|d| {
        let worst_first = match d.severity {
            Severity::Error => 0,
            Severity::Warning => 1,
        };
        (place(d.finding.primary.span), worst_first, d.rule)
    });
    report.opaque.sort_by_cached_key(|o| (place(o.span), o.reason.clone()));
    let summary = &mut report.summary;
    let mut paired: Vec<_> = summary.databases.drain(..).zip(summary.evidence.drain(..)).collect();
    paired.sort();
    (summary.databases, summary.evidence) = paired.into_iter().unzip();
}
