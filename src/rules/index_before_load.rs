use std::collections::{BTreeMap, HashMap};

use super::{Check, Rule, finding};
use crate::{
    diagnostic::{Finding, Label, Severity},
    ir::{ConstraintKind, Filter, Name, OpKind, Write, WriteKind},
    replay::{Applied, Change},
    source::Span,
};

pub(super) const RULE: Rule = Rule {
    name: "index-before-load",
    severity: Severity::Warning,
    page: include_str!("../../rules/index-before-load.md"),
    scales: true,
    check: Check::Change(check),
};

/// Loads that are counted and stay below this are too small to matter.
const SMALL: usize = 1_000;

fn check(change: &Change<'_>, out: &mut Vec<Finding>) {
    let loads = Loads::of(change);
    // By load: a table's indexes that one load has to maintain are one thing to move.
    let mut groups: BTreeMap<(usize, Name), Vec<Built>> = BTreeMap::new();
    for (at, applied) in change.applied.iter().enumerate() {
        for built in built(applied) {
            if let Some(load) = loads.next(&built, at) {
                groups.entry((load, built.table.clone())).or_default().push(built);
            }
        }
    }
    for ((load, _), group) in groups {
        report(&group, &change.applied[load], out);
    }
}

/// Where each table's rows are written in bulk: positions in the change, in their order.
#[derive(Default)]
struct Loads {
    rows: HashMap<Name, Vec<usize>>,
    /// Backfills, which concern the column they write.
    columns: HashMap<(Name, String), Vec<usize>>,
}

impl Loads {
    fn of(change: &Change<'_>) -> Loads {
        let mut found = Loads::default();
        for (at, applied) in change.applied.iter().enumerate() {
            let OpKind::Write(write) = &applied.op.kind else { continue };
            let big = write.rows.is_none_or(|rows| rows > SMALL);
            match write.kind {
                WriteKind::Insert | WriteKind::Copy => {
                    if big && (write.rows.is_some() || bulk(write)) {
                        found.rows.entry(write.table.clone()).or_default().push(at);
                    }
                }
                WriteKind::Update => {
                    if !applied.held_rows || applied.new_table || write.filter == Filter::Some {
                        continue;
                    }
                    for (column, _) in &write.columns {
                        let key = (write.table.clone(), column.clone());
                        found.columns.entry(key).or_default().push(at);
                    }
                }
                WriteKind::Delete | WriteKind::Truncate => {}
            }
        }
        found
    }

    /// The first one after a position that has to maintain what is built.
    fn next(&self, built: &Built, after: usize) -> Option<usize> {
        let first = |positions: &Vec<usize>| {
            positions.get(positions.partition_point(|at| *at <= after)).copied()
        };
        let rows = self.rows.get(&built.table).and_then(first);
        let columns = built.columns.iter().filter_map(|column| {
            self.columns.get(&(built.table.clone(), column.clone())).and_then(first)
        });
        rows.into_iter().chain(columns).min()
    }
}

/// Something that every row written afterwards has to maintain.
struct Built {
    what: String,
    table: Name,
    columns: Vec<String>,
    span: Span,
}

/// Not CHECK (no gain) and GIN (slower after the load), by measurement on a million rows; and
/// not what a table is created with, where its keys belong.
fn built(applied: &Applied) -> Vec<Built> {
    let one = |what: String, table: &Name, columns: Vec<String>, span: Span| Built {
        what,
        table: table.clone(),
        columns,
        span,
    };
    match &applied.op.kind {
        OpKind::CreateIndex { table, index, .. } => {
            if index.method.as_deref().is_some_and(|m| m == "gin" || m == "brin") {
                return Vec::new();
            }
            let columns: Vec<String> = index.columns().map(str::to_owned).collect();
            let name = index.name.as_deref().unwrap_or("without a name");
            vec![one(format!("index `{name}`"), table, columns, applied.op.span)]
        }
        OpKind::AddConstraint { table, constraint } => {
            let what = match constraint.kind {
                ConstraintKind::Unique { .. } => "unique constraint",
                ConstraintKind::ForeignKey(_) if constraint.validated => "foreign key",
                _ => return Vec::new(),
            };
            let name = constraint.name.as_deref().map(|n| format!(" `{n}`")).unwrap_or_default();
            vec![one(format!("{what}{name}"), table, constraint.columns.clone(), applied.op.span)]
        }
        OpKind::CreateTable(create) => create
            .indexes
            .iter()
            .filter(|i| i.method.as_deref() != Some("gin"))
            .map(|i| {
                let name = i.name.as_deref().unwrap_or("without a name");
                one(
                    format!("index `{name}`"),
                    &create.table,
                    i.columns().map(str::to_owned).collect(),
                    i.span,
                )
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// An INSERT whose rows were not counted: from a query, or a COPY.
fn bulk(write: &Write) -> bool {
    write.kind == WriteKind::Copy || !write.reads.tables.is_empty()
}

/// Places of one group that are shown besides the first.
const SHOWN: usize = 4;

fn report(group: &[Built], load: &Applied, out: &mut Vec<Finding>) {
    let OpKind::Write(write) = &load.op.kind else { return };
    let Some((first, others)) = group.split_first() else { return };
    let doing = match write.kind {
        WriteKind::Update => format!("`{}` is backfilled", first.columns.join("`, `")),
        _ => "its rows are loaded".to_owned(),
    };
    let what = match others.len() {
        0 => format!("{} is", first.what),
        1 => format!("{} and {} are", first.what, others[0].what),
        n => format!("{} and {n} others are", first.what),
    };
    let mut found = finding(
        first.span,
        "every row written below maintains it",
        format!("{what} made on `{}` before {doing}", first.table),
        "Make it after the rows are written: on a million rows that took a half to a tenth of the time.",
    );
    let also = |built: &Built| Label { span: built.span, text: format!("and {}", built.what) };
    found.related.extend(others.iter().take(SHOWN).map(also));
    found.related.push(Label { span: load.op.span, text: "the rows are written here".to_owned() });
    found.table = Some(first.table.to_string());
    out.push(found);
}
