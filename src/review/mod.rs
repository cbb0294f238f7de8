//! Which migrations are under review: what the base lacks, or what follows a revision.

use crate::{
    frontend,
    git::{Base, Environment, Id, NoBase, Unread},
    history::{History, Migration},
    project::Tree,
    rules::Edited,
    source::Sources,
};

mod apart;

use apart::{Apart, apart};

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
        apart(sources, tree, base.files(&tree.dir)?, &mut reader);
    let mut tree = tree.clone();
    tree.files.extend(gained.iter().cloned());
    tree.files.sort_unstable();
    let (found, broken) = frontend::migrations(sources, &tree);
    let history = History::new(found, broken);
    let path_of = |m: &Migration| sources.path(m.file);
    let is_new = |m: &Migration| {
        !known.contains(&path_of(m)) && !gone.iter().any(|removed| removed.id == m.id)
    };
    let mut review: Vec<bool> = history.migrations.iter().map(is_new).collect();
    let mut edited = Vec::new();
    for (at, migration) in history.migrations.iter().enumerate() {
        for file in std::iter::once(migration.file).chain(migration.down_file) {
            let path = sources.path(file);
            let Some(Some(blob)) = compared.get(&path) else { continue };
            let text = &sources.file(file).text;
            if base.holds(blob, text) || gained.contains(&path) {
                continue;
            }
            let back = Some(file) == migration.down_file;
            let Some(old) = reader.text(blob) else { continue };
            let same = back || frontend::same_effect(tree.tool, &old, text);
            if migration.repeatable {
                // It is run again as it reads now: to change it is what it is for.
                review[at] |= !same;
            } else if !same {
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
            let files = match self.missing {
                1 => "1 file".to_owned(),
                n => format!("{n} files"),
            };
            format!(
                "{files} of {} could not be compared with the base, whose text is not in this clone; check out without a filter, or fetch it",
                tree.shown()
            )
        })
    }
}
