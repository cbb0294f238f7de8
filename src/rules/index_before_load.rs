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
    for (at, applied) in change.applied.iter().enumerate() {
        for built in built(applied) {
            if let Some(load) = change.applied[at + 1..].iter().find(|later| loads(&built, later)) {
                report(applied, &built, load, out);
            }
        }
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

fn loads(built: &Built, later: &Applied) -> bool {
    let OpKind::Write(write) = &later.op.kind else { return false };
    if write.table != built.table {
        return false;
    }
    let big = write.rows.is_none_or(|rows| rows > SMALL);
    match write.kind {
        WriteKind::Insert | WriteKind::Copy => big && (write.rows.is_some() || bulk(write)),
        WriteKind::Update => {
            let touches = write.columns.iter().any(|(name, _)| built.columns.contains(name));
            touches && later.held_rows && !later.new_table && write.filter != Filter::Some
        }
        WriteKind::Delete | WriteKind::Truncate => false,
    }
}

/// An INSERT whose rows were not counted: from a query, or a COPY.
fn bulk(write: &Write) -> bool {
    write.kind == WriteKind::Copy || !write.reads.tables.is_empty()
}

fn report(applied: &Applied, built: &Built, load: &Applied, out: &mut Vec<Finding>) {
    let OpKind::Write(write) = &load.op.kind else { return };
    let doing = match write.kind {
        WriteKind::Update => format!("`{}` is backfilled", built.columns.join("`, `")),
        _ => "its rows are loaded".to_owned(),
    };
    let mut found = finding(
        built.span,
        "every row written below maintains it",
        format!("{} is made on `{}` before {doing}", built.what, built.table),
        "Make it after the rows are written: on a million rows that took a half to a tenth of the time.",
    );
    found.related.push(Label { span: load.op.span, text: "the rows are written here".to_owned() });
    found.table = Some(built.table.to_string());
    let _ = applied;
    out.push(found);
}
