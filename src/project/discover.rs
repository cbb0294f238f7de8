//! Finds migration trees by what the files say; configuration only refines.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use ignore::WalkBuilder;
use rayon::prelude::*;

use super::{
    Given, Spoken, Tool, Tree, base,
    config::{Settings, glob_set},
    file_name, ini, join, parent, rust_trees, spoken, sql_trees, upward,
};
use crate::{frontend::sql::tools::may_be_code, source::Sources};

/// Folders that hold other people's code.
const FOREIGN: &[&str] = &[
    "node_modules",
    "site-packages",
    "__pycache__",
    ".git",
    ".hg",
    ".tox",
    ".nox",
    ".venv",
    "venv",
    ".mypy_cache",
    ".pytest_cache",
];

/// Files at whose number the walk stops: no project is that large, a hostile one may be.
pub(crate) const MAX_FILES: usize = 500_000;

/// What a walk through the project found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    pub trees: Vec<Tree>,
    /// All files that a tree, or evidence for a target, can come from; sorted, under the root.
    pub files: Vec<String>,
    /// What was seen and left alone, and why.
    pub notes: Vec<String>,
}

/// Walks the root. Links are not followed, and what git ignores is left out.
///
/// # Errors
/// A sentence: a tree that the configuration names has no migrations.
pub fn discover(sources: &Sources, settings: &Settings) -> Result<Found, String> {
    let mut found = Found { files: walk(sources), ..Found::default() };
    if found.files.len() >= MAX_FILES {
        found.notes.push(format!("only the first {MAX_FILES} files were looked at"));
    }
    if let Some(exclude) = &settings.config.exclude {
        let globs = glob_set(exclude);
        found.files.retain(|path| !globs.is_match(settings.seen(path)));
    }
    let base = base::all(sources, settings)?;
    found.files.retain(|path| !base.holds(path));
    let own = configured(sources, settings, &mut found)?;
    alembic(sources, &mut found);
    rust_trees::find(sources, &mut found);
    sql_trees::find(sources, &mut found);
    if !own.is_empty() {
        let covered = |tree: &Tree| own.iter().any(|dir| upward(&tree.dir).any(|up| up == dir));
        found.trees.retain(|tree| tree.configured || !covered(tree));
    }
    let given = Arc::new(given(settings));
    for tree in &mut found.trees {
        tree.given = Arc::clone(&given);
        tree.base = base.of(tree);
    }
    found.trees.sort_by(|a, b| (&a.dir, a.tool).cmp(&(&b.dir, b.tool)));
    Ok(found)
}

/// The files of a project by their paths, as a commit lists them. Its trees are not looked for.
pub fn listed<'p>(settings: &Settings, paths: impl Iterator<Item = &'p str>) -> Found {
    let globs = glob_set(settings.config.exclude.iter().flatten());
    let is_ours = |path: &&str| {
        let mut folders = parent(path).split('/');
        is_of_interest(file_name(path))
            && !folders.any(|name| FOREIGN.contains(&name) || name.starts_with('.'))
            && !globs.is_match(settings.seen(path))
    };
    let mut files: Vec<String> = paths.filter(is_ours).take(MAX_FILES).map(str::to_owned).collect();
    files.sort_unstable();
    Found { files, ..Found::default() }
}

fn given(settings: &Settings) -> Given {
    let config = &settings.config;
    let naming = config.naming_convention.iter().flatten();
    let models = config.models.iter().flatten();
    Given {
        naming_convention: naming.map(|(key, text)| (key.key(), text.clone())).collect(),
        models: models.filter_map(|path| settings.under_root(path)).collect(),
        exclude: config.exclude.clone().unwrap_or_default(),
        below: settings.below.clone(),
    }
}

/// The trees that the configuration names; returns their folders.
fn configured(
    sources: &Sources,
    settings: &Settings,
    found: &mut Found,
) -> Result<Vec<String>, String> {
    let mut folders = Vec::new();
    for tree in settings.config.trees.iter().flatten() {
        let all: Vec<String> = std::iter::once(&tree.path)
            .chain(&tree.and)
            .filter_map(|path| settings.under_root(path))
            .collect();
        // In a configuration for several projects, the other projects' trees.
        let Some(first) = all.first() else { continue };
        let inside = |path: &&String| upward(parent(path)).any(|up| all.iter().any(|d| d == up));
        let files: Vec<String> = found.files.iter().filter(inside).cloned().collect();
        let sql: Vec<String> = files
            .iter()
            .filter(|path| path.ends_with(".sql") || may_be_code(file_name(path)))
            .cloned()
            .collect();
        let revisions: Vec<String> = files
            .iter()
            .filter(|path| path.ends_with(".py") && is_revision(sources, path))
            .cloned()
            .collect();
        let migrators = match tree.tool {
            None | Some(Tool::SeaOrm) => rust_trees::trees(sources, &files),
            Some(_) => Vec::new(),
        };
        let tool = tree.tool.unwrap_or_else(|| match () {
            () if !revisions.is_empty() => Tool::Alembic,
            () if !migrators.is_empty() => Tool::SeaOrm,
            () => sql_trees::tool_of(sources, first, &sql),
        });
        let before = found.trees.len();
        match tool {
            Tool::Alembic if !revisions.is_empty() => {
                let env = upward(first).map(|up| join(up, "env.py")).find(|p| sources.is_file(p));
                let made = Tree::new(Tool::Alembic, common_dir(&revisions), revisions);
                found.trees.push(Tree { env, ..made });
            }
            Tool::Alembic => {}
            Tool::SeaOrm => found.trees.extend(migrators),
            _ if sql.is_empty() => {}
            _ => {
                let dir = match all.as_slice() {
                    [one] => one.clone(),
                    _ => common_dir(&all.iter().map(|dir| format!("{dir}/x")).collect::<Vec<_>>()),
                };
                sql_trees::add(sources, found, tool, dir, sql);
            }
        }
        if found.trees.len() == before {
            let origin = settings.origin("trees").unwrap_or_default();
            return Err(format!(
                "{origin}: there are no migrations of {} in {}",
                tool.name(),
                tree.path
            ));
        }
        for made in &mut found.trees[before..] {
            (made.configured, made.databases) = (true, tree.databases.clone());
        }
        folders.extend(all);
    }
    Ok(folders)
}

fn walk(sources: &Sources) -> Vec<String> {
    let root = sources.root();
    let mut files = Vec::new();
    let walk = WalkBuilder::new(root)
        .follow_links(false)
        .hidden(false)
        .require_git(false)
        .filter_entry(|entry| {
            let name = entry.file_name().to_str().unwrap_or_default();
            let folder = entry.file_type().is_some_and(|t| t.is_dir());
            entry.depth() == 0 || !folder || !(FOREIGN.contains(&name) || name.starts_with('.'))
        })
        .build();
    for entry in walk.filter_map(Result::ok) {
        if entry.file_type().is_some_and(|t| t.is_dir()) {
            continue;
        }
        let Ok(path) = entry.path().strip_prefix(root) else { continue };
        let Some(path) = path.to_str() else { continue };
        let path = if std::path::MAIN_SEPARATOR == '/' {
            path.to_owned()
        } else {
            path.replace(std::path::MAIN_SEPARATOR, "/")
        };
        if is_of_interest(file_name(&path)) {
            files.push(path);
        }
        if files.len() >= MAX_FILES {
            break;
        }
    }
    files.sort_unstable();
    files
}

fn is_of_interest(name: &str) -> bool {
    name.ends_with(".py")
        || name.ends_with(".sql")
        || name == "_journal.json"
        || name == "go.mod"
        || may_be_code(name)
        || name.ends_with(".rs")
        || name.ends_with(".toml")
        || name.ends_with(".ini")
        || name.ends_with(".yml")
        || name.ends_with(".yaml")
        || name.starts_with(".env")
        || name == "requirements.txt"
}

/// A script directory of Alembic: where its `env.py` lies, and folders that a configuration
/// adds to it.
struct Script {
    env: String,
    locations: Vec<String>,
    /// The same, for each section that names some: those that share a folder are one.
    environments: Vec<Vec<String>>,
}

impl Script {
    /// Adds what one section names.
    fn add(&mut self, versions: &[String]) {
        self.locations.extend(versions.iter().cloned());
        if versions.is_empty() {
            return;
        }
        let shared = |of: &Vec<String>| of.iter().any(|dir| versions.contains(dir));
        match self.environments.iter_mut().find(|of| shared(of)) {
            Some(of) => of.extend(versions.iter().cloned()),
            None => self.environments.push(versions.to_vec()),
        }
    }

    /// Whose revisions lie in a folder, where several databases have a history each: each section
    /// of a configuration is an environment of its own to Alembic.
    fn environment(&self, dir: &str) -> Option<&str> {
        if self.environments.len() < 2 {
            return None;
        }
        let inside = |of: &&Vec<String>| upward(dir).any(|up| of.iter().any(|own| own == up));
        self.environments.iter().find(inside)?.first().map(String::as_str)
    }
}

fn alembic(sources: &Sources, found: &mut Found) {
    let mut scripts: BTreeMap<String, Script> = BTreeMap::new();
    for path in found.files.iter().filter(|p| file_name(p) == "env.py") {
        let Ok(file) = sources.load(path) else { continue };
        let text = &sources.file(file).text;
        if text.contains("alembic") || text.contains("run_migrations") {
            let (locations, environments) = Default::default();
            let script = Script { env: path.clone(), locations, environments };
            scripts.insert(parent(path).to_owned(), script);
        }
    }
    let configured = ini::locations(sources, &found.files);
    for location in &configured {
        if let Some(script) = scripts.get_mut(&location.script) {
            script.add(&location.versions);
        }
    }
    let candidates: Vec<&String> = found
        .files
        .iter()
        .filter(|path| path.ends_with(".py") && file_name(path) != "env.py")
        .filter(|path| is_candidate(parent(path), &scripts))
        .collect();
    let revisions: Vec<&String> =
        candidates.into_par_iter().filter(|path| is_revision(sources, path)).collect();
    let mut groups: BTreeMap<(String, Option<String>), Vec<String>> = BTreeMap::new();
    for path in revisions {
        let owner = owner(parent(path), &scripts);
        let dir = match owner {
            Some(owner) => scripts[owner].environment(parent(path)).unwrap_or_default().to_owned(),
            None => orphan_dir(parent(path)).to_owned(),
        };
        groups.entry((dir, owner.map(str::to_owned))).or_default().push(path.clone());
    }
    let recursive = found.files.iter().any(|path| {
        let name = file_name(path);
        let configures = name.ends_with(".ini") || name == "pyproject.toml";
        let text = configures.then(|| sources.load(path).ok()).flatten();
        text.is_some_and(|file| sources.file(file).text.contains("recursive_version_locations"))
    });
    for ((_, owner), mut files) in groups {
        let script = owner.as_ref().map(|owner| &scripts[owner]);
        let env = script.map(|script| script.env.clone());
        if let Some(dir) = owner.as_ref().filter(|dir| scripts[*dir].locations.is_empty()) {
            leave_beside(sources, dir, &mut files, &mut found.notes);
        }
        if !recursive && owner.is_some() {
            leave_nested(sources, &mut files, &mut found.notes);
        }
        let above = owner.unwrap_or_default();
        split_by_dialect(&above, files, env, found);
    }
}

/// Alembic looks into the folders below `versions` only with `recursive_version_locations`, which
/// a project may also set from code. So what lies below is left out where what lies above it is a
/// whole history without it: old revisions that a squash has replaced.
fn leave_nested(sources: &Sources, files: &mut Vec<String>, notes: &mut Vec<String>) {
    let top = common_dir(files);
    let (direct, nested): (Vec<&String>, Vec<&String>) =
        files.iter().partition(|path| parent(path) == top);
    if !is_whole_without(sources, &direct, &nested) {
        return;
    }
    notes.push(format!(
        "{}: {} below a whole history will not be read, as Alembic looks there only with recursive_version_locations",
        common_of(&nested),
        revisions(nested.len()),
    ));
    files.retain(|path| parent(path) == top);
}

/// Alembic reads the folder `versions` beside `env.py`, where nothing names others: drafts and
/// templates beside it are left out where it is a whole history without them.
fn leave_beside(sources: &Sources, script: &str, files: &mut Vec<String>, notes: &mut Vec<String>) {
    let versions = join(script, "versions");
    let inside = |path: &str| upward(parent(path)).any(|up| up == versions);
    let (direct, beside): (Vec<&String>, Vec<&String>) =
        files.iter().partition(|path| inside(path));
    if !is_whole_without(sources, &direct, &beside) {
        return;
    }
    notes.push(format!(
        "{}: {} beside a whole history will not be read, as Alembic looks into {versions} only",
        common_of(&beside),
        revisions(beside.len()),
    ));
    files.retain(|path| inside(path));
}

fn common_of(paths: &[&String]) -> String {
    common_dir(&paths.iter().map(|path| (*path).clone()).collect::<Vec<_>>())
}

fn revisions(count: usize) -> String {
    match count {
        1 => "1 revision".to_owned(),
        n => format!("{n} revisions"),
    }
}

/// Whether revisions follow each other without the rest, which does not follow them.
fn is_whole_without(sources: &Sources, direct: &[&String], rest: &[&String]) -> bool {
    if direct.is_empty() || rest.is_empty() {
        return false;
    }
    let named = |paths: &[&String], keys: &[&str]| -> BTreeSet<String> {
        let texts = |path: &&String| {
            let file = sources.load(path).ok()?;
            let text = &sources.file(file).text;
            Some(keys.iter().flat_map(|key| assigned_texts(text, key)).collect::<Vec<_>>())
        };
        paths.iter().filter_map(texts).flatten().collect()
    };
    let before = ["down_revision", "depends_on"];
    let ids = named(direct, &["revision"]);
    let whole = !ids.is_empty() && named(direct, &before).is_subset(&ids);
    whole && named(rest, &before).is_disjoint(&ids)
}

/// The texts in an assignment at the beginning of a line: `down_revision = ('a', 'b')`.
fn assigned_texts(text: &str, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(name) {
        if at > 0 && text.as_bytes()[at - 1] != b'\n' {
            continue;
        }
        let rest = &text[at + name.len()..];
        let Some(value) = rest.split_once('=').map(|(_, value)| value.trim_start()) else {
            continue;
        };
        let end = match value.starts_with(['(', '[']) {
            true => value.find([')', ']']),
            false => value.find('\n'),
        };
        let value = value[..end.unwrap_or(value.len())].split('#').next().unwrap_or_default();
        let parts = value.split(['\'', '"']).skip(1).step_by(2);
        found.extend(parts.map(str::to_owned));
        break;
    }
    found
}

/// Whether files of a folder are worth reading: below an `env.py`, in a place a configuration
/// names, or in a folder with a telling name.
fn is_candidate(dir: &str, scripts: &BTreeMap<String, Script>) -> bool {
    if owner(dir, scripts).is_some() {
        return true;
    }
    upward(dir).take(4).any(|dir| {
        let name = file_name(dir);
        name.starts_with("version") || name.starts_with("migration") || name.starts_with("revision")
    })
}

/// The script directory that a folder belongs to.
fn owner<'s>(dir: &str, scripts: &'s BTreeMap<String, Script>) -> Option<&'s str> {
    let inside = |location: &str| upward(dir).any(|up| up == location);
    let named = scripts
        .iter()
        .filter(|(_, script)| script.locations.iter().any(|l| inside(l)))
        .map(|(dir, _)| dir.as_str())
        .next();
    named.or_else(|| upward(dir).find_map(|up| scripts.get_key_value(up)).map(|(k, _)| k.as_str()))
}

/// Revisions without an `env.py` up the path: the outermost folder with a telling name.
fn orphan_dir(dir: &str) -> &str {
    let telling = upward(dir).take(4).filter(|dir| file_name(dir).starts_with("version"));
    telling.last().unwrap_or(dir)
}

/// `revision = …` and `down_revision = …` (or annotated) at the beginning of a line.
fn is_revision(sources: &Sources, path: &str) -> bool {
    let Ok(file) = sources.load(path) else {
        // Unreadable files of a versions folder are named, not passed over.
        return upward(parent(path)).take(3).any(|dir| file_name(dir).starts_with("version"));
    };
    let text = &sources.file(file).text;
    let assigned = |name: &str| {
        text.match_indices(name).any(|(at, _)| {
            let starts = at == 0 || matches!(text.as_bytes()[at - 1], b'\n');
            let rest = text[at + name.len()..].trim_start_matches([' ', '\t']);
            starts && (rest.starts_with('=') && !rest.starts_with("==") || rest.starts_with(':'))
        })
    };
    assigned("revision") && (assigned("down_revision") || text.contains("def upgrade"))
}

/// One history per dialect folder below the script directory; otherwise one for all.
fn split_by_dialect(above: &str, files: Vec<String>, env: Option<String>, found: &mut Found) {
    let dialect_of = |path: &str| {
        let below = parent(path).strip_prefix(above).unwrap_or(parent(path));
        below.split('/').find_map(|part| spoken(part).map(|s| (s, part.to_owned())))
    };
    let mut parts: BTreeMap<Option<(Spoken, String)>, Vec<String>> = BTreeMap::new();
    for file in files {
        parts.entry(dialect_of(&file)).or_default().push(file);
    }
    for (spoken, files) in parts {
        let dialect = match spoken {
            Some((Spoken::Foreign(name), _)) => {
                let dir = common_dir(&files);
                found.notes.push(format!("{dir} is for {name}, which miglint does not speak"));
                continue;
            }
            Some((Spoken::Known(dialect), part)) => Some((dialect, format!("the folder {part}"))),
            None => None,
        };
        let dir = common_dir(&files);
        let tree = Tree::new(Tool::Alembic, dir, files);
        found.trees.push(Tree { dialect, env: env.clone(), ..tree });
    }
}

/// The deepest folder that holds all of them.
pub(super) fn common_dir(files: &[String]) -> String {
    let dirs: BTreeSet<&str> = files.iter().map(|f| parent(f)).collect();
    let (Some(first), Some(last)) = (dirs.first(), dirs.last()) else { return String::new() };
    let same = first.split('/').zip(last.split('/')).take_while(|(a, b)| a == b);
    let parts: Vec<&str> = same.map(|(part, _)| part).collect();
    // The set is sorted, but "a-b" sorts before "a/b": every folder has a say.
    let mut dir = parts.join("/");
    while !dirs.iter().all(|d| upward(d).any(|up| up == dir)) {
        dir = parent(&dir).to_owned();
    }
    dir
}
