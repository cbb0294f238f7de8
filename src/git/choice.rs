//! Which commit everything is compared with.
//!
//! What the environment says comes first ([`super::environment`]). Without it, or where it names
//! nothing that is in the clone:
//!
//! | first that gives a commit | |
//! |---|---|
//! | what the branch follows | unless that is the same branch at a remote: a pushed branch is still compared with the default branch |
//! | the default branch of the remote | `HEAD`, `main`, `master`, `trunk`, `develop` of `origin` and of `upstream`, or of the only remote; of two, the one that HEAD left last |
//! | the local default branch | `init.defaultBranch`, `main`, `master`, `trunk`, `develop` |
//! | the only branch | where there is no remote |

use super::{
    NoBase,
    environment::{Environment, Event, Host, Trial},
    repository::{Id, Repository},
};

/// Names of default branches, the usual first.
const USUAL: &[&str] = &["main", "master", "trunk", "develop"];

/// What everything is compared with.
pub(super) struct Chosen {
    /// `origin/main`, `the merge's first parent`.
    pub(super) name: String,
    /// Where the base is now.
    pub(super) tip: Id,
    /// Where HEAD left it; `None`: no common commit is in the clone.
    pub(super) fork: Option<Id>,
}

/// Chooses for the work at hand.
///
/// # Errors
/// A sentence on what to do.
pub(super) fn automatic(
    repository: &Repository,
    environment: &Environment,
    notes: &mut Vec<String>,
) -> Result<Chosen, NoBase> {
    let choice = Choice { repository, environment, parents: repository.parents(&repository.head) };
    let mut missing = None;
    for event in &environment.events {
        match choice.of(event, notes) {
            Ok(Some(chosen)) => return Ok(chosen),
            Ok(None) => {}
            Err(why) => missing = missing.or(Some(why)),
        }
    }
    let Some(why) = missing else { return choice.local() };
    // HEAD may be in the default branch by now; "nothing is new" would then be no answer.
    choice.local().ok().filter(|c| choice.leaves(c)).ok_or(NoBase::new(why))
}

/// Compares with a commit by name.
pub(super) fn named(repository: &Repository, name: &str) -> Option<Chosen> {
    let environment = Environment::default();
    let parents = repository.parents(&repository.head);
    let choice = Choice { repository, environment: &environment, parents };
    Some(choice.with(name.to_owned(), repository.commit(name)?))
}

struct Choice<'a> {
    repository: &'a Repository,
    environment: &'a Environment,
    /// Of HEAD.
    parents: Vec<Id>,
}

impl Choice<'_> {
    /// `Ok(None)`: the event leaves it to the branches.
    fn of(&self, event: &Event, notes: &mut Vec<String>) -> Result<Option<Chosen>, String> {
        match event {
            Event::Merge { host, into, commits, fork, trial } => {
                let first = self.trial(trial).and_then(|first| self.here(first));
                let fork = first.clone().or_else(|| fork.as_ref().and_then(|id| self.here(id)));
                let linked = |c: Chosen| Chosen { fork: c.fork.or(fork.clone()), ..c };
                let found = self.merge(*host, into.as_deref(), first, commits, trial);
                let found =
                    found.into_iter().map(linked).reduce(|a, b| self.nearer(a, b)).map(Some);
                let (request, deepen) = (host.request(), host.deepen());
                found.ok_or_else(|| match self.trial(trial) {
                    Some(_) if *host == Host::GitHub => format!("the base of this {request} is not in the clone; check out with `fetch-depth: 2`, or use miglint's action, which fetches it"),
                    _ => format!("the base of this {request} is not in the clone; {deepen}, or fetch the branch that it goes to"),
                })
            }
            Event::Queue(base) => {
                let base = base.as_ref().and_then(|id| self.here(id));
                let found = base.map(|id| self.with("the merge group's base".to_owned(), id));
                found.map(Some).ok_or_else(|| {
                    "the base of this merge group is not in the clone; check out with `fetch-depth: 0`, or fetch `merge_group.base_sha`".to_owned()
                })
            }
            Event::Push { before: Some(before), .. } if before.is_none() => Ok(None),
            Event::Push { host, before } => {
                let before = before.as_ref().and_then(|id| self.here(id));
                let found = before.map(|id| self.with("the commit before the push".to_owned(), id));
                found.map(|c| Some(self.or_default(c))).ok_or_else(|| {
                    let deepen = host.deepen();
                    format!(
                        "the commit before this push is not in the clone; {deepen}, or fetch it"
                    )
                })
            }
            Event::Range { from, to } => self.range(from, to.as_deref(), notes),
        }
    }

    /// What a request to merge may be compared with: its branch as it is now, and what the event
    /// names. `origin` may be a fork, whose branch of that name is old, or is what is checked out.
    fn merge(
        &self,
        host: Host,
        into: Option<&str>,
        first: Option<Id>,
        commits: &[Id],
        trial: &Trial,
    ) -> Vec<Chosen> {
        let names =
            into.map(|into| [format!("refs/remotes/origin/{into}"), format!("refs/heads/{into}")]);
        let branch = names.iter().flatten().find_map(|name| self.branch(name));
        let own = matches!(trial, Trial::Of(head) if *head == self.repository.head);
        let branch = branch.filter(|branch| !own || branch.tip != self.repository.head);
        let first = first.map(|id| self.with("the merge's first parent".to_owned(), id));
        let named = commits.iter().filter_map(|id| self.here(id));
        let named = named.map(|id| self.with(format!("the {}'s base", host.request()), id));
        branch.into_iter().chain(first).chain(named).collect()
    }

    /// The first parent of HEAD, where HEAD is a merge that the host made on trial, and no merge
    /// that somebody made on the branch.
    fn trial(&self, trial: &Trial) -> Option<&Id> {
        let [first, second] = self.parents.as_slice() else { return None };
        let made = match trial {
            Trial::None => false,
            Trial::Of(head) => head == second,
            Trial::Any => true,
        };
        made.then_some(first)
    }

    fn range(
        &self,
        from: &str,
        to: Option<&str>,
        notes: &mut Vec<String>,
    ) -> Result<Option<Chosen>, String> {
        let id = Id::parse(from);
        if id.as_ref().is_some_and(Id::is_none) {
            return Ok(None);
        }
        let Some(tip) = self.repository.commit(from) else {
            return Err("the commit that PRE_COMMIT_FROM_REF names is not in the clone; fetch it, or give `--since`".to_owned());
        };
        let to = to.and_then(|to| self.repository.commit(to));
        if to.is_some_and(|to| to != self.repository.head) {
            notes.push(
                "PRE_COMMIT_TO_REF is not what is checked out; the work tree is what is read"
                    .to_owned(),
            );
        }
        let name = if id.is_some() { "PRE_COMMIT_FROM_REF" } else { from };
        Ok(Some(self.or_default(self.with(name.to_owned(), tip))))
    }

    fn local(&self) -> Result<Chosen, NoBase> {
        let branch = self.repository.branch();
        let remotes = self.repository.remotes();
        if let Some(followed) = self.followed(branch.as_deref(), &remotes) {
            return Ok(followed);
        }
        if let Some(chosen) = self.remote_default(&remotes) {
            return Ok(chosen);
        }
        let configured = self.repository.default_branch();
        let names = configured.as_deref().into_iter().chain(USUAL.iter().copied());
        let mut names = names.map(|name| format!("refs/heads/{name}"));
        if let Some(chosen) = names.find_map(|name| self.branch(&name)) {
            return Ok(chosen);
        }
        if remotes.is_empty()
            && let Some(branch) = branch
            && self.repository.has_one_branch()
            && let Some(chosen) = self.branch(&branch)
        {
            return Ok(chosen);
        }
        Err(NoBase::new(match self.repository.is_shallow() {
            true => {
                "the default branch is not in this shallow clone; check out with `fetch-depth: 0`, or fetch that branch"
            }
            false => {
                "no default branch is known to compare with; name it with `--since`, or run `git remote set-head origin --auto`"
            }
        }))
    }

    /// What the branch follows, where that is another branch.
    fn followed(&self, branch: Option<&str>, remotes: &[String]) -> Option<Chosen> {
        let own = branch?.strip_prefix("refs/heads/")?;
        let upstream = self.repository.upstream()?;
        let same = |remote: &String| upstream == format!("refs/remotes/{remote}/{own}");
        if remotes.iter().any(same) {
            return None;
        }
        self.branch(&upstream)
    }

    fn remote_default(&self, remotes: &[String]) -> Option<Chosen> {
        let usual = |remote: &&String| matches!(remote.as_str(), "origin" | "upstream");
        let mut chosen: Vec<&String> = remotes.iter().filter(usual).collect();
        if let ([], [only]) = (chosen.as_slice(), remotes) {
            chosen.push(only);
        }
        let of = |remote: &String| {
            let told = self.environment.default_branch.as_deref();
            let names = told.into_iter().chain(["HEAD"]).chain(USUAL.iter().copied());
            let mut names = names.map(|name| format!("refs/remotes/{remote}/{name}"));
            names.find_map(|name| self.branch(&name))
        };
        let found = chosen.into_iter().filter_map(of);
        found.reduce(|one, other| self.nearer(one, other))
    }

    /// A rebased branch left its own old tip before it left the default branch; then what the
    /// default branch has is not new.
    fn or_default(&self, chosen: Chosen) -> Chosen {
        match self.remote_default(&self.repository.remotes()) {
            Some(default) if self.leaves(&default) => self.nearer(chosen, default),
            _ => chosen,
        }
    }

    /// Of two bases, the one that HEAD left last.
    fn nearer(&self, one: Chosen, other: Chosen) -> Chosen {
        let (Some(first), Some(second)) = (&one.fork, &other.fork) else {
            return if one.fork.is_none() && other.fork.is_some() { other } else { one };
        };
        let later =
            first != second && self.repository.merge_base(first, second).as_ref() == Some(first);
        if later { other } else { one }
    }

    /// Whether HEAD has a commit that a base has not.
    fn leaves(&self, base: &Chosen) -> bool {
        base.fork.as_ref() != Some(&self.repository.head)
    }

    fn here(&self, id: &Id) -> Option<Id> {
        self.repository.commit(id.as_str())
    }

    /// A branch by its whole reference: a tag or a commit may have the same short name.
    fn branch(&self, reference: &str) -> Option<Chosen> {
        let tip = self.repository.commit(reference)?;
        let target = reference.ends_with("/HEAD").then(|| self.repository.symbolic(reference));
        let whole = target.flatten().unwrap_or_else(|| reference.to_owned());
        let short = whole.strip_prefix("refs/remotes/").or(whole.strip_prefix("refs/heads/"));
        Some(self.with(short.unwrap_or(&whole).to_owned(), tip))
    }

    fn with(&self, name: String, tip: Id) -> Chosen {
        let head = &self.repository.head;
        // In a shallow clone a parent can be there without being linked.
        let linked = tip == *head || self.parents.contains(&tip);
        let fork = if linked { Some(tip.clone()) } else { self.repository.merge_base(head, &tip) };
        Chosen { name, tip, fork }
    }
}
