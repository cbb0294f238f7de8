//! Folders of SQL files: which file is which migration, in what order, and which half.

use std::collections::BTreeMap;

use super::{Place, read};
use crate::{
    database::Database,
    frontend::{Body, Direction, Script},
    history::{Broken, Migration},
    ir::{Op, OpKind, Opaque, OpaqueEffect, Style},
    project::{Tool, Tree},
    source::{FileId, Sources, Span},
};

/// Finds the migrations of a tree, in the order in which its tool runs them.
pub fn migrations(sources: &Sources, tree: &Tree) -> (Vec<Migration>, Vec<Broken>) {
    let mut broken = Vec::new();
    let mut found: BTreeMap<Key, Pair> = BTreeMap::new();
    for path in &tree.files {
        let Some(part) = classify(tree, path) else { continue };
        let slot = found.entry(part.key.clone()).or_default();
        let side = if part.down { &mut slot.down } else { &mut slot.up };
        if let Some(other) = side {
            if !part.down {
                let twin = Span::top(load(sources, path).0);
                broken.push(Broken {
                    span: twin,
                    message: format!("version `{}` is used by two migrations", part.id),
                    help: "Give one of them a new version; the tool refuses to run or skips one."
                        .to_owned(),
                    related: vec![(
                        Span::top(load(sources, other).0),
                        "the other one is here".to_owned(),
                    )],
                });
            }
            continue;
        }
        *side = Some(path.clone());
        if !part.down {
            (slot.id, slot.title) = (part.id, part.title);
        }
    }
    let mut out: Vec<Migration> = Vec::new();
    for pair in found.into_values() {
        let Some(up) = pair.up else {
            if let Some(down) = pair.down {
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
        out.push(Migration {
            id: pair.id,
            parents: out.last().map(|m| vec![m.id.clone()]).unwrap_or_default(),
            depends_on: Vec::new(),
            labels: Vec::new(),
            title: pair.title,
            file,
            down_file: pair.down.map(|down| load(sources, &down).0),
            id_span: Span::top(file),
            parent_span: None,
        });
    }
    (out, broken)
}

/// Reads one half of a migration.
pub fn lower(
    sources: &Sources,
    tree: &Tree,
    migration: &Migration,
    direction: Direction,
    database: Database,
) -> Script {
    let file = match direction {
        Direction::Up => Some(migration.file),
        Direction::Down => migration.down_file,
    };
    let own = sources.file(migration.file);
    if let (None, Some(sections)) = (migration.down_file, Sections::of(&own.text)) {
        return section(&own.text, migration.file, sections, direction, database);
    }
    let Some(file) = file else {
        return Script { ops: Vec::new(), body: Body::Absent, span: None, error: None };
    };
    let source = sources.file(file);
    if let Err(reason) = sources.load(&source.path) {
        let opaque =
            Opaque { reason: format!("the file {reason}"), effect: OpaqueEffect::Anything };
        let op = Op {
            kind: OpKind::Opaque(opaque),
            span: Span::top(file),
            style: Style::Sql,
            transaction: None,
            certain: true,
        };
        return Script {
            ops: vec![op],
            body: Body::Code,
            span: Some(Span::top(file)),
            error: None,
        };
    }
    let mut script = script(&source.text, file, 0, database);
    if !in_transaction(sources, tree, &source.path, &source.text) {
        script.ops.iter_mut().for_each(|op| op.transaction = None);
    }
    script
}

fn script(text: &str, file: FileId, start: u32, database: Database) -> Script {
    let ops = read(text, Place::At { file, start }, database.dialect);
    let body = if ops.is_empty() { Body::Empty } else { Body::Code };
    let span = Some(Span { file, start, end: start + text.len() as u32 });
    Script { ops, body, span, error: None }
}

/// A file that cannot be read still has a place, so that a message can name it.
fn load(sources: &Sources, path: &str) -> (FileId, bool) {
    match sources.load(path) {
        Ok(file) => (file, true),
        Err(_) => (sources.placeholder(path), false),
    }
}

/// sqlx: a file that begins with `-- no-transaction`. Diesel: `run_in_transaction = false`
/// in the migration's metadata.toml. dbmate and goose: their own words.
fn in_transaction(sources: &Sources, tree: &Tree, path: &str, text: &str) -> bool {
    match tree.tool {
        Tool::Sqlx => !text.starts_with("-- no-transaction"),
        Tool::Diesel => {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let metadata = sources
                .load(&format!("{folder}/metadata.toml"))
                .ok()
                .map(|file| sources.file(file));
            !metadata.is_some_and(|file| {
                let flat: String = file.text.chars().filter(|c| !c.is_whitespace()).collect();
                flat.contains("run_in_transaction=false")
            })
        }
        Tool::Alembic | Tool::Sql => {
            !text.contains("+goose NO TRANSACTION") && !text.contains("transaction:false")
        }
    }
}

/// Where a file holds both halves: the byte at which each begins.
#[derive(Clone, Copy)]
struct Sections {
    up: usize,
    down: Option<usize>,
}

impl Sections {
    /// goose's `-- +goose Up` and dbmate's `-- migrate:up`.
    fn of(text: &str) -> Option<Sections> {
        let line = |words: [&str; 2]| {
            let mut at = 0;
            for line in text.split_inclusive('\n') {
                let flat: String = line.chars().filter(|c| !c.is_whitespace()).collect();
                if words.iter().any(|word| {
                    flat.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
                }) {
                    return Some(at + line.len());
                }
                at += line.len();
            }
            None
        };
        let up = line(["--+gooseUp", "--migrate:up"])?;
        Some(Sections { up, down: line(["--+gooseDown", "--migrate:down"]) })
    }
}

/// The part of a text that goes forward.
pub(super) fn way_up(text: &str) -> &str {
    match Sections::of(text) {
        Some(Sections { up, down: Some(down) }) if down > up => &text[up..down],
        Some(Sections { up, .. }) => &text[up..],
        None => text,
    }
}

fn section(
    text: &str,
    file: FileId,
    sections: Sections,
    direction: Direction,
    database: Database,
) -> Script {
    let (from, to) = match (direction, sections.down) {
        (Direction::Up, Some(down)) if down > sections.up => {
            (sections.up, text[..down].trim_end().rfind('\n').unwrap_or(down))
        }
        (Direction::Up, _) => (sections.up, text.len()),
        (Direction::Down, Some(down)) => (down, text.len()),
        (Direction::Down, None) => {
            return Script { ops: Vec::new(), body: Body::Absent, span: None, error: None };
        }
    };
    script(text.get(from..to.max(from)).unwrap_or_default(), file, from as u32, database)
}

#[derive(Default)]
struct Pair {
    id: String,
    title: String,
    up: Option<String>,
    down: Option<String>,
}

/// How migrations are ordered: by the numbers of their version, then by name.
type Key = (Vec<u128>, String);

struct Part {
    key: Key,
    id: String,
    title: String,
    down: bool,
}

fn classify(tree: &Tree, path: &str) -> Option<Part> {
    let name = path.rsplit('/').next()?;
    let stem = name.strip_suffix(".sql")?;
    if tree.tool == Tool::Diesel || matches!(stem, "up" | "down") {
        let folder = path.rsplit('/').nth(1)?;
        if !matches!(stem, "up" | "down") {
            return None;
        }
        let (version, title) = folder.split_once('_').unwrap_or((folder, ""));
        let version: String = version.chars().filter(|c| *c != '-').collect();
        // Diesel compares versions as text.
        return Some(Part {
            key: (Vec::new(), version.clone()),
            id: version,
            title: words(title),
            down: stem == "down",
        });
    }
    let (stem, down) = match stem.strip_suffix(".down") {
        Some(stem) => (stem, true),
        None => (stem.strip_suffix(".up").unwrap_or(stem), false),
    };
    if tree.tool == Tool::Sqlx {
        let (version, title) = stem.split_once('_')?;
        let number: u128 = version.parse().ok()?;
        return Some(Part {
            key: (vec![number], String::new()),
            id: version.to_owned(),
            title: words(title),
            down,
        });
    }
    let (down, stem) = match stem.strip_prefix('U') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => (true, rest),
        _ => (
            down,
            stem.strip_prefix('V')
                .filter(|r| r.starts_with(|c: char| c.is_ascii_digit()))
                .unwrap_or(stem),
        ),
    };
    let end =
        stem.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_')).unwrap_or(stem.len());
    let version = stem[..end].trim_end_matches(['_', '.']);
    let numbers: Vec<u128> =
        version.split(['.', '_']).filter_map(|part| part.parse().ok()).collect();
    let title = stem[end..].trim_start_matches(['_', '-', '.']);
    let id = if version.is_empty() { stem.to_owned() } else { version.to_owned() };
    let rest = if down || !version.is_empty() { String::new() } else { stem.to_owned() };
    Some(Part { key: (numbers, rest), id, title: words(title), down })
}

fn words(slug: &str) -> String {
    slug.replace(['_', '-'], " ").trim().to_owned()
}
