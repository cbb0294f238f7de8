//! The rules: one table, one small file and one page each.

use crate::{
    database::Database,
    diagnostic::{Finding, Label, Severity},
    fix::Writing,
    history::{Broken, History},
    ir::{Name, OpKind},
    model::Models,
    replay::{Change, Ended, RoundTrip, Step},
    running::Running,
    schema::Schema,
    source::{Sources, Span},
};

mod broken_history;
mod column_data_dropped;
mod downgrade_not_inverse;
mod dropped_column_still_used;
mod index_before_load;
mod invalid_suppression;
mod lossy_type_change;
mod merged_revision_edited;
mod missing_downgrade;
mod missing_import_in_migration;
mod missing_reference;
mod model_drift;
mod model_import_in_migration;
mod moves;
mod multiple_heads;
mod not_null_without_backfill;
mod not_null_without_db_default;
mod rename_as_drop_add;
mod rename_breaks_running_code;
mod renames;
mod schema_conflict;
mod schema_field_stale;
mod sqlite_unsupported_alter;
mod table_data_dropped;
mod type_change_fails;
mod unregistered_model;
mod unused_suppression;

/// What an operation drops or changes, by its name; `this` where it has none.
fn dropped(kind: &OpKind) -> String {
    match kind {
        OpKind::DropTable { table, .. } => format!("`{table}`"),
        OpKind::DropColumn { table, column, .. } | OpKind::AlterColumn { table, column, .. } => {
            format!("`{table}.{column}`")
        }
        OpKind::DropConstraint { name: Some(name), .. } => format!("`{name}`"),
        OpKind::DropIndex { name, .. }
        | OpKind::DropType { name, .. }
        | OpKind::DropView { name, .. }
        | OpKind::DropSequence { name, .. }
        | OpKind::DropRoutine { name, .. } => format!("`{name}`"),
        _ => "this".to_owned(),
    }
}

/// A rule is data: its name, how bad it is, its page, and the function that looks.
pub struct Rule {
    /// In kebab-case, for ever; it names the hazard and reads after "ignore".
    pub name: &'static str,
    pub severity: Severity,
    /// Documentation, `miglint explain`, and executable test in one.
    pub page: &'static str,
    /// The harm grows with the table: nothing for a small one, an error for a hot one.
    pub scales: bool,
    pub check: Check,
}

/// What a rule looks at.
#[derive(Clone, Copy)]
pub enum Check {
    /// Each operation under review, before it is applied.
    Op(fn(&Step<'_>, &mut Vec<Finding>)),
    /// All that is reviewed together, after it has been applied.
    Change(fn(&Change<'_>, &mut Vec<Finding>)),
    /// Each migration under review, taken back.
    Downgrade(fn(&RoundTrip<'_>, &mut Vec<Finding>)),
    /// The end of the replay; findings name their migration.
    Ended(fn(&Ended<'_>, &mut Vec<(usize, Finding)>)),
    /// The revision graph, once per tree.
    Graph(fn(&Graph<'_>, &mut Vec<Finding>)),
    /// The models beside the schema at the heads, once per tree and database, whatever is under
    /// review; not where a tree has no models.
    Models(fn(&Modelled<'_>, &mut Vec<Finding>)),
    /// The change under review beside the code at its base, which runs while it is applied; not
    /// where the base is not known. Findings name their operation, by its place in the change.
    Running(fn(&Running<'_>, &mut Vec<(usize, Finding)>)),
    /// The suppressions, after all other findings are known (`suppress`).
    Suppressions,
}

/// A history's graph, and what the base knows of it.
pub struct Graph<'a> {
    pub history: &'a History,
    /// Migrations that the base has too, whose text differs: position, and what changed.
    pub edited: &'a [Edited],
    /// Revisions whose file has a syntax error: found when they are read.
    pub unloadable: &'a [Broken],
}

/// What the models of a tree declare, and what its history leaves behind.
pub struct Modelled<'a> {
    pub models: &'a Models,
    /// The schema that they declare.
    pub declared: &'a Schema,
    /// At the heads.
    pub schema: &'a Schema,
    pub history: &'a History,
    pub sources: &'a Sources,
    /// Whether the configuration leaves a table out.
    pub unmanaged: &'a dyn Fn(&Name) -> bool,
    /// How code is shown.
    pub writing: Writing,
}

impl Modelled<'_> {
    pub fn database(&self) -> Database {
        self.schema.database()
    }
}

/// A migration that has been merged already, and reads differently now.
pub struct Edited {
    pub span: Span,
    pub id: String,
    /// It is not there any more.
    pub deleted: bool,
}

/// Every rule, in the order of `miglint rules`.
pub const RULES: &[&Rule] = &[
    &not_null_without_backfill::RULE,
    &rename_as_drop_add::RULE,
    &missing_reference::RULE,
    &schema_conflict::RULE,
    &index_before_load::RULE,
    &missing_downgrade::RULE,
    &downgrade_not_inverse::RULE,
    &sqlite_unsupported_alter::RULE,
    &type_change_fails::RULE,
    &lossy_type_change::RULE,
    &column_data_dropped::RULE,
    &table_data_dropped::RULE,
    &dropped_column_still_used::RULE,
    &rename_breaks_running_code::RULE,
    &not_null_without_db_default::RULE,
    &schema_field_stale::RULE,
    &multiple_heads::RULE,
    &broken_history::RULE,
    &model_drift::RULE,
    &missing_import_in_migration::RULE,
    &model_import_in_migration::RULE,
    &unregistered_model::RULE,
    &merged_revision_edited::RULE,
    &unused_suppression::RULE,
    &invalid_suppression::RULE,
];

pub fn find(name: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.name == name)
}

/// The rule whose name is most like a word that names none.
pub fn nearest(name: &str) -> Option<&'static str> {
    nearest_of(name, RULES.iter().map(|rule| rule.name))
}

/// The one of some names that is most like a word that is none of them.
pub(crate) fn nearest_of<'k>(word: &str, names: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let scored = names.map(|name| (renames::similarity(name, word), name));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 >= 0.6).then_some(best.1)
}

/// What to say of a word that names no rule.
pub fn unknown(name: &str) -> String {
    match nearest(name) {
        Some(near) => format!("there is no rule `{name}`; do you mean `{near}`?"),
        None => format!("there is no rule `{name}`; `miglint rules` lists them"),
    }
}

impl Rule {
    /// Whether it finds something only where a base is compared with: what another run does not
    /// find proves nothing.
    pub fn needs_base(&self) -> bool {
        matches!(self.check, Check::Running(_)) || self.name == merged_revision_edited::RULE.name
    }

    /// The page's first paragraph after its title, on one line.
    pub fn summary(&self) -> String {
        self.paragraphs().next().unwrap_or_default()
    }

    /// What the page says before its first example, on one line.
    pub fn prose(&self) -> String {
        self.paragraphs().take_while(|p| !p.starts_with("```")).collect::<Vec<_>>().join(" ")
    }

    fn paragraphs(&self) -> impl Iterator<Item = String> {
        let all = self.page.split("\n\n").map(str::trim);
        let some = all.filter(|p| !p.is_empty() && !p.starts_with('#'));
        some.map(|p| p.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

/// Who a consequence begins with.
const SPEAKERS: &[&str] = &["PostgreSQL", "SQLite", "Alembic", "SQLAlchemy"];

/// A finding without related places or code. Where what is said of the place is a server's or
/// tool's answer (`PostgreSQL: 23502 …`), it is kept as the consequence.
pub(crate) fn finding(
    span: Span,
    label: impl Into<String>,
    message: impl Into<String>,
    help: impl Into<String>,
) -> Finding {
    let label = label.into();
    let spoken = SPEAKERS.iter().any(|who| label.starts_with(who));
    let (label, consequences) =
        if spoken { (String::new(), vec![label]) } else { (label, Vec::new()) };
    Finding {
        message: message.into(),
        primary: Label { span, text: label },
        consequences,
        related: Vec::new(),
        help: help.into(),
        code: None,
        table: None,
        severity: None,
        unless: None,
    }
}
