//! Whether a drop and an add are a rename in disguise: the decision that three rules share.
//!
//! The score and its thresholds were found on 2,314 Alembic revisions of 20 public projects:
//! 452 pairs dropped and added on one table, of which 207 move or empty the data first.

use std::collections::{BTreeSet, HashSet};

use super::moves::Moves;
use crate::{
    diagnostic::Severity,
    ir::{Column, ConstraintKind, CreateTable, Filter, Name, OpKind, WriteKind},
    replay::{Applied, Change},
    schema::Table,
    types::SqlType,
};

/// A dropped thing and the added one that looks like it, by their places in the change.
pub(super) struct Pair {
    pub(super) dropped: usize,
    pub(super) added: usize,
    pub(super) verdict: Verdict,
}

/// How sure the decision is, and of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Almost certainly a rename.
    Renamed,
    /// A scalar replaced by a foreign key, and its values not moved.
    Replaced,
    /// Perhaps a rename.
    Perhaps,
}

impl Verdict {
    pub(super) fn severity(self) -> Severity {
        match self {
            Verdict::Renamed | Verdict::Replaced => Severity::Error,
            Verdict::Perhaps => Severity::Warning,
        }
    }
}

struct Candidate<'a> {
    at: usize,
    table: &'a Name,
    column: &'a Column,
}

/// Names that are compared with each other at the most: a change that drops hundreds of columns
/// and adds as many renames none by mistake.
const MAX_COMPARED: usize = 200_000;

/// The pairs of columns.
pub(super) fn columns(change: &Change<'_>) -> Vec<Pair> {
    let moves = Moves::of(change);
    let dropped: Vec<Candidate<'_>> = dropped_columns(change, &moves);
    let added: Vec<Candidate<'_>> = added_columns(change, &moves);
    let mut pairs = Vec::new();
    if dropped.len().saturating_mul(dropped.len() + added.len()) > MAX_COMPARED {
        return pairs;
    }
    for old in &dropped {
        let rivals: Vec<&Candidate<'_>> =
            added.iter().filter(|new| new.table == old.table).collect();
        let Some((new, score)) = best(&old.column.name, &rivals) else { continue };
        let others: Vec<&Candidate<'_>> =
            dropped.iter().filter(|other| other.table == old.table).collect();
        let mutual = best(&new.column.name, &others).is_some_and(|(back, _)| back.at == old.at);
        if !mutual || shadowed(change, old, new) || counts_itself(old.column, new.column) {
            continue;
        }
        let single = rivals.len() == 1 && others.len() == 1;
        let Some(verdict) = judge(change, old, new, score, single) else { continue };
        pairs.push(Pair { dropped: old.at, added: new.at, verdict });
    }
    pairs
}

fn dropped_columns<'a>(change: &'a Change<'_>, moves: &Moves<'_>) -> Vec<Candidate<'a>> {
    let mut found = Vec::new();
    for (at, applied) in change.applied.iter().enumerate() {
        let OpKind::DropColumn { column, .. } = &applied.op.kind else { continue };
        let Some(table) = &applied.before else { continue };
        let Some(old) = table.column(column).found() else { continue };
        let usable = applied.held_rows
            && !applied.new_table
            && !moves.adds(&table.name, column, at)
            && old.column.generated.is_none();
        if usable && !moves.made_here(old) && !moves.data_moved(change, at, &table.name, column) {
            found.push(Candidate { at, table: &table.name, column: &old.column });
        }
    }
    found
}

fn added_columns<'a>(change: &'a Change<'_>, moves: &Moves<'_>) -> Vec<Candidate<'a>> {
    let mut found = Vec::new();
    for (at, applied) in change.applied.iter().enumerate() {
        let Some(table) = &applied.table else { continue };
        let OpKind::AddColumn { table: named, column, .. } = &applied.op.kind else { continue };
        let dropped_again = moves.drops(table, &column.name, at);
        if named == table && !dropped_again && column.generated.is_none() && !applied.repeated {
            found.push(Candidate { at, table, column });
        }
    }
    found
}

/// A key that the database hands out: nobody's values were meant to go there.
fn counts_itself(old: &Column, new: &Column) -> bool {
    let counts = |c: &Column| c.serial || c.identity.is_some();
    counts(new) && !counts(old) && old.default.is_none()
}

/// Whether the change gives every row the same value of the new column.
pub(super) fn is_levelled(change: &Change<'_>, table: &Name, column: &str) -> bool {
    change.applied.iter().any(|applied| match &applied.op.kind {
        OpKind::Write(write) => {
            write.kind == WriteKind::Update
                && write.table == *table
                && write.filter == Filter::All
                && write
                    .columns
                    .iter()
                    .any(|(name, value)| name == column && *value != crate::ir::Value::Null)
        }
        _ => false,
    })
}

/// The shadow pattern (the new column takes the old one's name later), and the contract step
/// (the new column was filled before).
fn shadowed(change: &Change<'_>, old: &Candidate<'_>, new: &Candidate<'_>) -> bool {
    let renamed = change.applied[old.at.min(new.at)..].iter().any(|applied| {
        matches!(&applied.op.kind, OpKind::RenameColumn { table, column, .. }
            if table == old.table && *column == new.column.name)
    });
    let filled = change.applied.iter().any(|applied| match &applied.op.kind {
        OpKind::Write(write) => {
            write.kind == WriteKind::Update
                && write.table == *old.table
                && write.columns.iter().any(|(name, value)| {
                    *name == new.column.name && *value == crate::ir::Value::Other
                })
        }
        _ => false,
    });
    renamed || filled
}

fn best<'a, 'b>(
    name: &str,
    rivals: &'b [&'a Candidate<'a>],
) -> Option<(&'b &'a Candidate<'a>, f64)> {
    let scored = rivals.iter().map(|rival| (rival, similarity(name, &rival.column.name)));
    let (first, top) = scored.clone().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let ties = scored.filter(|(_, score)| (top - score).abs() < f64::EPSILON).count();
    (ties == 1).then_some((first, top))
}

fn judge(
    change: &Change<'_>,
    old: &Candidate<'_>,
    new: &Candidate<'_>,
    score: f64,
    single: bool,
) -> Option<Verdict> {
    if replaces(change, old, new) {
        return Some(Verdict::Replaced);
    }
    let (a, b) = (family(&old.column.ty), family(&new.column.ty));
    let same = a.is_none() || b.is_none() || a == b;
    let announced = announced(change, old, new);
    let alike =
        old.column.nullable == new.column.nullable && old.column.default == new.column.default;
    if same && (score >= 0.75 || (score >= 0.6 && (announced || alike))) {
        // Who writes a value for all rows has thought of them.
        return Some(match is_levelled(change, old.table, &new.column.name) {
            true => Verdict::Perhaps,
            false => Verdict::Renamed,
        });
    }
    let convertible =
        matches!((a, b), (Some(a), Some(b)) if a != b && (a == Family::Text || b == Family::Text));
    if convertible && score >= 0.65 {
        return Some(Verdict::Perhaps);
    }
    (single
        && same
        && a.is_some()
        && a == b
        && old.column.nullable == new.column.nullable
        && score >= 0.3)
        .then_some(Verdict::Perhaps)
}

/// `priority` becomes `priority_id` with a foreign key: the values belong into another table.
fn replaces(change: &Change<'_>, old: &Candidate<'_>, new: &Candidate<'_>) -> bool {
    let (from, to) = (old.column.name.to_lowercase(), new.column.name.to_lowercase());
    let named = to == format!("{from}_id")
        || to == format!("{from}id")
        || from.strip_suffix("_name").is_some_and(|stem| to == format!("{stem}_id"));
    let key = |c: &crate::ir::Constraint| {
        matches!(c.kind, ConstraintKind::ForeignKey(_)) && c.columns.contains(&new.column.name)
    };
    let keyed = change.applied.iter().any(|applied| match &applied.op.kind {
        OpKind::AddColumn { table, constraints, .. } if table == old.table => {
            constraints.iter().any(key)
        }
        OpKind::AddConstraint { table, constraint } if table == old.table => key(constraint),
        _ => false,
    });
    named && keyed
}

/// The migration's own title speaks of a rename.
fn announced(change: &Change<'_>, old: &Candidate<'_>, new: &Candidate<'_>) -> bool {
    [old.at, new.at].iter().any(|&at| {
        let title = change.history.migrations[change.applied[at].migration].title.to_lowercase();
        title.contains("rename") || (title.contains("change") && title.contains("to"))
    })
}

/// Pairs of tables: one is dropped and another made with mostly the same columns.
pub(super) fn tables(change: &Change<'_>) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let moves = Moves::of(change);
    let made: Vec<(usize, &CreateTable)> = made_tables(change);
    let gone = |applied: &&Applied| matches!(applied.op.kind, OpKind::DropTable { .. });
    if change.applied.iter().filter(gone).count().saturating_mul(made.len()) > MAX_COMPARED {
        return pairs;
    }
    for (at, applied) in change.applied.iter().enumerate() {
        let OpKind::DropTable { table, .. } = &applied.op.kind else { continue };
        let Some(before) = &applied.before else { continue };
        if applied.new_table
            || !applied.held_rows
            || !before.complete
            || moves.table_read(change, at, &before.name)
        {
            continue;
        }
        let fits = |create: &CreateTable| create.table != *table && overlap(before, create) >= 0.8;
        let mut fitting = made.iter().filter(|(_, create)| fits(create)).map(|(at, _)| *at);
        let (Some(added), None) = (fitting.next(), fitting.next()) else { continue };
        pairs.push(Pair { dropped: at, added, verdict: Verdict::Renamed });
    }
    pairs
}

fn made_tables<'a>(change: &'a Change<'_>) -> Vec<(usize, &'a CreateTable)> {
    let of = |(at, applied): (usize, &'a Applied)| match &applied.op.kind {
        OpKind::CreateTable(create) if !create.temporary => Some((at, create)),
        _ => None,
    };
    change.applied.iter().enumerate().filter_map(of).collect()
}

/// The share of columns that two tables have in common. Small tables are alike by chance:
/// below three columns none is.
fn overlap(old: &Table, new: &CreateTable) -> f64 {
    if old.columns.len().min(new.columns.len()) < 3 {
        return 0.0;
    }
    let names: HashSet<&str> = new.columns.iter().map(|c| c.name.as_str()).collect();
    let common = old.columns.iter().filter(|c| names.contains(c.column.name.as_str())).count();
    let all = old.columns.len() + new.columns.len() - common;
    if common < 3 { 0.0 } else { common as f64 / all as f64 }
}

/// Words that are put on a name or taken off it without changing what it means.
const AFFIXES: &[&str] = &[
    "id", "uuid", "at", "on", "date", "name", "code", "key", "is", "has", "type", "value", "json",
    "data", "hash", "new", "old", "tmp", "enum", "text", "count", "total",
];

/// How alike two names are, from 0 to 1.
pub(super) fn similarity(a: &str, b: &str) -> f64 {
    let plain = |s: &str| {
        s.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>()
    };
    let (pa, pb) = (plain(a), plain(b));
    if pa == pb {
        return 1.0;
    }
    let (ta, tb) = (tokens(a), tokens(b));
    if ta == tb {
        return 0.95;
    }
    let only =
        |x: &BTreeSet<String>, y: &BTreeSet<String>| x.difference(y).cloned().collect::<Vec<_>>();
    let (left, right) = (only(&ta, &tb), only(&tb, &ta));
    let shared = ta.intersection(&tb).count();
    let affixes = |words: &[String]| words.iter().all(|w| AFFIXES.contains(&w.as_str()));
    if shared > 0 && affixes(&left) && affixes(&right) {
        return 0.9;
    }
    if shared > 0 && (left.is_empty() || right.is_empty()) {
        return 0.75;
    }
    let mut score = 1.0
        - levenshtein(&pa, &pb) as f64 / pa.chars().count().max(pb.chars().count()).max(1) as f64;
    if pa.len() >= 4
        && pb.len() >= 4
        && (pa.starts_with(&pb) || pb.starts_with(&pa) || pa.ends_with(&pb) || pb.ends_with(&pa))
    {
        score = score.max(0.7);
    }
    let union = ta.union(&tb).count().max(1);
    score.max(shared as f64 / union as f64)
}

/// The words of a name, in the singular.
fn tokens(name: &str) -> BTreeSet<String> {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    words
        .map(|word| {
            let lower = word.to_lowercase();
            let singular = lower
                .strip_suffix('s')
                .filter(|s| s.len() > 2 && !s.ends_with('s'))
                .map(str::to_owned);
            singular.unwrap_or(lower)
        })
        .collect()
}

/// Edit distance; identifiers are short, and longer ones are cut at 128 characters.
pub(crate) fn levenshtein(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(128).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(128).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let cost = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Whole,
    Decimal,
    Text,
    Json,
    Truth,
    Time,
    Uuid,
    Bytes,
}

/// The kind of values a type holds; `None`: user-defined or not known.
fn family(ty: &SqlType) -> Option<Family> {
    let lower = ty.name.to_ascii_lowercase();
    Some(match lower.as_str() {
        "smallint" | "integer" | "bigint" | "int" => Family::Whole,
        "numeric" | "real" | "double precision" | "float" | "money" => Family::Decimal,
        "text" | "character varying" | "character" | "varchar" | "char" | "citext" => Family::Text,
        "json" | "jsonb" => Family::Json,
        "boolean" => Family::Truth,
        "uuid" => Family::Uuid,
        "bytea" | "blob" => Family::Bytes,
        "date" | "datetime" | "timestamp" => Family::Time,
        name if name.starts_with("timestamp") || name.starts_with("time ") => Family::Time,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::similarity;

    #[test]
    fn names_are_alike_as_people_see_it() {
        assert!(similarity("is_active", "active") >= 0.9);
        assert!(similarity("worker_config", "worker_configs") >= 0.9);
        assert!(similarity("bracket", "bracket_id") >= 0.9);
        assert!(similarity("initial", "dynamic_initial") >= 0.75);
        assert!(similarity("roles", "permissions") < 0.6);
    }
}
