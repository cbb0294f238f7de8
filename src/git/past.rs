//! A project as a commit has it, for readers that know no git. Files are read when they are asked
//! for; nothing is checked out.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use super::{Id, Unread, repository::Repository};

/// A commit, and the folder in it that is the project's root.
#[derive(Debug, Clone)]
pub struct Moment {
    pub(super) work: PathBuf,
    /// From the top of the repository, with `/`.
    pub(super) folder: String,
    pub(super) commit: Id,
}

/// The files of a project at a commit.
pub struct Past {
    /// By their path under the project's root; `None` for a link.
    files: BTreeMap<String, Option<Id>>,
    repository: Mutex<Repository>,
    /// What was asked for, and is not in the clone.
    lacking: Mutex<BTreeSet<String>>,
}

impl Moment {
    /// Lists the project's files.
    ///
    /// # Errors
    /// Why that cannot be done, for people.
    pub fn open(&self) -> Result<Past, String> {
        let repository = Repository::at(&self.work).map_err(|no| no.why)?;
        let listed = repository.list(&self.commit, &self.folder);
        let listed = listed.map_err(|why| why.sentence(&self.commit))?;
        let files = listed.into_iter().collect();
        Ok(Past { files, repository: Mutex::new(repository), lacking: Mutex::default() })
    }
}

impl Past {
    /// Every path, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Links are none: what they lead to has a path of its own.
    pub(crate) fn is_file(&self, path: &str) -> bool {
        self.files.get(path).is_some_and(Option::is_some)
    }

    pub(crate) fn is_dir(&self, path: &str) -> bool {
        self.below(path).next().is_some()
    }

    /// The names in a folder, sorted.
    pub(crate) fn names(&self, dir: &str, most: usize) -> Vec<String> {
        let names = self.below(dir).map(|path| path.split('/').next().unwrap_or(path));
        let mut found: Vec<String> = Vec::new();
        for name in names {
            if found.len() >= most {
                break;
            }
            if found.last().is_none_or(|last| last != name) {
                found.push(name.to_owned());
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// What stands behind a folder's path in the paths of its files.
    fn below(&self, dir: &str) -> impl Iterator<Item = &str> {
        let start = if dir.is_empty() { String::new() } else { format!("{dir}/") };
        let from = self.files.range(start.clone()..).map(|(path, _)| path.as_str());
        from.map_while(move |path| path.strip_prefix(start.as_str()))
    }

    /// # Errors
    /// A sentence for people.
    pub(crate) fn text(&self, path: &str) -> Result<String, String> {
        let Some(blob) = self.files.get(path) else {
            return Err("is not there at the base".to_owned());
        };
        let Some(blob) = blob else { return Err("is a link at the base".to_owned()) };
        let repository = self.repository.lock().unwrap_or_else(PoisonError::into_inner);
        let text = repository.text(blob).map_err(|why| match why {
            Unread::Missing => {
                let mut lacking = self.lacking.lock().unwrap_or_else(PoisonError::into_inner);
                lacking.insert(path.to_owned());
                "is not in this clone as the base has it".to_owned()
            }
            Unread::NotText => "is too large at the base, or no text".to_owned(),
        })?;
        match text.bytes().position(|b| b == 0) {
            Some(at) => Err(format!("holds a NUL at the base (byte {at})")),
            None => Ok(text),
        }
    }

    /// How many files were asked for and are not in the clone.
    pub(crate) fn lacking(&self) -> usize {
        self.lacking.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl fmt::Debug for Past {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Past").field("files", &self.files.len()).finish()
    }
}
