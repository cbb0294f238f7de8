//! What a history leaves behind: tables, types, views, and who made them.
//!
//! Every change is journalled, so that a frontend can look ahead and a rule can try a
//! downgrade, and the schema be put back at the cost of what was touched, not of its size.

mod apply;
mod columns;
mod constraints;
mod descend;
mod expressions;
mod extras;
mod inherit;
mod journal;
mod names;
mod query;
mod rebuild;
mod rows;
mod touched;
mod uses;
mod views;

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

pub use apply::MAX_PARTS;
pub use expressions::{each_token, mentions};
pub use extras::Extra;
use journal::Journaled;
pub use journal::Mark;
pub use names::{called, clip, sequence_name};
pub use query::Columns;
pub use touched::Touched;
pub use views::{ColumnRead, Lack};

use crate::{
    database::Database,
    ir::{
        Column, Constraint, ConstraintKind, Domain, ForeignKey, Index, Name, Op, OpKind,
        TableOptions,
    },
    source::Span,
    types::SqlType,
};

/// The database that a history leaves behind, for one target.
#[derive(Debug, Clone)]
pub struct Schema {
    database: Database,
    tables: Journaled<Table>,
    types: Journaled<Type>,
    views: Journaled<View>,
    sequences: Journaled<Sequence>,
    /// Schemas, extensions, functions.
    extras: Journaled<Extra>,
    /// Every index, by name, to the table it lies on: index names share the tables' namespace.
    index_owners: Journaled<Owner>,
    /// How many indexes were made so far.
    indexes_made: u64,
    /// Set once something unread may have made or dropped anything: from then on, what is
    /// not found may exist all the same.
    open: Journaled<bool>,
    /// Names of tables that were dropped or renamed away, and by which statement.
    gone: Journaled<Span>,
    /// Tables made since anything may have changed: the ones that the next such place makes
    /// incomplete. Each is visited once, however many places there are.
    fresh: Journaled<()>,
    /// The tables whose foreign keys have ever referenced a table, by that table, and this by what
    /// its name is without case and schema.
    referenced: HashMap<String, BTreeMap<Name, BTreeSet<Name>>>,
    /// The tables that have ever had a trigger, by its name without case, and those whose indexes
    /// have ever had a text in double quotes (SQLite).
    triggers: HashMap<String, BTreeSet<Name>>,
    quoted_texts: BTreeSet<Name>,
    uses: uses::Uses,
    /// Every table that has ever been known in part only.
    partial: BTreeSet<Name>,
    /// Views that may be broken: what they read has changed since that was looked at (SQLite).
    suspects: Journaled<()>,
    /// The sequences that a table's columns have ever owned, by the table.
    owners: HashMap<Name, BTreeSet<Name>>,
    /// What the columns of queries have cost so far.
    spent: usize,
    /// Parents above the table that is changed at the moment, whose change it follows.
    generations: usize,
    /// The tables that have ever inherited from a table, by that table.
    mothers: HashMap<Name, BTreeSet<Name>>,
    /// What the project's own functions yield, by name; not known where several differ.
    yields: HashMap<String, SqlType>,
    /// The search path that the current migration has set; empty: the default one.
    path: Vec<Option<String>>,
    /// The current migration has turned `PRAGMA legacy_alter_table` on: foreign keys and views go on
    /// naming a table that is renamed, its own among them (SQLite, ALTER TABLE RENAME; an experiment
    /// with 3.40). With `PRAGMA foreign_keys` on, which is off by default, foreign keys follow.
    legacy_rename: bool,
    /// Every name that a constraint has ever had, with its table's schema; most are had once.
    constraint_names: HashSet<Name>,
    /// Where new objects say they come from.
    now: Origin,
}

/// Who made a thing: the migration's place in the replay, the change it belongs to, the statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// Position in the replay order, from 0.
    pub migration: u32,
    /// Migrations that are reviewed together carry the same number; what a database has run
    /// already carries 0.
    pub change: u32,
    pub span: Span,
}

/// What a look-up finds. `Unknown`: it may exist, made by something that could not be read.
#[derive(Debug, Clone, Copy)]
pub enum Lookup<T> {
    Found(T),
    Missing,
    Unknown,
}

impl<T> Lookup<T> {
    pub fn found(self) -> Option<T> {
        match self {
            Lookup::Found(value) => Some(value),
            Lookup::Missing | Lookup::Unknown => None,
        }
    }

    pub fn is_missing(&self) -> bool {
        matches!(self, Lookup::Missing)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub name: Name,
    pub columns: Vec<TableColumn>,
    pub constraints: Vec<Constraint>,
    pub indexes: Vec<TableIndex>,
    pub triggers: Vec<Trigger>,
    pub options: TableOptions,
    /// The tables it inherits from; of a partition, the one it is part of.
    pub parents: Vec<Name>,
    /// The bound of a partition.
    pub bound: Option<String>,
    pub created: Origin,
    pub rows: Rows,
    /// Gone with the session: not part of what a history leaves behind.
    pub temporary: bool,
    /// Names are compared without case (SQLite).
    pub folds: bool,
    /// False for a table the history did not create, or that something unread has altered:
    /// it may have columns, indexes and constraints that are not listed.
    pub complete: bool,
}

/// A column, and what has become of its values.
#[derive(Debug, Clone, PartialEq)]
pub struct TableColumn {
    pub column: Arc<Column>,
    pub created: Origin,
    /// Where NOT NULL was taken from it.
    pub loosened: Option<Span>,
    pub filled: Filled,
    /// Not only from a table that it inherits from.
    pub local: bool,
}

/// Whether the rows of a column that was added empty have got a value since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filled {
    No,
    /// Some rows were written, by a statement with another filter than `IS NULL`.
    Partly(Span),
    /// Every row, or every NULL, was written by this statement.
    Fully(Span),
}

/// The table that an index lies on.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Owner {
    table: Name,
    /// Its place among all indexes, as they were made.
    at: u64,
    /// What its columns were called when it was made.
    columns: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TableIndex {
    pub name: String,
    pub index: Index,
    pub created: Origin,
}

/// What a name among the relations can stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    Table,
    View,
    MaterializedView,
    Index,
    /// The index of a primary key or a UNIQUE.
    Key,
    Sequence,
}

/// What is known of a table's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// Made in this history, and nothing was written to it yet.
    None,
    /// Written by a migration at this place.
    Written(Span),
    /// Emptied (DELETE without WHERE, TRUNCATE) in the change of this number, and nothing
    /// written since.
    Emptied(u32),
    /// In production for a while, or not ours: it may hold any number.
    Unknown,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Type {
    pub name: Name,
    pub kind: TypeKind,
    pub created: Origin,
}

#[derive(Debug, Clone, PartialEq)]
pub enum TypeKind {
    Enum {
        labels: Vec<String>,
    },
    /// `known` is false once something unread has altered it.
    Domain {
        domain: Domain,
        known: bool,
    },
    /// A composite, range or base type: what follows its name.
    /// `None` once something unread has altered it.
    Other {
        sql: Option<String>,
    },
}

/// `sql`: the statement that made it; `None` where something it names was renamed since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    pub name: String,
    pub sql: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct View {
    pub name: Name,
    pub materialized: bool,
    /// The names given to its columns in its own list.
    pub columns: Vec<String>,
    pub tables: Vec<Name>,
    /// The columns that its query names, where it reads one table and nothing else.
    pub names: Option<Vec<String>>,
    pub reads: Vec<ColumnRead>,
    pub words: BTreeSet<String>,
    /// Those of a materialized view.
    pub indexes: Vec<TableIndex>,
    /// The columns that its text quotes wherever it names them (SQLite).
    pub quoted: Vec<String>,
    /// The names of its triggers (SQLite, where all of them share one namespace).
    pub triggers: Vec<String>,
    /// The query; `None` where it is not known, or something it names was renamed since.
    pub sql: Option<String>,
    /// What its query yields; `None` where that is not known.
    pub output: Option<Columns>,
    pub created: Origin,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Sequence {
    pub name: Name,
    /// The column whose default it feeds.
    pub owner: Option<(Name, String)>,
    /// `START WITH 10 …`, as written.
    pub options: String,
    /// An identity's own: it comes and goes with that.
    pub internal: bool,
}

impl Sequence {
    /// Whether `serial` or identity would make the same for a column of this type.
    pub fn is_usual(&self, ty: &crate::types::SqlType) -> bool {
        self.options.is_empty() || self.options.eq_ignore_ascii_case(&format!("AS {}", ty.name))
    }
}

impl Schema {
    pub fn new(database: Database, now: Origin) -> Schema {
        Schema {
            database,
            tables: Journaled::folding(database.is_sqlite()),
            types: Journaled::default(),
            views: Journaled::folding(database.is_sqlite()),
            sequences: Journaled::default(),
            extras: Journaled::default(),
            index_owners: Journaled::folding(database.is_sqlite()),
            indexes_made: 0,
            open: Journaled::default(),
            gone: Journaled::default(),
            fresh: Journaled::default(),
            referenced: HashMap::new(),
            triggers: HashMap::new(),
            quoted_texts: BTreeSet::new(),
            uses: uses::Uses::default(),
            partial: BTreeSet::new(),
            suspects: Journaled::default(),
            owners: HashMap::new(),
            spent: 0,
            generations: 0,
            mothers: HashMap::new(),
            yields: HashMap::new(),
            path: Vec::new(),
            legacy_rename: false,
            constraint_names: HashSet::new(),
            now,
        }
    }

    pub fn database(&self) -> Database {
        self.database
    }

    /// Says which migration the following operations belong to.
    pub fn enter(&mut self, migration: u32, change: u32, span: Span) {
        self.now = Origin { migration, change, span };
        self.path.clear();
        self.legacy_rename = false;
    }

    pub fn table(&self, name: &Name) -> Lookup<&Table> {
        self.lookup(self.tables.get(&self.resolve(name)))
    }

    /// A table to keep: the schema may go on without it.
    pub fn shared_table(&self, name: &Name) -> Option<Arc<Table>> {
        self.tables.shared(&self.resolve(name))
    }

    /// The name under which an object is kept: cut as PostgreSQL cuts it, and in the
    /// spelling it was made with on SQLite, where names are compared without case.
    pub fn resolve(&self, name: &Name) -> Name {
        if self.database.is_postgres() {
            return self.found_on_path(self.resolve_new(name));
        }
        if self.tables.get(name).is_some() {
            return name.clone();
        }
        let known = self.tables.spelled(name).or_else(|| self.views.spelled(name));
        known.unwrap_or(name).clone()
    }

    /// The name under which a new object is kept, whatever else the search path has.
    pub(super) fn resolve_new(&self, name: &Name) -> Name {
        match self.database.is_postgres() {
            true => name.sibling(clip(&name.name)),
            false => self.resolve(name),
        }
    }

    /// A name in the path's first schema may be one without a schema, of an object in a later one.
    fn found_on_path(&self, name: Name) -> Name {
        let [first, rest @ ..] = self.path.as_slice() else { return name };
        let is = |name: &Name| self.relation_exists(name);
        if *first != name.schema || rest.is_empty() || is(&name) {
            return name;
        }
        let later = rest.iter().map(|schema| Name { schema: schema.clone(), ..name.clone() });
        later.into_iter().find(is).unwrap_or(name)
    }

    /// The operation with the names that it means, where a search path of several schemas finds
    /// them in a later one; `None` where it means what it says. What looks its table up by
    /// [`Schema::table`] needs no such help.
    pub fn on_path(&self, op: &Op) -> Option<Op> {
        let [first, rest @ ..] = self.path.as_slice() else { return None };
        if rest.is_empty() || self.database.is_sqlite() {
            return None;
        }
        let changed = Cell::new(false);
        let put = |name: &mut Name, found: Name| {
            changed.set(changed.get() || *name != found);
            *name = found;
        };
        let retype = |ty: &mut SqlType| {
            let written = ty.name.clone();
            self.qualify(ty);
            changed.set(changed.get() || ty.name != written);
        };
        let relation = |name: &Name| {
            let found = self.resolve(name);
            if found.schema == name.schema { name.clone() } else { found }
        };
        let ty = |name: &Name| {
            let is = |name: &Name| self.types.get(name).is_some();
            if *first != name.schema || is(name) {
                return name.clone();
            }
            let later = rest.iter().map(|schema| Name { schema: schema.clone(), ..name.clone() });
            later.into_iter().find(is).unwrap_or_else(|| name.clone())
        };
        let mut kind = op.kind.clone();
        match &mut kind {
            OpKind::RenameTable { table: name, .. }
            | OpKind::SetSchema { table: name, .. }
            | OpKind::CreateIndex { table: name, .. }
            | OpKind::DropIndex { name, .. }
            | OpKind::RenameIndex { name, .. }
            | OpKind::RenameSequence { name, .. }
            | OpKind::DropSequence { name, .. }
            | OpKind::DropView { name, .. } => put(name, relation(name)),
            OpKind::OwnSequence { name, owner } => {
                put(name, relation(name));
                owner.iter_mut().for_each(|(table, _)| put(table, relation(table)));
            }
            OpKind::CreateSequence { owner, .. } => {
                owner.iter_mut().for_each(|(table, _)| put(table, relation(table)));
            }
            OpKind::DropType { name, .. }
            | OpKind::AddEnumValue { name, .. }
            | OpKind::RenameEnumValue { name, .. }
            | OpKind::ReplaceEnum { name, .. }
            | OpKind::RenameType { name, .. }
            | OpKind::MoveType { name, .. }
            | OpKind::AlterDomain { name, .. } => put(name, ty(name)),
            OpKind::AlterColumn { change, .. } => {
                change.ty.iter_mut().for_each(|change| retype(&mut change.to));
            }
            OpKind::AddColumn { column, .. } => retype(&mut column.ty),
            OpKind::CreateTable(create) => {
                create.columns.iter_mut().for_each(|column| retype(&mut column.ty));
            }
            _ => {}
        }
        changed.get().then(|| Op { kind, ..op.clone() })
    }

    pub fn view(&self, name: &Name) -> Option<&View> {
        self.views.get(name).or_else(|| self.views.get(&self.resolve(name)))
    }

    pub fn ty(&self, name: &Name) -> Lookup<&Type> {
        self.lookup(self.types.get(name))
    }

    /// The type that a domain is over, down to one that is none; any other type as it is.
    pub fn based(&self, ty: &SqlType) -> SqlType {
        let mut at = ty.clone();
        for _ in 0..8 {
            match self.types.get(&type_name(&at)).map(|ty| &ty.kind) {
                Some(TypeKind::Domain { domain, .. }) if at.dims == 0 => at = domain.base.clone(),
                _ => break,
            }
        }
        at
    }

    /// The labels of an enum type; `None` for any other type, and for one that is not known.
    pub fn labels(&self, ty: &SqlType) -> Option<&[String]> {
        match &self.types.get(&type_name(ty)).filter(|_| ty.dims == 0)?.kind {
            TypeKind::Enum { labels } => Some(labels),
            TypeKind::Domain { .. } | TypeKind::Other { .. } => None,
        }
    }

    pub fn sequence(&self, name: &Name) -> Option<&Sequence> {
        self.sequences.get(name)
    }

    /// A table's column. Unknown where the table is, or is not listed in full.
    pub fn column(&self, table: &Name, column: &str) -> Lookup<&TableColumn> {
        match self.table(table) {
            Lookup::Found(table) => table.column(column),
            Lookup::Missing => Lookup::Missing,
            Lookup::Unknown => Lookup::Unknown,
        }
    }

    /// The table an index lies on.
    pub fn index_table(&self, index: &Name) -> Lookup<&Table> {
        let index = &self.index_name(index);
        let owner = self.index_owners.get(index).and_then(|owner| self.tables.get(&owner.table));
        match owner {
            Some(table) => Lookup::Found(table),
            None if self.some_in_part() => Lookup::Unknown,
            None => self.lookup(None),
        }
    }

    /// Whether some table is not known in full.
    pub fn some_in_part(&self) -> bool {
        let mut ever = self.partial.iter().filter_map(|name| self.tables.get(name));
        self.is_open() || ever.any(|table| !table.complete)
    }

    /// The spelling with which an index was made (SQLite).
    pub(super) fn index_name(&self, name: &Name) -> Name {
        if self.database.is_postgres() || self.index_owners.get(name).is_some() {
            return name.clone();
        }
        self.index_owners.spelled(name).unwrap_or(name).clone()
    }

    /// What holds a name among the relations. On PostgreSQL tables, views, indexes, sequences
    /// and the constraints that stand on an index share their names; on SQLite tables, views
    /// and indexes do. Nothing where it may be gone again.
    pub fn relation(&self, name: &Name) -> Option<Relation> {
        self.holder(&self.resolve(name))
    }

    /// What holds the name that a new thing would get: the search path is not gone through.
    pub fn holder(&self, name: &Name) -> Option<Relation> {
        let name = &self.resolve_new(name);
        if let Some(table) = self.tables.get(name) {
            return table.complete.then_some(Relation::Table);
        }
        let index = &self.index_name(name);
        let owner = self.index_owners.get(index).and_then(|owner| self.tables.get(&owner.table));
        if let Some(owner) = owner {
            let backs = owner.index(&index.name).is_none();
            return owner.complete.then_some(if backs { Relation::Key } else { Relation::Index });
        }
        if self.is_open() {
            return None;
        }
        if self.index_owners.get(index).is_some_and(|owner| self.views.get(&owner.table).is_some())
        {
            return Some(Relation::Index);
        }
        match self.views.get(name) {
            Some(view) if view.materialized => Some(Relation::MaterializedView),
            Some(_) => Some(Relation::View),
            None => self.sequences.get(name).map(|_| Relation::Sequence),
        }
    }

    /// The columns that a foreign key references: without a list, those of the primary key.
    pub fn referenced_columns<'a>(&'a self, fk: &'a ForeignKey) -> &'a [String] {
        match fk.columns.as_slice() {
            [] => self.table(&fk.table).found().map(Table::key_columns).unwrap_or_default(),
            columns => columns,
        }
    }

    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.values()
    }

    pub fn types(&self) -> impl Iterator<Item = &Type> {
        self.types.values()
    }

    pub fn views(&self) -> impl Iterator<Item = &View> {
        self.views.values()
    }

    pub fn sequences(&self) -> impl Iterator<Item = &Sequence> {
        self.sequences.values()
    }

    /// The sequences that belong to columns of a table.
    pub fn owned_by(&self, table: &Name) -> impl Iterator<Item = &Sequence> {
        let ever = self.owners.get(table).into_iter().flatten();
        let known = ever.filter_map(|name| self.sequences.get(name));
        known.filter(move |s| s.owner.as_ref().is_some_and(|(of, _)| of == table))
    }

    /// Has to follow whatever gives a sequence an owner or a name.
    fn note_owner(&mut self, sequence: &Name) {
        let owner = self.sequences.get(sequence).and_then(|s| s.owner.as_ref());
        if let Some((table, _)) = owner {
            self.owners.entry(table.clone()).or_default().insert(sequence.clone());
        }
    }

    /// The tables whose triggers have to be looked at for a name.
    pub fn tables_with_trigger(&self, name: &str) -> impl Iterator<Item = &Table> {
        let ever = self.triggers.get(&name.to_ascii_lowercase()).into_iter().flatten();
        let of = ever.filter_map(|table| self.tables.get(table));
        of.filter(move |t| t.triggers.iter().any(|g| g.name.eq_ignore_ascii_case(name)))
    }

    /// The tables whose indexes may have texts in double quotes.
    pub fn tables_with_quoted_texts(&self) -> impl Iterator<Item = &Table> {
        self.quoted_texts.iter().filter_map(|table| self.tables.get(table))
    }

    /// The tables that have ever referenced one.
    fn ever_referencing(&self, target: &Name) -> impl Iterator<Item = &Name> {
        let same = self.referenced.get(&target.name.to_ascii_lowercase());
        same.and_then(|names| names.get(target)).into_iter().flatten()
    }

    /// Has to follow whatever makes a foreign key of a table reference another.
    fn note_reference(&mut self, target: &Name, table: &Name) {
        let key = target.name.to_ascii_lowercase();
        let same = self.referenced.entry(key).or_default();
        same.entry(target.clone()).or_default().insert(table.clone());
    }

    /// The foreign keys that reference a table, with the table each stands on.
    pub fn references_to<'a>(
        &'a self,
        target: &'a Name,
    ) -> impl Iterator<Item = (&'a Table, &'a Constraint)> {
        let tables = self.ever_referencing(target).filter_map(|name| self.tables.get(name));
        tables.flat_map(move |table| {
            let keys = table
                .constraints
                .iter()
                .filter(move |c| c.foreign_key().is_some_and(|fk| fk.table == *target));
            keys.map(move |key| (table, key))
        })
    }

    /// Whether rows may be in a table when the current change reaches this point. A table that
    /// an earlier change made or emptied has been in use since.
    pub fn may_hold_rows(&self, table: &Table) -> bool {
        match table.rows {
            Rows::None => !self.is_new(table),
            Rows::Emptied(change) => change != self.now.change,
            Rows::Written(_) | Rows::Unknown => true,
        }
    }

    /// Whether the current change made the table.
    pub fn is_new(&self, table: &Table) -> bool {
        table.created.change == self.now.change && table.complete
    }

    /// Where a table of this name was, which is gone now: dropped or renamed.
    pub fn gone(&self, table: &Name) -> Option<Span> {
        self.gone.get(table).copied()
    }

    /// Whether a type of this name was dropped or renamed away.
    pub fn gone_type(&self, name: &Name) -> bool {
        self.gone.get(&type_key(name)).is_some()
    }

    /// Which migration is applied at the moment, and for which change.
    pub fn now(&self) -> Origin {
        self.now
    }

    /// Whether something unread may have made or dropped anything.
    pub fn is_open(&self) -> bool {
        self.open.get(&open_key()).is_some()
    }

    fn lookup<'a, T>(&self, found: Option<&'a T>) -> Lookup<&'a T> {
        match found {
            Some(value) => Lookup::Found(value),
            None if self.is_open() => Lookup::Unknown,
            None => Lookup::Missing,
        }
    }
}

impl Table {
    /// How much there is of it.
    pub fn size(&self) -> usize {
        1 + self.columns.len() + self.indexes.len() + self.constraints.len()
    }

    pub fn column(&self, name: &str) -> Lookup<&TableColumn> {
        let name = if self.folds { name } else { clip(name) };
        let exact = self.columns.iter().find(|c| c.column.name == name);
        match exact.or_else(|| {
            self.columns.iter().find(|c| c.column.name.eq_ignore_ascii_case(name) && self.folds)
        }) {
            Some(column) => Lookup::Found(column),
            None if self.complete => Lookup::Missing,
            None => Lookup::Unknown,
        }
    }

    /// The same definition, whatever has become of the rows.
    pub fn is_defined_as(&self, other: &Table) -> bool {
        let columns =
            |t: &Table| t.columns.iter().map(|c| Arc::clone(&c.column)).collect::<Vec<_>>();
        columns(self) == columns(other)
            && self.constraints == other.constraints
            && self.indexes == other.indexes
            && self.triggers == other.triggers
            && self.options == other.options
            && self.parents == other.parents
            && self.bound == other.bound
            && self.complete == other.complete
    }

    pub fn primary_key(&self) -> Option<&Constraint> {
        self.constraints.iter().find(|c| c.kind == ConstraintKind::PrimaryKey)
    }

    pub fn constraint(&self, name: &str) -> Option<&Constraint> {
        self.constraints.iter().find(|c| c.name.as_deref() == Some(name))
    }

    pub fn index(&self, name: &str) -> Option<&TableIndex> {
        self.indexes.iter().find(|i| i.name == name)
    }
}

/// Types share the log of what is gone with tables, under names no table can have.
fn type_key(name: &Name) -> Name {
    name.sibling(&format!("type {}", name.name))
}

fn open_key() -> Name {
    Name::plain("")
}

/// The name of a type in the schema.
fn type_name(ty: &SqlType) -> Name {
    match ty.name.split_once('.') {
        Some((schema, name)) => Name::new(Some(schema), name),
        None => Name::plain(&ty.name),
    }
}
