//! What the base has: which files, and how they read there. Nothing is written, nothing fetched.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use git2::{Commit, ObjectType, Oid, Repository, TreeWalkMode, TreeWalkResult};

/// The largest file that is read from the base, in bytes; as for files on disk.
const MAX_BLOB: usize = crate::source::MAX_FILE as usize;

/// A repository, and the two commits that matter: where the branch left the base, and where
/// the base is now.
pub struct Base {
    repository: Repository,
    /// The project's root inside the work tree, with `/`; empty where they are one.
    prefix: String,
    fork: Oid,
    tip: Oid,
    /// For people: `origin/main (1a2b3c4)`.
    pub name: String,
}

/// Files of one commit: path under the project's root, and what they hold.
pub type Files = BTreeMap<String, Oid>;

/// Why there is no base.
pub enum NoBase {
    /// Not a repository, or none with a commit.
    NoRepository(String),
    /// A repository, and no commit to compare with.
    NoCommit(String),
}

/// The variables of the environment that say what is being merged.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// `GITHUB_BASE_REF`: the branch that a pull request goes to.
    pub base_ref: Option<String>,
    /// `GITHUB_ACTIONS`: a merge commit is the pull request's test merge.
    pub actions: bool,
}

impl Environment {
    pub fn read() -> Environment {
        let var = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
        Environment { base_ref: var("GITHUB_BASE_REF"), actions: var("GITHUB_ACTIONS").is_some() }
    }
}

impl Base {
    /// The base of the work at hand: the pull request's, else the default branch of the remote,
    /// else the local one.
    pub fn find(root: &Path, environment: &Environment) -> Result<Base, NoBase> {
        let repository = open(root)?;
        let head = head(&repository)?;
        if let Some(branch) = &environment.base_ref {
            for name in [format!("origin/{branch}"), branch.clone()] {
                if let Ok(object) = repository.revparse_single(&name)
                    && let Ok(commit) = object.peel_to_commit()
                {
                    let tip = commit.id();
                    return Base::between(&repository, root, head, tip, &name);
                }
            }
        }
        if environment.actions || environment.base_ref.is_some() {
            let parents = parents(&repository.find_commit(head).map_err(|e| lost(&e))?);
            if let [first, _] = parents.as_slice() {
                let first = *first;
                if repository.find_commit(first).is_ok() {
                    return Base::between(
                        &repository,
                        root,
                        head,
                        first,
                        "the merge's first parent",
                    );
                }
                return Err(NoBase::NoCommit(
                    "the base of this pull request is not in the clone; check out with `fetch-depth: 2`, or 0"
                        .to_owned(),
                ));
            }
        }
        for name in ["origin/HEAD", "origin/main", "origin/master", "main", "master"] {
            if let Ok(object) = repository.revparse_single(name)
                && let Ok(commit) = object.peel_to_commit()
            {
                let shown = repository
                    .find_reference(&format!("refs/remotes/{name}"))
                    .ok()
                    .and_then(|r| r.symbolic_target().ok().flatten().map(str::to_owned))
                    .map(|t| t.trim_start_matches("refs/remotes/").to_owned());
                let name = shown.unwrap_or_else(|| name.to_owned());
                return Base::between(&repository, root, head, commit.id(), &name);
            }
        }
        Err(NoBase::NoCommit("there is no branch main or master to compare with".to_owned()))
    }

    /// A base given by name: a branch, a tag, a commit.
    pub fn named(root: &Path, name: &str) -> Result<Base, NoBase> {
        let repository = open(root)?;
        let head = head(&repository)?;
        let tip = repository
            .revparse_single(name)
            .and_then(|object| object.peel_to_commit())
            .map(|commit| commit.id())
            .map_err(|_| NoBase::NoCommit(format!("`{name}` is no commit of this repository")))?;
        Base::between(&repository, root, head, tip, name)
    }

    fn between(
        repository: &Repository,
        root: &Path,
        head: Oid,
        tip: Oid,
        name: &str,
    ) -> Result<Base, NoBase> {
        let fork = repository.merge_base(head, tip).map_err(|_| {
            NoBase::NoCommit(format!(
                "HEAD and {name} have no common commit in this clone; fetch more of the history"
            ))
        })?;
        let work = repository
            .workdir()
            .ok_or_else(|| NoBase::NoRepository("the repository is bare".to_owned()))?;
        let work = work.canonicalize().unwrap_or_else(|_| work.to_owned());
        let prefix = root.strip_prefix(&work).unwrap_or(Path::new("")).to_string_lossy();
        let prefix = prefix.replace(std::path::MAIN_SEPARATOR, "/");
        let short = tip.to_string()[..7].to_owned();
        let repository = Repository::open(repository.path()).map_err(|e| lost(&e))?;
        Ok(Base { repository, prefix, fork, tip, name: format!("{name} ({short})") })
    }

    /// The files below a folder where the branch left the base, and at the base's tip.
    pub fn files(&self, dir: &str, suffix: &str) -> (Files, Files) {
        let fork = self.listed(self.fork, dir, suffix);
        let tip =
            if self.fork == self.tip { fork.clone() } else { self.listed(self.tip, dir, suffix) };
        (fork, tip)
    }

    fn listed(&self, commit: Oid, dir: &str, suffix: &str) -> Files {
        let mut files = Files::new();
        let whole = [self.prefix.as_str(), dir].join("/");
        let whole = whole.trim_matches('/');
        let Ok(tree) = self.repository.find_commit(commit).and_then(|c: Commit<'_>| c.tree())
        else {
            return files;
        };
        let below = if whole.is_empty() {
            Some(tree)
        } else {
            tree.get_path(Path::new(whole))
                .ok()
                .and_then(|e| e.to_object(&self.repository).ok())
                .and_then(|object| object.into_tree().ok())
        };
        let Some(below) = below else { return files };
        let _ = below.walk(TreeWalkMode::PreOrder, |folder, entry| {
            if entry.kind() == Some(ObjectType::Blob)
                && let (Ok(folder), Ok(name)) =
                    (std::str::from_utf8(folder.as_bytes()), entry.name())
                && name.ends_with(suffix)
            {
                let path = format!("{dir}/{folder}{name}");
                files.insert(path.trim_start_matches('/').to_owned(), entry.id());
            }
            TreeWalkResult::Ok
        });
        files
    }

    /// What a file holds at the base; `None`: not readable as text.
    pub fn text(&self, blob: Oid) -> Option<String> {
        let blob = self.repository.find_blob(blob).ok()?;
        if blob.size() > MAX_BLOB {
            return None;
        }
        std::str::from_utf8(blob.content()).ok().map(str::to_owned)
    }

    /// Whether a text is, byte for byte, what a blob holds.
    pub fn holds(&self, blob: Oid, text: &str) -> bool {
        Oid::hash_object(ObjectType::Blob, text.as_bytes()).is_ok_and(|id| id == blob)
    }
}

/// The top of the work tree that a folder lies in.
pub fn top(folder: &Path) -> Option<PathBuf> {
    let work = open(folder).ok()?.workdir()?.to_owned();
    work.canonicalize().ok()
}

/// A commit's parents as its object names them: in a shallow clone libgit2 lists none.
fn parents(commit: &Commit<'_>) -> Vec<Oid> {
    let header = String::from_utf8_lossy(commit.raw_header_bytes()).into_owned();
    let ids = header.lines().filter_map(|line| line.strip_prefix("parent "));
    ids.filter_map(|id| Oid::from_str(id.trim()).ok()).collect()
}

fn open(root: &Path) -> Result<Repository, NoBase> {
    Repository::discover(root).map_err(|e| match e.code() {
        git2::ErrorCode::NotFound => NoBase::NoRepository("there is no git repository".to_owned()),
        git2::ErrorCode::Owner => NoBase::NoRepository(
            "the repository belongs to another user; run `git config --global --add safe.directory` for it".to_owned(),
        ),
        _ => NoBase::NoRepository(format!("the git repository cannot be read: {}", e.message())),
    })
}

fn head(repository: &Repository) -> Result<Oid, NoBase> {
    let head = repository.head().and_then(|head| head.peel_to_commit());
    head.map(|commit| commit.id())
        .map_err(|_| NoBase::NoRepository("the repository has no commit yet".to_owned()))
}

fn lost(error: &git2::Error) -> NoBase {
    NoBase::NoCommit(error.message().to_owned())
}
