//! The action's script, `action/run.sh`, on clones as `actions/checkout` makes them.
#![cfg(unix)]

use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
};

use super::{add_column, commit, git, table};
use crate::support::{Folder, home};

const ZEROS: &str = "0000000000000000000000000000000000000000";
const PROGRAM: &str = concat!("path:", env!("CARGO_BIN_EXE_miglint"));

/// A server with `owner/project`, and a pull request of `topic` that is one migration.
struct Server {
    folder: Folder,
    base: String,
    head: String,
    merge: String,
}

/// How the step ended.
struct Ended {
    code: i32,
    log: String,
    outputs: BTreeMap<String, String>,
}

impl Ended {
    /// The findings of the migration that the pull request brings, and nothing else.
    fn reports(&self, names: &[&str]) {
        let ends = |line: &&str| line.starts_with("::error file=");
        let found = self.log.lines().filter(ends).filter_map(|l| l.split(',').next());
        let found: Vec<&str> = found.filter_map(|path| path.rsplit('/').next()).collect();
        assert_eq!(found, names, "{}", self.log);
        assert_eq!(self.code, i32::from(!names.is_empty()), "{}", self.log);
        let verdict = if names.is_empty() { "clean" } else { "findings" };
        assert_eq!(self.outputs["verdict"], verdict, "{}", self.log);
        assert_eq!(self.outputs["findings"], names.len().to_string(), "{}", self.log);
        assert!(!self.log.contains("::warning title=miglint::"), "{}", self.log);
    }

    fn refuses(&self, why: &str) {
        assert_eq!(self.code, 2, "{}", self.log);
        assert_eq!(self.outputs["verdict"], "error", "{}", self.log);
        assert_eq!(self.outputs["findings"], "", "{}", self.log);
        assert!(self.log.contains(why), "{}", self.log);
    }
}

impl Server {
    fn new() -> Server {
        let folder = Folder::new();
        let at = folder.path().join("owner/project");
        fs::create_dir_all(&at).expect("a folder");
        git(&at, &["init", "-q", "-b", "main"]);
        let server =
            Server { folder, base: String::new(), head: String::new(), merge: String::new() };
        server.write("env.py", "from alembic import context\n".to_owned());
        server.write("versions/a_table.py", table());
        server.commit("the table");
        server.write("versions/b_old.py", add_column("bbbb", "aaaa"));
        server.commit("merged");
        git(&at, &["checkout", "-q", "-b", "topic"]);
        server.write("versions/c_new.py", add_column("cccc", "bbbb"));
        let head = server.commit("topic");
        git(&at, &["checkout", "-q", "main"]);
        server.write("readme", "more\n".to_owned());
        let base = server.commit("main goes on");
        git(&at, &["checkout", "-q", "--detach"]);
        git(&at, &["merge", "-q", "--no-ff", "-m", "Merge topic into main", "topic"]);
        let merge = git(&at, &["rev-parse", "HEAD"]);
        git(&at, &["update-ref", "refs/pull/1/merge", &merge]);
        git(&at, &["checkout", "-q", "main"]);
        Server { base, head, merge, ..server }
    }

    fn at(&self) -> PathBuf {
        self.folder.path().join("owner/project")
    }

    fn write(&self, path: &str, text: String) {
        self.folder.write(&format!("owner/project/alembic/{path}"), text);
    }

    fn commit(&self, message: &str) -> String {
        commit(&self.at(), message);
        git(&self.at(), &["rev-parse", "HEAD"])
    }

    fn url(&self) -> String {
        format!("file://{}", self.folder.path().display())
    }

    /// As `actions/checkout` does it: one commit, or all of the history.
    fn checkout(&self, repository: &str, commit: &str, depth: Option<u32>) -> Folder {
        let folder = Folder::new();
        let at = folder.path().join("work");
        fs::create_dir_all(&at).expect("a folder");
        git(&at, &["init", "-q", "-b", "none"]);
        git(&at, &["remote", "add", "origin", &format!("{}/{repository}", self.url())]);
        match depth {
            Some(depth) => {
                let depth = format!("--depth={depth}");
                git(&at, &["fetch", "-q", "--no-tags", &depth, "origin", commit]);
            }
            None => drop(git(&at, &["fetch", "-q", "origin", "+refs/*:refs/remotes/origin/*"])),
        }
        git(&at, &["checkout", "-q", "--detach", commit]);
        folder
    }

    /// Runs the step in a checkout.
    fn run(&self, checkout: &Folder, environment: &[(&str, &str)]) -> Ended {
        self.run_from(home(), checkout, environment)
    }

    fn run_from(&self, tree: &Path, checkout: &Folder, environment: &[(&str, &str)]) -> Ended {
        let temporary = checkout.path().join("temporary");
        fs::create_dir_all(&temporary).expect("a folder");
        let outputs = checkout.path().join("outputs");
        let output = Command::new("bash")
            .arg(tree.join("action/run.sh"))
            .current_dir(checkout.path().join("work"))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", checkout.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_SERVER_URL", self.url())
            .env("GITHUB_REPOSITORY", "owner/project")
            .env("GITHUB_OUTPUT", &outputs)
            .env("RUNNER_TEMP", &temporary)
            .env("INPUT_VERSION", PROGRAM)
            .env("INPUT_DATABASE", "postgres@16")
            .env("INPUT_ARGS", "--ignore=downgrade-not-inverse")
            .env("EVENT_DEFAULT_BRANCH", "main")
            .envs(environment.iter().copied())
            .output()
            .expect("bash");
        let log = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        let text = fs::read_to_string(&outputs).expect("outputs");
        fs::remove_file(&outputs).expect("outputs");
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        let outputs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Ended { code: output.status.code().expect("a code"), log, outputs }
    }

    /// The event of the pull request, which the binary reads from a file.
    fn pull_request(&self, checkout: &Folder, environment: &[(&str, &str)]) -> Ended {
        let (base, head) = (&self.base, &self.head);
        let event = format!(
            r#"{{"pull_request":{{"base":{{"ref":"main","sha":"{base}"}},"head":{{"sha":"{head}"}}}},"repository":{{"default_branch":"main"}}}}"#
        );
        checkout.write("event.json", event);
        let path = checkout.path().join("event.json");
        let mut all = vec![
            ("GITHUB_EVENT_NAME", "pull_request"),
            ("GITHUB_EVENT_PATH", path.to_str().expect("UTF-8")),
            ("GITHUB_BASE_REF", "main"),
            ("EVENT_BASE", base),
            ("EVENT_HEAD", head),
            ("EVENT_HEAD_REPOSITORY", "owner/project"),
        ];
        all.extend_from_slice(environment);
        self.run(checkout, &all)
    }
}

#[test]
fn the_default_checkout_of_a_pull_request_is_enough() {
    let server = Server::new();
    let checkout = server.checkout("owner/project", &server.merge, Some(1));
    let ended = server.pull_request(&checkout, &[]);
    ended.reports(&["c_new.py"]);
    assert!(ended.log.contains("1 of them under review (since "), "{}", ended.log);
    let sarif = fs::read_to_string(&ended.outputs["sarif-file"]).expect("the SARIF report");
    assert!(sarif.contains("not-null-without-backfill"), "{sarif}");
    let ended = server.pull_request(&checkout, &[("INPUT_SARIF", "false")]);
    assert_eq!(ended.outputs["sarif-file"], "", "{}", ended.log);
    let never = server.pull_request(&checkout, &[("INPUT_FAIL_ON", "never")]);
    checkout.write("work/miglint.toml", "fail-on = \"never\"\n");
    for ended in [never, server.pull_request(&checkout, &[])] {
        assert_eq!(ended.code, 0, "{}", ended.log);
        assert_eq!((&*ended.outputs["verdict"], &*ended.outputs["findings"]), ("findings", "1"));
    }
}

#[test]
fn a_checkout_that_belongs_to_somebody_else_is_read() {
    let server = Server::new();
    let checkout = server.checkout("owner/project", &server.merge, Some(1));
    // How git's own tests have another owner: the server's too, which is beside the point.
    let safe = format!("[safe]\n\tdirectory = {}/.git\n", server.at().display());
    checkout.write(".gitconfig", safe);
    let stranger = [("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")];
    server.pull_request(&checkout, &stranger).reports(&["c_new.py"]);
}

#[test]
fn two_heads_are_found_although_each_branch_has_one() {
    let server = Server::new();
    let checkout = server.checkout("owner/project", &server.merge, Some(1));
    server.write(
        "versions/d_other.py",
        table().replace("'aaaa'", "'dddd'").replace("None", "'bbbb'"),
    );
    server.commit("another pull request is merged");
    let ended = server.pull_request(&checkout, &[]);
    assert!(ended.log.contains("multiple-heads"), "{}", ended.log);
    assert!(ended.log.contains("`dddd`"), "{}", ended.log);
}

#[test]
fn the_head_of_a_pull_request_is_enough() {
    let server = Server::new();
    // More than the first time that the clone is deepened.
    for _ in 0..20 {
        server.commit("main goes on");
    }
    let checkout = server.checkout("owner/project", &server.head, Some(1));
    let ended = server.pull_request(&checkout, &[]);
    ended.reports(&["c_new.py"]);
    // With the commit that both have, an edited migration is one.
    checkout.write("work/alembic/versions/a_table.py", table().replace("Text", "Integer"));
    let ended = server.pull_request(&checkout, &[]);
    assert!(ended.log.contains("merged-revision-edited"), "{}", ended.log);
}

#[test]
fn a_checkout_of_everything_stays_whole() {
    let server = Server::new();
    for commit in [&server.merge, &server.head] {
        let checkout = server.checkout("owner/project", commit, None);
        server.pull_request(&checkout, &[]).reports(&["c_new.py"]);
        let work = checkout.path().join("work");
        assert_eq!(git(&work, &["rev-parse", "--is-shallow-repository"]), "false");
    }
}

#[test]
fn a_fork_needs_no_token_and_has_its_own_main() {
    let server = Server::new();
    let fork = server.folder.path().join("stranger");
    fs::create_dir_all(&fork).expect("a folder");
    git(&fork, &["clone", "-q", "--bare", &server.at().to_string_lossy(), "project"]);
    git(&fork.join("project"), &["update-ref", "refs/heads/main", &server.head]);
    let environment = [("EVENT_HEAD_REPOSITORY", "stranger/project"), ("INPUT_TOKEN", "")];
    let merged = server.checkout("owner/project", &server.merge, Some(1));
    server.pull_request(&merged, &environment).reports(&["c_new.py"]);
    let own = server.checkout("stranger/project", &server.head, Some(1));
    server.pull_request(&own, &environment).reports(&["c_new.py"]);
}

#[test]
fn a_merge_queue_and_pushes_name_their_base() {
    let server = Server::new();
    let checkout = server.checkout("owner/project", &server.merge, Some(1));
    let event = format!(r#"{{"merge_group":{{"base_sha":"{}"}}}}"#, server.base);
    checkout.write("event.json", event);
    let path = checkout.path().join("event.json").to_string_lossy().into_owned();
    let queue = [("GITHUB_EVENT_NAME", "merge_group"), ("GITHUB_EVENT_PATH", path.as_str())];
    let ended =
        server.run(&checkout, &[&queue[..], &[("EVENT_QUEUE_BASE", &server.base)]].concat());
    ended.reports(&["c_new.py"]);
    for (before, branch) in [(server.base.as_str(), "main"), (ZEROS, "topic")] {
        let checkout = server.checkout("owner/project", &server.merge, Some(1));
        let event = format!(r#"{{"before":"{before}","repository":{{"default_branch":"main"}}}}"#);
        checkout.write("event.json", event);
        let path = checkout.path().join("event.json").to_string_lossy().into_owned();
        let reference = format!("refs/heads/{branch}");
        let push = [
            ("GITHUB_EVENT_NAME", "push"),
            ("GITHUB_EVENT_PATH", path.as_str()),
            ("GITHUB_REF", reference.as_str()),
            ("EVENT_BEFORE", before),
        ];
        server.run(&checkout, &push).reports(&["c_new.py"]);
    }
}

#[test]
fn a_base_that_cannot_be_fetched_is_a_warning() {
    let server = Server::new();
    let checkout = server.checkout("owner/project", &server.merge, Some(1));
    git(&checkout.path().join("work"), &["remote", "set-url", "origin", "file:///nowhere/at/all"]);
    let ended = server.pull_request(&checkout, &[]);
    let warning = format!("::warning title=miglint::the base commit {} cannot be", server.base);
    assert!(ended.log.contains(&warning), "{}", ended.log);
    assert!(ended.log.contains("all of them under review"), "{}", ended.log);
    assert_eq!((ended.code, &*ended.outputs["findings"]), (1, "2"), "{}", ended.log);
}

#[test]
fn a_project_in_a_folder_and_one_without_migrations() {
    let server = Server::new();
    let checkout = server.checkout("owner/project", &server.merge, Some(1));
    let alembic = [("INPUT_WORKING_DIRECTORY", "alembic"), ("INPUT_SARIF", "found.sarif")];
    let ended = server.pull_request(&checkout, &alembic);
    ended.reports(&["c_new.py"]);
    assert!(ended.log.contains("file=alembic/versions/c_new.py"), "{}", ended.log);
    let sarif = checkout.path().join("work/alembic/found.sarif");
    assert_eq!(ended.outputs["sarif-file"], sarif.to_string_lossy());
    let environment = [("INPUT_WORKING_DIRECTORY", "nowhere")];
    server.pull_request(&checkout, &environment).refuses("there is no folder nowhere");
    fs::create_dir(checkout.path().join("work/empty")).expect("a folder");
    let environment = [("INPUT_WORKING_DIRECTORY", "empty")];
    server.pull_request(&checkout, &environment).refuses("no migrations were found");
}

#[test]
fn inputs_are_data() {
    let server = Server::new();
    let checkout = server.checkout("owner/project", &server.merge, Some(1));
    let hostile = "a; touch pwned $(touch pwned) `touch pwned` \" ' | touch pwned\n::error::forged\nverdict=clean";
    let names = [
        "INPUT_VERSION",
        "INPUT_WORKING_DIRECTORY",
        "INPUT_CONFIG",
        "INPUT_SINCE",
        "INPUT_FAIL_ON",
        "INPUT_DATABASE",
        "INPUT_ARGS",
        "INPUT_SARIF",
    ];
    for name in names {
        let ended = server.pull_request(&checkout, &[(name, hostile)]);
        ended.refuses("");
        let path = PROGRAM.to_owned() + hostile;
        let value = if name == "INPUT_VERSION" { path } else { format!("--help={hostile}") };
        server.pull_request(&checkout, &[(name, &value)]).refuses("");
    }
    let branch = "main; touch pwned\n::error::forged";
    let events = [
        ("GITHUB_BASE_REF", branch),
        ("EVENT_BASE", hostile),
        ("EVENT_HEAD", hostile),
        ("EVENT_DEFAULT_BRANCH", branch),
        ("EVENT_HEAD_REPOSITORY", hostile),
        ("EVENT_BEFORE", hostile),
        ("EVENT_QUEUE_BASE", hostile),
    ];
    for event in events {
        for name in ["pull_request", "merge_group", "push"] {
            let ended = server.pull_request(&checkout, &[("GITHUB_EVENT_NAME", name), event]);
            assert!(!ended.log.lines().any(|l| l.starts_with("::error::forged")), "{}", ended.log);
        }
    }
    assert!(!checkout.path().join("work/pwned").exists());
    assert!(!Path::new("pwned").exists());
}

#[test]
fn more_arguments_are_lines() {
    let server = Server::new();
    let checkout = server.checkout("owner/project", &server.merge, Some(1));
    let more =
        [("INPUT_ARGS", "--ignore=downgrade-not-inverse\n\n--ignore=not-null-without-backfill\n")];
    server.pull_request(&checkout, &more).reports(&[]);
    let databases = [("INPUT_DATABASE", "postgres@16, sqlite\npostgres@18")];
    let ended = server.pull_request(&checkout, &databases);
    assert!(ended.log.contains("postgres@18") && ended.log.contains("sqlite"), "{}", ended.log);
}

/// A request with two of them is refused by GitHub; and the checkout's own may be of somebody
/// else.
#[test]
fn the_token_is_sent_once_and_written_nowhere() {
    let server = Server::new();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    let requests = std::thread::spawn(move || {
        let mut heads = Vec::new();
        while let Ok((mut stream, _)) = listener.accept() {
            let mut bytes = Vec::new();
            let mut some = [0; 4096];
            while !bytes.windows(4).any(|end| end == b"\r\n\r\n") {
                match stream.read(&mut some) {
                    Ok(n) if n > 0 => bytes.extend_from_slice(&some[..n]),
                    _ => break,
                }
            }
            let head = String::from_utf8_lossy(&bytes).into_owned();
            if head.starts_with("GET /end") {
                break;
            }
            heads.push(head);
            let _ = stream.write_all(
                b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            );
        }
        heads
    });
    let checkout = server.checkout("owner/project", &server.merge, Some(1));
    let work = checkout.path().join("work");
    git(&work, &["remote", "set-url", "origin", &format!("{url}/owner/project")]);
    git(&work, &["config", &format!("http.{url}/.extraheader"), "AUTHORIZATION: basic b2xk"]);
    let environment = [("INPUT_TOKEN", "secret-token"), ("GITHUB_SERVER_URL", url.as_str())];
    let ended = server.pull_request(&checkout, &environment);
    let mut end = std::net::TcpStream::connect(url.trim_start_matches("http://")).expect("a port");
    end.write_all(b"GET /end HTTP/1.1\r\n\r\n").expect("the end");
    let heads = requests.join().expect("requests");
    assert!(!heads.is_empty(), "{}", ended.log);
    for head in heads {
        let sent = head.lines().filter(|l| l.to_lowercase().starts_with("authorization:"));
        let sent: Vec<&str> = sent.collect();
        assert_eq!(sent, ["Authorization: Basic eC1hY2Nlc3MtdG9rZW46c2VjcmV0LXRva2Vu"], "{head}");
    }
    assert!(ended.log.contains("::add-mask::eC1hY2Nlc3MtdG9rZW46c2VjcmV0LXRva2Vu"));
    assert!(!ended.log.contains("secret-token"), "{}", ended.log);
    let config = fs::read_to_string(work.join(".git/config")).expect("the configuration");
    assert!(!config.contains("eC1hY2Nlc3M"), "{config}");
}

/// The list of a release, beside a copy of the script.
fn released(sum: &str, version: &str) -> Folder {
    let tree = Folder::new();
    let script = fs::read(home().join("action/run.sh")).expect("the script");
    tree.write("action/run.sh", script);
    let targets = [
        "x86_64-unknown-linux-musl",
        "aarch64-unknown-linux-musl",
        "x86_64-apple-darwin",
        "aarch64-apple-darwin",
    ];
    let lines = targets.map(|target| format!("{sum}  miglint-{version}-{target}.tar.gz\n"));
    tree.write("action/checksums", lines.concat());
    tree.write("Cargo.toml", "[package]\nname = \"miglint\"\nversion = \"9.8.7\"\n");
    tree
}

#[test]
fn a_release_is_what_the_list_names_or_is_not_run() {
    let server = Server::new();
    let checkout = server.checkout("owner/project", &server.merge, Some(1));
    let releases = Folder::new();
    releases.write("miglint-9.8.7/miglint", "#!/bin/sh\necho \"released $*\"\nexit 1\n");
    let program = releases.path().join("miglint-9.8.7/miglint");
    git(releases.path(), &["init", "-q"]);
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(program, mode).expect("its mode");
    let archive = releases.path().join("archive.tar.gz");
    let packed = Command::new("tar")
        .args(["-czf", "archive.tar.gz", "miglint-9.8.7"])
        .current_dir(releases.path())
        .status();
    assert!(packed.expect("tar").success());
    let sum = |path: &Path| {
        let script = "if command -v sha256sum >/dev/null; then sha256sum \"$1\"; else shasum -a 256 \"$1\"; fi";
        let output = Command::new("bash").args(["-c", script, "-"]).arg(path).output();
        String::from_utf8(output.expect("bash").stdout).expect("UTF-8")[..64].to_owned()
    };
    let tree = released(&sum(&archive), "9.8.7");
    for line in fs::read_to_string(tree.path().join("action/checksums")).expect("lines").lines() {
        let name = &line[66..];
        fs::create_dir_all(releases.path().join("v9.8.7")).expect("a folder");
        fs::copy(&archive, releases.path().join("v9.8.7").join(name)).expect("a copy");
    }
    let url = format!("file://{}", releases.path().display());
    let run = |tree: &Folder, version: &str| {
        let environment = [("MIGLINT_RELEASES", url.as_str()), ("INPUT_VERSION", version)];
        server.run_from(tree.path(), &checkout, &environment)
    };
    for version in ["", "9.8.7"] {
        let ended = run(&tree, version);
        assert!(ended.log.contains("released check --output-format=github"), "{}", ended.log);
        assert_eq!(ended.outputs["verdict"], "error", "it wrote no report");
    }
    run(&tree, "9.8.6").refuses("has no line for miglint 9.8.6");
    for version in ["latest", "v9.8.7", "9.8", "9.8.7/../..", ".*"] {
        run(&tree, version).refuses("has to be X.Y.Z");
    }
    let ended = run(&released(&"0".repeat(64), "9.8.7"), "");
    ended.refuses("is not what action/checksums names; it is not run");
    assert!(!ended.log.contains("released check"), "{}", ended.log);
}
