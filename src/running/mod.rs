//! The code that still runs while a change is applied: what the base's models map, and what its
//! source says. Between migrating and deploying, the old version meets the new schema.

mod lost;
mod required;
mod sql;
mod stale;
mod trace;

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::{Mutex, OnceLock, PoisonError},
};

pub use lost::{How, Lost};
pub use required::{Required, Was};

use crate::{
    check::Opened,
    diagnostic::{Label, OpaquePlace},
    git::Moment,
    ir::{Column, Name, OpKind, OpaqueEffect},
    model::{self, Field, Look, Mapped, Models},
    project::{self, Found as Project, Tool, Tree, is_aside},
    replay::{Applied, Changed, Found, Outcome},
    review::Against,
    rules::{Check, Rule},
    schema::Schema,
    source::{Glance, Sources, Span},
};
use trace::Trace;

/// Things that are told of one change at the most: a change that takes more is told often enough.
const MAX_TOLD: usize = 1_000;

/// What is looked through for code that runs, for people.
const BASE: &str = "the code at the base";

/// A table, or one of its columns.
type Key = (Name, Option<String>);

/// The project as its base has it, opened when a rule has something to ask.
pub(crate) struct Then<'a> {
    opened: &'a Opened,
    /// `None`: nothing is compared with a commit.
    moment: Option<Result<Moment, String>>,
    /// Folders of trees that lie in a repository of their own.
    apart: Vec<&'a str>,
    view: OnceLock<Result<View, String>>,
    /// Why something was not looked at.
    notes: Mutex<BTreeSet<String>>,
    /// What all looks through the code may cost.
    glance: Mutex<Glance>,
}

/// What a change of one tree means for code, on one database, before anybody has looked.
pub(crate) struct Pending<'a> {
    changed: Changed,
    lost: Vec<Lost>,
    required: Vec<Required>,
    code: Code<'a>,
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
    /// What no longer answers to its name.
    pub lost: &'a [Lost],
    /// What has to be given when a row is inserted, and had not before.
    pub required: &'a [Required],
    code: &'a Code<'a>,
}

/// The base's code, as far as it is read.
struct Code<'a> {
    then: &'a Then<'a>,
    view: &'a View,
    tree: &'a Tree,
    models: Models,
    /// The classes that map a table, by their places among the models.
    classes: HashMap<Name, Vec<usize>>,
    /// The operations that declare a table.
    tables: HashMap<Name, usize>,
    /// Tables of which the models could not be read in full.
    unread: HashSet<Name>,
    /// The files of all trees' migrations.
    migrations: HashSet<&'a str>,
    /// What is known to need what is lost, once somebody has asked.
    uses: OnceLock<HashMap<Key, Label>>,
    /// Where the models insert rows, by table.
    inserts: OnceLock<HashMap<Name, Span>>,
    /// Where a column that has to be given is left out.
    left_out: OnceLock<HashMap<Key, Label>>,
    /// Fields of the work tree's API classes, by the column they were of.
    stale: OnceLock<HashMap<Key, Vec<Label>>>,
}

impl<'a> Code<'a> {
    fn new(then: &'a Then<'a>, view: &'a View, tree: &'a Tree, before: &Schema) -> Code<'a> {
        let models = model::read(&view.sources, &view.project, tree, before).unwrap_or_default();
        let mut classes: HashMap<Name, Vec<usize>> = HashMap::new();
        for (at, mapped) in models.mapped.iter().enumerate() {
            classes.entry(before.resolve(&mapped.table)).or_default().push(at);
        }
        let mut tables = HashMap::new();
        let mut unread = HashSet::new();
        for (at, op) in models.ops.iter().enumerate() {
            match &op.kind {
                OpKind::CreateTable(create) => {
                    tables.insert(before.resolve(&create.table), at);
                }
                OpKind::Opaque(opaque) => {
                    if let OpaqueEffect::Table(table) = &opaque.effect {
                        unread.insert(before.resolve(table));
                    }
                }
                _ => {}
            }
        }
        let trees = &then.opened.project.trees;
        let migrations = trees.iter().flat_map(|tree| &tree.files).map(String::as_str).collect();
        Code {
            then,
            view,
            tree,
            models,
            classes,
            tables,
            unread,
            migrations,
            uses: OnceLock::new(),
            inserts: OnceLock::new(),
            left_out: OnceLock::new(),
            stale: OnceLock::new(),
        }
    }

    /// Whether a file runs with the tree's schema: one of the application's, near the tree, and
    /// no migration, nor in a folder of them that has moved since.
    fn is_code(&self, path: &str) -> bool {
        let trees = &self.then.opened.project.trees;
        let inside = |tree: &Tree| !tree.dir.is_empty() && tree.below(path).is_some();
        !is_aside(path)
            && is_near(trees, self.tree, path)
            && !project::parent(path).split('/').any(holds_migrations)
            && !self.migrations.contains(path)
            && !trees.iter().any(inside)
    }

    fn mapped(&self, table: &Name) -> impl Iterator<Item = &Mapped> {
        let classes = self.classes.get(table).into_iter().flatten();
        classes.filter_map(|at| self.models.mapped.get(*at))
    }

    /// A look through the code, which says where it has ended early.
    fn look_through<T>(&self, what: &str, look: impl FnOnce(&mut Glance) -> T) -> T {
        let mut glance = self.then.glance.lock().unwrap_or_else(PoisonError::into_inner);
        let found = look(&mut glance);
        if glance.is_cut() {
            self.then.note(format!("{what} is too large to be looked through in full for what needs the schema as it was"));
        }
        found
    }
}

impl<'a> Then<'a> {
    pub(crate) fn new(opened: &'a Opened, against: &Against) -> Then<'a> {
        let (moment, apart) = match against {
            Against::Base(base) => {
                let dirs = opened.project.trees.iter().map(|tree| tree.dir.as_str());
                let missing = || "it is not in this clone".to_owned();
                let moment = base.moment().ok_or_else(missing);
                (Some(moment), dirs.filter(|dir| base.within(dir).is_some()).collect())
            }
            Against::Everything { .. } | Against::Revision(_) => (None, Vec::new()),
        };
        let (notes, glance) = (Mutex::default(), Mutex::default());
        Then { opened, moment, apart, view: OnceLock::new(), notes, glance }
    }

    /// What was not looked at, and why: sentences for people.
    pub(crate) fn notes(self) -> BTreeSet<String> {
        let mut notes = self.notes.into_inner().unwrap_or_else(PoisonError::into_inner);
        let view = self.view.into_inner().and_then(Result::ok);
        let lacking = view.map_or(0, |view| view.sources.lacking());
        if lacking > 0 {
            let what = if lacking == 1 { "1 file".to_owned() } else { format!("{lacking} files") };
            notes.insert(format!(
                "{what} of the base could not be looked at for code that needs the schema as it was, as their text is not in this clone; check out without a filter, or fetch it"
            ));
        }
        notes
    }

    fn note(&self, note: String) {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).insert(note);
    }

    fn view(&self) -> Option<&View> {
        let open = || {
            let moment = self.moment.as_ref().ok_or_else(String::new)?;
            let past = moment.as_ref().map_err(Clone::clone)?.open()?;
            let project = project::listed(&self.opened.settings, past.paths());
            Ok(View { sources: self.opened.sources.at(past), project })
        };
        match self.view.get_or_init(open) {
            Ok(view) => Some(view),
            Err(why) => {
                self.note(format!("the code at the base could not be looked at for what needs the schema as it was: {why}"));
                None
            }
        }
    }

    /// What one tree's change takes away from code, on one database. The base is read only where
    /// it takes something away that its code may need.
    pub(crate) fn pending<'s>(
        &'s self,
        tree: &'s Tree,
        outcome: &mut Outcome,
    ) -> Option<Pending<'s>> {
        let changed = outcome.changed.take()?;
        self.moment.as_ref()?;
        let (Changed { applied, before }, after) = (&changed, &outcome.schema);
        let trace = Trace::of(applied, before);
        let lost::Taken { mut lost, replaced } = lost::taken(applied, &trace, before, after);
        let mut required = required::required(&trace, &replaced, before, after);
        if lost.is_empty() && required.is_empty() {
            return None;
        }
        if self.apart.contains(&tree.dir.as_str()) {
            self.note(format!(
                "{} lies in a repository of its own, so code that needs its schema as it was is not looked for",
                tree.shown()
            ));
            return None;
        }
        if lost.len().max(required.len()) > MAX_TOLD {
            self.note(format!("of what the change takes away in {}, only {MAX_TOLD} things are looked for in the code at the base", tree.shown()));
            lost.truncate(MAX_TOLD);
            required.truncate(MAX_TOLD);
        }
        let code = Code::new(self, self.view()?, tree, before);
        Some(Pending { changed, lost, required, code })
    }
}

impl Pending<'_> {
    /// Adds what the rules say of it. One at a time: what a look may cost is shared, and who gets
    /// it must not be chance.
    pub(crate) fn check(&self, outcome: &mut Outcome, rules: &[&'static Rule]) {
        let Pending { changed: Changed { applied, before }, lost, required, code } = self;
        let running = Running { applied, before, after: &outcome.schema, lost, required, code };
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
        let unread = running.unread(&outcome.opaque);
        outcome.findings.extend(out);
        outcome.opaque.extend(unread);
    }
}

/// Whether code is more likely a tree's than another one's: by the folder that both lie in. Trees
/// side by side are those of one application, for several databases.
fn is_near(trees: &[Tree], tree: &Tree, path: &str) -> bool {
    let folder = project::parent(path);
    let shared = |tree: &Tree| {
        let both = folder.split('/').zip(tree.dir.split('/'));
        both.take_while(|(one, other)| one == other).count()
    };
    let own = shared(tree);
    let beside = |other: &Tree| project::parent(&other.dir) == project::parent(&tree.dir);
    trees.iter().all(|other| beside(other) || shared(other) < own)
}

/// Whether a folder's name has the word: `db_migrations`, and not `immigration`.
fn holds_migrations(folder: &str) -> bool {
    let mut words = folder.split(|c: char| !c.is_alphanumeric());
    words.any(|word| matches!(word, "migration" | "migrations" | "Migrations" | "Migration"))
}

impl Running<'_> {
    /// What of the base's models could not be read, unless it reads so in the work tree, too.
    fn unread(&self, known: &[OpaquePlace]) -> Vec<OpaquePlace> {
        let sources = &self.code.view.sources;
        let as_shown = |place: &OpaquePlace| {
            let file = sources.file(place.span.file);
            (file.path.clone(), file.slice(place.span).to_owned(), place.reason.clone())
        };
        let known: HashSet<_> = known.iter().map(as_shown).collect();
        let unread = self.code.models.opaque.iter();
        unread.filter(|place| !known.contains(&as_shown(place))).cloned().collect()
    }

    /// The code at the base.
    fn look<'l>(&'l self, is_code: &'l dyn Fn(&str) -> bool) -> Look<'l> {
        let View { sources, project } = self.code.view;
        Look { sources, project, is_code }
    }

    /// Where the running code needs what is lost, and what to say of it.
    pub fn uses(&self, lost: &Lost) -> Option<Label> {
        let all = self.code.uses.get_or_init(|| self.all_uses());
        all.get(&lost.key()).cloned()
    }

    fn all_uses(&self) -> HashMap<Key, Label> {
        let mut found = self.mapped();
        let mut open = HashSet::new();
        let mut to_writes = HashSet::new();
        for lost in self.lost {
            if found.contains_key(&lost.key()) {
                continue;
            }
            match self.declares(lost) {
                Some(label) => _ = found.insert(lost.key(), label),
                None if lost.to_writes => _ = to_writes.insert(lost.table.clone()),
                None => _ = open.insert(lost.key()),
            }
        }
        let is_code = |path: &str| self.code.is_code(path);
        let look = self.look(&is_code);
        let queried = self
            .code
            .look_through(BASE, |glance| sql::uses(look, self.before, open, to_writes, glance));
        let label = |span| Label { span, text: "the code at the base asks for it here".to_owned() };
        found.extend(queried.into_iter().map(|(key, span)| (key, label(span))));
        found
    }

    /// Where the models of the running code map what is lost.
    fn mapped(&self) -> HashMap<Key, Label> {
        let mut keys = Vec::new();
        let mut all: Vec<(&Mapped, Option<&Field>)> = Vec::new();
        for lost in self.lost.iter().filter(|lost| !lost.to_writes) {
            for mapped in self.code.mapped(&lost.table) {
                let field = match &lost.column {
                    None => None,
                    Some(column) => {
                        let field = mapped.fields.iter().find(|f| self.is(column, &f.column));
                        let Some(field) = field else { continue };
                        Some(field)
                    }
                };
                keys.push(lost.key());
                all.push((mapped, field));
            }
        }
        let is_code = |path: &str| self.code.is_code(path);
        let (Code { models, tree, .. }, look) = (self.code, self.look(&is_code));
        let used =
            self.code.look_through(BASE, |glance| models.used(tree.tool, look, &all, glance));
        let mut found: HashMap<Key, Label> = HashMap::new();
        for ((key, (mapped, field)), span) in keys.into_iter().zip(all).zip(used) {
            let Some(span) = span else { continue };
            let (declared, what) = match field {
                None => (mapped.span, mapped.class.clone()),
                Some(field) => (field.span, format!("{}.{}", mapped.class, field.name)),
            };
            let verb = if span == declared { "maps it" } else { "is used" };
            let text = format!("`{what}` {verb} in the code at the base");
            found.entry(key).or_insert(Label { span, text });
        }
        for lost in self.lost.iter().filter(|lost| lost.to_writes) {
            let class = self.code.mapped(&lost.table).next();
            let Some((class, span)) = class.zip(self.inserts().get(&lost.table)) else { continue };
            let (span, text) =
                (*span, format!("`{}` is written to in the code at the base", class.class));
            found.entry(lost.key()).or_insert(Label { span, text });
        }
        found
    }

    /// Where the running code has a table that no class is mapped to, or a column of it.
    fn declares(&self, lost: &Lost) -> Option<Label> {
        if self.code.classes.contains_key(&lost.table) || lost.to_writes {
            return None;
        }
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
        let all = self.code.left_out.get_or_init(|| self.all_left_out());
        all.get(&required.key()).cloned()
    }

    fn all_left_out(&self) -> HashMap<Key, Label> {
        let mut found: HashMap<Key, Label> = HashMap::new();
        let mut open = Vec::new();
        for required in self.required {
            match self.unmapped(required) {
                Some(label) => _ = found.insert(required.key(), label),
                None => open.push(required),
            }
        }
        let is_code = |path: &str| self.code.is_code(path);
        let look = self.look(&is_code);
        let queried = self.code.look_through(BASE, |glance| {
            sql::leaves_out(look, self.before, self.after, open.into_iter(), glance)
        });
        let label =
            |span| Label { span, text: "the code at the base does not fill it here".to_owned() };
        found.extend(queried.into_iter().map(|(key, span)| (key, label(span))));
        found
    }

    /// Where the models of the running code insert rows without a column.
    fn unmapped(&self, required: &Required) -> Option<Label> {
        let Code { models, tables, unread, .. } = self.code;
        let op = models.ops.get(*tables.get(&required.table)?)?;
        let OpKind::CreateTable(create) = &op.kind else { return None };
        if unread.contains(&required.table) {
            return None;
        }
        let class = self.code.mapped(&required.table).next();
        let name = class.map_or_else(|| create.table.to_string(), |class| class.class.clone());
        let known = create.columns.iter().find(|c| self.is(&required.known, &c.name));
        let Some(known) = known else {
            let span = match class {
                Some(_) => *self.inserts().get(&required.table)?,
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

    /// Where rows are inserted into the tables of which columns have to be given, or that can no
    /// longer be written to.
    fn inserts(&self) -> &HashMap<Name, Span> {
        let Code { models, tree, inserts, .. } = self.code;
        inserts.get_or_init(|| {
            let required = self.required.iter().map(|one| &one.table);
            let lost = self.lost.iter().filter(|lost| lost.to_writes).map(|lost| &lost.table);
            let tables: BTreeSet<&Name> = required.chain(lost).collect();
            let first = |table: &Name| self.code.mapped(table).next();
            let (tables, all): (Vec<&Name>, Vec<&Mapped>) =
                tables.into_iter().filter_map(|table| Some((table, first(table)?))).unzip();
            let is_code = |path: &str| self.code.is_code(path);
            let look = self.look(&is_code);
            let found = self
                .code
                .look_through(BASE, |glance| models.inserts(tree.tool, look, &all, glance));
            let found = tables.into_iter().zip(found);
            found.filter_map(|(table, span)| Some((table.clone(), span?))).collect()
        })
    }

    /// Fields of the work tree's API classes that were a lost column's, and what to say of them.
    pub fn stale(&self, lost: &Lost) -> &[Label] {
        let Code { then, tree, stale, .. } = self.code;
        if tree.tool != Tool::Alembic {
            return &[];
        }
        let all = stale.get_or_init(|| {
            let mut keys = Vec::new();
            let mut fields = Vec::new();
            for lost in self.lost {
                let Some(column) = &lost.column else { continue };
                let found = self.code.mapped(&lost.table).find_map(|mapped| {
                    let field = mapped.fields.iter().find(|f| self.is(column, &f.column))?;
                    Some((mapped, field))
                });
                let Some(found) = found else { continue };
                keys.push(lost.key());
                fields.push(found);
            }
            let Opened { sources, project, .. } = then.opened;
            let is_code = |path: &str| self.code.is_code(path);
            let look = Look { sources, project, is_code: &is_code };
            let found = self
                .code
                .look_through("the project", |glance| stale::fields(look, &fields, glance));
            keys.into_iter().zip(found).collect()
        });
        all.get(&lost.key()).map_or(&[], Vec::as_slice)
    }

    /// What the database says to code that still uses it.
    pub fn refused(&self, lost: &Lost) -> String {
        let Lost { table, column, to_writes, .. } = lost;
        let postgres = self.before.database().is_postgres();
        match (column, postgres) {
            (None, true) if *to_writes => {
                format!("PostgreSQL: 42809 cannot change materialized view \"{}\"", table.name)
            }
            (None, false) if *to_writes => {
                format!("SQLite: cannot modify {} because it is a view", table.name)
            }
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
        self.before.database().dialect.is_same(one, other)
    }

    /// A column as it was before the change.
    pub fn column(&self, table: &Name, column: &str) -> Option<&Column> {
        self.before.column(table, column).found().map(|found| &*found.column)
    }
}
