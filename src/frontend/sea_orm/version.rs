//! Which SeaORM a project builds with: how sea-query writes a statement depends on it.

use super::render::Flavor;
use crate::{
    database::Dialect,
    project::{join, parent, upward},
    source::Sources,
};

/// What is known of the version, and of features that change what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Version {
    second: bool,
    serial: bool,
    exact: bool,
}

impl Version {
    pub(super) fn flavor(self, dialect: Dialect) -> Flavor {
        Flavor { dialect, second: self.second, serial: self.serial, exact: self.exact }
    }
}

/// Looks at the lock file first, then at the manifests, from a file upwards. Where nothing says
/// more, it is SeaORM 1.
pub(super) fn of(sources: &Sources, path: &str) -> Version {
    let read = |path: &str| sources.load(path).ok().map(|file| sources.file(file));
    let dirs: Vec<&str> = upward(parent(path)).collect();
    let manifests: Vec<_> = dirs.iter().filter_map(|dir| read(&join(dir, "Cargo.toml"))).collect();
    let lock = dirs.iter().find_map(|dir| read(&join(dir, "Cargo.lock")));
    let locked = lock.and_then(|lock| locked(&lock.text));
    let said = || {
        let tables = manifests.iter().filter_map(|m| m.text.parse::<toml::Table>().ok());
        tables.collect::<Vec<_>>().iter().find_map(required)
    };
    let says = |word: &str| manifests.iter().any(|m| m.text.contains(word));
    Version {
        second: locked.or_else(said).unwrap_or(false),
        serial: says("postgres-use-serial-pk") || says("option-postgres-use-serial"),
        exact: says("option-sqlite-exact-column-type"),
    }
}

/// sea-query's version in a lock file; `None`: none, or several that differ.
fn locked(text: &str) -> Option<bool> {
    let mut found = text.match_indices("name = \"sea-query\"").filter_map(|(at, _)| {
        let rest = text.get(at..)?.lines().nth(1)?;
        let version = rest.trim().strip_prefix("version = \"")?;
        Some(!version.starts_with("0."))
    });
    let first = found.next()?;
    found.all(|other| other == first).then_some(first)
}

/// What a manifest asks for.
fn required(manifest: &toml::Table) -> Option<bool> {
    let shared = manifest.get("workspace").and_then(|w| w.get("dependencies"));
    let all = manifest.get("dependencies").into_iter().chain(shared);
    let version = all.filter_map(|table| {
        let names = ["sea-orm-migration", "sea-orm"];
        names.iter().find_map(|name| {
            let dependency = table.get(*name)?;
            dependency.as_str().or_else(|| dependency.get("version")?.as_str())
        })
    });
    version
        .map(|version| {
            let digit = version.chars().find(|c| c.is_ascii_digit() || *c == '*');
            matches!(digit, Some('*' | '2'..='9'))
        })
        .next()
}

#[cfg(test)]
mod tests {
    use super::locked;

    #[test]
    fn the_lock_file_says_which_sea_query_is_built() {
        let lock = |version: &str| {
            format!("[[package]]\nname = \"sea-query\"\nversion = \"{version}\"\n\n")
        };
        let other = "[[package]]\nname = \"sea-query-binder\"\nversion = \"1.0.0\"\n";
        assert_eq!(locked(&lock("0.32.7")), Some(false));
        assert_eq!(locked(&lock("1.0.1")), Some(true));
        assert_eq!(locked(&[lock("0.31.0"), lock("0.32.7")].concat()), Some(false));
        // Which of both the migrations are built with is not said.
        assert_eq!(locked(&[lock("0.32.7"), lock("1.0.1")].concat()), None);
        assert_eq!(locked(other), None);
    }
}
