//! Where a project can lie, and how its branches can stand.

use std::path::{Path, PathBuf};

use super::{add_column, check, commit, git, project, reported, table};
use crate::support::Folder;

/// A remote whose default branch has any name, and its clone.
struct Pair {
    folder: Folder,
}

impl Pair {
    fn new(default: &str, remote: &str) -> Pair {
        let folder = Folder::new();
        folder.write("origin/alembic/env.py", "from alembic import context\n");
        folder.write("origin/alembic/versions/a_table.py", table());
        folder.write("origin/alembic/versions/b_old.py", add_column("bbbb", "aaaa"));
        let origin = folder.path().join("origin");
        git(&origin, &["init", "-q", "-b", default]);
        commit(&origin, "merged");
        let pair = Pair { folder };
        git(pair.folder.path(), &["clone", "-q", "-o", remote, &pair.url(), "clone"]);
        pair
    }

    fn url(&self) -> String {
        format!("file://{}", self.folder.path().join("origin").display())
    }

    fn clone(&self) -> PathBuf {
        self.folder.path().join("clone")
    }

    fn migrate(&self, path: &str, text: String) {
        self.folder.write(&format!("clone/alembic/versions/{path}"), text);
    }
}

fn expect(text: &str, new: &[&str], basis: &str) {
    assert_eq!(reported(text), new, "{text}");
    assert!(text.contains(&format!("under review ({basis}")), "{basis}: {text}");
    let apart = " lies in a repository of its own, so";
    let rest = ["db", "vendored"].iter().fold(text.to_owned(), |text, tree| {
        text.replace(&format!("Note: {tree}/alembic/versions{apart}"), "")
    });
    assert!(!rest.contains("Note:"), "{text}");
}

#[test]
fn files_are_new_however_far_they_have_come() {
    let pair = Pair::new("main", "origin");
    let at = pair.clone();
    pair.migrate("c_untracked.py", add_column("cccc", "bbbb"));
    expect(&check(&at, &[], &[]).1, &["c_untracked.py"], "since origin/main (");
    git(&at, &["add", "-A"]);
    expect(&check(&at, &[], &[]).1, &["c_untracked.py"], "since origin/main (");
    // The default branch itself, with a commit that is not pushed.
    commit(&at, "unpushed");
    expect(&check(&at, &[], &[]).1, &["c_untracked.py"], "since origin/main (");
    git(&at, &["checkout", "-q", "--detach"]);
    pair.migrate("d_more.py", add_column("dddd", "cccc"));
    expect(&check(&at, &[], &[]).1, &["c_untracked.py", "d_more.py"], "since origin/main (");
}

#[test]
fn a_branch_is_compared_with_what_it_goes_to() {
    let pair = Pair::new("main", "origin");
    let at = pair.clone();
    git(&at, &["checkout", "-q", "-b", "topic"]);
    pair.migrate("c_new.py", add_column("cccc", "bbbb"));
    commit(&at, "new");
    git(&at, &["push", "-q", "-u", "origin", "topic"]);
    // A pushed branch follows itself.
    expect(&check(&at, &[], &[]).1, &["c_new.py"], "since origin/main (");
    git(&at, &["checkout", "-q", "-b", "stacked", "--track", "topic"]);
    pair.migrate("d_more.py", add_column("dddd", "cccc"));
    expect(&check(&at, &[], &[]).1, &["d_more.py"], "since topic (");
    git(&at, &["branch", "-q", "--set-upstream-to=origin/topic"]);
    expect(&check(&at, &[], &[]).1, &["d_more.py"], "since origin/topic (");
}

#[test]
fn default_branches_have_many_names() {
    for (default, remote) in [("trunk", "origin"), ("production", "origin"), ("develop", "company")]
    {
        let pair = Pair::new(default, remote);
        pair.migrate("c_new.py", add_column("cccc", "bbbb"));
        commit(&pair.clone(), "unpushed");
        let basis = format!("since {remote}/{default} (");
        expect(&check(&pair.clone(), &[], &[]).1, &["c_new.py"], &basis);
    }
    let pair = Pair::new("production", "origin");
    git(&pair.clone(), &["remote", "set-head", "origin", "--delete"]);
    let (_, text) = check(&pair.clone(), &[], &[]);
    assert!(text.contains("(all of the history: no default branch is known to compare with; name it with `--since`, or run `git remote set-head origin --auto`)"), "{text}");
}

#[test]
fn of_a_fork_and_what_it_was_forked_from_the_later_counts() {
    let pair = Pair::new("main", "upstream");
    let at = pair.clone();
    // The fork at the origin is from before `b_old` was merged there.
    let bare = pair.folder.path().join("fork");
    git(pair.folder.path(), &["init", "-q", "--bare", "-b", "main", "fork"]);
    git(&at, &["remote", "add", "origin", bare.to_str().expect("UTF-8")]);
    git(&at, &["push", "-q", "origin", "main"]);
    git(&at, &["fetch", "-q", "origin"]);
    let origin = pair.folder.path().join("origin");
    pair.folder.write("origin/alembic/versions/c_theirs.py", add_column("cccc", "bbbb"));
    commit(&origin, "merged");
    git(&at, &["fetch", "-q", "upstream"]);
    git(&at, &["checkout", "-q", "--no-track", "-b", "topic", "upstream/main"]);
    pair.migrate("d_ours.py", add_column("dddd", "cccc"));
    expect(&check(&at, &[], &[]).1, &["d_ours.py"], "since upstream/main (");
}

#[test]
fn a_repository_without_a_remote_has_a_default_branch() {
    let folder = project();
    folder.write("alembic/versions/c_new.py", add_column("cccc", "bbbb"));
    commit(folder.path(), "new");
    expect(&check(folder.path(), &[], &[]).1, &["c_new.py"], "since main (");
    for name in ["trunk", "develop", "master"] {
        git(folder.path(), &["branch", "-q", "-m", "main", name]);
        let basis = format!("since {name} (");
        expect(&check(folder.path(), &[], &[]).1, &["c_new.py"], &basis);
        git(folder.path(), &["branch", "-q", "-m", name, "main"]);
    }
    git(folder.path(), &["branch", "-q", "-m", "main", "production"]);
    let (_, text) = check(folder.path(), &[], &[]);
    assert!(text.contains("no default branch is known to compare with"), "{text}");
    git(folder.path(), &["config", "init.defaultBranch", "production"]);
    expect(&check(folder.path(), &[], &[]).1, &["c_new.py"], "since production (");
    // The only branch is the default branch.
    git(folder.path(), &["config", "--unset", "init.defaultBranch"]);
    git(folder.path(), &["branch", "-q", "-D", "production"]);
    folder.write("alembic/versions/d_more.py", add_column("dddd", "cccc"));
    expect(&check(folder.path(), &[], &[]).1, &["d_more.py"], "since topic (");
}

#[test]
fn a_tag_is_no_branch_of_its_name() {
    let folder = project();
    folder.write("alembic/versions/c_new.py", add_column("cccc", "bbbb"));
    commit(folder.path(), "new");
    git(folder.path(), &["tag", "main"]);
    expect(&check(folder.path(), &[], &[]).1, &["c_new.py"], "since main (");
}

#[test]
fn without_a_commit_everything_is_new() {
    let folder = Folder::new();
    git(folder.path(), &["init", "-q", "-b", "main"]);
    folder.write("alembic/env.py", "from alembic import context\n");
    folder.write("alembic/versions/a_table.py", table());
    git(folder.path(), &["add", "-A"]);
    let (_, text) = check(folder.path(), &[], &[]);
    assert!(
        text.contains(
            "all of them under review (all of the history: the repository has no commit yet)"
        ),
        "{text}"
    );
    let (code, text) = check(folder.path(), &["--since", "HEAD"], &[]);
    assert_eq!(code, 2, "{text}");
    assert!(
        text.contains("no history has this revision, and the repository has no commit yet"),
        "{text}"
    );
}

#[test]
fn a_linked_worktree_has_the_branches_of_its_repository() {
    let folder = project();
    let other = Folder::new();
    let at = other.path().join("tree");
    let shown = at.to_str().expect("UTF-8");
    git(folder.path(), &["worktree", "add", "-q", "-b", "side", shown, "main"]);
    other.write("tree/alembic/versions/c_new.py", add_column("cccc", "bbbb"));
    expect(&check(&at, &[], &[]).1, &["c_new.py"], "since main (");
    git(&at, &["checkout", "-q", "--detach"]);
    expect(&check(&at, &[], &[]).1, &["c_new.py"], "since main (");
    // The repository moves away, as where only the worktree is mounted.
    std::fs::rename(folder.path().join(".git"), folder.path().join("gone")).expect("moved");
    let (_, text) = check(&at, &[], &[]);
    assert!(text.contains("(all of the history: `.git` points to a repository that is not there; check out, or mount, the whole of it)"), "{text}");
}

/// A repository whose submodule `db` is a clone of the pair's remote.
fn outer(pair: &Pair) -> PathBuf {
    let at = pair.folder.path().join("outer");
    pair.folder.write("outer/readme", "outer\n");
    git(&at, &["init", "-q", "-b", "main"]);
    git(&at, &["-c", "protocol.file.allow=always", "submodule", "-q", "add", &pair.url(), "db"]);
    commit(&at, "with the submodule");
    at
}

/// The submodule gains a migration, and the outer repository a branch that names it.
fn move_on(pair: &Pair, outer: &Path) {
    pair.folder.write("outer/db/alembic/versions/c_new.py", add_column("cccc", "bbbb"));
    commit(&outer.join("db"), "new");
    git(&outer.join("db"), &["push", "-q", "origin", "HEAD:refs/heads/later"]);
    git(outer, &["checkout", "-q", "-b", "topic"]);
    commit(outer, "the newer database");
}

#[test]
fn a_submodule_is_a_repository() {
    let pair = Pair::new("main", "origin");
    let outer = outer(&pair);
    let db = outer.join("db");
    git(&db, &["checkout", "-q", "--detach"]);
    pair.folder.write("outer/db/alembic/versions/c_new.py", add_column("cccc", "bbbb"));
    expect(&check(&db, &[], &[]).1, &["c_new.py"], "since origin/main (");
}

#[test]
fn a_tree_in_a_submodule_is_compared_with_the_commit_that_the_base_names() {
    let pair = Pair::new("main", "origin");
    let outer = outer(&pair);
    let (_, text) = check(&outer, &[], &[]);
    expect(&text, &[], "since main (");
    assert!(text.contains("Nothing is new here"), "{text}");
    move_on(&pair, &outer);
    expect(&check(&outer, &[], &[]).1, &["c_new.py"], "since main (");
    let old = "outer/db/alembic/versions/a_table.py";
    pair.folder.write(old, table().replace("sa.Text()", "sa.String(20)"));
    let (_, text) = check(&outer, &[], &[]);
    assert!(
        text.contains("db/alembic/versions/a_table.py:4:1: error[merged-revision-edited]"),
        "{text}"
    );
    pair.folder.write(old, table());
    // A repository that git does not know as a submodule has a base of its own.
    git(pair.folder.path(), &["clone", "-q", &pair.url(), "outer/vendored"]);
    pair.folder.write("outer/vendored/alembic/versions/v_new.py", add_column("eeee", "bbbb"));
    let (_, text) = check(&outer, &[], &[]);
    expect(&text, &["c_new.py", "v_new.py"], "since main (");
    // The submodule's clone is too short for the commit that main names.
    std::fs::remove_dir_all(outer.join("vendored")).expect("removed");
    std::fs::remove_dir_all(outer.join("db")).expect("removed");
    std::fs::remove_dir_all(outer.join(".git/modules/db")).expect("removed");
    let allow = "protocol.file.allow=always";
    let origin = pair.folder.path().join("origin");
    git(&origin, &["config", "uploadpack.allowAnySHA1InWant", "true"]);
    commit(&origin, "main goes on");
    git(&outer, &["-c", allow, "submodule", "-q", "update", "--init", "--depth=1", "db"]);
    let (_, text) = check(&outer, &[], &[]);
    assert!(
        text.contains("3 migrations (Alembic in db/alembic/versions), all of them under review"),
        "{text}"
    );
    assert!(
        text.contains("Note: all of db/alembic/versions is under review: ")
            && text.contains(
                "which the base names for the submodule db, is not in its clone; fetch it there."
            ),
        "{text}"
    );
}

#[test]
fn a_new_submodule_is_new() {
    let pair = Pair::new("main", "origin");
    let outer = outer(&pair);
    git(&outer, &["checkout", "-q", "--orphan", "before"]);
    git(&outer, &["rm", "-q", "--cached", "-f", "db", ".gitmodules"]);
    git(&outer, &["commit", "-q", "-m", "without"]);
    git(&outer, &["branch", "-q", "-f", "main"]);
    git(&outer, &["checkout", "-q", "-b", "topic"]);
    commit(&outer, "with the submodule");
    let (_, text) = check(&outer, &[], &[]);
    expect(&text, &["a_table.py", "b_old.py"], "since main (");
    let (_, text) = check(&outer, &["--since", "HEAD"], &[]);
    expect(&text, &[], "since HEAD (");
}

#[test]
fn a_folder_that_moves_is_not_new() {
    let folder = project();
    git(folder.path(), &["mv", "alembic", "migrations"]);
    let (_, text) = check(folder.path(), &[], &[]);
    expect(&text, &[], "since main (");
    folder.write("migrations/versions/c_new.py", add_column("cccc", "bbbb"));
    expect(&check(folder.path(), &[], &[]).1, &["c_new.py"], "since main (");
    let (_, text) = check(&folder.path().join("migrations"), &[], &[]);
    expect(&text, &["c_new.py"], "since main (");
    // What is copied, or has another text, is new.
    folder.write("migrations/versions/a_table.py", table().replace("sa.Text()", "sa.String(9)"));
    git(folder.path(), &["checkout", "-q", "main", "--", "alembic/versions/b_old.py"]);
    let (_, text) = check(&folder.path().join("migrations"), &[], &[]);
    assert!(
        text.contains("3 migrations (Alembic in versions), all of them under review"),
        "{text}"
    );
}

#[test]
fn what_looks_like_a_bare_repository_is_none() {
    let folder = project();
    git(folder.path(), &["clone", "-q", "--bare", ".", "planted"]);
    for part in ["HEAD", "config", "objects", "refs"] {
        let to = folder.path().join("alembic").join(part);
        std::fs::rename(folder.path().join("planted").join(part), to).expect("moved");
    }
    std::fs::remove_dir_all(folder.path().join("planted")).expect("removed");
    folder.write("alembic/versions/c_new.py", add_column("cccc", "bbbb"));
    expect(&check(&folder.path().join("alembic"), &[], &[]).1, &["c_new.py"], "since main (");
}
