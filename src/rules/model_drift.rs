use super::{Check, Modelled, Rule, finding};
use crate::{
    diagnostic::{Elsewhere, Finding, Label, Severity},
    drift::{self, Difference, Harm, Kind},
    fix::Writing,
};

pub(super) const RULE: Rule = Rule {
    name: "model-drift",
    severity: Severity::Error,
    page: include_str!("../../rules/model-drift.md"),
    scales: false,
    check: Check::Models(check),
};

fn check(seen: &Modelled<'_>, out: &mut Vec<Finding>) {
    let all = drift::compare(seen.models, seen.declared, seen.schema, seen.unmanaged);
    for difference in all.iter().filter(|d| d.harm > Harm::None) {
        out.extend(told(seen, difference));
    }
}

/// A difference as a finding: at the model's field, and where that has none, at the statement.
fn told(seen: &Modelled<'_>, difference: &Difference) -> Option<Finding> {
    let Difference { declared, made, .. } = difference;
    let only_made = difference.models.is_none() && difference.ops.is_empty();
    let (at, other, text) = match (declared, made) {
        (Some(declared), Some(made)) if only_made => {
            (*made, Some(*declared), "the model that does not have it")
        }
        (Some(declared), made) => (*declared, *made, related(difference)),
        (None, Some(made)) => (*made, None, ""),
        (None, None) => return None,
    };
    let mut found = finding(at, "", difference.sentence(), help(difference));
    found.related.extend(other.map(|span| Label { span, text: text.to_owned() }));
    let consequence = consequence(seen, difference);
    found.consequences.extend(Some(consequence).filter(|text| !text.is_empty()));
    found.severity = (difference.harm == Harm::Risk).then_some(Severity::Warning);
    found.code = drift::code(&difference.ops, seen.writing, seen.declared);
    found.table = Some(difference.table.to_string());
    let table = difference.table.clone();
    found.unless = Some(match difference.kind == Kind::Table && difference.migrations.is_none() {
        true => Elsewhere::Makes(table),
        false => Elsewhere::Changes(table),
    });
    Some(found)
}

fn related(difference: &Difference) -> &'static str {
    match (difference.kind, &difference.migrations) {
        (Kind::Table, None) => "it was dropped or renamed here",
        (Kind::Column, None) => "the table is made here",
        (_, None) => "this is what it ought to be on",
        _ => "the migration that makes it",
    }
}

/// What follows from it. Autogenerate only takes back what it sees as gone.
fn consequence(seen: &Modelled<'_>, difference: &Difference) -> String {
    let alembic = matches!(seen.writing, Writing::Alembic | Writing::Batch);
    match difference.kind {
        Kind::Table if difference.models.is_none() && alembic => {
            "the next `alembic revision --autogenerate` writes `op.drop_table` for it".to_owned()
        }
        Kind::Column
            if difference.models.is_none() && alembic && difference.consequence.is_empty() =>
        {
            "the next `alembic revision --autogenerate` writes `op.drop_column` for it".to_owned()
        }
        Kind::Index if difference.models.is_none() && alembic => {
            "the next `alembic revision --autogenerate` writes `op.drop_index` for it".to_owned()
        }
        _ => difference.consequence.clone(),
    }
}

fn help(difference: &Difference) -> &'static str {
    match (difference.kind, &difference.models, &difference.migrations) {
        (Kind::Table, None, _) => {
            "Map it, or drop it in a migration; list it in `unmanaged-tables` if others look after it."
        }
        (_, None, Some(_)) => "Declare it in the model, or drop it in a migration.",
        (_, Some(_), None) => {
            "Write the migration that was forgotten, or take it out of the model."
        }
        _ => "Change the one that is wrong: the model, or the database by a new migration.",
    }
}
