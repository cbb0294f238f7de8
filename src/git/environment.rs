//! What the environment says of the work at hand: which event runs this, and where its base is.
//!
//! | first that gives a commit | variables |
//! |---|---|
//! | the range of a hook | `PRE_COMMIT_FROM_REF`, `PRE_COMMIT_TO_REF` |
//! | a pull request on GitHub | `GITHUB_BASE_REF`, and `pull_request` in the file `GITHUB_EVENT_PATH` |
//! | a merge queue | `GITHUB_EVENT_NAME` is `merge_group`; `merge_group.base_sha` in the file |
//! | a push on GitHub | `GITHUB_EVENT_NAME` is `push`; `before` in the file |
//! | a merge request on GitLab | `CI_MERGE_REQUEST_TARGET_BRANCH_NAME`, and its `…_TARGET_BRANCH_SHA`, `…_SOURCE_BRANCH_SHA`, `…_DIFF_BASE_SHA` |
//! | a push on GitLab | `CI_COMMIT_BEFORE_SHA` |
//! | none of these | see [`super::choice`] |
//!
//! The default branch is `repository.default_branch` in GitHub's file, or `CI_DEFAULT_BRANCH`.
//! Where the clone lacks what is named, that branch is compared with, unless HEAD is in it.
//!
//! Sources: GitHub's "Variables reference" and "Webhook events and payloads", GitLab's
//! "Predefined CI/CD variables reference", and pre-commit's "pre-push" and `--from-ref`.

use std::{fs::File, io::Read, path::Path};

use serde_json::Value;

use super::repository::Id;

/// The largest event that is read, in bytes. GitHub sends none over 25 MB.
const MAX_EVENT: u64 = 32 * 1024 * 1024;

/// Whose words and settings a message uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    GitHub,
    GitLab,
}

impl Host {
    pub(super) fn request(self) -> &'static str {
        match self {
            Host::GitHub => "pull request",
            Host::GitLab => "merge request",
        }
    }

    /// How the whole history is checked out.
    pub(super) fn deepen(self) -> &'static str {
        match self {
            Host::GitHub => "check out with `fetch-depth: 0`",
            Host::GitLab => "set `GIT_DEPTH` to 0",
        }
    }
}

/// Which merge commits are made by the host, of a branch and what it goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trial {
    None,
    /// The one with this second parent.
    Of(Id),
    /// The branch's last commit is not told.
    Any,
}

/// What happens to the branch that is checked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// It is to be merged into another.
    Merge {
        host: Host,
        /// The branch that it goes to.
        into: Option<String>,
        /// Commits of that branch, as the event names them.
        commits: Vec<Id>,
        /// Where the branch began, where that is told.
        fork: Option<Id>,
        trial: Trial,
    },
    /// It is one of a queue, on top of a commit.
    Queue(Option<Id>),
    /// It was pushed; `None`: what was there before is not told.
    Push { host: Host, before: Option<Id> },
    /// What is after a commit, by any name, is to be checked.
    Range { from: String, to: Option<String> },
}

/// The variables of the environment, read.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// The most telling first.
    pub events: Vec<Event>,
    /// The branch that others go to.
    pub default_branch: Option<String>,
    /// Sentences on what could not be used.
    pub notes: Vec<String>,
}

impl Environment {
    pub fn read() -> Environment {
        Environment::from(&|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    }

    /// The environment that a look-up describes.
    pub fn from(var: &dyn Fn(&str) -> Option<String>) -> Environment {
        let mut environment = Environment::default();
        if let Some(from) = var("PRE_COMMIT_FROM_REF") {
            let to = var("PRE_COMMIT_TO_REF");
            environment.events.push(Event::Range { from, to });
        }
        if var("GITHUB_ACTIONS").is_some() || var("GITHUB_BASE_REF").is_some() {
            environment.github(var);
        }
        if var("GITLAB_CI").is_some() || var("CI_MERGE_REQUEST_DIFF_BASE_SHA").is_some() {
            environment.gitlab(var);
        }
        environment
    }

    fn github(&mut self, var: &dyn Fn(&str) -> Option<String>) {
        let event = match var("GITHUB_EVENT_PATH").map(|path| event(Path::new(&path))) {
            None => Value::Null,
            Some(Ok(event)) => event,
            Some(Err(why)) => {
                self.notes.push(format!("the event of the workflow is not used: {why}"));
                Value::Null
            }
        };
        let text = |at: &str| event.pointer(at).and_then(Value::as_str).map(str::to_owned);
        let id = |at: &str| text(at).and_then(|text| Id::parse(&text));
        self.default_branch = text("/repository/default_branch");
        let into = var("GITHUB_BASE_REF").or_else(|| text("/pull_request/base/ref"));
        let name = var("GITHUB_EVENT_NAME").unwrap_or_default();
        if into.is_some() {
            let commits = id("/pull_request/base/sha").into_iter().collect();
            let trial = id("/pull_request/head/sha").map_or(Trial::Any, Trial::Of);
            let host = Host::GitHub;
            self.events.push(Event::Merge { host, into, commits, fork: None, trial });
        } else if name == "merge_group" {
            self.events.push(Event::Queue(id("/merge_group/base_sha")));
        } else if name == "push" {
            self.events.push(Event::Push { host: Host::GitHub, before: id("/before") });
        }
    }

    fn gitlab(&mut self, var: &dyn Fn(&str) -> Option<String>) {
        let id = |name: &str| var(name).and_then(|text| Id::parse(&text));
        self.default_branch = self.default_branch.take().or_else(|| var("CI_DEFAULT_BRANCH"));
        let into = var("CI_MERGE_REQUEST_TARGET_BRANCH_NAME");
        let fork = id("CI_MERGE_REQUEST_DIFF_BASE_SHA");
        if into.is_some() || fork.is_some() {
            let tip = id("CI_MERGE_REQUEST_TARGET_BRANCH_SHA");
            let commits = tip.into_iter().chain(fork.clone()).collect();
            let trial = id("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA").map_or(Trial::None, Trial::Of);
            self.events.push(Event::Merge { host: Host::GitLab, into, commits, fork, trial });
        } else if let Some(before) = id("CI_COMMIT_BEFORE_SHA") {
            self.events.push(Event::Push { host: Host::GitLab, before: Some(before) });
        }
    }
}

fn event(path: &Path) -> Result<Value, String> {
    let unread = |e: std::io::Error| format!("its file cannot be read ({})", e.kind());
    // A pipe would be waited for.
    let meta = path.metadata().map_err(unread)?;
    if !meta.is_file() || meta.len() > MAX_EVENT {
        return Err("its file is no regular file of a usual size".to_owned());
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unread)?;
    file.take(MAX_EVENT).read_to_end(&mut bytes).map_err(unread)?;
    serde_json::from_slice(&bytes).map_err(|_| "its file is not JSON".to_owned())
}
