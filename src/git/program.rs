//! A repository as the `git` program reads it.
//!
//! Only here a process is started, and only where libgit2 cannot read what lies in `.git`.
//! The arguments are fixed but for object names that git gave and for paths after `--`; a name
//! that a person gave goes through standard input, where nothing is an option. What is called
//! reads objects and references: it runs no hook, no filter, no pager and no transport.

use std::{
    cell::RefCell,
    io::{BufRead, BufReader, Read, Write, copy, sink},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use super::{
    MAX_BLOB,
    repository::{Id, LINK, Listed, MAX_ENTRIES, Refused, Unlisted, Unread},
};

/// The most that is read of one answer, in bytes: the listing of a large tree.
const MAX_ANSWER: u64 = 64 * 1024 * 1024;

/// The longest line that begins an object.
const MAX_LINE: u64 = 16 * 1024;

/// Variables of git that are passed on. The others would lead to another repository, as they do
/// in a hook, or write traces.
const KEPT: &[&str] = &["GIT_CONFIG_", "GIT_EXEC_PATH", "GIT_CEILING_DIRECTORIES"];

/// What no configuration of a repository may change.
const SETTINGS: &[&str] = &[
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "protocol.allow=never",
    "safe.bareRepository=explicit",
];

pub(super) struct Program {
    work: PathBuf,
    batch: RefCell<Option<Batch>>,
}

/// `git cat-file --batch`: one process for all objects.
struct Batch {
    child: Child,
    ask: ChildStdin,
    answer: BufReader<ChildStdout>,
}

impl Drop for Batch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Object {
    id: Id,
    bytes: Result<Vec<u8>, Unread>,
}

impl Program {
    pub(super) fn open(work: &Path) -> Result<Program, Refused> {
        let output = command(work)
            .args(["rev-parse", "--git-dir"])
            .stderr(Stdio::piped())
            .output()
            .map_err(|_| Refused::NoProgram)?;
        if !output.status.success() {
            return Err(refused(&String::from_utf8_lossy(&output.stderr)));
        }
        Ok(Program { work: work.to_owned(), batch: RefCell::new(None) })
    }

    pub(super) fn head(&self) -> Result<Id, Refused> {
        if let Some(head) = self.commit("HEAD") {
            return Ok(head);
        }
        match self.branch() {
            Some(branch) if self.line(&["rev-parse", "--verify", "--quiet", &branch]).is_none() => {
                Err(Refused::Unborn)
            }
            _ => Err(Refused::Other("HEAD is no commit".to_owned())),
        }
    }

    pub(super) fn commit(&self, name: &str) -> Option<Id> {
        self.object(&format!("{name}^{{commit}}")).map(|object| object.id)
    }

    pub(super) fn header(&self, commit: &Id) -> String {
        let object = self.object(commit.as_str());
        let bytes = object.and_then(|object| object.bytes.ok()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    pub(super) fn merge_base(&self, one: &Id, other: &Id) -> Option<Id> {
        let answer = self.line(&["merge-base", one.as_str(), other.as_str()])?;
        Id::parse(&answer)
    }

    pub(super) fn list(&self, commit: &Id, folder: &str) -> Result<Vec<Listed>, Unlisted> {
        let below = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        // With `-t` folders are lines, too: nothing is walked that the bounds do not see.
        let mut args = vec!["ls-tree", "-r", "-t", "-z", "--full-tree", commit.as_str()];
        if !below.is_empty() {
            args.extend(["--", below.as_str()]);
        }
        let answer = self.answer(&args)?;
        let mut files = Vec::new();
        for (at, entry) in answer.split(|&b| b == 0).filter_map(Entry::parse).enumerate() {
            if at >= MAX_ENTRIES {
                return Err(Unlisted::TooMany);
            }
            let Some(path) = entry.path.strip_prefix(below.as_str()) else { continue };
            if entry.kind == "blob" {
                files.push((path.to_owned(), Some(entry.id).filter(|_| entry.mode != LINK)));
            }
        }
        Ok(files)
    }

    pub(super) fn submodule(&self, commit: &Id, path: &str) -> Option<Id> {
        let answer = self.ask(&["ls-tree", "-z", "--full-tree", commit.as_str(), "--", path])?;
        let entry = answer.split(|&b| b == 0).find_map(Entry::parse)?;
        (entry.kind == "commit").then_some(entry.id)
    }

    pub(super) fn blob(&self, blob: &Id) -> Result<Vec<u8>, Unread> {
        self.object(blob.as_str()).map_or(Err(Unread::Missing), |object| object.bytes)
    }

    pub(super) fn branch(&self) -> Option<String> {
        self.line(&["symbolic-ref", "--quiet", "HEAD"])
    }

    pub(super) fn upstream(&self) -> Option<String> {
        self.line(&["rev-parse", "--symbolic-full-name", "@{upstream}"])
    }

    pub(super) fn remotes(&self) -> Vec<String> {
        let lines = self.ask(&["remote"]).unwrap_or_default();
        String::from_utf8_lossy(&lines).lines().map(str::to_owned).collect()
    }

    pub(super) fn symbolic(&self, name: &str) -> Option<String> {
        self.line(&["symbolic-ref", "--quiet", "--", name])
    }

    pub(super) fn branches(&self) -> Option<usize> {
        let lines =
            self.ask(&["for-each-ref", "--count=2", "--format=%(refname)", "refs/heads"])?;
        Some(lines.iter().filter(|&&b| b == b'\n').count())
    }

    pub(super) fn default_branch(&self) -> Option<String> {
        self.line(&["config", "--get", "init.defaultBranch"])
    }

    pub(super) fn is_shallow(&self) -> bool {
        self.line(&["rev-parse", "--is-shallow-repository"]).as_deref() == Some("true")
    }

    /// The one line that git answers with.
    fn line(&self, args: &[&str]) -> Option<String> {
        let answer = self.ask(args)?;
        let line = std::str::from_utf8(&answer).ok()?.trim_end();
        (!line.is_empty()).then(|| line.to_owned())
    }

    /// What git answers; `None` where it fails, or says more than anybody wants to know.
    fn ask(&self, args: &[&str]) -> Option<Vec<u8>> {
        self.answer(args).ok()
    }

    /// What git answers, as far as anybody wants to know it.
    fn answer(&self, args: &[&str]) -> Result<Vec<u8>, Unlisted> {
        let mut child = command(&self.work).args(args).spawn().map_err(|_| Unlisted::Missing)?;
        let mut answer = Vec::new();
        let out = child.stdout.take().map(|out| out.take(MAX_ANSWER).read_to_end(&mut answer));
        let much = answer.len() as u64 == MAX_ANSWER;
        if much {
            let _ = child.kill();
        }
        let ended = child.wait().is_ok_and(|status| status.success());
        match out {
            _ if much => Err(Unlisted::TooMany),
            Some(Ok(_)) if ended => Ok(answer),
            _ => Err(Unlisted::Missing),
        }
    }

    /// An object by any name. A name with a line break would be two.
    fn object(&self, name: &str) -> Option<Object> {
        if name.chars().any(char::is_control) {
            return None;
        }
        let mut batch = self.batch.borrow_mut();
        if batch.is_none() {
            *batch = Batch::start(&self.work);
        }
        // Older versions of git end at an object that they would have to fetch.
        match batch.as_mut()?.object(name) {
            Ok(object) => object,
            Err(_) => {
                *batch = None;
                None
            }
        }
    }
}

impl Batch {
    fn start(work: &Path) -> Option<Batch> {
        let mut command = command(work);
        let mut child = command.args(["cat-file", "--batch"]).stdin(Stdio::piped()).spawn().ok()?;
        let (ask, answer) = (child.stdin.take()?, child.stdout.take()?);
        Some(Batch { child, ask, answer: BufReader::new(answer) })
    }

    /// `<id> <type> <size>`, the object and a line break; or a line that ends with a word, such
    /// as `missing` (git's documentation of cat-file, "BATCH OUTPUT").
    fn object(&mut self, name: &str) -> std::io::Result<Option<Object>> {
        writeln!(self.ask, "{name}")?;
        self.ask.flush()?;
        let mut line = String::new();
        self.answer.by_ref().take(MAX_LINE).read_line(&mut line)?;
        if !line.ends_with('\n') {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let [id, _, size] = words.as_slice() else { return Ok(None) };
        let (Some(id), Ok(size)) = (Id::parse(id), size.parse::<u64>()) else { return Ok(None) };
        let mut rest = self.answer.by_ref().take(size + 1);
        if size > MAX_BLOB as u64 {
            copy(&mut rest, &mut sink())?;
            return Ok(Some(Object { id, bytes: Err(Unread::NotText) }));
        }
        let mut bytes = Vec::new();
        rest.read_to_end(&mut bytes)?;
        bytes.pop();
        Ok(Some(Object { id, bytes: Ok(bytes) }))
    }
}

fn command(work: &Path) -> Command {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os() {
        let shown = name.to_string_lossy();
        if shown.starts_with("GIT_") && !KEPT.iter().any(|kept| shown.starts_with(kept)) {
            command.env_remove(&name);
        }
    }
    command
        .env_remove("GIT_CONFIG_PARAMETERS")
        .env("LC_ALL", "C")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_ALLOW_PROTOCOL", "")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        .env("GIT_LITERAL_PATHSPECS", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .arg("-C")
        .arg(work)
        .arg("--no-pager");
    for setting in SETTINGS {
        command.args(["-c", setting]);
    }
    command
}

/// `<mode> <type> <id>\t<path>`, as `ls-tree` lists.
struct Entry<'a> {
    mode: u32,
    kind: &'a str,
    id: Id,
    path: &'a str,
}

impl<'a> Entry<'a> {
    /// Names that are not UTF-8 are no migrations.
    fn parse(line: &'a [u8]) -> Option<Entry<'a>> {
        let (left, path) = std::str::from_utf8(line).ok()?.split_once('\t')?;
        let mut words = left.split(' ');
        let (mode, kind, id) = (words.next()?, words.next()?, words.next()?);
        let mode = u32::from_str_radix(mode, 8).ok()?;
        Some(Entry { mode, kind, id: Id::parse(id)?, path })
    }
}

/// Git's complaint in one short line.
fn refused(complaint: &str) -> Refused {
    if complaint.contains("dubious ownership") || complaint.contains("unsafe repository") {
        return Refused::Owner;
    }
    let words: Vec<&str> = complaint.split_whitespace().collect();
    let line: String = words.join(" ").chars().take(200).collect();
    Refused::Other(line.trim_start_matches("fatal: ").to_owned())
}
