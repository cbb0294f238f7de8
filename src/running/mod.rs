//! The code that still runs while a change is applied: what the base's models map, and what its
//! source says. Between migrating and deploying, the old version meets the new schema.

mod lost;
mod required;
mod sql;
mod stale;

use std::{collections::HashMap, sync::OnceLock};

pub use lost::{How, Lost, lost};
pub use required::{Required, Was, required};

use crate::{
    check::Opened,
    diagnostic::Label,
    git::Moment,
    history::History,
    ir::{Column, Name, Op, OpKind, OpaqueEffect},
    model::{self, Models},
    project::{self, Found as Project, Tool, Tree},
    replay::{Applied, Changed, Found},
    review::Against,
    rules::{Check, Rule},
    schema::Schema,
    source::Sources,
};

/// The project as its base has it, opened when a rule has something to ask.
pub(crate) struct Then<'a> {
    opened: &'a Opened,
    moment: Option<Moment>,
    /// Folders of trees that lie in a repository of their own.
    apart: Vec<&'a str>,
    view: OnceLock<Option<View>>,
}

struct View {
    sources: Sources,
    project: Project,
}

/// A change that has been applied, and the code that runs meanwhile.
pub struct Running<'a> {
    pub applied: &'a [Applied],
    /// The schema that the running code knows.
    pub before: &'a Schema,
    pub after: &'a Schema,
    pub history: &'a History,
    /// What no longer answers to its name.
    pub lost: &'a [Lost],
    /// What has to be given when a row is inserted, and had not before.
    pub required: &'a [Required],
    code: Code<'a>,
}

/// The base's code, as far as it is read.
struct Code<'a> {
    opened: &'a Opened,
    view: &'a View,
    tree: &'a Tree,
    models: Models,
    /// The classes that map a table, by their places among the models.
    classes: HashMap<Name, Vec<usize>>,
    /// The operations that declare a table.
    tables: HashMap<Name, usize>,
}

impl<'a> Code<'a> {
    fn new(opened: &'a Opened, view: &'a View, tree: &'a Tree, before: &Schema) -> Code<'a> {
        let models = model::read(&view.sources, &view.project, tree, before).unwrap_or_default();
        let mut classes: HashMap<Name, Vec<usize>> = HashMap::new();
        for (at, mapped) in models.mapped.iter().enumerate() {
            classes.entry(before.resolve(&mapped.table)).or_default().push(at);
        }
        let mut tables = HashMap::new();
        for (at, op) in models.ops.iter().enumerate() {
            if let OpKind::CreateTable(create) = &op.kind {
                tables.insert(before.resolve(&create.table), at);
            }
        }
        Code { opened, view, tree, models, classes, tables }
    }
}

impl<'a> Then<'a> {
    pub(crate) fn new(opened: &'a Opened, against: &Against) -> Then<'a> {
        let (moment, apart) = match against {
            Against::Base(base) => {
                let dirs = opened.project.trees.iter().map(|tree| tree.dir.as_str());
                (base.moment(), dirs.filter(|dir| base.within(dir).is_some()).collect())
            }
            Against::Everything { .. } | Against::Revision(_) => (None, Vec::new()),
        };
        Then { opened, moment, apart, view: OnceLock::new() }
    }

    fn view(&self) -> Option<&View> {
        let open = || {
            let past = self.moment.as_ref()?.open()?;
            let project = project::listed(&self.opened.settings, past.paths());
            Some(View { sources: self.opened.sources.at(past), project })
        };
        self.view.get_or_init(open).as_ref()
    }

    /// What the rules say of one tree's change, for one database. The base is read only where
    /// the change takes something away that its code may need.
    pub(crate) fn check(
        &self,
        tree: &Tree,
        history: &History,
        changed: Option<&Changed>,
        after: &Schema,
        rules: &[&'static Rule],
    ) -> Vec<Found> {
        let Some(Changed { applied, before }) = changed else { return Vec::new() };
        if self.moment.is_none() || self.apart.contains(&tree.dir.as_str()) {
            return Vec::new();
        }
        let lost = lost(applied, before, after);
        let required = required(applied, before, after);
        if lost.is_empty() && required.is_empty() {
            return Vec::new();
        }
        let Some(view) = self.view() else { return Vec::new() };
        let code = Code::new(self.opened, view, tree, before);
        let running =
            Running { applied, before, after, history, lost: &lost, required: &required, code };
        let mut out = Vec::new();
        for rule in rules {
            let Check::Running(check) = rule.check else { continue };
            let mut found = Vec::new();
            check(&running, &mut found);
            out.extend(found.into_iter().map(|(at, finding)| {
                let migration = applied.get(at).map(|applied| applied.migration);
                Found { rule, migration, finding }
            }));
        }
        out
    }
}

impl Running<'_> {
    /// Where the running code needs what is lost, and what to say of it.
    pub fn uses(&self, lost: &Lost) -> Option<Label> {
        self.maps(lost).or_else(|| self.queries(lost))
    }

    /// SQL in the source at the base that names what is lost.
    fn queries(&self, lost: &Lost) -> Option<Label> {
        let Code { opened, view, .. } = &self.code;
        let trees = &opened.project.trees;
        let is_code = |path: &str| {
            let aside = |part: &str| {
                matches!(
                    part,
                    "tests" | "test" | "docs" | "examples" | "benches" | "migrations" | "versions"
                )
            };
            !path.split('/').any(aside)
                && !trees.iter().any(|tree| !tree.dir.is_empty() && tree.below(path).is_some())
        };
        let span = sql::uses(&view.sources, &view.project, self.before, lost, is_code)?;
        Some(Label { span, text: "the code at the base asks for it here".to_owned() })
    }

    /// Where the models of the running code map what is lost.
    fn maps(&self, lost: &Lost) -> Option<Label> {
        let Code { view, tree, models, classes, .. } = &self.code;
        let Some(classes) = classes.get(&lost.table) else { return self.declares(lost) };
        for mapped in classes.iter().filter_map(|at| models.mapped.get(*at)) {
            let (field, declared, what) = match &lost.column {
                None => (None, mapped.span, mapped.class.clone()),
                Some(column) => {
                    let field = mapped.fields.iter().find(|f| self.is(column, &f.column));
                    let Some(field) = field else { continue };
                    (Some(field), field.span, format!("{}.{}", mapped.class, field.name))
                }
            };
            let used = model::used(&view.sources, &view.project, tree, mapped, field);
            if let Some(span) = used {
                let verb = if span == declared { "maps it" } else { "is used" };
                return Some(Label {
                    span,
                    text: format!("`{what}` {verb} in the code at the base"),
                });
            }
        }
        None
    }

    /// Where the running code has a table that no class is mapped to, or a column of it.
    fn declares(&self, lost: &Lost) -> Option<Label> {
        let op = self.code.models.ops.get(*self.code.tables.get(&lost.table)?)?;
        let OpKind::CreateTable(create) = &op.kind else { return None };
        let (span, what) = match &lost.column {
            None => (op.span, create.table.to_string()),
            Some(column) => {
                let found = create.columns.iter().find(|c| self.is(column, &c.name))?;
                (found.span, format!("{}.{}", create.table, found.name))
            }
        };
        Some(Label { span, text: format!("the code at the base declares `{what}`") })
    }

    /// Where the running code inserts rows without a column that has to be given now, as far as
    /// can be seen.
    pub fn leaves_out(&self, required: &Required) -> Option<Label> {
        let Code { view, tree, models, classes, tables, .. } = &self.code;
        let op = models.ops.get(*tables.get(&required.table)?)?;
        let OpKind::CreateTable(create) = &op.kind else { return None };
        let is_unread = |op: &Op| match &op.kind {
            OpKind::Opaque(opaque) => match &opaque.effect {
                OpaqueEffect::Table(table) => self.before.resolve(table) == required.table,
                _ => false,
            },
            _ => false,
        };
        if models.ops.iter().any(is_unread) {
            return None;
        }
        let class = classes.get(&required.table).and_then(|all| models.mapped.get(*all.first()?));
        let name = class.map_or_else(|| create.table.to_string(), |class| class.class.clone());
        let known = create.columns.iter().find(|c| self.is(&required.column, &c.name));
        let Some(known) = known else {
            let span = match class {
                Some(class) => model::inserts(&view.sources, &view.project, tree, class)?,
                None => op.span,
            };
            let text = format!("`{name}` does not fill it in the code at the base");
            return Some(Label { span, text });
        };
        // Without defaults, models do not say what code fills; with them, code may fill what is
        // nullable, as it has to before NOT NULL is set.
        let omits = required.was == Was::Filled && known.server_filled() && !known.client_default;
        let text = format!("`{name}` may leave it out in the code at the base");
        (models.says.defaults && omits).then_some(Label { span: known.span, text })
    }

    /// Fields of the work tree's API classes that were a lost column's, and what to say of them.
    pub fn stale(&self, lost: &Lost) -> Vec<Label> {
        let Code { opened, tree, models, classes, .. } = &self.code;
        let (Some(column), Tool::Alembic) = (&lost.column, tree.tool) else { return Vec::new() };
        let classes = classes.get(&lost.table).into_iter().flatten();
        let mapped = classes.filter_map(|at| models.mapped.get(*at)).find_map(|mapped| {
            let field = mapped.fields.iter().find(|f| self.is(column, &f.column))?;
            Some((mapped, field))
        });
        let Some((mapped, field)) = mapped else { return Vec::new() };
        stale::fields(&opened.sources, &opened.project, tree, mapped, field)
    }

    /// What the database says to code that still uses it.
    pub fn refused(&self, lost: &Lost) -> String {
        let Lost { table, column, .. } = lost;
        let postgres = self.before.database().is_postgres();
        match (column, postgres) {
            (Some(column), true) => {
                format!("PostgreSQL: 42703 column {}.{column} does not exist", table.name)
            }
            (None, true) => format!("PostgreSQL: 42P01 relation \"{table}\" does not exist"),
            (Some(column), false) => format!("SQLite: no such column: {}.{column}", table.name),
            (None, false) => format!("SQLite: no such table: {}", table.name),
        }
    }

    /// Whether two names are those of one column.
    fn is(&self, one: &str, other: &str) -> bool {
        one == other || self.before.database().is_sqlite() && one.eq_ignore_ascii_case(other)
    }

    /// A column as it was before the change.
    pub fn column(&self, table: &Name, column: &str) -> Option<&Column> {
        self.before.column(table, column).found().map(|found| &*found.column)
    }
}
