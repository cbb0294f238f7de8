//! What the base has: which files, and how they read there. Nothing is written, nothing fetched.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

mod choice;
pub mod environment;
mod libgit2;
mod past;
mod program;
mod repository;

use choice::Chosen;
pub use environment::Environment;
pub use past::{Moment, Past};
use repository::Repository;
pub use repository::{Id, Unread};

/// The largest file that is read from the base, in bytes; as for files on disk.
const MAX_BLOB: usize = crate::source::MAX_FILE as usize;

/// Files of one commit: path under the project's root, and what they hold; `None` for a link, which
/// holds what another file does.
pub type Files = BTreeMap<String, Option<Id>>;

/// A repository, and the two commits that matter: where the branch left the base, and where
/// the base is now.
pub struct Base {
    repository: Repository,
    /// The project's root.
    root: PathBuf,
    fork: Point,
    tip: Point,
    /// For people: `origin/main (1a2b3c4)`.
    pub name: String,
    /// Sentences on what cannot be told.
    pub notes: Vec<String>,
}

/// Where something is in a history.
#[derive(Clone, PartialEq, Eq)]
enum Point {
    Commit(Id),
    /// Before there was any, as for a new submodule.
    Nothing,
    /// HEAD and the base have no common commit in the clone.
    Unknown,
}

/// Why there is no base, and what to do: a sentence for people.
#[derive(Debug)]
pub struct NoBase {
    pub why: String,
    /// Sentences on what could not be used.
    pub notes: Vec<String>,
}

impl NoBase {
    fn new(why: impl Into<String>) -> NoBase {
        NoBase { why: why.into(), notes: Vec::new() }
    }
}

/// What a base has below a folder.
pub struct Listed {
    /// Where the branch left it; `None`: that cannot be told.
    pub fork: Option<Files>,
    /// Now.
    pub tip: Files,
}

impl Base {
    /// The base of the work at hand.
    ///
    /// # Errors
    /// A sentence on what to do.
    pub fn find(root: &Path, environment: &Environment) -> Result<Base, NoBase> {
        let mut notes = environment.notes.clone();
        let found = Repository::around(root).and_then(|repository| {
            let chosen = choice::automatic(&repository, environment, &mut notes)?;
            Ok((repository, chosen))
        });
        match found {
            Ok((repository, chosen)) => Ok(Base::new(repository, root, chosen, notes)),
            Err(no) => Err(NoBase { notes, ..no }),
        }
    }

    /// A base given by name: a branch, a tag, a commit.
    ///
    /// # Errors
    /// A sentence: there is no such commit.
    pub fn named(root: &Path, name: &str) -> Result<Base, NoBase> {
        let repository = Repository::around(root)?;
        let chosen = choice::named(&repository, name)
            .ok_or_else(|| NoBase::new(format!("`{name}` is no commit of this repository")))?;
        Ok(Base::new(repository, root, chosen, Vec::new()))
    }

    fn new(repository: Repository, root: &Path, chosen: Chosen, mut notes: Vec<String>) -> Base {
        let Chosen { name, tip, fork } = chosen;
        if fork.is_none() {
            notes.push(format!(
                "HEAD and {name} have no common commit in this clone, so an edited or deleted migration cannot be told from a change of the base; fetch more of the history"
            ));
        }
        let name = format!("{name} ({})", tip.short());
        let fork = fork.map_or(Point::Unknown, Point::Commit);
        Base { repository, root: root.to_owned(), fork, tip: Point::Commit(tip), name, notes }
    }

    /// The base of a folder that lies in a repository of its own, below this one: `None` where
    /// it lies in this one.
    ///
    /// # Errors
    /// A sentence: its base is not known.
    pub fn within(&self, dir: &str) -> Option<Result<Base, NoBase>> {
        let folder = self.root.join(dir);
        let inside = folder.strip_prefix(&self.repository.work).ok()?;
        let mut at = self.repository.work.clone();
        for part in inside.components() {
            at.push(part);
            if repository::is_marked(&at) {
                let inner = self.submodule(&at);
                return Some(inner.and_then(|inner| inner.within(dir).unwrap_or(Ok(inner))));
            }
        }
        None
    }

    /// What the base's submodule has. A repository that HEAD does not know as a submodule is
    /// compared with its own default branch.
    fn submodule(&self, work: &Path) -> Result<Base, NoBase> {
        let inside = work.strip_prefix(&self.repository.work).unwrap_or(work);
        let path = slashed(inside);
        let named = |point: &Point| match point {
            Point::Commit(commit) => match self.repository.submodule(commit, &path) {
                Some(inner) => Point::Commit(inner),
                None => Point::Nothing,
            },
            other => other.clone(),
        };
        let repository = Repository::at(work)?;
        let (fork, tip) = (named(&self.fork), named(&self.tip));
        let known = self.repository.submodule(&self.repository.head, &path).is_some();
        if tip == Point::Nothing && !known {
            let mut notes = Vec::new();
            let chosen = choice::automatic(&repository, &Environment::default(), &mut notes)?;
            return Ok(Base::new(repository, &self.root, chosen, notes));
        }
        for point in [&fork, &tip] {
            if let Point::Commit(commit) = point
                && repository.commit(commit.as_str()).is_none()
            {
                let short = commit.short();
                return Err(NoBase::new(format!(
                    "{short}, which the base names for the submodule {path}, is not in its clone; fetch it there"
                )));
            }
        }
        let name = self.name.clone();
        Ok(Base { repository, root: self.root.clone(), fork, tip, name, notes: Vec::new() })
    }

    /// The files below a folder.
    ///
    /// # Errors
    /// A sentence: the clone does not have the base's folders.
    pub fn files(&self, dir: &str) -> Result<Listed, NoBase> {
        let tip = self.listed(&self.tip, dir)?;
        let fork = match &self.fork {
            Point::Unknown => None,
            fork if *fork == self.tip => Some(tip.clone()),
            fork => Some(self.listed(fork, dir)?),
        };
        Ok(Listed { fork, tip })
    }

    fn listed(&self, point: &Point, dir: &str) -> Result<Files, NoBase> {
        let folder = self.root.join(dir);
        let (Point::Commit(commit), Ok(inside)) =
            (point, folder.strip_prefix(&self.repository.work))
        else {
            return Ok(Files::new());
        };
        let found = self.repository.list(commit, &slashed(inside));
        let found = found.map_err(|why| NoBase::new(why.sentence(commit)))?;
        let of = |name: &str| format!("{dir}/{name}").trim_start_matches('/').to_owned();
        Ok(found.into_iter().map(|(name, blob)| (of(&name), blob)).collect())
    }

    /// The base as it is now; `None` for one that is not in the clone, or lies in a submodule.
    pub fn moment(&self) -> Option<Moment> {
        let Point::Commit(commit) = &self.tip else { return None };
        let inside = self.root.strip_prefix(&self.repository.work).ok()?;
        Some(Moment {
            work: self.repository.work.clone(),
            folder: slashed(inside),
            commit: commit.clone(),
        })
    }

    /// Files of the whole repository, by their path in it, that the base had when HEAD left it and
    /// the work tree has not; those of some names.
    pub fn gone(&self, named: impl Fn(&str) -> bool) -> Vec<(String, Option<Id>)> {
        let point = if self.fork == Point::Unknown { &self.tip } else { &self.fork };
        let Point::Commit(commit) = point else { return Vec::new() };
        let mut files = self.repository.list(commit, "").unwrap_or_default();
        files.retain(|(path, _)| {
            let name = path.rsplit('/').next().unwrap_or(path);
            named(name) && !self.repository.work.join(path).exists()
        });
        files
    }

    /// What a file holds at the base.
    ///
    /// # Errors
    /// It is not in the clone, or no text.
    pub fn text(&self, blob: &Id) -> Result<String, Unread> {
        self.repository.text(blob)
    }

    /// Whether a text is, byte for byte, what a blob holds.
    pub fn holds(&self, blob: &Id, text: &str) -> bool {
        self.repository.holds(blob, text)
    }
}

/// The top of the work tree that a folder lies in.
pub fn top(folder: &Path) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    folder.ancestors().find(|dir| repository::is_marked(dir)).map(Path::to_owned)
}

/// A path as git writes it.
fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}
