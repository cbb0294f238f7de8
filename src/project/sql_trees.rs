//! Folders of SQL migrations: which tool runs them, for which database.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Spoken, Tool, Tree,
    discover::{Found, common_dir},
    file_name, join, parent, spoken, upward,
};
use crate::{
    database::Dialect,
    frontend::sql::{
        Grammar, grammar_of, tool_of_marks,
        tools::{Role, layout, may_be_code},
    },
    source::Sources,
};

/// Folders of tests: nothing below them is a history.
const TESTS: &[&str] = &["test", "tests", "testdata", "fixtures", "stub", "stubs"];

/// Folders whose own numbered files are something else.
const NOT_MIGRATIONS: &[&str] =
    &["queries", "query", "seeds", "seed", "snapshots", "demo", "demos"];

/// Folders below `src/main` that a build puts together.
const CLASS_PATH: &[&str] = &["java", "kotlin", "groovy", "scala", "resources"];

/// How many files of a folder are opened to see whose they are.
const OPENED: usize = 5;

type Folders = BTreeMap<String, Vec<String>>;

pub(super) fn find(sources: &Sources, found: &mut Found) {
    let mut folders = Folders::new();
    for path in found.files.iter().filter(|p| p.ends_with(".sql") || may_be_code(file_name(p))) {
        folders.entry(parent(path).to_owned()).or_default().push(path.clone());
    }
    let taken: BTreeSet<String> = found.trees.iter().map(|t| t.dir.clone()).collect();
    folders.retain(|dir, _| !upward(dir).any(|up| taken.contains(up)));
    let mut trees = steps(sources, &mut folders);
    trees.extend(versioned(sources, &mut folders));
    trees.extend(releases(&mut folders));
    for (dir, files) in folders {
        let is_own = |f: &String| f.ends_with(".sql") || f.ends_with(".fizz");
        if !files.iter().any(is_own) || !is_tree(&dir, &files) {
            continue;
        }
        let tool = tool_of(sources, &dir, &files);
        trees.push((tool, dir, files));
    }
    for (tool, dir, files) in trees {
        add(sources, found, tool, dir, files);
    }
}

type Candidate = (Tool, String, Vec<String>);

/// Adds a folder as one tree, or as one for each database that its files are for.
pub(super) fn add(
    sources: &Sources,
    found: &mut Found,
    tool: Tool,
    dir: String,
    mut files: Vec<String>,
) {
    files.sort_unstable();
    let mut tree = Tree::new(tool, dir, files);
    let spoken = leave_out(sources, found, &mut tree);
    let named: BTreeSet<Spoken> = spoken.iter().flatten().copied().collect();
    for database in &named {
        if let Spoken::Foreign(name) = database {
            let count = spoken.iter().filter(|s| **s == Some(*database)).count();
            let (files, are) = if count == 1 { ("file", "is") } else { ("files", "are") };
            let place = tree.shown();
            let note = format!(
                "{count} {files} of {place} {are} for {name}, which miglint does not speak"
            );
            found.notes.push(note);
        }
    }
    let mut trees = Vec::new();
    for database in &named {
        if let Spoken::Known(dialect) = database {
            let why = "the names of its files".to_owned();
            let dialect = Some((*dialect, why));
            trees.push(Tree { dialect, split: named.len() > 1, ..tree.clone() });
        }
    }
    if !trees.is_empty() {
        return found.trees.extend(trees);
    }
    if !named.is_empty() && spoken.iter().all(Option::is_some) {
        return;
    }
    let folder = upward(&tree.dir).find_map(|up| {
        let said = super::spoken_by_folder(file_name(up))?;
        Some((said, format!("the folder {up}")))
    });
    let says = folder.or_else(|| by_tool(sources, &tree)).or_else(|| by_content(sources, &tree));
    match says {
        Some((Spoken::Foreign(name), _)) => {
            let note = format!("{} is for {name}, which miglint does not speak", tree.shown());
            return found.notes.push(note);
        }
        Some((Spoken::Known(dialect), why)) => tree.dialect = Some((dialect, why)),
        None => {}
    }
    found.trees.push(tree);
}

/// Takes out the files that the tool does not run, and says so. Gives what the names of the
/// others say of their database.
fn leave_out(sources: &Sources, found: &mut Found, tree: &mut Tree) -> Vec<Option<Spoken>> {
    let layout = layout(tree.tool);
    let journal = journal(sources, tree);
    let listed = |id: &String| journal.as_ref().is_none_or(|tags| tags.contains(id));
    let mut spoken = Vec::new();
    let runs = |path: &String| {
        let part = tree.below(path).and_then(|below| (layout.part)(below));
        let part = part.filter(|part| listed(&part.id));
        spoken.extend(part.as_ref().map(|part| part.dialect));
        part.is_some()
    };
    let (files, left): (Vec<String>, Vec<String>) = tree.files.iter().cloned().partition(runs);
    tree.files = files;
    let is_callback = |path: &str| {
        let name = file_name(path);
        tree.tool == Tool::Flyway && (name.starts_with("after") || name.starts_with("before"))
    };
    let is_sql = |path: &str| path.ends_with(".sql");
    let left: Vec<String> =
        left.into_iter().filter(|path| is_sql(path) && !is_callback(path)).collect();
    let Some(first) = left.first() else { return spoken };
    let subject = match left.len() {
        1 => format!("{first} belongs to no history"),
        n => format!("{n} files of {} belong to no history, such as {first}", tree.shown()),
    };
    let reason = match journal {
        Some(_) => "meta/_journal.json does not name it".to_owned(),
        None => format!("{} runs {}", tree.tool.name(), layout.names),
    };
    found.notes.push(format!("{subject}: {reason}"));
    spoken
}

/// drizzle runs what its journal names. A journal that names nothing of what is there is a
/// remainder: who runs these files has another way.
fn journal(sources: &Sources, tree: &Tree) -> Option<Vec<String>> {
    if tree.tool != Tool::Drizzle {
        return None;
    }
    let json = json(sources, &join(&tree.dir, "meta/_journal.json"))?;
    let entries = json.get("entries")?.as_array()?;
    let tags: Vec<String> =
        entries.iter().filter_map(|e| e.get("tag")?.as_str().map(str::to_owned)).collect();
    let is_there = |tag: &String| {
        let name = format!("{tag}.sql");
        tree.files.iter().any(|path| file_name(path) == name)
    };
    tags.iter().any(is_there).then_some(tags)
}

fn json(sources: &Sources, path: &str) -> Option<serde_json::Value> {
    let file = sources.load(path).ok()?;
    serde_json::from_str(&sources.file(file).text).ok()
}

/// A folder for each migration: Diesel's `up.sql`, Prisma's and drizzle's `migration.sql`. The
/// tree is the folder above; takes its files out of `folders`.
fn steps(sources: &Sources, folders: &mut Folders) -> Vec<Candidate> {
    let has = |files: &[String], names: &[&str]| {
        files.iter().any(|file| names.contains(&file_name(file)))
    };
    let numbered = |dir: &str| file_name(dir).starts_with(|c: char| c.is_ascii_digit());
    let mut trees: BTreeMap<(String, Tool), Vec<String>> = BTreeMap::new();
    let names: Vec<String> = folders.keys().cloned().collect();
    for dir in names {
        let files = &folders[&dir];
        let tool = match () {
            () if has(files, &["migration.sql"]) => {
                let drizzle = sources.is_file(&join(&dir, "snapshot.json"));
                if drizzle { Tool::Drizzle } else { Tool::Prisma }
            }
            () if numbered(&dir) && has(files, &["up.sql", "down.sql"]) => Tool::Diesel,
            () => continue,
        };
        let files = folders.remove(&dir).unwrap_or_default();
        trees.entry((parent(&dir).to_owned(), tool)).or_default().extend(files);
    }
    trees.into_iter().map(|((dir, tool), files)| (tool, dir, files)).collect()
}

/// `V1__x.sql`, which refinery and Flyway look for in the folders below theirs too: the tree is
/// the outermost folder with a telling name. Takes its files out of `folders`.
fn versioned(sources: &Sources, folders: &mut Folders) -> Vec<Candidate> {
    let is_versioned = |path: &String| {
        let name = file_name(path);
        name.starts_with(['V', 'B', 'U'])
            && name[1..].starts_with(|c: char| c.is_ascii_digit())
            && name.contains("__")
    };
    let mut trees: BTreeMap<String, (String, Vec<String>)> = BTreeMap::new();
    let names: Vec<String> = folders.keys().cloned().collect();
    for dir in names {
        let ours = folders[&dir].iter().any(is_versioned)
            || folders[&dir].iter().any(|f| file_name(f).starts_with("R__"));
        if !ours || is_other(&dir) {
            continue;
        }
        let telling = upward(&dir).filter(|up| file_name(up).contains("migrat")).last();
        let home = telling.unwrap_or(&dir).to_owned();
        let files = folders.remove(&dir).unwrap_or_default();
        let tree = trees.entry(location(&home)).or_insert_with(|| (home.clone(), Vec::new()));
        if tree.0 != home {
            tree.0 = common_dir(&[join(&tree.0, "x"), join(&home, "x")]);
        }
        tree.1.extend(files);
    }
    trees.retain(|_, (_, files)| files.iter().any(is_versioned));
    let tool = |dir: &str| {
        if depends_on(sources, dir, "refinery") { Tool::Refinery } else { Tool::Flyway }
    };
    trees.into_values().map(|(dir, files)| (tool(&dir), dir, files)).collect()
}

/// Where the class path has a folder: what a build puts into one place lies below
/// `src/main/java`, `src/main/kotlin` and `src/main/resources`.
fn location(dir: &str) -> String {
    let mut parts: Vec<&str> = dir.split('/').collect();
    if let Some(at) = parts.iter().position(|part| *part == "src")
        && parts.get(at + 2).is_some_and(|part| CLASS_PATH.contains(part))
    {
        parts.remove(at + 2);
    }
    parts.join("/")
}

/// A folder for each release, `0.9/01_a.sql` and `0.10/01_b.sql`: one history, in the order of
/// the releases. Takes its files out of `folders`.
fn releases(folders: &mut Folders) -> Vec<Candidate> {
    let is_release = |name: &str| {
        let name = name.strip_prefix('v').unwrap_or(name);
        name.contains('.') && name.split('.').all(|part| part.parse::<u32>().is_ok())
    };
    let mut trees: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let names: Vec<String> = folders.keys().cloned().collect();
    for dir in names {
        let ours = is_release(file_name(&dir)) && is_tree(&dir, &folders[&dir]);
        if !ours || parent(&dir).is_empty() {
            continue;
        }
        let files = folders.remove(&dir).unwrap_or_default();
        trees.entry(parent(&dir).to_owned()).or_default().extend(files);
    }
    trees.into_iter().map(|(dir, files)| (Tool::Sql, dir, files)).collect()
}

/// Whether a folder belongs to tests (`testdata`, `test_migrations`), or holds something else.
fn is_other(dir: &str) -> bool {
    let first_word = |up| file_name(up).split(['_', '-']).next().unwrap_or_default();
    upward(dir).any(|up| TESTS.contains(&first_word(up)))
        || upward(dir).take(3).any(|up| NOT_MIGRATIONS.contains(&file_name(up)))
}

/// By the folder's name, or by numbers in front of every file name.
fn is_tree(dir: &str, files: &[String]) -> bool {
    if is_other(dir) {
        return false;
    }
    let names = || upward(dir).take(3).map(file_name);
    let numbered = files.iter().filter(|f| is_numbered(file_name(f))).count();
    let telling = names().any(|name| name.contains("migrat") || name == "versions");
    if telling {
        // Without numbers, only where the whole folder is called that: `data-migration-reports`
        // is about one.
        let named = |name: &str| {
            let mut words = name.split(['_', '-']);
            let ends = [words.next(), words.next_back()];
            name == "versions" || ends.iter().flatten().any(|word| word.starts_with("migrat"))
        };
        return numbered > 0 || files.len() > 1 && names().any(named);
    }
    numbered >= 2 && numbered == files.len()
}

fn is_numbered(name: &str) -> bool {
    let bare = name.strip_prefix(['V', 'U']).unwrap_or(name);
    let digits = bare.bytes().take_while(u8::is_ascii_digit).count();
    digits > 0 && bare[digits..].starts_with(['_', '-', '.'])
}

/// Whose folder it is: the lines in the files decide, then what lies beside them, then the
/// names together with what the project depends on.
pub(super) fn tool_of(sources: &Sources, dir: &str, files: &[String]) -> Tool {
    let sql = || files.iter().filter(|f| f.ends_with(".sql"));
    let marked = |path: &String| {
        let file = sources.load(path).ok()?;
        tool_of_marks(&sources.file(file).text)
    };
    let marks: Vec<Tool> = sql().take(OPENED).filter_map(marked).collect();
    // A folder that is mixed has no tool of its own; each file's lines count there.
    if let Some(tool) = marks.first()
        && marks.len() * 2 > sql().take(OPENED).count()
    {
        return *tool;
    }
    if sources.is_file(&join(dir, "meta/_journal.json")) {
        return Tool::Drizzle;
    }
    let below = |path: &String| file_name(path).to_owned();
    let all = |tool: Tool| sql().all(|path| (layout(tool).part)(&below(path)).is_some());
    let most = |tool: Tool| {
        let fitting = sql().filter(|path| (layout(tool).part)(&below(path)).is_some()).count();
        fitting * 2 > sql().count()
    };
    if file_name(dir) == "migrations" && file_name(parent(dir)) == "supabase" {
        return Tool::Supabase;
    }
    if files.iter().any(|path| path.ends_with(".fizz")) {
        return Tool::Pop;
    }
    if most(Tool::Sqlx) && depends_on(sources, dir, "sqlx") {
        return Tool::Sqlx;
    }
    let paired = sql().any(|path| path.ends_with(".up.sql"));
    let per_database = sql().any(|path| {
        (layout(Tool::Pop).part)(&below(path)).is_some_and(|part| part.dialect.is_some())
    });
    match () {
        () if paired && per_database => Tool::Pop,
        () if paired && most(Tool::Maragu) && is_maragu(sources, dir, files) => Tool::Maragu,
        () if paired && (all(Tool::GolangMigrate) || depends_on_go(sources, dir)) => {
            Tool::GolangMigrate
        }
        () => Tool::Sql,
    }
}

/// A Cargo.toml up the path names a crate.
fn depends_on(sources: &Sources, dir: &str, name: &str) -> bool {
    manifest_has(sources, dir, "Cargo.toml", name)
}

/// A go.mod names maragu's library, and golang-migrate would not run the files: it refuses two of
/// one number.
fn is_maragu(sources: &Sources, dir: &str, files: &[String]) -> bool {
    let has = |name: &str| manifest_has(sources, dir, "go.mod", name);
    let twice = || {
        let mut seen = BTreeSet::new();
        let part = |path: &String| (layout(Tool::GolangMigrate).part)(file_name(path));
        let mut parts = files.iter().filter_map(part);
        parts.any(|part| part.role == Role::Up && !seen.insert(part.key))
    };
    (has("maragu.dev/migrate") || has("maragudk/migrate"))
        && (!depends_on_go(sources, dir) || twice())
}

fn depends_on_go(sources: &Sources, dir: &str) -> bool {
    manifest_has(sources, dir, "go.mod", "golang-migrate/migrate")
}

fn manifest_has(sources: &Sources, dir: &str, manifest: &str, name: &str) -> bool {
    upward(dir).any(|up| {
        let path = join(up, manifest);
        sources.is_file(&path)
            && sources.load(&path).is_ok_and(|file| sources.file(file).text.contains(name))
    })
}

/// What the tool itself says of the database: Prisma's lock, drizzle's journal.
fn by_tool(sources: &Sources, tree: &Tree) -> Option<(Spoken, String)> {
    match tree.tool {
        Tool::Supabase => Some((Spoken::Known(Dialect::Postgres), "Supabase".to_owned())),
        Tool::Prisma => {
            let path = join(&tree.dir, "migration_lock.toml");
            let file = sources.load(&path).ok()?;
            let table: toml::Table = sources.file(file).text.parse().ok()?;
            Some((spoken(table.get("provider")?.as_str()?)?, path))
        }
        Tool::Drizzle => {
            let path = join(&tree.dir, "meta/_journal.json");
            Some((spoken(json(sources, &path)?.get("dialect")?.as_str()?)?, path))
        }
        Tool::Sqlx => by_features(sources, &tree.dir, "sqlx"),
        Tool::Diesel => by_features(sources, &tree.dir, "diesel"),
        _ => None,
    }
}

/// The one database for which the nearest crate takes a library; `None`: several, or another
/// manifest says so.
fn by_features(sources: &Sources, dir: &str, library: &str) -> Option<(Spoken, String)> {
    let (path, manifest) = upward(dir).find_map(|up| {
        let path = join(up, "Cargo.toml");
        let file = sources.is_file(&path).then(|| sources.load(&path).ok()).flatten()?;
        let manifest: toml::Table = sources.file(file).text.parse().ok()?;
        manifest.get("dependencies")?.get(library)?;
        Some((path, manifest))
    })?;
    let passed_on = format!("{library}/");
    let optional = manifest.get("features").and_then(toml::Value::as_table);
    let switched = optional.is_some_and(|features| {
        let all = features.values().filter_map(toml::Value::as_array).flatten();
        all.filter_map(toml::Value::as_str).any(|feature| feature.starts_with(&passed_on))
    });
    let own = manifest.get("dependencies")?.get(library)?;
    let above = upward(dir).find_map(|up| {
        let path = join(up, "Cargo.toml");
        let file = sources.is_file(&path).then(|| sources.load(&path).ok()).flatten()?;
        let manifest: toml::Table = sources.file(file).text.parse().ok()?;
        manifest.get("workspace")?.get("dependencies")?.get(library).cloned()
    });
    let inherits = own.get("workspace").is_some();
    let all = [Some(own), above.as_ref().filter(|_| inherits)].into_iter().flatten();
    let features = all.filter_map(|library| library.get("features")?.as_array()).flatten();
    let named: BTreeSet<Spoken> =
        features.filter_map(toml::Value::as_str).filter_map(spoken).collect();
    let only = named.first().filter(|_| !switched && named.len() == 1)?;
    Some((*only, path))
}

/// How many files are looked at to tell the dialect.
const SAMPLE: usize = 400;

/// What the SQL itself says: words that only one database has.
fn by_content(sources: &Sources, tree: &Tree) -> Option<(Spoken, String)> {
    let (mut postgres, mut sqlite, mut mysql, mut server) = (0usize, 0usize, 0usize, 0usize);
    for path in tree.files.iter().filter(|p| p.ends_with(".sql")).take(SAMPLE) {
        let Ok(file) = sources.load(path) else { continue };
        match grammar_of(&sources.file(file).text) {
            Grammar::Postgres => postgres += 1,
            Grammar::Sqlite => sqlite += 1,
            Grammar::MySql => mysql += 1,
            Grammar::SqlServer => server += 1,
            Grammar::Any => {}
        }
    }
    let said = match () {
        () if server > postgres + sqlite + mysql => Spoken::Foreign("SQL Server"),
        () if mysql > postgres + sqlite => Spoken::Foreign("MySQL"),
        () if postgres > sqlite => Spoken::Known(Dialect::Postgres),
        () if sqlite > postgres => Spoken::Known(Dialect::Sqlite),
        () => return None,
    };
    Some((said, "the SQL itself".to_owned()))
}
