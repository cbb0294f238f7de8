//! What CI systems check out, made as they make it.

use std::path::{Path, PathBuf};

use super::{add_column, check, commit, git, reported, table};
use crate::support::Folder;

/// A remote with `main`, and a pull request of `topic`.
struct Origin {
    folder: Folder,
    /// `main` when the pull request was merged on trial.
    base: String,
    head: String,
    merge: String,
}

const ZEROS: &str = "0000000000000000000000000000000000000000";

impl Origin {
    fn new() -> Origin {
        let folder = Folder::new();
        let at = folder.path().join("origin");
        std::fs::create_dir(&at).expect("a folder");
        git(&at, &["init", "-q", "-b", "main"]);
        git(&at, &["config", "uploadpack.allowAnySHA1InWant", "true"]);
        git(&at, &["config", "uploadpack.allowFilter", "true"]);
        let origin =
            Origin { folder, base: String::new(), head: String::new(), merge: String::new() };
        origin.write("env.py", "from alembic import context\n".to_owned());
        origin.write("versions/a_table.py", table());
        origin.commit("the table");
        origin.write("versions/b_old.py", add_column("bbbb", "aaaa"));
        origin.commit("merged");
        git(&at, &["checkout", "-q", "-b", "topic"]);
        origin.write("versions/c_new.py", add_column("cccc", "bbbb"));
        let head = origin.commit("topic");
        git(&at, &["checkout", "-q", "main"]);
        origin.write("readme", "more\n".to_owned());
        let base = origin.commit("main goes on");
        git(&at, &["checkout", "-q", "--detach"]);
        git(&at, &["merge", "-q", "--no-ff", "-m", "Merge topic into main", "topic"]);
        let merge = git(&at, &["rev-parse", "HEAD"]);
        git(&at, &["update-ref", "refs/pull/1/merge", &merge]);
        git(&at, &["checkout", "-q", "main"]);
        Origin { base, head, merge, ..origin }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("origin")
    }

    fn url(&self) -> String {
        format!("file://{}", self.path().display())
    }

    fn write(&self, path: &str, text: String) {
        self.folder.write(&format!("origin/alembic/{path}"), text);
    }

    fn commit(&self, message: &str) -> String {
        commit(&self.path(), message);
        git(&self.path(), &["rev-parse", "HEAD"])
    }

    /// `main` gains a migration with the same parent as the topic's.
    fn advance(&self) -> String {
        git(&self.path(), &["checkout", "-q", "main"]);
        self.write("versions/d_other.py", add_column("dddd", "bbbb"));
        self.commit("another is merged")
    }

    /// As actions/checkout does: one reference is fetched, and checked out.
    fn checkout(&self, name: &str, commit: &str, reference: &str, depth: &str) -> PathBuf {
        let at = self.folder.path().join(name);
        std::fs::create_dir(&at).expect("a folder");
        git(&at, &["init", "-q", "-b", "master"]);
        git(&at, &["remote", "add", "origin", &self.url()]);
        let wanted = format!("+{commit}:{reference}");
        let mut fetch = vec!["fetch", "-q", "--no-tags", "--prune", depth, "origin", &wanted];
        fetch.retain(|arg| !arg.is_empty());
        git(&at, &fetch);
        match reference.strip_prefix("refs/remotes/origin/") {
            Some(branch) => git(&at, &["checkout", "-q", "--force", "-B", branch, reference]),
            None => git(&at, &["checkout", "-q", "--force", reference]),
        };
        at
    }

    fn merged(&self, name: &str, depth: &str) -> PathBuf {
        self.checkout(name, &self.merge, "refs/remotes/pull/1/merge", depth)
    }

    /// Runs the check as a step of a workflow.
    fn step(&self, at: &Path, name: &str, event: &str) -> (i32, String) {
        self.folder.write("event.json", event);
        let path = self.folder.path().join("event.json");
        let path = path.to_str().expect("UTF-8");
        let mut variables = vec![
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", name),
            ("GITHUB_EVENT_PATH", path),
        ];
        if name.starts_with("pull_request") {
            variables.push(("GITHUB_BASE_REF", "main"));
        }
        check(at, &[], &variables)
    }

    fn pull_request(&self, at: &Path) -> (i32, String) {
        let Origin { base, head, .. } = self;
        let event = format!(
            r#"{{"pull_request":{{"base":{{"ref":"main","sha":"{base}"}},"head":{{"sha":"{head}"}}}},"repository":{{"default_branch":"main"}}}}"#
        );
        self.step(at, "pull_request", &event)
    }
}

fn since(name: &str, commit: &str) -> String {
    format!("1 of them under review (since {name} ({}))", &commit[..7])
}

#[test]
fn a_pull_request_with_all_of_its_history() {
    let origin = Origin::new();
    let at = origin.folder.path().join("full");
    git(origin.folder.path(), &["clone", "-q", &origin.url(), "full"]);
    git(&at, &["fetch", "-q", "origin", "refs/pull/1/merge"]);
    git(&at, &["checkout", "-q", "FETCH_HEAD"]);
    let (code, text) = origin.pull_request(&at);
    assert_eq!((code, reported(&text)), (1, vec!["c_new.py"]), "{text}");
    assert!(text.contains(&since("origin/main", &origin.base)), "{text}");
    let now = origin.advance();
    git(&at, &["fetch", "-q", "origin"]);
    let (_, text) = origin.pull_request(&at);
    assert!(text.contains(&since("origin/main", &now)), "{text}");
    assert!(text.contains("the history has 2 heads: `dddd`, `cccc`"), "{text}");
    assert!(!text.contains("no common commit"), "{text}");
}

#[test]
fn a_pull_request_with_one_commit() {
    let origin = Origin::new();
    let at = origin.merged("shallow", "--depth=1");
    let (_, text) = origin.pull_request(&at);
    assert_eq!(reported(&text), ["a_table.py", "b_old.py", "c_new.py"], "{text}");
    let why = "all of them under review (all of the history: the base of this pull request is not in the clone; check out with `fetch-depth: 2`, or use miglint's action, which fetches it)";
    assert!(text.contains(why), "{text}");
    git(&at, &["fetch", "-q", "--no-tags", "--depth=1", "origin", &origin.base]);
    for event in ["pull_request", "pull_request_target"] {
        let (_, text) = origin.step(&at, event, "{}");
        assert_eq!(reported(&text), ["c_new.py"], "{text}");
        assert!(text.contains(&since("the merge's first parent", &origin.base)), "{text}");
        assert!(!text.contains("Note:"), "{text}");
    }
    let old = at.join("alembic/versions/a_table.py");
    std::fs::write(&old, table().replace("sa.Text()", "sa.String(20)")).expect("the file");
    let (_, text) = origin.pull_request(&at);
    assert!(text.contains("error[merged-revision-edited] migration `aaaa`"), "{text}");
}

#[test]
fn a_pull_request_with_two_commits_deep() {
    let origin = Origin::new();
    let at = origin.merged("deeper", "--depth=2");
    let (_, text) = origin.pull_request(&at);
    assert_eq!(reported(&text), ["c_new.py"], "{text}");
    assert!(text.contains(&since("the merge's first parent", &origin.base)), "{text}");
    // The branch as it is now is fetched by itself: what it has gained counts, too.
    let now = origin.advance();
    git(&at, &["fetch", "-q", "--depth=1", "origin", "+main:refs/remotes/origin/main"]);
    let (_, text) = origin.pull_request(&at);
    assert!(text.contains(&since("origin/main", &now)), "{text}");
    assert!(text.contains("the history has 2 heads: `dddd`, `cccc`"), "{text}");
    assert!(!text.contains("no common commit"), "{text}");
}

#[test]
fn a_pull_requests_head_without_its_history() {
    let origin = Origin::new();
    let now = origin.advance();
    let at = origin.checkout("head", &origin.head, "refs/remotes/pull/1/head", "--depth=1");
    let (_, text) = origin.pull_request(&at);
    assert_eq!(reported(&text), ["a_table.py", "b_old.py", "c_new.py"], "{text}");
    let why = "the base of this pull request is not in the clone; check out with `fetch-depth: 0`, or fetch the branch that it goes to";
    assert!(text.contains(why), "{text}");
    git(&at, &["fetch", "-q", "--depth=1", "origin", "+main:refs/remotes/origin/main"]);
    let (_, text) = origin.pull_request(&at);
    assert!(text.contains(&since("origin/main", &now)), "{text}");
    assert!(text.contains("Note: HEAD and origin/main have no common commit in this clone, so an edited or deleted migration cannot be told from a change of the base; fetch more of the history."), "{text}");
    assert!(text.contains("the history has 2 heads: `dddd`, `cccc`"), "{text}");
    assert!(!text.contains("b_old.py"), "{text}");
    assert!(!text.contains("merged-revision-edited"), "{text}");
    // A migration with another path is the same migration.
    let versions = at.join("alembic/versions");
    std::fs::rename(versions.join("b_old.py"), versions.join("2024_b.py")).expect("the file");
    let (_, text) = origin.pull_request(&at);
    assert!(text.contains(&since("origin/main", &now)), "{text}");
    assert!(!text.contains("2024_b.py"), "{text}");
}

#[test]
fn a_merge_that_somebody_made_on_the_branch_is_no_test_merge() {
    let origin = Origin::new();
    git(&origin.path(), &["checkout", "-q", "topic"]);
    git(&origin.path(), &["merge", "-q", "--no-ff", "-m", "Merge main into topic", "main"]);
    let head = git(&origin.path(), &["rev-parse", "HEAD"]);
    let origin = Origin { head, ..origin };
    let at = origin.checkout("merged", &origin.head, "refs/remotes/pull/1/head", "--depth=2");
    let (_, text) = origin.pull_request(&at);
    assert_eq!(reported(&text), ["c_new.py"], "{text}");
    assert!(text.contains(&since("the pull request's base", &origin.base)), "{text}");
}

#[test]
fn the_origin_may_be_a_fork() {
    let origin = Origin::new();
    let now = origin.advance();
    // The fork's `main` is what is to be merged, or is old.
    let at = origin.checkout("same", &origin.head, "refs/remotes/origin/main", "");
    let base = "1234567890123456789012345678901234567890".to_owned();
    let origin = Origin { base, ..origin };
    let (_, text) = origin.pull_request(&at);
    assert!(text.contains("all of them under review (all of the history: the base of this pull request is not in the clone"), "{text}");
    git(&origin.path(), &["checkout", "-q", "topic"]);
    git(&origin.path(), &["rebase", "-q", "main"]);
    let head = git(&origin.path(), &["rev-parse", "HEAD"]);
    let origin = Origin { base: now.clone(), head, ..origin };
    let at = origin.checkout("old", &origin.head, "refs/remotes/origin/topic", "");
    git(&at, &["update-ref", "refs/remotes/origin/main", &format!("{now}~2")]);
    let (_, text) = origin.pull_request(&at);
    assert!(text.contains(&since("the pull request's base", &now)), "{text}");
    assert!(!text.contains("d_other.py:"), "{text}");
}

#[test]
fn a_merge_queue_names_its_base() {
    let origin = Origin::new();
    let event = format!(
        r#"{{"action":"checks_requested","merge_group":{{"base_ref":"refs/heads/main","base_sha":"{}"}}}}"#,
        origin.base
    );
    let queue = "refs/remotes/origin/gh-readonly-queue/main/pr-1";
    let at = origin.checkout("queue", &origin.merge, queue, "--depth=1");
    let (_, text) = origin.step(&at, "merge_group", &event);
    assert!(text.contains("(all of the history: the base of this merge group is not in the clone; check out with `fetch-depth: 0`, or fetch `merge_group.base_sha`)"), "{text}");
    git(&at, &["fetch", "-q", "--depth=1", "origin", &origin.base]);
    let (_, text) = origin.step(&at, "merge_group", &event);
    assert_eq!(reported(&text), ["c_new.py"], "{text}");
    assert!(text.contains(&since("the merge group's base", &origin.base)), "{text}");
}

#[test]
fn a_push_names_what_was_there_before() {
    let origin = Origin::new();
    let main = "refs/remotes/origin/main";
    let event = |before: &str| {
        format!(r#"{{"before":"{before}","repository":{{"default_branch":"main"}}}}"#)
    };
    let shallow = origin.checkout("shallow", &origin.merge, main, "--depth=1");
    let (_, text) = origin.step(&shallow, "push", &event(&origin.base));
    assert_eq!(reported(&text), ["a_table.py", "b_old.py", "c_new.py"], "{text}");
    assert!(text.contains("(all of the history: the commit before this push is not in the clone; check out with `fetch-depth: 0`, or fetch it)"), "{text}");
    for depth in ["--depth=2", "--depth=20"] {
        let at = origin.checkout(depth.trim_start_matches('-'), &origin.merge, main, depth);
        let (_, text) = origin.step(&at, "push", &event(&origin.base));
        assert_eq!(reported(&text), ["c_new.py"], "{text}");
        assert!(text.contains(&since("the commit before the push", &origin.base)), "{text}");
    }
}

#[test]
fn the_push_of_a_new_or_rebased_branch_is_compared_with_the_default_branch() {
    let origin = Origin::new();
    let before = git(&origin.path(), &["rev-parse", "topic"]);
    let event = |before: &str| {
        format!(r#"{{"before":"{before}","repository":{{"default_branch":"main"}}}}"#)
    };
    let topic = "refs/remotes/origin/topic";
    let at = origin.checkout("alone", &before, topic, "--depth=1");
    let (_, text) = origin.step(&at, "push", &event(ZEROS));
    assert!(text.contains("(all of the history: the default branch is not in this shallow clone; check out with `fetch-depth: 0`, or fetch that branch)"), "{text}");
    let at = origin.checkout("new", &before, topic, "");
    git(&at, &["fetch", "-q", "origin", "+main:refs/remotes/origin/main"]);
    let (_, text) = origin.step(&at, "push", &event(ZEROS));
    assert_eq!(reported(&text), ["c_new.py"], "{text}");
    assert!(text.contains(&since("origin/main", &origin.base)), "{text}");
    // What was there before is older than what main has by now.
    let now = origin.advance();
    git(&origin.path(), &["checkout", "-q", "topic"]);
    git(&origin.path(), &["rebase", "-q", "main"]);
    let rebased = git(&origin.path(), &["rev-parse", "topic"]);
    let at = origin.checkout("rebased", &rebased, topic, "");
    git(&at, &["fetch", "-q", "origin", &before, "+main:refs/remotes/origin/main"]);
    let (_, text) = origin.step(&at, "push", &event(&before));
    assert!(text.contains(&since("origin/main", &now)), "{text}");
    assert!(!text.contains("d_other.py:"), "{text}");
    // Nor is it there at all, as a rule.
    let at = origin.checkout("gone", &rebased, topic, "");
    git(&at, &["fetch", "-q", "origin", "+main:refs/remotes/origin/main"]);
    let (_, text) = origin.step(&at, "push", &event("1234567890123456789012345678901234567890"));
    assert!(text.contains(&since("origin/main", &now)), "{text}");
}

#[test]
fn an_event_that_cannot_be_read_is_said_and_not_used() {
    let origin = Origin::new();
    let at = origin.merged("deeper", "--depth=2");
    for event in ["", "{", "[[[", "\u{0}", "null", "[]", r#"{"pull_request": 7}"#] {
        let (_, text) = origin.step(&at, "pull_request", event);
        assert_eq!(reported(&text), ["c_new.py"], "{text}");
        let json = event.len() > 3 || event == "[]";
        let note = "Note: the event of the workflow is not used: its file is not JSON.";
        assert_eq!(text.contains(note), !json && event != "null", "{event:?}: {text}");
    }
    let deep = "[".repeat(1_000_000);
    let (_, text) = origin.step(&at, "push", &deep);
    assert!(text.contains("its file is not JSON"), "{text}");
    let variables = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_BASE_REF", "main"),
        ("GITHUB_EVENT_PATH", "/dev/zero"),
    ];
    let (_, text) = check(&at, &[], &variables);
    assert!(text.contains("its file is no regular file of a usual size"), "{text}");
    let hostile =
        r#"{"before":"--output=/tmp/x","repository":{"default_branch":"../../--upload-pack=x\n"}}"#;
    let (_, text) = origin.step(&at, "push", hostile);
    assert!(text.contains("the commit before this push is not in the clone"), "{text}");
}

#[test]
fn a_merge_request_on_gitlab() {
    let origin = Origin::new();
    let at = origin.checkout("gitlab", &origin.head, "refs/pipelines/1", "--depth=20");
    let fork = git(&origin.path(), &["merge-base", "main", "topic"]);
    let variables = [
        ("GITLAB_CI", "true"),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", fork.as_str()),
    ];
    let (_, text) = check(&at, &[], &variables);
    assert_eq!(reported(&text), ["c_new.py"], "{text}");
    assert!(text.contains(&since("the merge request's base", &fork)), "{text}");
    let at = origin.checkout("cut", &origin.head, "refs/pipelines/1", "--depth=1");
    let (_, text) = check(&at, &[], &variables);
    assert!(text.contains("the base of this merge request is not in the clone"), "{text}");
    git(&at, &["fetch", "-q", "--depth=1", "origin", &fork]);
    let (_, text) = check(&at, &[], &variables);
    assert!(text.contains(&since("the merge request's base", &fork)), "{text}");
    assert!(!text.contains("no common commit"), "{text}");
    // A merged result has the target as first parent.
    let at = origin.checkout("result", &origin.merge, "refs/pipelines/2", "--depth=1");
    git(&at, &["fetch", "-q", "--depth=1", "origin", &origin.base]);
    let source = [("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", origin.head.as_str())];
    let result: Vec<_> = variables.into_iter().chain(source).collect();
    let (_, text) = check(&at, &[], &result);
    assert!(text.contains(&since("the merge's first parent", &origin.base)), "{text}");
    // Any other merge is one that somebody made.
    let (_, text) = check(&at, &[], &variables);
    let why = "the base of this merge request is not in the clone; set `GIT_DEPTH` to 0, or fetch the branch that it goes to";
    assert!(text.contains(why), "{text}");
    let at = origin.folder.path().join("gitlab");
    let before = [("GITLAB_CI", "true"), ("CI_COMMIT_BEFORE_SHA", fork.as_str())];
    let (_, text) = check(&at, &[], &before);
    assert!(text.contains(&since("the commit before the push", &fork)), "{text}");
}

#[test]
fn a_hook_names_its_range() {
    let origin = Origin::new();
    git(origin.folder.path(), &["clone", "-q", "-b", "topic", &origin.url(), "clone"]);
    let at = origin.folder.path().join("clone");
    std::fs::write(at.join("alembic/versions/e_more.py"), add_column("eeee", "cccc")).expect("it");
    commit(&at, "more");
    let range = |from: &str, to: &str| {
        check(&at, &[], &[("PRE_COMMIT_FROM_REF", from), ("PRE_COMMIT_TO_REF", to)]).1
    };
    let pushed = range(&origin.head, "HEAD");
    assert_eq!(reported(&pushed), ["e_more.py"], "{pushed}");
    assert!(pushed.contains(&since("PRE_COMMIT_FROM_REF", &origin.head)), "{pushed}");
    let named = range("origin/main", "HEAD");
    assert_eq!(reported(&named), ["c_new.py", "e_more.py"], "{named}");
    assert!(named.contains("2 of them under review (since origin/main ("), "{named}");
    let first = range(ZEROS, "HEAD");
    assert!(first.contains("2 of them under review (since origin/main ("), "{first}");
    let other = range(&origin.head, "origin/main");
    assert!(
        other.contains(
            "Note: PRE_COMMIT_TO_REF is not what is checked out; the work tree is what is read."
        ),
        "{other}"
    );
    let unknown = range("no-such-branch", "HEAD");
    assert!(unknown.contains("2 of them under review (since origin/main ("), "{unknown}");
    // A hook of git has GIT_DIR and GIT_INDEX_FILE, of whatever repository was pushed.
    let elsewhere = [("PRE_COMMIT_FROM_REF", "origin/main"), ("GIT_DIR", "/nowhere")];
    let (_, text) = check(&at, &[], &elsewhere);
    assert!(text.contains("2 of them under review (since origin/main ("), "{text}");
}

#[test]
fn a_revision_of_the_base_that_moved_there_is_not_there_twice() {
    let origin = Origin::new();
    git(origin.folder.path(), &["clone", "-q", "-b", "topic", &origin.url(), "clone"]);
    let at = origin.folder.path().join("clone");
    let versions = "alembic/versions";
    git(&origin.path(), &["mv", &format!("{versions}/b_old.py"), &format!("{versions}/2024_b.py")]);
    origin.commit("moved");
    git(&at, &["fetch", "-q"]);
    let (_, text) = check(&at, &[], &[]);
    assert_eq!(reported(&text), ["c_new.py"], "{text}");
    assert!(!text.contains("read from the base"), "{text}");
}
