//! Which migrations are under review: what the base lacks, or what follows a revision.

use std::collections::BTreeSet;

use crate::{
    frontend,
    git::{Base, Environment, Files, Id, Listed, NoBase, Unread},
    history::{Broken, History, Migration},
    project::Tree,
    rules::Edited,
    source::{Sources, Span},
};

/// What the caller asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Since {
    Auto,
    All,
    /// A revision of a history, or a name that git knows.
    Named(String),
}

impl Since {
    pub fn parse(text: &str) -> Since {
        match text {
            "auto" => Since::Auto,
            "all" => Since::All,
            name => Since::Named(name.to_owned()),
        }
    }
}

/// What everything is compared with.
pub enum Against {
    Everything { why: String },
    Revision(String),
    Base(Box<Base>),
}

/// Decides what to compare with. Where a base cannot be found, everything is under review,
/// and the reason says what to do. What could not be used is said in `notes`.
///
/// # Errors
/// A sentence: a name was given that is neither a revision nor a commit.
pub fn against(
    sources: &Sources,
    since: &Since,
    is_revision: impl Fn(&str) -> bool,
    notes: &mut Vec<String>,
) -> Result<Against, String> {
    let found = match since {
        Since::All => return Ok(Against::Everything { why: "all of the history".to_owned() }),
        Since::Named(name) if is_revision(name) => return Ok(Against::Revision(name.clone())),
        Since::Named(name) => Base::named(sources.root(), name).map_err(|no| {
            format!("--since {name}: no history has this revision, and {}", no.why)
        })?,
        Since::Auto => match Base::find(sources.root(), &Environment::read()) {
            Ok(base) => base,
            Err(no) => {
                notes.extend(no.notes);
                return Ok(Against::Everything { why: format!("all of the history: {}", no.why) });
            }
        },
    };
    notes.extend(found.notes.iter().cloned());
    Ok(Against::Base(Box::new(found)))
}

/// One tree's history, with what of it is under review.
pub struct Reviewed {
    pub history: History,
    /// By position in the history.
    pub review: Vec<bool>,
    pub edited: Vec<Edited>,
    /// Migrations that the base has gained since, read from there.
    pub from_base: usize,
    /// Whether each migration is a change of its own, as nothing says which belong together.
    pub alone: bool,
    /// Sentences on what cannot be told of this tree.
    pub notes: Vec<String>,
}

/// Reads a tree's migrations, with those that its base has gained meanwhile.
pub fn reviewed(sources: &Sources, tree: &Tree, against: &Against) -> Reviewed {
    match against {
        Against::Everything { .. } => everything(sources, tree, Vec::new()),
        Against::Revision(revision) => {
            let mut all = everything(sources, tree, Vec::new());
            all.alone = false;
            all.review = match all.history.find(revision) {
                Some(at) => all.history.ancestors(at).into_iter().map(|ran| !ran).collect(),
                None => vec![false; all.history.migrations.len()],
            };
            all
        }
        Against::Base(outer) => {
            let inner = outer.within(&tree.dir);
            let found = match &inner {
                None => with_base(sources, tree, outer),
                Some(Ok(inner)) => with_base(sources, tree, inner).map(|mut reviewed| {
                    reviewed.notes.extend(inner.notes.iter().cloned());
                    reviewed
                }),
                Some(Err(no)) => return all_of(sources, tree, no),
            };
            found.unwrap_or_else(|no| all_of(sources, tree, &no))
        }
    }
}

fn everything(sources: &Sources, tree: &Tree, notes: Vec<String>) -> Reviewed {
    let (found, broken) = frontend::migrations(sources, tree);
    let history = History::new(found, broken);
    let review = vec![true; history.migrations.len()];
    Reviewed { history, review, edited: Vec::new(), from_base: 0, alone: true, notes }
}

fn all_of(sources: &Sources, tree: &Tree, no: &NoBase) -> Reviewed {
    let note = format!("all of {} is under review: {}", tree.shown(), no.why);
    everything(sources, tree, vec![note])
}

fn with_base(sources: &Sources, tree: &Tree, base: &Base) -> Result<Reviewed, NoBase> {
    let mut reader = Texts { base, missing: 0 };
    let Apart { known, compared, gone, gained } =
        apart(sources, tree, base.files(&tree.dir, suffix(tree))?, &mut reader);
    let mut tree = tree.clone();
    tree.files.extend(gained.iter().cloned());
    tree.files.sort_unstable();
    let (found, broken) = frontend::migrations(sources, &tree);
    let history = History::new(found, broken);
    let path_of = |m: &Migration| sources.path(m.file);
    let is_new = |m: &Migration| {
        !known.contains(&path_of(m)) && !gone.iter().any(|removed| removed.id == m.id)
    };
    let review: Vec<bool> = history.migrations.iter().map(is_new).collect();
    let mut edited = Vec::new();
    for migration in &history.migrations {
        for file in std::iter::once(migration.file).chain(migration.down_file) {
            let path = sources.path(file);
            let Some(Some(blob)) = compared.get(&path) else { continue };
            let text = &sources.file(file).text;
            if base.holds(blob, text) || gained.contains(&path) {
                continue;
            }
            let back = Some(file) == migration.down_file;
            let Some(old) = reader.text(blob) else { continue };
            if !back && !frontend::same_effect(tree.tool, &old, text) {
                let id = migration.id.clone();
                edited.push(Edited { span: migration.id_span, id, deleted: false });
            }
        }
    }
    let deleted = gone.iter().filter(|gone| gone.told && history.position(&gone.id).is_none());
    for gone in deleted {
        edited.push(Edited { span: gone.span, id: gone.id.clone(), deleted: true });
    }
    let from_base = history.migrations.iter().filter(|m| gained.contains(&path_of(m))).count();
    let notes = reader.note(&tree).into_iter().collect();
    Ok(Reviewed { history, review, edited, from_base, alone: false, notes })
}

/// Texts of the base, and how many of them the clone does not have.
struct Texts<'a> {
    base: &'a Base,
    missing: usize,
}

impl Texts<'_> {
    fn text(&mut self, blob: &Id) -> Option<String> {
        let text = self.base.text(blob);
        self.missing += usize::from(matches!(text, Err(Unread::Missing)));
        text.ok()
    }

    fn note(&self, tree: &Tree) -> Option<String> {
        (self.missing > 0).then(|| {
            let files = if self.missing == 1 { "1 file".to_owned() } else { format!("{} files", self.missing) };
            format!(
                "{files} of {} could not be compared with the base, whose text is not in this clone; check out without a filter, or fetch it",
                tree.shown()
            )
        })
    }
}

/// The files of a base, by what they mean for the work tree.
struct Apart {
    /// Paths that are not new.
    known: BTreeSet<String>,
    /// What those held where the branch began, as far as that can be told.
    compared: Files,
    /// Migrations that are not where the base has them: moved, or deleted.
    gone: Vec<Gone>,
    /// Paths that the base has gained, put among the sources.
    gained: BTreeSet<String>,
}

struct Gone {
    id: String,
    span: Span,
    files: Vec<String>,
    /// Whether the base had it when the branch began.
    told: bool,
}

fn apart(sources: &Sources, tree: &Tree, listed: Listed, reader: &mut Texts<'_>) -> Apart {
    let Listed { fork, tip } = listed;
    let here: BTreeSet<&String> = tree.files.iter().collect();
    let compared = fork.clone().unwrap_or_default();
    let mut known: BTreeSet<String> = compared.keys().chain(tip.keys()).cloned().collect();
    let only_tip = tip.iter().filter(|(path, _)| !compared.contains_key(*path));
    let only_tip = only_tip.filter(|(path, _)| !here.contains(path));
    let mut gained: BTreeSet<String> =
        only_tip.filter_map(|(path, blob)| overlaid(sources, path, blob, reader)).collect();
    let absent = compared.iter().filter(|(path, _)| !here.contains(path) && !sources.is_file(path));
    let absent: Vec<String> =
        absent.filter_map(|(path, blob)| overlaid(sources, path, blob, reader)).collect();
    let mut gone = migrations(sources, tree, absent, true);
    if !gained.is_empty() {
        // What has another path here was moved, and would be there twice.
        let ids: BTreeSet<String> =
            frontend::migrations(sources, tree).0.into_iter().map(|m| m.id).collect();
        let others = migrations(sources, tree, gained.iter().cloned().collect(), false);
        let moved = others.into_iter().filter(|gone| ids.contains(&gone.id));
        gone.extend(moved.inspect(|gone| gained.retain(|path| !gone.files.contains(path))));
    }
    if known.is_empty() {
        known = moved(sources, tree, reader);
    }
    known.extend(gained.iter().cloned());
    Apart { known, compared, gone, gained }
}

/// Of a folder that the base does not have, the files that lay in another one.
fn moved(sources: &Sources, tree: &Tree, reader: &mut Texts<'_>) -> BTreeSet<String> {
    let gone = reader.base.gone(suffix(tree));
    let mut same = |path: &String| {
        let tail = path.strip_prefix(tree.dir.as_str()).unwrap_or(path).trim_start_matches('/');
        let Ok(file) = sources.load(path) else { return false };
        let text = &sources.file(file).text;
        let old = gone.iter().filter(|(old, _)| {
            old.strip_suffix(tail).is_some_and(|dir| dir.is_empty() || dir.ends_with('/'))
        });
        let mut old = old.filter_map(|(_, blob)| blob.as_ref());
        old.any(|blob| {
            reader.base.holds(blob, text)
                || reader.text(blob).is_some_and(|old| frontend::same_effect(tree.tool, &old, text))
        })
    };
    if gone.is_empty() {
        return BTreeSet::new();
    }
    tree.files.iter().filter(|path| same(path)).cloned().collect()
}

fn suffix(tree: &Tree) -> &'static str {
    if tree.tool == crate::project::Tool::Alembic { ".py" } else { ".sql" }
}

/// Puts a file of the base among the sources.
fn overlaid(
    sources: &Sources,
    path: &str,
    blob: &Option<Id>,
    reader: &mut Texts<'_>,
) -> Option<String> {
    sources.overlay(path, reader.text(blob.as_ref()?)?);
    Some(path.to_owned())
}

/// What migrations some files of the base are.
fn migrations(sources: &Sources, tree: &Tree, files: Vec<String>, told: bool) -> Vec<Gone> {
    if files.is_empty() {
        return Vec::new();
    }
    let (found, _): (Vec<Migration>, Vec<Broken>) =
        frontend::migrations(sources, &Tree { files, ..tree.clone() });
    let gone = |m: Migration| {
        let files = std::iter::once(m.file).chain(m.down_file).map(|f| sources.path(f)).collect();
        Gone { id: m.id, span: m.id_span, files, told }
    };
    found.into_iter().map(gone).collect()
}
