//! Which version of a library a project uses: what its lock file or requirements say.

use super::sqlmodel::AWARE_SINCE;
use crate::{
    project::{Tree, join, upward},
    source::Sources,
};

/// Files that pin versions, the most exact first.
const LOCKS: &[&str] = &[
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "pylock.toml",
    "Pipfile.lock",
    "requirements.lock",
    "requirements.txt",
    "requirements/base.txt",
    "requirements/prod.txt",
    "constraints.txt",
    "pyproject.toml",
    "setup.cfg",
    "setup.py",
];

/// What a file says of a version: major, minor, patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    Exact([u32; 3]),
    /// The newest that is allowed lies below this; `None`: there is no limit.
    Below(Option<[u32; 3]>),
}

impl Version {
    /// Whether it is one from this on; of a range, the newest is assumed.
    fn reaches(self, from: [u32; 3]) -> bool {
        match self {
            Version::Exact(version) => version >= from,
            Version::Below(limit) => limit.is_none_or(|limit| limit > from),
        }
    }
}

/// Whether `Mapped[float]` is DOUBLE: from SQLAlchemy 2.1 on. The newest is assumed.
pub(super) fn is_double(sources: &Sources, tree: &Tree) -> bool {
    locked(sources, tree, "sqlalchemy").is_none_or(|(version, _)| version.reaches([2, 1, 0]))
}

/// Whether SQLModel makes plain `datetime` a timestamp with a time zone here, and what to say of it.
pub(super) fn sqlmodel(sources: &Sources, tree: &Tree) -> Sqlmodel {
    let found = locked(sources, tree, "sqlmodel");
    let aware = found.as_ref().is_none_or(|(version, _)| version.reaches(AWARE_SINCE));
    let zone = if aware { "with" } else { "without" };
    let note = match found {
        Some((Version::Exact(version), path)) => {
            format!("SQLModel {}, as {path} says", version.map(|n| n.to_string()).join("."))
        }
        Some((Version::Below(_), path)) => format!(
            "{path} allows several versions of SQLModel: the newest of them was assumed, {zone} a time zone in `datetime`"
        ),
        None => format!(
            "no file says which version of SQLModel is used: the newest was assumed, {zone} a time zone in `datetime`"
        ),
    };
    Sqlmodel { aware, note: Some(note) }
}

/// What is known of SQLModel's version.
#[derive(Default)]
pub(super) struct Sqlmodel {
    pub(super) aware: bool,
    /// What to say where a plain `datetime` was met.
    pub(super) note: Option<String>,
}

/// The version of a package, and the file that says so: the nearest that says it exactly, else the
/// nearest at all.
fn locked(sources: &Sources, tree: &Tree, package: &str) -> Option<(Version, String)> {
    let mut range = None;
    for dir in upward(&tree.dir) {
        for name in LOCKS {
            let path = join(dir, name);
            if !sources.is_file(&path) {
                continue;
            }
            let Ok(file) = sources.load(&path) else { continue };
            match version_in(&sources.file(file).text, package) {
                Some(version @ Version::Exact(_)) => return Some((version, path)),
                Some(version) => range = range.or(Some((version, path))),
                None => {}
            }
        }
    }
    range
}

/// The version that a text gives for a package: of a lock file (`name = "x"`, then
/// `version = "1.2.3"`), of a requirement (`x==1.2.3`, `x>=1.2,<2`, Poetry's `x = "^1.2"`).
fn version_in(text: &str, package: &str) -> Option<Version> {
    let mut found = None;
    let mut named = false;
    for line in text.lines() {
        let flat: String = line.chars().filter(|c| !c.is_whitespace()).take(200).collect();
        let flat = flat.to_ascii_lowercase();
        if flat.starts_with("name=") || flat.starts_with("[[") {
            named = flat.trim_start_matches("name=").trim_matches('"') == package;
            continue;
        }
        if named && let Some(version) = flat.strip_prefix("version=") {
            return Some(Version::Exact(numbers(version.trim_matches('"'))));
        }
        let Some(at) = flat.find(package) else { continue };
        let before = flat[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.')) {
            continue;
        }
        let rest = &flat[at + package.len()..];
        let exact = rest.starts_with("==") || rest.contains("version\":\"==");
        let rest = rest.trim_start_matches(['"', '\'', ':', '{', '=']);
        let Some(first) = rest.find(|c: char| c.is_ascii_digit()) else { continue };
        if !rest.starts_with(['>', '~', '^', '<', '(', '[', 'v']) && first != 0 {
            continue;
        }
        let version = numbers(&rest[first..]);
        // A caret keeps the first number that is not zero.
        let caret = rest.starts_with('^');
        match (exact || caret && version[..2] == [0, 0], rest.split_once('<')) {
            (true, _) => return Some(Version::Exact(version)),
            (false, Some((_, limit))) if limit.starts_with(|c: char| c.is_ascii_digit()) => {
                found = found.or(Some(Version::Below(Some(numbers(limit)))));
            }
            _ => found = found.or(Some(Version::Below(None))),
        }
    }
    found
}

fn numbers(text: &str) -> [u32; 3] {
    let mut parts = text.split(|c: char| !c.is_ascii_digit()).map(|n| n.parse().unwrap_or(0));
    [parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use super::{Version, version_in};

    #[test]
    fn versions_are_found_as_files_write_them() {
        let exact = |version| Some(Version::Exact(version));
        let cases: &[(&str, Option<Version>)] = &[
            ("[[package]]\nname = \"sqlmodel\"\nversion = \"0.0.44\"\n", exact([0, 0, 44])),
            ("[[package]]\nname = \"sqlmodel-slim\"\nversion = \"0.0.44\"\n", None),
            ("fastapi==1\nsqlmodel==0.0.31\n", exact([0, 0, 31])),
            ("    \"sqlmodel\": {\"version\": \"==0.0.24\"},\n", exact([0, 0, 24])),
            ("sqlmodel = \"^0.0.22\"\n", exact([0, 0, 22])),
            ("sqlmodel>=0.0.21,<1\n", Some(Version::Below(Some([1, 0, 0])))),
            ("    \"sqlmodel>=0.0.21,<0.0.40\",\n", Some(Version::Below(Some([0, 0, 40])))),
            ("sqlmodel~=0.0.21\n", Some(Version::Below(None))),
            ("    \"sqlmodel>=0.0.21\",\n", Some(Version::Below(None))),
            ("  \"sqlmodel\": {\n", None),
            ("mysqlmodel==1\n", None),
        ];
        for (text, expected) in cases {
            assert_eq!(version_in(text, "sqlmodel"), *expected, "{text}");
        }
    }
}
