use super::{
    Check, Rule, finding,
    renames::{self, Pair, Verdict},
};
use crate::{
    diagnostic::{Finding, Label, Severity},
    fix::{self, Writing},
    ir::{Name, OpKind},
    replay::Change,
};

pub(super) const RULE: Rule = Rule {
    name: "rename-as-drop-add",
    severity: Severity::Error,
    page: include_str!("../../rules/rename-as-drop-add.md"),
    scales: false,
    check: Check::Change(check),
};

fn check(change: &Change<'_>, out: &mut Vec<Finding>) {
    for pair in renames::columns(change) {
        column(change, &pair, out);
    }
    for pair in renames::tables(change) {
        table(change, &pair, out);
    }
}

fn column(change: &Change<'_>, pair: &Pair, out: &mut Vec<Finding>) {
    let (dropped, added) = (&change.applied[pair.dropped], &change.applied[pair.added]);
    let (OpKind::DropColumn { table, column: old, .. }, OpKind::AddColumn { column: new, .. }) =
        (&dropped.op.kind, &added.op.kind)
    else {
        return;
    };
    let writing = Writing::of(dropped.op.style, change.schema.database());
    let message = match pair.verdict {
        Verdict::Renamed => format!(
            "`{old}` of `{table}` is dropped and `{}` added: a rename that loses every value",
            new.name
        ),
        Verdict::Replaced => format!(
            "`{old}` of `{table}` is replaced by `{}`, and its values are not moved",
            new.name
        ),
        Verdict::Perhaps => {
            format!("`{old}` of `{table}` is dropped and `{}` added: perhaps a rename", new.name)
        }
    };
    let help = match pair.verdict {
        Verdict::Replaced => "Fill the new column from the old one before the old one is dropped.",
        _ => {
            "Rename the column, or copy its values before it is dropped. A rename still breaks code that runs \
             during the deployment; adding, copying and dropping in separate releases does not."
        }
    };
    let mut found =
        finding(dropped.op.span, format!("the values of `{old}` are lost here"), message, help);
    let added = match renames::is_levelled(change, table, &new.name) {
        true => format!("`{}` is added, with one value for all rows", new.name),
        false => format!("`{}` is added empty", new.name),
    };
    let said = Label { span: new.span, text: added };
    found.related.push(said);
    found.code = Some(match pair.verdict {
        Verdict::Replaced => moved(change, writing, table, old, &new.name),
        _ => fix::rename_column(writing, table, old, &new.name),
    });
    found.table = Some(table.to_string());
    found.severity = Some(pair.verdict.severity());
    out.push(found);
}

/// Fills the new foreign key by looking the old values up.
fn moved(change: &Change<'_>, writing: Writing, table: &Name, old: &str, new: &str) -> String {
    let parent = change.applied.iter().find_map(|applied| {
        let keys = match &applied.op.kind {
            OpKind::AddColumn { constraints, .. } => constraints.as_slice(),
            OpKind::AddConstraint { constraint, .. } => std::slice::from_ref(constraint),
            _ => return None,
        };
        keys.iter()
            .find(|c| c.columns.iter().any(|c| c == new))
            .and_then(|c| c.foreign_key())
            .map(|fk| fk.table.clone())
    });
    let parent = parent.map_or_else(|| "…".to_owned(), |p| fix::name(&p));
    let (t, o, n) = (fix::name(table), fix::ident(old), fix::ident(new));
    fix::sql(
        writing,
        &format!("UPDATE {t} SET {n} = (SELECT p.id FROM {parent} p WHERE p.name = {t}.{o})"),
    )
}

fn table(change: &Change<'_>, pair: &Pair, out: &mut Vec<Finding>) {
    let (dropped, added) = (&change.applied[pair.dropped], &change.applied[pair.added]);
    let (OpKind::DropTable { table, .. }, OpKind::CreateTable(create)) =
        (&dropped.op.kind, &added.op.kind)
    else {
        return;
    };
    let mut found = finding(
        dropped.op.span,
        format!("the rows of `{table}` are lost here"),
        format!(
            "`{table}` is dropped and `{}` made with the same columns: a rename that loses every row",
            create.table
        ),
        "Rename the table, or copy its rows before it is dropped.",
    );
    found
        .related
        .push(Label { span: added.op.span, text: format!("`{}` is made empty", create.table) });
    found.code = Some(fix::rename_table(
        Writing::of(dropped.op.style, change.schema.database()),
        table,
        &create.table.name,
    ));
    found.table = Some(table.to_string());
    out.push(found);
}
