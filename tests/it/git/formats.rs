//! Repositories that libgit2 cannot read, and such that nobody can.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{add_column, check, commit, git, reported, table};
use crate::support::Folder;

/// Makes a repository one that libgit2 refuses and the program reads.
fn refuse(at: &Path) {
    git(at, &["config", "core.repositoryformatversion", "1"]);
    git(at, &["config", "extensions.partialclone", "nobody"]);
}

/// Merged migrations on `main`, and one that is committed on `topic`.
fn project(init: &[&str]) -> Folder {
    let folder = Folder::new();
    let args: Vec<&str> = ["init", "-q", "-b", "main"].iter().chain(init).copied().collect();
    git(folder.path(), &args);
    folder.write("back end/alembic/env.py", "from alembic import context\n");
    folder.write("back end/alembic/versions/a_table.py", table());
    folder.write("back end/alembic/versions/b_old.py", add_column("bbbb", "aaaa"));
    commit(folder.path(), "merged");
    git(folder.path(), &["checkout", "-q", "-b", "topic"]);
    folder.write("back end/alembic/versions/c_new.py", add_column("cccc", "bbbb"));
    commit(folder.path(), "new");
    folder
}

const OLD: &str = "back end/alembic/versions/a_table.py";

/// All that can be told of a branch, whoever reads the repository.
fn tells_all(folder: &Folder) {
    for root in [folder.path().to_owned(), folder.path().join("back end/alembic")] {
        let (_, text) = check(&root, &[], &[]);
        assert_eq!(reported(&text), ["c_new.py"], "{text}");
        let main = git(folder.path(), &["rev-parse", "--short=7", "main"]);
        assert!(text.contains(&format!("1 of them under review (since main ({main}))")), "{text}");
        assert!(!text.contains("Note:"), "{text}");
    }
    let hook = [("GIT_DIR", "/nowhere"), ("GIT_INDEX_FILE", "x"), ("GIT_WORK_TREE", "/")];
    let (_, text) = check(folder.path(), &["--since", "HEAD"], &hook);
    assert!(text.contains("0 of them under review (since HEAD ("), "{text}");
    folder.write(OLD, table().replace("sa.Text()", "sa.String(20)"));
    let (_, text) = check(folder.path(), &[], &[]);
    assert!(
        text.contains("error[merged-revision-edited] migration `aaaa` has been merged"),
        "{text}"
    );
    fs::remove_file(folder.path().join(OLD)).expect("removed");
    let (_, text) = check(folder.path(), &[], &[]);
    assert!(text.contains("migration `aaaa` of the base is deleted"), "{text}");
    folder.write(OLD, table());
    git(folder.path(), &["checkout", "-q", "main"]);
    folder.write("back end/alembic/versions/d_other.py", add_column("dddd", "bbbb"));
    commit(folder.path(), "main goes on");
    git(folder.path(), &["checkout", "-q", "topic"]);
    let (_, text) = check(folder.path(), &[], &[]);
    assert!(text.contains("the history has 2 heads: `dddd`, `cccc`"), "{text}");
    git(folder.path(), &["checkout", "-q", "--detach"]);
    let (_, text) = check(folder.path(), &[], &[]);
    assert!(text.contains("1 of them under review (since main ("), "{text}");
}

#[test]
fn what_libgit2_reads() {
    tells_all(&project(&[]));
}

/// Git knows reftable since 2.45.
#[test]
fn references_in_a_reftable() {
    let version = git(Path::new("."), &["version"]);
    let mut numbers = version.split([' ', '.']).filter_map(|word| word.parse::<u32>().ok());
    if (numbers.next(), numbers.next()) < (Some(2), Some(45)) {
        eprintln!("{version} has no reftable, which is not tried");
        return;
    }
    tells_all(&project(&["--ref-format=reftable"]));
}

#[test]
fn objects_named_by_sha_256() {
    tells_all(&project(&["--object-format=sha256"]));
}

#[test]
fn an_extension_that_is_newer_than_libgit2() {
    let folder = project(&[]);
    refuse(folder.path());
    tells_all(&folder);
    let config = fs::read_to_string(folder.path().join(".git/config")).expect("text");
    git(folder.path(), &["config", "extensions.newest", "true"]);
    let (_, text) = check(folder.path(), &[], &[]);
    assert!(text.contains("(all of the history: this version of the `git` program cannot read the repository (unknown repository extension found: newest); install a newer one)"), "{text}");
    folder.write(".git/config", config);
    // Without the program nothing is known, and everything is checked.
    let empty = Folder::new();
    let (_, text) = check(folder.path(), &[], &[("PATH", empty.path().to_str().expect("UTF-8"))]);
    assert!(text.contains("all of them under review (all of the history: the git repository cannot be read without the `git` program (unsupported extension"), "{text}");
}

#[test]
fn the_upstream_and_the_remote_as_the_program_tells_them() {
    let origin = project(&[]);
    git(origin.path(), &["checkout", "-q", "main"]);
    git(origin.path(), &["branch", "-q", "-m", "main", "production"]);
    let folder = Folder::new();
    let url = format!("file://{}", origin.path().display());
    git(folder.path(), &["clone", "-q", &url, "clone"]);
    let at = folder.path().join("clone");
    refuse(&at);
    folder.write("clone/back end/alembic/versions/c_new.py", add_column("cccc", "bbbb"));
    let (_, text) = check(&at, &[], &[]);
    assert!(text.contains("1 of them under review (since origin/production ("), "{text}");
    fs::remove_file(at.join("back end/alembic/versions/c_new.py")).expect("removed");
    git(&at, &["checkout", "-q", "-b", "stacked", "--track", "origin/topic"]);
    let (_, text) = check(&at, &[], &[]);
    assert!(text.contains("0 of them under review (since origin/topic ("), "{text}");
}

#[test]
fn a_shallow_merge_as_the_program_tells_it() {
    let origin = project(&[]);
    git(origin.path(), &["config", "uploadpack.allowAnySHA1InWant", "true"]);
    let base = git(origin.path(), &["rev-parse", "main"]);
    git(origin.path(), &["checkout", "-q", "--detach", "main"]);
    git(origin.path(), &["merge", "-q", "--no-ff", "-m", "Merge topic into main", "topic"]);
    let merge = git(origin.path(), &["rev-parse", "HEAD"]);
    let folder = Folder::new();
    git(folder.path(), &["init", "-q"]);
    git(
        folder.path(),
        &["remote", "add", "origin", &format!("file://{}", origin.path().display())],
    );
    git(folder.path(), &["fetch", "-q", "--depth=1", "origin", &merge]);
    git(folder.path(), &["checkout", "-q", &merge]);
    refuse(folder.path());
    let variables = [("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "main")];
    let (_, text) = check(folder.path(), &[], &variables);
    assert!(text.contains("check out with `fetch-depth: 2`"), "{text}");
    git(folder.path(), &["config", "--unset", "extensions.partialclone"]);
    git(folder.path(), &["fetch", "-q", "--depth=1", "origin", &base]);
    refuse(folder.path());
    let (_, text) = check(folder.path(), &[], &variables);
    let basis = format!("1 of them under review (since the merge's first parent ({}))", &base[..7]);
    assert!(text.contains(&basis), "{text}");
}

#[test]
fn a_submodule_as_the_program_tells_it() {
    let origin = project(&[]);
    let folder = Folder::new();
    git(folder.path(), &["init", "-q", "-b", "main"]);
    let url = format!("file://{}", origin.path().display());
    let allow = "protocol.file.allow=always";
    git(folder.path(), &["-c", allow, "submodule", "-q", "add", "-b", "main", &url, "db"]);
    commit(folder.path(), "with the submodule");
    git(folder.path(), &["checkout", "-q", "-b", "topic"]);
    git(&folder.path().join("db"), &["checkout", "-q", "origin/topic"]);
    commit(folder.path(), "newer");
    refuse(folder.path());
    let (_, text) = check(folder.path(), &[], &[]);
    assert_eq!(reported(&text), ["c_new.py"], "{text}");
    assert!(text.contains("1 of them under review (since main ("), "{text}");
}

/// A clone without contents of files that the branch does not have, whose remote leaves a mark
/// when it is asked for anything.
fn partial() -> (Folder, Folder, PathBuf) {
    let origin = project(&[]);
    git(origin.path(), &["config", "uploadpack.allowFilter", "true"]);
    git(origin.path(), &["config", "uploadpack.allowAnySHA1InWant", "true"]);
    let formatted = table().replace("import sqlalchemy", "# why\nimport sqlalchemy");
    origin.write(OLD, formatted);
    commit(origin.path(), "a merged migration is touched");
    git(origin.path(), &["checkout", "-q", "main"]);
    let folder = Folder::new();
    let url = format!("file://{}", origin.path().display());
    git(folder.path(), &["clone", "-q", "--filter=blob:none", "-b", "topic", &url, "clone"]);
    let at = folder.path().join("clone");
    folder.write(
        "asked",
        "#!/bin/sh\ntouch \"$(dirname \"$0\")/mark\"\nexec git-upload-pack \"$@\"\n",
    );
    let script = folder.path().join("asked");
    git(folder.path(), &["-C", "clone", "config", "core.repositoryformatversion", "1"]);
    git(&at, &["config", "remote.origin.uploadpack", script.to_str().expect("UTF-8")]);
    git(&at, &["config", "protocol.allow", "always"]);
    git(&at, &["config", "protocol.file.allow", "always"]);
    (origin, folder, at)
}

#[cfg(unix)]
#[test]
fn what_a_partial_clone_left_at_the_remote_is_not_fetched() {
    use std::os::unix::fs::PermissionsExt;

    let (_origin, folder, at) = partial();
    let script = folder.path().join("asked");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("permissions");
    let missing = |at: &Path| git(at, &["rev-list", "--objects", "--all", "--missing=print"]);
    let before = missing(&at);
    assert!(before.contains("\n?"), "nothing is missing: {before}");
    let (_, text) = check(&at, &[], &[("PATH", &std::env::var("PATH").expect("PATH"))]);
    assert_eq!(reported(&text), ["c_new.py"], "{text}");
    assert!(text.contains("1 of them under review (since origin/main ("), "{text}");
    assert!(text.contains("Note: 1 file of back end/alembic/versions could not be compared with the base, whose text is not in this clone; check out without a filter, or fetch it."), "{text}");
    assert_eq!(missing(&at), before);
    assert!(!folder.path().join("mark").exists(), "the remote was asked");
    // Git itself asks: the mark would have been seen.
    git(&at, &["cat-file", "-p", &format!("origin/main:{OLD}")]);
    assert!(folder.path().join("mark").exists(), "the remote was not asked");
    let (_, text) = check(&at, &[], &[]);
    assert!(!text.contains("Note:"), "{text}");
}

#[test]
fn a_clone_without_the_folders_of_the_base() {
    let origin = project(&[]);
    git(origin.path(), &["config", "uploadpack.allowFilter", "true"]);
    let folder = Folder::new();
    let url = format!("file://{}", origin.path().display());
    git(folder.path(), &["clone", "-q", "--filter=tree:0", &url, "clone"]);
    let at = folder.path().join("clone");
    let (_, text) = check(&at, &["--since", "origin/main"], &[]);
    assert!(text.contains("all of them under review (since origin/main ("), "{text}");
    assert!(
        text.contains("Note: all of back end/alembic/versions is under review: the folders of ")
            && text.contains(" are not in this clone; fetch them, or check out without a filter."),
        "{text}"
    );
}

#[cfg(unix)]
#[test]
fn a_linked_file_is_not_compared_with_its_link() {
    for refused in [false, true] {
        let folder = project(&[]);
        if refused {
            refuse(folder.path());
        }
        let versions = folder.path().join("back end/alembic/versions");
        folder.write("shared/c_new.py", fs::read(versions.join("c_new.py")).expect("text"));
        fs::remove_file(versions.join("c_new.py")).expect("removed");
        std::os::unix::fs::symlink("../../../shared/c_new.py", versions.join("c_new.py"))
            .expect("a link");
        commit(folder.path(), "linked");
        let (code, text) = check(folder.path(), &["--since", "HEAD"], &[]);
        assert_eq!(code, 0, "{text}");
        assert!(text.contains("0 of them under review (since HEAD ("), "{text}");
    }
}

#[test]
fn names_are_no_options() {
    for refused in [false, true] {
        let folder = project(&[]);
        if refused {
            refuse(folder.path());
        }
        let mark = folder.path().join("mark");
        let shown = format!("--output={}", mark.display());
        for name in [
            &shown,
            "--help",
            "-h",
            "--",
            "-",
            "",
            "\n",
            "HEAD\nHEAD",
            ":/",
            "^HEAD",
            "..",
            "main:x",
            "@{upstream}",
        ] {
            let (code, text) = check(folder.path(), &[&format!("--since={name}")], &[]);
            let told = text.contains("is no commit of this repository") && code == 2;
            assert!(told, "{name:?} ({code}): {text}");
        }
        assert!(!mark.exists(), "an option was taken");
        for name in ["HEAD~1", "main^0", "HEAD^{/merged}", "refs/heads/main"] {
            let (_, text) = check(folder.path(), &["--since", name], &[]);
            assert!(text.contains(&format!("1 of them under review (since {name} (")), "{text}");
        }
    }
}

#[test]
fn settings_of_the_repository_run_nothing() {
    let folder = project(&["--object-format=sha256"]);
    let mark = folder.path().join("mark");
    let touch = format!("touch {}", mark.display());
    for name in ["core.fsmonitor", "core.pager", "core.editor", "alias.ls-tree", "core.sshCommand"]
    {
        git(folder.path(), &["config", name, &touch]);
    }
    git(folder.path(), &["config", "alias.cat-file", &format!("!{touch}")]);
    git(folder.path(), &["config", "filter.x.clean", &touch]);
    git(folder.path(), &["config", "filter.x.smudge", &touch]);
    git(folder.path(), &["config", "diff.x.textconv", &touch]);
    folder.write(".gitattributes", "* filter=x diff=x\n");
    let hooks =
        ["post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman"];
    for hook in hooks {
        folder.write(&format!(".git/hooks/{hook}"), format!("#!/bin/sh\n{touch}\n"));
    }
    let (_, text) = check(folder.path(), &[], &[]);
    assert!(text.contains("1 of them under review (since main ("), "{text}");
    assert!(!mark.exists(), "something ran");
}

#[test]
fn nothing_is_written_into_a_repository() {
    for refused in [false, true] {
        let folder = project(&[]);
        if refused {
            refuse(folder.path());
        }
        let before = listing(&folder.path().join(".git"));
        check(folder.path(), &[], &[]);
        check(folder.path(), &["--since", "main"], &[]);
        assert_eq!(listing(&folder.path().join(".git")), before);
    }
}

/// Every file below a folder, with its size and when it was written.
fn listing(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry")) {
        let (path, meta) = (entry.path(), entry.metadata().expect("its data"));
        let time = meta.modified().expect("its time");
        found.push(format!("{} {} {time:?}", path.display(), meta.len()));
        if meta.is_dir() {
            found.extend(listing(&path));
        }
    }
    found.sort();
    found
}

#[test]
fn a_repository_that_nobody_can_read() {
    let folder = project(&[]);
    folder.write(".git/HEAD", "nonsense\n");
    let (_, text) = check(folder.path(), &[], &[]);
    assert!(
        text.contains(
            "all of them under review (all of the history: the git repository cannot be read ("
        ),
        "{text}"
    );
    assert!(text.contains("); mend it until `git log` works here)"), "{text}");
    let empty = Folder::new();
    let (_, text) = check(folder.path(), &[], &[("PATH", empty.path().to_str().expect("UTF-8"))]);
    assert!(
        text.contains("the git repository cannot be read without the `git` program ("),
        "{text}"
    );
    let (code, text) = check(folder.path(), &["--since", "main"], &[]);
    assert_eq!(code, 2, "{text}");
    assert!(
        text.contains(
            "--since main: no history has this revision, and the git repository cannot be read"
        ),
        "{text}"
    );
    // A commit that HEAD names is lost.
    folder.write(".git/HEAD", "1234567890123456789012345678901234567890\n");
    let (_, text) = check(folder.path(), &[], &[]);
    assert!(text.contains("the git repository cannot be read ("), "{text}");
    fs::remove_dir_all(folder.path().join(".git")).expect("removed");
    for target in ["gitdir: /nowhere/at/all\n", "gitdir: ../gone\n"] {
        folder.write(".git", target);
        let (_, text) = check(folder.path(), &[], &[]);
        assert!(text.contains("(all of the history: `.git` points to a repository that is not there; check out, or mount, the whole of it)"), "{text}");
    }
    fs::remove_file(folder.path().join(".git")).expect("removed");
    fs::create_dir(folder.path().join(".git")).expect("a folder");
    let (_, text) = check(folder.path(), &[], &[]);
    assert!(text.contains("(all of the history: there is no git repository)"), "{text}");
}

/// Only root can give a file away.
#[cfg(unix)]
#[test]
fn the_repository_of_another_user() {
    use std::os::unix::fs::chown;

    for refused in [false, true] {
        let folder = project(&[]);
        if refused {
            refuse(folder.path());
        }
        for part in [".git", ".git/HEAD", ""] {
            if chown(folder.path().join(part), Some(12345), None).is_err() {
                eprintln!("not root: the repository of another user is not tried");
                return;
            }
        }
        let (_, text) = check(folder.path(), &[], &[]);
        let why = format!(
            "(all of the history: the repository belongs to another user; if you trust it, run `git config --global --add safe.directory {}`)",
            folder.path().display()
        );
        assert!(text.contains(&why), "{text}");
        let home = Folder::new();
        home.write(".gitconfig", format!("[safe]\n\tdirectory = {}\n", folder.path().display()));
        let (_, text) =
            check(folder.path(), &[], &[("HOME", home.path().to_str().expect("UTF-8"))]);
        assert!(text.contains("1 of them under review (since main ("), "{text}");
        let count = [
            ("GIT_CONFIG_COUNT", "1"),
            ("GIT_CONFIG_KEY_0", "safe.directory"),
            ("GIT_CONFIG_VALUE_0", "*"),
        ];
        let (_, text) = check(folder.path(), &[], &count);
        assert!(text.contains("1 of them under review (since main ("), "{text}");
    }
}
