use super::{Check, Rule, dropped, finding};
use crate::{
    diagnostic::{Finding, Label, Severity},
    facts::obstacle::{Obstacle, ObstacleKind, obstacles},
    history::Migration,
    ir::{OpKind, Style},
    replay::Step,
    source::Span,
};

pub(super) const RULE: Rule = Rule {
    name: "schema-conflict",
    severity: Severity::Error,
    page: include_str!("../../rules/schema-conflict.md"),
    scales: false,
    check: Check::Op(check),
};

fn check(step: &Step<'_>, out: &mut Vec<Finding>) {
    // A batch that rebuilds the table never shows the operation to SQLite.
    if !step.op.certain || matches!(step.op.style, Style::Batch { rebuild: true, .. }) {
        return;
    }
    let found = obstacles(step.before, step.op);
    if found.is_empty() || apart(step) {
        return;
    }
    out.extend(found.iter().filter_map(|obstacle| judge(step, obstacle)).take(1));
}

/// Whether another history may have made what is in the way: a tree with several beginnings, as
/// where all migrations were squashed and the old ones kept, is not run as a whole.
fn apart(step: &Step<'_>) -> bool {
    let begins = |m: &&Migration| m.parents.is_empty() && m.depends_on.is_empty();
    if step.history.migrations.iter().filter(begins).take(2).count() < 2 {
        return false;
    }
    let before = step.history.ancestors(step.migration);
    !before.iter().take(step.migration).all(|&ran| ran)
}

fn judge(step: &Step<'_>, obstacle: &Obstacle) -> Option<Finding> {
    let sqlite = step.database().is_sqlite();
    let (message, help) = match obstacle.kind {
        // What fits no type, and what SQLite's ALTER cannot do, are other rules' matters.
        ObstacleKind::Type => return None,
        ObstacleKind::State if sqlite => return None,
        ObstacleKind::Taken => (
            "this name is taken at this point",
            "Choose another name, or drop or rename what has this one first.",
        ),
        ObstacleKind::Depends => (
            "something still depends on this",
            "Drop or change what depends on it first; CASCADE would take it along.",
        ),
        ObstacleKind::State => (
            "what is there at this point does not allow this",
            "Look at what the migrations before this one have made.",
        ),
    };
    let message = match (obstacle.dependents.first(), made(&step.op.kind)) {
        (Some(first), _) => {
            format!("{} still depends on {}", first.what, dropped(&step.op.kind))
        }
        (None, Some(name)) if says_it_exists(&obstacle.words, &name) => {
            format!("the name `{name}` is taken at this point")
        }
        _ => message.to_owned(),
    };
    let mut found = finding(step.op.span, obstacle.says(step.database()), message, help);
    found.related = obstacle
        .dependents
        .iter()
        .take(3)
        .map(|d| Label { span: d.span, text: format!("{} is made here", d.what) })
        .chain(taken_by(step).filter(|_| obstacle.kind == ObstacleKind::Taken))
        .collect();
    found.table = step.op.kind.table().map(ToString::to_string);
    Some(found)
}

/// The name that an operation gives.
fn made(kind: &OpKind) -> Option<String> {
    Some(match kind {
        OpKind::CreateTable(create) => create.table.name.clone(),
        OpKind::AddColumn { column, .. } => column.name.clone(),
        OpKind::AddConstraint { constraint, .. } => constraint.name.clone()?,
        OpKind::CreateIndex { index, .. } => index.name.clone()?,
        OpKind::CreateEnum { name, .. }
        | OpKind::CreateType { name, .. }
        | OpKind::CreateView { name, .. }
        | OpKind::CreateSequence { name, .. } => name.name.clone(),
        OpKind::RenameTable { to, .. }
        | OpKind::RenameColumn { to, .. }
        | OpKind::RenameIndex { to, .. }
        | OpKind::RenameType { to, .. }
        | OpKind::RenameConstraint { to, .. } => to.clone(),
        _ => return None,
    })
}

/// Whether the server's words are about this name, and not about one that comes along.
fn says_it_exists(words: &str, name: &str) -> bool {
    let exists = words.contains("already exists") || words.starts_with("duplicate column name");
    exists && words.split(['"', ' ', ':']).any(|word| word == name)
}

/// Where the thing was made that has the name.
fn taken_by(step: &Step<'_>) -> impl Iterator<Item = Label> {
    let table = step.op.kind.table().and_then(|name| step.before.table(name).found());
    let made: Option<Span> = match &step.op.kind {
        OpKind::CreateTable(_) => table.map(|t| t.created.span),
        OpKind::AddColumn { column, .. } => {
            table.and_then(|t| t.column(&column.name).found()).map(|c| c.column.span)
        }
        _ => None,
    };
    let text = "it is made here".to_owned();
    made.map(|span| Label { span, text }).into_iter()
}
