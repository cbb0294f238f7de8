//! Which version of a library a project uses: what its lock file or requirements say.

use super::sqlmodel::AWARE_SINCE;
use crate::{project::Tree, source::Sources};

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

/// Whether `Mapped[float]` is DOUBLE: from SQLAlchemy 2.1 on. The newest is assumed.
pub(super) fn is_double(sources: &Sources, tree: &Tree) -> bool {
    match locked(sources, tree, "sqlalchemy") {
        Some((version, _, true)) => version >= [2, 1, 0],
        _ => true,
    }
}

/// Whether SQLModel makes plain `datetime` a timestamp with a time zone here, and what to say of it.
pub(super) fn sqlmodel(sources: &Sources, tree: &Tree) -> Sqlmodel {
    let mut found = Sqlmodel { aware: true, note: None };
    match locked(sources, tree, "sqlmodel") {
        Some((version, path, exact)) => {
            found.aware = version >= AWARE_SINCE;
            let shown = version.map(|n| n.to_string()).join(".");
            if !exact && !found.aware {
                // A lower bound says that newer ones are taken, too.
                found.aware = true;
                found.note = Some(format!("{path} only says that SQLModel is at least {shown}: the newest was assumed, in which `datetime` has a time zone"));
            } else {
                found.note = Some(format!("SQLModel {shown}, as {path} says"));
            }
        }
        None => found.note = Some("no file says which version of SQLModel is used: the newest was assumed, in which `datetime` has a time zone".to_owned()),
    }
    found
}

/// What is known of SQLModel's version.
pub(super) struct Sqlmodel {
    pub(super) aware: bool,
    /// What to say where a plain `datetime` was met.
    pub(super) note: Option<String>,
}

/// The version of a package, the file that says so, and whether it is the very one.
fn locked(sources: &Sources, tree: &Tree, package: &str) -> Option<([u32; 3], String, bool)> {
    let mut dir = tree.dir.as_str();
    let mut bound = None;
    loop {
        for name in LOCKS {
            let path = if dir.is_empty() { (*name).to_owned() } else { format!("{dir}/{name}") };
            if !sources.is_file(&path) {
                continue;
            }
            let Ok(file) = sources.load(&path) else { continue };
            match version_in(&sources.file(file).text, package) {
                Some((version, true)) => return Some((version, path, true)),
                Some((version, false)) => bound = bound.or(Some((version, path, false))),
                None => {}
            }
        }
        if dir.is_empty() {
            return bound;
        }
        dir = dir.rsplit_once('/').map_or("", |(parent, _)| parent);
    }
}

/// Major, minor, patch, and whether it is the very one.
type Version = ([u32; 3], bool);

/// The version that a text gives for a package: of a lock file (`name = "x"`, then
/// `version = "1.2.3"`), of a requirement (`x==1.2.3`, `x>=1.2`).
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
            return Some((numbers(version.trim_matches('"')), true));
        }
        let Some(at) = flat.find(package) else { continue };
        let before = flat[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.')) {
            continue;
        }
        let rest = flat[at + package.len()..].trim_start_matches(['"', '\'', ':', '{', '=']);
        let exact =
            flat[at + package.len()..].starts_with("==") || rest.starts_with("version\":\"==");
        let digits = rest.find(|c: char| c.is_ascii_digit()).map(|at| &rest[at..]);
        let Some(digits) = digits.filter(|_| {
            rest.starts_with(['=', '>', '~', '^', '<', '(', '[', 'v'])
                || rest.starts_with(|c: char| c.is_ascii_digit())
        }) else {
            continue;
        };
        let version = numbers(digits);
        if exact {
            return Some((version, true));
        }
        found = found.or(Some((version, false)));
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
        let cases: &[(&str, Option<Version>)] = &[
            ("[[package]]\nname = \"sqlmodel\"\nversion = \"0.0.44\"\n", Some(([0, 0, 44], true))),
            ("[[package]]\nname = \"sqlmodel-slim\"\nversion = \"0.0.44\"\n", None),
            ("fastapi==1\nsqlmodel==0.0.31\n", Some(([0, 0, 31], true))),
            ("sqlmodel>=0.0.21,<1\n", Some(([0, 0, 21], false))),
            ("sqlmodel = \"^0.0.22\"\n", Some(([0, 0, 22], false))),
            ("    \"sqlmodel>=0.0.21\",\n", Some(([0, 0, 21], false))),
            ("  \"sqlmodel\": {\n", None),
            ("mysqlmodel==1\n", None),
        ];
        for (text, expected) in cases {
            assert_eq!(version_in(text, "sqlmodel"), *expected, "{text}");
        }
    }
}
