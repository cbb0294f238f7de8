//! One repository, read by libgit2, or by the `git` program where libgit2 cannot.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use super::{NoBase, libgit2::Libgit2, program::Program};

/// The name of an object: 40 digits, or 64 where the repository hashes with SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(String);

impl Id {
    /// Only whole names: what is cut short may be a branch.
    pub fn parse(text: &str) -> Option<Id> {
        let digits = text.bytes().all(|b| b.is_ascii_hexdigit());
        (digits && matches!(text.len(), 40 | 64)).then(|| Id(text.to_ascii_lowercase()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As people are shown it.
    pub fn short(&self) -> &str {
        &self.0[..7]
    }

    /// All zeros: how git writes "no commit", as before the first push of a branch.
    pub fn is_none(&self) -> bool {
        self.0.bytes().all(|b| b == b'0')
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why what a file held is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// The clone does not have it; a partial clone leaves contents at the remote.
    Missing,
    /// Too large, or no text.
    NotText,
}

/// Why the files of a commit are not known.
pub(super) enum Unlisted {
    /// The clone does not have its folders.
    Missing,
    /// They never end: a folder can lie in a commit many times, and in itself as often.
    TooMany,
}

impl Unlisted {
    /// For people.
    pub(super) fn sentence(&self, commit: &Id) -> String {
        let short = commit.short();
        match self {
            Unlisted::Missing => format!(
                "the folders of {short} are not in this clone; fetch them, or check out without a filter"
            ),
            Unlisted::TooMany => {
                format!("{short} has more than {MAX_ENTRIES} files and folders, or endless paths")
            }
        }
    }
}

/// Files and folders of a commit that are listed at the most, as of the work tree.
pub(super) const MAX_ENTRIES: usize = crate::project::MAX_FILES;

/// Bytes of all their paths at the most.
pub(super) const MAX_PATHS: usize = 64 * 1024 * 1024;

/// A file by its path below a folder, and what it holds; `None` for a link.
pub(super) type Listed = (String, Option<Id>);

/// Git's mode of a symbolic link.
pub(super) const LINK: u32 = 0o120_000;

/// Why libgit2 or the program does not read a repository.
pub(super) enum Refused {
    /// It belongs to another user.
    Owner,
    /// A branch without a commit.
    Unborn,
    /// There is no such program.
    NoProgram,
    Other(String),
}

/// What reads the repository.
enum Reader {
    Libgit2(Libgit2),
    Program(Program),
}

/// A repository with a work tree and a commit.
pub(super) struct Repository {
    reader: Reader,
    /// The folder that holds `.git`.
    pub(super) work: PathBuf,
    pub(super) head: Id,
}

impl Repository {
    /// The repository around a folder. Only `.git` marks one: a folder that merely looks like a
    /// bare repository can be part of a pull request.
    pub(super) fn around(folder: &Path) -> Result<Repository, NoBase> {
        let marked = folder.ancestors().find(|dir| is_marked(dir));
        let work = marked.ok_or_else(|| NoBase::new("there is no git repository"))?;
        Repository::at(work)
    }

    /// The repository whose `.git` lies in a folder.
    pub(super) fn at(work: &Path) -> Result<Repository, NoBase> {
        let first = Libgit2::open(work).and_then(|r| Ok((r.head()?, Reader::Libgit2(r))));
        let (head, reader) = match first {
            Ok(read) => read,
            Err(Refused::Unborn) => return Err(unborn()),
            Err(first) => {
                let second = Program::open(work).and_then(|r| Ok((r.head()?, Reader::Program(r))));
                second.map_err(|second| neither(work, &first, &second))?
            }
        };
        Ok(Repository { reader, work: work.to_owned(), head })
    }

    /// The commit that a name means, if it is in the clone.
    pub(super) fn commit(&self, name: &str) -> Option<Id> {
        match &self.reader {
            Reader::Libgit2(r) => r.commit(name),
            Reader::Program(r) => r.commit(name),
        }
    }

    /// A commit's parents as its object names them, whether or not the clone has them.
    pub(super) fn parents(&self, commit: &Id) -> Vec<Id> {
        let header = match &self.reader {
            Reader::Libgit2(r) => r.header(commit),
            Reader::Program(r) => r.header(commit),
        };
        let lines = header.lines().take_while(|line| !line.is_empty());
        lines.filter_map(|line| line.strip_prefix("parent ")).filter_map(Id::parse).collect()
    }

    /// The last commit that two have in common.
    pub(super) fn merge_base(&self, one: &Id, other: &Id) -> Option<Id> {
        match &self.reader {
            Reader::Libgit2(r) => r.merge_base(one, other),
            Reader::Program(r) => r.merge_base(one, other),
        }
    }

    /// The files below a folder of a commit; none where the folder is not there.
    pub(super) fn list(&self, commit: &Id, folder: &str) -> Result<Vec<Listed>, Unlisted> {
        match &self.reader {
            Reader::Libgit2(r) => r.list(commit, folder),
            Reader::Program(r) => r.list(commit, folder),
        }
    }

    /// The commit of a submodule that a commit names at a path.
    pub(super) fn submodule(&self, commit: &Id, path: &str) -> Option<Id> {
        match &self.reader {
            Reader::Libgit2(r) => r.submodule(commit, path),
            Reader::Program(r) => r.submodule(commit, path),
        }
    }

    pub(super) fn text(&self, blob: &Id) -> Result<String, Unread> {
        let bytes = match &self.reader {
            Reader::Libgit2(r) => r.blob(blob),
            Reader::Program(r) => r.blob(blob),
        };
        String::from_utf8(bytes?).map_err(|_| Unread::NotText)
    }

    /// Whether a text is, byte for byte, what a blob holds. For SHA-1 nothing has to be read.
    pub(super) fn holds(&self, blob: &Id, text: &str) -> bool {
        match super::libgit2::hash(text) {
            Some(id) if id.as_str().len() == blob.as_str().len() => id == *blob,
            _ => self.text(blob).is_ok_and(|held| held == text),
        }
    }

    /// The branch that is checked out, as `refs/heads/…`; `None` on a detached head.
    pub(super) fn branch(&self) -> Option<String> {
        match &self.reader {
            Reader::Libgit2(r) => r.branch(),
            Reader::Program(r) => r.branch(),
        }
    }

    /// What the branch that is checked out follows, as a whole reference.
    pub(super) fn upstream(&self) -> Option<String> {
        match &self.reader {
            Reader::Libgit2(r) => r.upstream(),
            Reader::Program(r) => r.upstream(),
        }
    }

    /// The names of the remotes.
    pub(super) fn remotes(&self) -> Vec<String> {
        match &self.reader {
            Reader::Libgit2(r) => r.remotes(),
            Reader::Program(r) => r.remotes(),
        }
    }

    /// The reference that a symbolic one names.
    pub(super) fn symbolic(&self, name: &str) -> Option<String> {
        match &self.reader {
            Reader::Libgit2(r) => r.symbolic(name),
            Reader::Program(r) => r.symbolic(name),
        }
    }

    /// Whether there is at most one local branch.
    pub(super) fn has_one_branch(&self) -> bool {
        match &self.reader {
            Reader::Libgit2(r) => r.branches(),
            Reader::Program(r) => r.branches(),
        }
        .is_some_and(|count| count <= 1)
    }

    /// `init.defaultBranch`.
    pub(super) fn default_branch(&self) -> Option<String> {
        match &self.reader {
            Reader::Libgit2(r) => r.default_branch(),
            Reader::Program(r) => r.default_branch(),
        }
    }

    /// Whether the history was cut when it was cloned.
    pub(super) fn is_shallow(&self) -> bool {
        match &self.reader {
            Reader::Libgit2(r) => r.is_shallow(),
            Reader::Program(r) => r.is_shallow(),
        }
    }
}

/// Whether a folder holds `.git`: a file that points to a repository, or a folder with a HEAD.
/// Git passes over other folders of that name too.
pub(super) fn is_marked(folder: &Path) -> bool {
    let dot = folder.join(".git");
    dot.is_file() || dot.join("HEAD").symlink_metadata().is_ok()
}

fn unborn() -> NoBase {
    NoBase::new("the repository has no commit yet")
}

/// What to do where neither reads a repository.
fn neither(work: &Path, first: &Refused, second: &Refused) -> NoBase {
    let owner = matches!(first, Refused::Owner) && matches!(second, Refused::NoProgram);
    if owner || matches!(second, Refused::Owner) {
        return NoBase::new(format!(
            "the repository belongs to another user; if you trust it, run `git config --global --add safe.directory {}`",
            quoted(work)
        ));
    }
    let linked = work.join(".git").is_file();
    NoBase::new(match (first, second) {
        (_, Refused::Unborn) => return unborn(),
        (_, Refused::Other(why)) if why.contains("extension") => format!(
            "this version of the `git` program cannot read the repository ({why}); install a newer one"
        ),
        (_, Refused::Other(_)) if linked => {
            "`.git` points to a repository that is not there; check out, or mount, the whole of it"
                .to_owned()
        }
        (_, Refused::Other(why)) => {
            format!("the git repository cannot be read ({why}); mend it until `git log` works here")
        }
        (Refused::Other(why), _) => format!(
            "the git repository cannot be read without the `git` program ({why}); install it"
        ),
        _ => "the git repository cannot be read; install the `git` program".to_owned(),
    })
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let path = path.to_string_lossy();
    let plain = |c: char| c.is_alphanumeric() || "/._-+:\\".contains(c);
    if path.chars().all(plain) {
        path.into_owned()
    } else {
        format!("'{}'", path.replace('\'', "'\\''"))
    }
}
