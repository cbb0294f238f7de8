//! Folders of SQL files: which file is which migration, in what order, and which half.

use std::{
    collections::{BTreeMap, HashSet},
    ops::Range,
};

use super::{
    Place, read, scan,
    tools::{Commits, Key, LAYOUTS, Layout, Marks, Part, Role, language, layout},
};
use crate::{
    database::Database,
    frontend::{Body, Direction, Script},
    history::{Broken, Migration},
    ir::{Op, OpKind, Opaque, OpaqueEffect, Style},
    project::{Spoken, Tool, Tree},
    source::{FileId, Sources, Span},
};

/// Finds the migrations of a tree, in the order in which its tool runs them.
pub fn migrations(sources: &Sources, tree: &Tree) -> (Vec<Migration>, Vec<Broken>) {
    let layout = layout(tree.tool);
    let mut broken = Vec::new();
    let mut found: BTreeMap<Key, Pair> = BTreeMap::new();
    for (path, part) in parts(layout, tree) {
        let slot = found.entry(part.key.clone()).or_default();
        let side = if part.role == Role::Down { &mut slot.down } else { &mut slot.up };
        let known = side.as_ref().map(|(_, own)| *own);
        let own = part.dialect.is_some();
        match known {
            // A file for this database beats one for all.
            Some(other) if own == other => {
                if let Some((other, _)) = side.as_ref().filter(|_| part.role != Role::Down) {
                    broken.push(twin(sources, layout, &part.id, path, other));
                }
                continue;
            }
            Some(true) => continue,
            _ => *side = Some((path.to_owned(), own)),
        }
        if part.role != Role::Down {
            (slot.id, slot.title, slot.role) = (part.id, part.title, Some(part.role));
        }
    }
    let skipped = without_baselines(&mut found);
    let mut out: Vec<Migration> = Vec::new();
    let mut ids: HashSet<String> = HashSet::new();
    for pair in found.into_values() {
        let Some((up, _)) = pair.up else {
            // golang-migrate takes a version without a way forward for an empty one.
            let broken_there = !skipped && tree.tool != Tool::GolangMigrate;
            if let Some((down, _)) = pair.down.filter(|_| broken_there) {
                broken.push(Broken {
                    span: Span::top(load(sources, &down).0),
                    message: "this goes back from a migration that is not there".to_owned(),
                    help: "Restore the file that goes forward, or delete this one.".to_owned(),
                    related: Vec::new(),
                });
            }
            continue;
        };
        let file = load(sources, &up).0;
        broken.extend(unmarked(sources, layout, &up, file));
        // Plain files may share a number; then the name tells them apart.
        let id = if ids.contains(&pair.id) { stem(&up).to_owned() } else { pair.id };
        ids.insert(id.clone());
        out.push(Migration {
            id,
            parents: out.last().map(|m| vec![m.id.clone()]).unwrap_or_default(),
            depends_on: Vec::new(),
            labels: Vec::new(),
            title: pair.title,
            file,
            down_file: pair.down.map(|(down, _)| load(sources, &down).0),
            id_span: Span::top(file),
            parent_span: None,
            repeatable: pair.role == Some(Role::Repeatable),
        });
    }
    (out, broken)
}

/// The tree's files that its tool runs for its database.
fn parts<'t>(
    layout: &'static Layout,
    tree: &'t Tree,
) -> impl Iterator<Item = (&'t str, Part)> + use<'t> {
    tree.files.iter().filter_map(move |path| {
        let part = (layout.part)(tree.below(path)?)?;
        let ours = match part.dialect {
            None => true,
            Some(Spoken::Known(dialect)) => tree.is_for(dialect),
            Some(Spoken::Foreign(_)) => false,
        };
        ours.then_some((path.as_str(), part))
    })
}

/// Flyway: a new database begins with the newest baseline; all others ran the versions up to
/// it. The versions are read where they are still there, for those databases exist.
fn without_baselines(found: &mut BTreeMap<Key, Pair>) -> bool {
    let newest = found.iter().rfind(|(_, p)| p.role == Some(Role::Baseline) && p.up.is_some());
    let Some(newest) = newest.map(|(key, _)| key.clone()) else { return false };
    let before = |(key, pair): (&Key, &Pair)| *key < newest && pair.role == Some(Role::Up);
    let versions = found.iter().any(|entry| before(entry) && entry.1.up.is_some());
    found.retain(|key, pair| match pair.role {
        Some(Role::Baseline) => *key == newest && !versions,
        _ => versions || *key > newest,
    });
    true
}

fn twin(sources: &Sources, layout: &Layout, id: &str, path: &str, other: &str) -> Broken {
    Broken {
        span: Span::top(load(sources, path).0),
        message: format!("version `{id}` is used by two migrations"),
        help: format!(
            "Give one of them a new version; {} refuses to run or skips one.",
            layout.tool.name()
        ),
        related: vec![(Span::top(load(sources, other).0), "the other one is here".to_owned())],
    }
}

/// goose, dbmate and sql-migrate run nothing of a file that has no line to begin with.
fn unmarked(sources: &Sources, layout: &Layout, path: &str, file: FileId) -> Option<Broken> {
    let marks = layout.marks.filter(|_| language(path).is_none())?;
    let text = &sources.file(file).text;
    if sources.load(path).is_err() || sections(text, layout).is_some_and(|s| !s.up.is_empty()) {
        return None;
    }
    Some(Broken {
        span: Span::top(file),
        message: format!("{} finds no `{}` in this file", layout.tool.name(), marks.shown),
        help: format!("Begin the part that goes forward with a line `{}`.", marks.shown),
        related: Vec::new(),
    })
}

/// Reads one half of a migration.
pub fn lower(
    sources: &Sources,
    tree: &Tree,
    migration: &Migration,
    direction: Direction,
    database: Database,
) -> Script {
    let layout = layout(tree.tool);
    let own = sources.file(migration.file);
    let halves = match migration.down_file {
        None => sections(&own.text, layout),
        Some(_) => None,
    };
    let file = match direction {
        Direction::Up => Some(migration.file),
        Direction::Down if halves.is_some() => Some(migration.file),
        Direction::Down => migration.down_file,
    };
    let Some(file) = file else {
        return Script::absent();
    };
    let source = sources.file(file);
    if let Some(language) = language(&source.path) {
        return unread(file, format!("this migration is {language} code"));
    }
    if let Err(reason) = sources.load(&source.path) {
        return unread(file, format!("the file {reason}"));
    }
    let text = source.text.as_str();
    let down = direction == Direction::Down;
    let ranges = match (halves, direction) {
        (None, _) => std::iter::once(0..text.len()).collect(),
        (Some(halves), Direction::Up) => halves.up,
        (Some(halves), Direction::Down) if halves.down.is_empty() => {
            return Script::absent();
        }
        (Some(halves), Direction::Down) => halves.down,
    };
    let mut script = script(text, file, &ranges, database);
    let half = Half { path: &source.path, text, ranges: &ranges, down };
    if !in_transaction(sources, layout, &half, &script, database) {
        script.ops.iter_mut().for_each(|op| op.transaction = None);
    }
    script
}

/// A half that cannot be read, and may do anything.
fn unread(file: FileId, reason: String) -> Script {
    let opaque = Opaque { reason, effect: OpaqueEffect::Anything };
    let span = Span::top(file);
    let op = Op {
        kind: OpKind::Opaque(opaque),
        span,
        style: Style::Sql,
        transaction: None,
        certain: true,
        only: false,
        if_exists: false,
        forgiven: Vec::new(),
    };
    Script::new(vec![op], Body::Code, Some(span))
}

fn script(text: &str, file: FileId, ranges: &[Range<usize>], database: Database) -> Script {
    let mut ops = Vec::new();
    for range in ranges {
        let part = text.get(range.clone()).unwrap_or_default();
        ops.extend(read(part, Place::At { file, start: range.start as u32 }, database.dialect));
    }
    let body = if ops.is_empty() { Body::Empty } else { Body::Code };
    let (start, end) =
        (ranges.first().map_or(0, |r| r.start), ranges.last().map_or(text.len(), |r| r.end));
    Script::new(ops, body, Some(Span::new(file, start, end)))
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".sql").unwrap_or(name)
}

/// A file that cannot be read still has a place, so that a message can name it.
fn load(sources: &Sources, path: &str) -> (FileId, bool) {
    match sources.load(path) {
        Ok(file) => (file, true),
        Err(_) => (sources.placeholder(path), false),
    }
}

/// One half of a migration, where it is written.
struct Half<'a> {
    path: &'a str,
    text: &'a str,
    ranges: &'a [Range<usize>],
    down: bool,
}

/// Whether a half runs in one transaction, by the tool's rule and the file's own words.
fn in_transaction(
    sources: &Sources,
    layout: &Layout,
    half: &Half<'_>,
    script: &Script,
    database: Database,
) -> bool {
    let Half { path, text, ranges, down } = *half;
    let as_sent = || {
        let count = |range: &Range<usize>| {
            let part = text.get(range.clone()).unwrap_or_default();
            scan::statements(part, &scan::tokens(part, database.dialect)).len()
        };
        database.is_postgres() && ranges.iter().map(count).sum::<usize>() > 1
    };
    let beside = |name: &str| sources.load(name).ok().map(|file| flat(&sources.file(file).text));
    let says = |word: &str| lines(text).any(|(_, line)| flat(line).contains(word));
    // What the line says that begins this half.
    let begins = |word: &str| {
        let mark = layout.marks.map_or("", |marks| if down { marks.down } else { marks.up });
        let mut lines = lines(text).map(|(_, line)| flat(line));
        lines.any(|line| line.strip_prefix(mark).is_some_and(|rest| rest.contains(word)))
    };
    match layout.tool {
        Tool::Sqlx if text.starts_with("-- no-transaction") => as_sent(),
        Tool::Diesel => {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let metadata = beside(&format!("{folder}/metadata.toml"));
            !metadata.is_some_and(|text| text.contains("run_in_transaction=false")) || as_sent()
        }
        Tool::Goose => !says("--+goosenotransaction"),
        Tool::SqlMigrate => !begins("notransaction"),
        Tool::Dbmate if begins("transaction:false") => as_sent(),
        Tool::Pop => !path.contains(".autocommit."),
        // Flyway runs what PostgreSQL refuses in a transaction outside of one by itself.
        Tool::Flyway => {
            let conf = beside(&format!("{path}.conf"));
            let concurrent =
                script.ops.iter().any(|op| matches!(&op.kind, OpKind::CreateIndex { concurrently, .. } | OpKind::DropIndex { concurrently, .. } if *concurrently));
            !concurrent && !conf.is_some_and(|text| text.contains("executeintransaction=false"))
        }
        _ if layout.commits == Commits::AsSent && database.is_postgres() => as_sent(),
        _ => true,
    }
}

/// Where a file holds both halves: the bytes of each.
struct Sections {
    up: Vec<Range<usize>>,
    down: Vec<Range<usize>>,
}

/// The halves of a file whose tool marks them; where the tool has no marks, anyone's, since
/// plain folders hold such files too.
fn sections(text: &str, layout: &Layout) -> Option<Sections> {
    let marks = match layout.marks {
        Some(marks) => marks,
        None if layout.tool == Tool::Sql => marked(text)?.1,
        None => return None,
    };
    let mut found = Sections { up: Vec::new(), down: Vec::new() };
    let mut open: Option<(bool, usize)> = None;
    let close = |open: Option<(bool, usize)>, at: usize, found: &mut Sections| {
        if let Some((down, from)) = open {
            let side = if down { &mut found.down } else { &mut found.up };
            side.push(from..at);
        }
    };
    for (at, line) in lines(text) {
        if !line.trim_start().starts_with("--") {
            continue;
        }
        let flat = flat(line);
        let (up, down) = (flat.starts_with(marks.up), flat.starts_with(marks.down));
        if up || down {
            close(open, at, &mut found);
            open = Some((down, at + line.len()));
        }
    }
    close(open, text.len(), &mut found);
    (!found.up.is_empty() || !found.down.is_empty()).then_some(found)
}

/// The tool whose line a text has.
pub(crate) fn tool_of_marks(text: &str) -> Option<Tool> {
    marked(text).map(|(tool, _)| tool)
}

fn marked(text: &str) -> Option<(Tool, &'static Marks)> {
    // Most files have none, and need not be looked through by lines.
    if !["+goose", "+migrate", "migrate:"].iter().any(|word| text.contains(word)) {
        return None;
    }
    let comments = lines(text).filter(|(_, line)| line.trim_start().starts_with("--"));
    let of = |flat: String| {
        let mut known = LAYOUTS.iter().filter_map(|layout| Some((layout.tool, layout.marks?)));
        known.find(|(_, marks)| flat.starts_with(marks.up))
    };
    comments.map(|(_, line)| flat(line)).find_map(of)
}

/// The part of a text that goes forward.
pub(super) fn way_up(text: &str) -> Vec<&str> {
    match sections(text, layout(Tool::Sql)) {
        Some(found) => found.up.into_iter().filter_map(|range| text.get(range)).collect(),
        None => vec![text],
    }
}

/// Each line with the byte at which it begins, its end of line included.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        at += line.len();
        (at - line.len(), line)
    })
}

/// Lower case, without white space.
fn flat(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect()
}

#[derive(Default)]
struct Pair {
    id: String,
    title: String,
    role: Option<Role>,
    /// The path, and whether it is for this database only.
    up: Option<(String, bool)>,
    down: Option<(String, bool)>,
}
