//! `alembic.ini` and `[tool.alembic]`: where scripts and versions are said to lie.

use super::{file_name, join, parent, upward};
use crate::source::Sources;

/// What one section says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Location {
    /// The script directory, under the root.
    pub(super) script: String,
    /// Folders with versions besides its own.
    pub(super) versions: Vec<String>,
}

pub(super) fn locations(sources: &Sources, files: &[String]) -> Vec<Location> {
    let mut found = Vec::new();
    for path in files {
        let name = file_name(path);
        if !(name.ends_with(".ini") || name == "pyproject.toml") {
            continue;
        }
        let Ok(file) = sources.load(path) else { continue };
        let text = &sources.file(file).text;
        if !text.contains("script_location") {
            continue;
        }
        let sections = if name == "pyproject.toml" { toml_section(text) } else { sections(text) };
        for section in sections {
            found.extend(location(sources, parent(path), &section));
        }
    }
    found
}

type Section = Vec<(String, String)>;

/// The keys of each section; values may go on in indented lines.
fn sections(text: &str) -> Vec<Section> {
    let mut all: Vec<Section> = Vec::new();
    let mut defaults = None;
    for line in text.lines() {
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with(['#', ';']) {
            continue;
        }
        if bare.starts_with('[') {
            if bare == "[DEFAULT]" {
                defaults = Some(all.len());
            }
            all.push(Section::new());
            continue;
        }
        let Some(section) = all.last_mut() else { continue };
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = section.last_mut() {
                value.push('\n');
                value.push_str(bare);
            }
            continue;
        }
        if let Some((key, value)) = bare.split_once(['=', ':']) {
            section.push((key.trim().to_owned(), value.trim().to_owned()));
        }
    }
    // Python's configparser gives what `[DEFAULT]` says to every section.
    let defaults = defaults.and_then(|at| all.get(at)).cloned().unwrap_or_default();
    for section in &mut all {
        let has = |of: &Section, name: &str| of.iter().any(|(key, _)| key == name);
        if has(section, "version_locations") {
            let missing = defaults.iter().filter(|(key, _)| !has(section, key));
            let missing: Vec<(String, String)> = missing.cloned().collect();
            section.extend(missing);
        }
    }
    all
}

/// What an `.ini` says under a key, section by section.
pub(crate) fn values(text: &str, key: &str) -> Vec<String> {
    let pairs = sections(text).into_iter().flatten();
    pairs.filter(|(own, _)| own == key).map(|(_, value)| value).collect()
}

fn toml_section(text: &str) -> Vec<Section> {
    let Ok(table) = text.parse::<toml::Table>() else { return Vec::new() };
    let Some(section) = table.get("tool").and_then(|t| t.get("alembic")) else { return Vec::new() };
    let Some(section) = section.as_table() else { return Vec::new() };
    let mut keys = Section::new();
    for (key, value) in section {
        match value {
            toml::Value::String(text) => keys.push((key.clone(), text.clone())),
            toml::Value::Array(items) => {
                let items: Vec<&str> = items.iter().filter_map(|i| i.as_str()).collect();
                keys.push((key.clone(), items.join("\n")));
            }
            _ => {}
        }
    }
    vec![keys]
}

fn location(sources: &Sources, here: &str, section: &Section) -> Option<Location> {
    let get = |name: &str| section.iter().find(|(key, _)| key == name).map(|(_, v)| v.as_str());
    let script = resolve(sources, here, get("script_location")?)?;
    let versions = get("version_locations").unwrap_or_default();
    let separator = get("version_path_separator").or(get("path_separator"));
    let split: Vec<&str> = match separator {
        Some("space") => versions.split_whitespace().collect(),
        Some(":") | Some("os") => versions.split([':', '\n']).collect(),
        Some(";") => versions.split([';', '\n']).collect(),
        _ => versions.split([' ', ',', ';', '\n']).collect(),
    };
    let versions = split
        .into_iter()
        .map(str::trim)
        .filter(|v| !v.is_empty())
        .filter_map(|v| resolve(sources, here, v))
        .collect();
    Some(Location { script, versions })
}

/// `%(here)s/x` and `x` from the file's folder or, as Alembic does, the working directory;
/// `package:x` from where the package lies.
fn resolve(sources: &Sources, here: &str, written: &str) -> Option<String> {
    let written = written.trim_matches('"').replace('\\', "/");
    if let Some(rest) = written.strip_prefix("%(here)s") {
        return Some(join(here, rest));
    }
    let exists = |dir: &String| sources.is_dir(dir);
    let inside = match written.split_once(':') {
        Some((package, path)) if !package.contains('/') => {
            format!("{}/{}", package.replace('.', "/"), path.replace(':', "/"))
        }
        _ if written.starts_with('/') => return None,
        _ => written,
    };
    let around = upward(here).flat_map(|up| [join(up, &inside), join(&join(up, "src"), &inside)]);
    around.into_iter().find(exists)
}

#[cfg(test)]
mod tests {
    use super::sections;

    #[test]
    fn values_go_on_in_indented_lines() {
        let all = sections(
            "[alembic]\nscript_location = a\nversion_locations =\n  one\n  two\n# x\n[other]\nx=1\n",
        );
        assert_eq!(all.len(), 2);
        assert_eq!(all[0][1], ("version_locations".to_owned(), "\none\ntwo".to_owned()));
    }
}
