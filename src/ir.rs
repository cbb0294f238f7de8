//! The one vocabulary that every frontend writes and everything else reads.

use std::{collections::BTreeSet, fmt};

pub mod query;

use crate::{ir::query::Query, source::Span, types::SqlType};

/// The name of a table, type, view, index or sequence. No schema means the
/// default one (`public` on PostgreSQL, `main` on SQLite), which frontends fold away.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    pub schema: Option<String>,
    pub name: String,
}

impl Name {
    pub fn plain(name: &str) -> Name {
        Name { schema: None, name: name.to_owned() }
    }

    /// Folds the default schemas of both databases away.
    pub fn new(schema: Option<&str>, name: &str) -> Name {
        let schema = schema.filter(|s| !matches!(*s, "public" | "main" | ""));
        Name { schema: schema.map(str::to_owned), name: name.to_owned() }
    }

    /// The same schema, another name.
    pub fn sibling(&self, name: &str) -> Name {
        Name { schema: self.schema.clone(), name: name.to_owned() }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// The schemas of a search path as it is written, in order; those that hold nothing of a
/// project's own are left out.
pub fn schemas(path: &str) -> impl Iterator<Item = String> {
    let names = path.split(',').map(|name| name.trim().trim_matches(['"', '\'']).to_owned());
    let own = |name: &String| {
        !matches!(name.as_str(), "$user" | "pg_catalog" | "pg_temp" | "" | "DEFAULT" | "default")
    };
    names.filter(own)
}

/// One operation of a migration: what it does, where it is written, and how it is run.
#[derive(Debug, Clone)]
pub struct Op {
    pub kind: OpKind,
    /// The whole statement or call.
    pub span: Span,
    pub style: Style,
    /// Operations with the same number commit together; `None`: each commits by itself
    /// (`autocommit_block`, `-- no-transaction`).
    pub transaction: Option<u32>,
    /// False when the operation stands under a condition that could not be decided.
    pub certain: bool,
    /// `ALTER TABLE ONLY`, `CREATE INDEX … ON ONLY`: not on the tables that inherit.
    pub only: bool,
    /// `ALTER … IF EXISTS`: it does nothing where the table, index or sequence is not there.
    pub if_exists: bool,
    /// The SQLSTATEs with which the server may refuse it, and nothing fails: it does nothing then.
    pub forgiven: Vec<&'static str>,
}

/// Stands for every SQLSTATE.
pub const ANY_STATE: &str = "*";

/// How an operation is written; decides the wording of a fix and what SQLite does with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// SQL text, in a file or in `op.execute`.
    Sql,
    /// A call of Alembic's `op`.
    Alembic,
    /// A call on a `batch_alter_table` context. `rebuild`: the target rebuilds the table for it
    /// (SQLite with `recreate="auto"`, or `"always"`), so that its own ALTER limits do not apply.
    Batch { block: u32, rebuild: bool },
    /// A call of `SchemaManager` of sea-orm-migration. `panics`: the words with which sea-query
    /// panics, instead of writing it for the target.
    SeaOrm { panics: Option<&'static str> },
}

impl Style {
    /// Whether it reaches the server as SQL, with nothing in between that knows better.
    pub fn is_sql(self) -> bool {
        matches!(self, Style::Sql | Style::SeaOrm { .. })
    }
}

/// What an operation does.
#[derive(Debug, Clone)]
pub enum OpKind {
    CreateTable(CreateTable),
    DropTable {
        table: Name,
        if_exists: bool,
        cascade: bool,
    },
    RenameTable {
        table: Name,
        to: String,
    },
    /// `ALTER TABLE … SET SCHEMA`; `None` is the default schema.
    SetSchema {
        table: Name,
        schema: Option<String>,
    },
    AddColumn {
        table: Name,
        column: Column,
        constraints: Vec<Constraint>,
        indexes: Vec<Index>,
        if_not_exists: bool,
    },
    DropColumn {
        table: Name,
        column: String,
        if_exists: bool,
        cascade: bool,
    },
    RenameColumn {
        table: Name,
        column: String,
        to: String,
    },
    AlterColumn {
        table: Name,
        column: String,
        change: ColumnChange,
    },
    AddConstraint {
        table: Name,
        constraint: Constraint,
    },
    ValidateConstraint {
        table: Name,
        name: String,
    },
    DropConstraint {
        table: Name,
        name: Option<String>,
        kind: Option<ConstraintType>,
        if_exists: bool,
        cascade: bool,
    },
    RenameConstraint {
        table: Name,
        name: String,
        to: String,
    },
    CreateIndex {
        table: Name,
        index: Index,
        concurrently: bool,
        if_not_exists: bool,
    },
    /// `table` where the tool names it (`op.drop_index(…, table_name=…)`).
    DropIndex {
        name: Name,
        table: Option<Name>,
        if_exists: bool,
        cascade: bool,
        concurrently: bool,
    },
    RenameIndex {
        name: Name,
        to: String,
    },
    /// `checkfirst`: does nothing where the type exists.
    CreateEnum {
        name: Name,
        labels: Vec<String>,
        checkfirst: bool,
    },
    CreateDomain {
        name: Name,
        domain: Domain,
    },
    AlterDomain {
        name: Name,
        change: DomainChange,
    },
    /// A composite, range or base type. `sql`: what follows its name.
    CreateType {
        name: Name,
        sql: String,
    },
    /// `ALTER TYPE … SET SCHEMA`; `None` is the default schema.
    MoveType {
        name: Name,
        schema: Option<String>,
    },
    DropType {
        name: Name,
        if_exists: bool,
        cascade: bool,
    },
    AddEnumValue {
        name: Name,
        label: String,
        position: Option<EnumPosition>,
        if_not_exists: bool,
    },
    RenameEnumValue {
        name: Name,
        from: String,
        to: String,
    },
    /// The type is made anew with these labels, and its columns are converted to it
    /// (alembic-postgresql-enum's `sync_enum_values`).
    ReplaceEnum {
        name: Name,
        labels: Vec<String>,
    },
    RenameType {
        name: Name,
        to: String,
    },
    /// `reads`: the tables and columns its query names, for what depends on them. `sql`: the
    /// query; `None` where it is not known. `query`: what its columns depend on.
    CreateView {
        name: Name,
        materialized: bool,
        if_not_exists: bool,
        or_replace: bool,
        /// Those listed behind its name.
        columns: Vec<String>,
        reads: Reads,
        sql: Option<String>,
        query: Option<Box<Query>>,
    },
    DropView {
        name: Name,
        materialized: bool,
        if_exists: bool,
        cascade: bool,
    },
    /// `options`: `START WITH 10 …`, as written. `owner`: the column with which it goes.
    CreateSequence {
        name: Name,
        if_not_exists: bool,
        options: String,
        owner: Option<(Name, String)>,
    },
    /// `ALTER SEQUENCE … OWNED BY`; `None`: by none.
    OwnSequence {
        name: Name,
        owner: Option<(Name, String)>,
    },
    RenameSequence {
        name: Name,
        to: String,
    },
    DropSequence {
        name: Name,
        if_exists: bool,
        cascade: bool,
    },
    /// `sql`: the whole statement.
    CreateTrigger {
        if_not_exists: bool,
        name: String,
        table: Name,
        fires: Fires,
        sql: Option<String>,
    },
    DropTrigger {
        name: String,
        table: Option<Name>,
        if_exists: bool,
    },
    CreateSchema {
        name: String,
    },
    DropSchema {
        name: String,
        cascade: bool,
    },
    CreateExtension {
        name: String,
        schema: Option<String>,
    },
    DropExtension {
        name: String,
        cascade: bool,
    },
    CreateRoutine(Routine),
    /// `arguments`: their types as written; `None`: the only one of that name.
    DropRoutine {
        name: Name,
        arguments: Option<String>,
    },
    /// `ATTACH PARTITION … bound`, or `INHERIT` where there is no bound.
    Attach {
        table: Name,
        child: Name,
        bound: Option<String>,
    },
    /// `DETACH PARTITION`, `NO INHERIT`.
    Detach {
        table: Name,
        child: Name,
    },
    /// Rows written, never schema: a backfill, a seed, a clean-up.
    Write(Write),
    /// A query whose rows the migration looks at.
    Read(Reads),
    /// The table is copied into a new one and swapped (Alembic's batch mode: on SQLite, and on
    /// PostgreSQL with `recreate="always"`). Written before the operations of the block, which then
    /// take effect on the new table.
    /// `foreign_keys`: the project turns SQLite's enforcement on for its connections.
    /// `from`: the definition that is copied instead of the table's own (`copy_from`).
    /// `names`: what constraints are called that SQLAlchemy found without a name, by their place
    /// among those that it found (`naming_convention`).
    Rebuild {
        table: Name,
        foreign_keys: bool,
        from: Option<Box<CreateTable>>,
        names: Vec<(usize, String)>,
    },
    /// `SET lock_timeout`, `statement_timeout`, `search_path`, `PRAGMA …`: the session, not the schema.
    Setting {
        name: String,
        value: String,
    },
    /// Understood, and without effect on what the schema model holds: COMMENT, GRANT, functions.
    Neutral {
        what: String,
    },
    /// Read and not understood.
    Opaque(Opaque),
}

impl OpKind {
    /// The table whose definition or rows it changes; for an index to be dropped, where named.
    pub fn table(&self) -> Option<&Name> {
        match self {
            OpKind::CreateTable(create) => Some(&create.table),
            OpKind::DropTable { table, .. }
            | OpKind::RenameTable { table, .. }
            | OpKind::SetSchema { table, .. }
            | OpKind::AddColumn { table, .. }
            | OpKind::DropColumn { table, .. }
            | OpKind::RenameColumn { table, .. }
            | OpKind::AlterColumn { table, .. }
            | OpKind::AddConstraint { table, .. }
            | OpKind::ValidateConstraint { table, .. }
            | OpKind::DropConstraint { table, .. }
            | OpKind::RenameConstraint { table, .. }
            | OpKind::CreateIndex { table, .. }
            | OpKind::CreateTrigger { table, .. }
            | OpKind::Attach { table, .. }
            | OpKind::Detach { table, .. }
            | OpKind::Rebuild { table, .. } => Some(table),
            OpKind::DropIndex { table, .. } | OpKind::DropTrigger { table, .. } => table.as_ref(),
            OpKind::Write(write) => Some(&write.table),
            _ => None,
        }
    }

    /// Whether it is about rows or the session only, never the schema.
    pub fn is_data(&self) -> bool {
        matches!(
            self,
            OpKind::Write(_)
                | OpKind::Read(_)
                | OpKind::Setting { .. }
                | OpKind::Neutral { .. }
                | OpKind::Opaque(_)
        )
    }
}

#[derive(Debug, Clone)]
pub struct CreateTable {
    pub table: Name,
    pub columns: Vec<Column>,
    pub constraints: Vec<Constraint>,
    pub indexes: Vec<Index>,
    pub likes: Vec<Like>,
    pub if_not_exists: bool,
    pub temporary: bool,
    /// `INHERITS (t)`, `PARTITION OF t`, `AS SELECT`: where more columns come from.
    pub from: Option<TableFrom>,
    pub options: TableOptions,
}

impl CreateTable {
    pub fn new(table: Name) -> CreateTable {
        CreateTable {
            table,
            columns: Vec::new(),
            constraints: Vec::new(),
            indexes: Vec::new(),
            likes: Vec::new(),
            if_not_exists: false,
            temporary: false,
            from: None,
            options: TableOptions::default(),
        }
    }
}

/// `LIKE t`: the columns of another table, in the place of one in the list.
#[derive(Debug, Clone)]
pub struct Like {
    pub table: Name,
    /// How many of the new table's own columns stand before it.
    pub before: usize,
    pub including: Including,
}

/// What LIKE copies besides columns with NOT NULL and collation (manual, CREATE TABLE). Nothing
/// is kept here of storage, compression, statistics and comments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Including {
    pub defaults: bool,
    pub constraints: bool,
    pub indexes: bool,
    pub generated: bool,
    pub identity: bool,
}

/// Where a new table takes columns from besides its own list.
#[derive(Debug, Clone)]
pub enum TableFrom {
    Inherits(Vec<Name>),
    /// `bound`: `FOR VALUES …` or `DEFAULT`.
    PartitionOf {
        table: Name,
        bound: String,
    },
    /// A query; `None` where it could not be read. `columns`: names for its first ones.
    /// `rows`: not WITH NO DATA.
    Query {
        query: Option<Box<Query>>,
        columns: Vec<String>,
        reads: Reads,
        rows: bool,
    },
}

/// What SQLite and PostgreSQL let a table be besides its columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableOptions {
    pub strict: bool,
    pub without_rowid: bool,
    pub autoincrement: bool,
    /// What stands behind PARTITION BY.
    pub partition_by: Option<String>,
    pub unlogged: bool,
    /// Its rows lie on another server.
    pub foreign: bool,
    pub virtual_table: bool,
    /// The module of a virtual table, with its arguments.
    pub module: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub name: String,
    pub ty: SqlType,
    pub nullable: bool,
    /// The server's default. A Python-side `default=` is none.
    pub default: Option<DefaultValue>,
    pub generated: Option<Generated>,
    pub identity: Option<Identity>,
    /// `serial` and its kin: an owned sequence feeds the default.
    pub serial: bool,
    pub collation: Option<String>,
    /// A default that only the application knows (`default=` in Python).
    pub client_default: bool,
    /// The model knows that the server fills it, and not how (SQLAlchemy's `FetchedValue`).
    pub fetched: bool,
    /// Where the column is written.
    pub span: Span,
}

impl Column {
    pub fn new(name: &str, ty: SqlType, span: Span) -> Column {
        Column {
            name: name.to_owned(),
            ty,
            nullable: true,
            default: None,
            generated: None,
            identity: None,
            serial: false,
            collation: None,
            client_default: false,
            fetched: false,
            span,
        }
    }

    /// Whether the server itself fills the column in a new or an old row.
    pub fn server_filled(&self) -> bool {
        self.serial
            || self.identity.is_some()
            || self.generated.is_some()
            || self.default.as_ref().is_some_and(|d| !d.is_null())
    }
}

/// A default as SQL, or `None` where the text could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultValue {
    pub sql: Option<String>,
}

impl DefaultValue {
    pub fn sql(text: &str) -> DefaultValue {
        DefaultValue { sql: Some(text.to_owned()) }
    }

    pub fn unknown() -> DefaultValue {
        DefaultValue { sql: None }
    }

    pub fn is_null(&self) -> bool {
        self.sql.as_deref().is_some_and(|s| {
            s.trim()
                .trim_matches(['(', ')'])
                .split("::")
                .next()
                .is_some_and(|s| s.trim().eq_ignore_ascii_case("null"))
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generated {
    pub sql: String,
    pub stored: bool,
    /// The columns that it names, where it could be read.
    pub reads: Option<Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    pub always: bool,
    /// The name given to its sequence.
    pub sequence: Option<Name>,
    /// What else is said of its sequence: `START WITH 10 …`.
    pub options: String,
}

impl Identity {
    pub fn new(always: bool) -> Identity {
        Identity { always, ..Identity::default() }
    }
}

/// A type over another one, with constraints of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Domain {
    pub base: SqlType,
    pub nullable: bool,
    pub default: Option<DefaultValue>,
    pub collation: Option<String>,
    /// CHECK constraints.
    pub checks: Vec<Constraint>,
}

impl Domain {
    pub fn over(base: SqlType) -> Domain {
        Domain { base, nullable: true, default: None, collation: None, checks: Vec::new() }
    }

    /// Whether a value of the base type may be none of the domain's.
    pub fn is_checked(&self) -> bool {
        !self.nullable || !self.checks.is_empty()
    }
}

/// What `ALTER DOMAIN` does.
#[derive(Debug, Clone)]
pub enum DomainChange {
    Default(Option<DefaultValue>),
    Nullable(bool),
    AddCheck(Box<Constraint>),
    DropCheck(String),
    RenameCheck {
        from: String,
        to: String,
    },
    /// Something that was not read: its definition is not known any more.
    Unread,
}

/// A function or procedure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routine {
    pub name: Name,
    /// What stands in its parentheses, as written.
    pub arguments: String,
    /// What it yields, one or a set of; not known for a table and for a procedure.
    pub returns: SqlType,
    /// The whole statement.
    pub sql: String,
}

/// The kinds that a tool can name when it drops one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConstraintType {
    PrimaryKey,
    Unique,
    ForeignKey,
    Check,
    Exclude,
    NotNull,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Constraint {
    /// `None`: the server, or the project's naming convention, makes one up.
    pub name: Option<String>,
    /// The constrained columns; for CHECK those that its expression names, where known.
    pub columns: Vec<String>,
    pub kind: ConstraintKind,
    /// False after NOT VALID, until VALIDATE.
    pub validated: bool,
    pub deferrable: bool,
    pub initially_deferred: bool,
    /// The columns that a CHECK names, where its expression could be read.
    pub reads: Option<Vec<String>>,
    /// `UNIQUE USING INDEX i`, `PRIMARY KEY USING INDEX i`.
    pub using_index: Option<String>,
    /// Where the same `ALTER TABLE` takes NOT NULL away.
    pub loosened: Vec<Span>,
    /// Written on a column (`REFERENCES …`, `UNIQUE` inline) rather than on the table.
    pub inline: bool,
    /// False where the text of a table on SQLite does not show it to who reads by patterns, as
    /// SQLAlchemy does: a UNIQUE on a column with something but words between the column's name and
    /// it, a foreign key behind one that lists no referenced columns, on the same line.
    pub legible: bool,
    /// `INCLUDE (…)`.
    pub include: Vec<String>,
    /// SQLite's `ON CONFLICT …`, in upper case.
    pub on_conflict: Option<String>,
    /// `NO INHERIT`.
    pub no_inherit: bool,
    /// The table has it from a parent, and not of its own.
    pub inherited: bool,
    /// False after NOT ENFORCED (PostgreSQL 18).
    pub enforced: bool,
    pub span: Span,
}

impl Constraint {
    pub fn new(
        name: Option<String>,
        columns: Vec<String>,
        kind: ConstraintKind,
        span: Span,
    ) -> Constraint {
        Constraint {
            name,
            columns,
            kind,
            validated: true,
            deferrable: false,
            initially_deferred: false,
            reads: None,
            using_index: None,
            loosened: Vec::new(),
            inline: false,
            legible: true,
            include: Vec::new(),
            on_conflict: None,
            no_inherit: false,
            inherited: false,
            enforced: true,
            span,
        }
    }

    pub fn ty(&self) -> ConstraintType {
        match self.kind {
            ConstraintKind::PrimaryKey => ConstraintType::PrimaryKey,
            ConstraintKind::Unique { .. } => ConstraintType::Unique,
            ConstraintKind::ForeignKey(_) => ConstraintType::ForeignKey,
            ConstraintKind::Check { .. } => ConstraintType::Check,
            ConstraintKind::Exclude { .. } => ConstraintType::Exclude,
            ConstraintKind::NotNull => ConstraintType::NotNull,
        }
    }

    /// Whether it stands on an index, whose name it shares.
    pub fn stands_on_index(&self) -> bool {
        matches!(
            self.kind,
            ConstraintKind::PrimaryKey
                | ConstraintKind::Unique { .. }
                | ConstraintKind::Exclude { .. }
        )
    }

    pub fn foreign_key(&self) -> Option<&ForeignKey> {
        match &self.kind {
            ConstraintKind::ForeignKey(fk) => Some(fk),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum ConstraintKind {
    PrimaryKey,
    Unique {
        nulls_not_distinct: bool,
    },
    ForeignKey(ForeignKey),
    Check {
        sql: Option<String>,
    },
    /// `sql`: what follows EXCLUDE.
    Exclude {
        sql: Option<String>,
    },
    /// PostgreSQL 18: a named NOT NULL.
    NotNull,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ForeignKey {
    pub table: Name,
    /// Empty: the referenced table's primary key.
    pub columns: Vec<String>,
    /// Upper case, such as `CASCADE`; `None`: NO ACTION.
    pub on_delete: Option<String>,
    pub on_update: Option<String>,
    /// The primary key, UNIQUE or unique index that it stands on, as the schema finds it
    /// (PostgreSQL); frontends leave it open.
    pub key: Option<String>,
    /// `ON DELETE SET NULL (…)`: only these columns.
    pub set_columns: Vec<String>,
    /// `MATCH FULL`.
    pub match_full: bool,
}

impl ForeignKey {
    pub fn to(table: Name, columns: Vec<String>) -> ForeignKey {
        ForeignKey {
            table,
            columns,
            on_delete: None,
            on_update: None,
            key: None,
            set_columns: Vec::new(),
            match_full: false,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Index {
    /// `None`: the server names it.
    pub name: Option<String>,
    pub parts: Vec<IndexPart>,
    pub unique: bool,
    /// The WHERE of a partial index.
    pub predicate: Option<String>,
    /// In lower case; `None`: btree.
    pub method: Option<String>,
    pub nulls_not_distinct: bool,
    /// `INCLUDE (…)`.
    pub include: Vec<String>,
    /// What stands in the parentheses of `WITH (…)`.
    pub storage: Option<String>,
    /// The columns that its expressions and its predicate name, where these could be read.
    pub reads: Option<Vec<String>>,
    /// The parts that are double-quoted names: SQLite takes one that is no column for a text.
    pub loose: Vec<String>,
    pub span: Span,
}

impl Index {
    pub fn new(name: Option<String>, parts: Vec<IndexPart>, unique: bool, span: Span) -> Index {
        Index {
            name,
            parts,
            unique,
            predicate: None,
            method: None,
            nulls_not_distinct: false,
            include: Vec::new(),
            storage: None,
            reads: None,
            loose: Vec::new(),
            span,
        }
    }

    /// Whether it does what another index does, whatever their names.
    pub fn is_like(&self, other: &Index) -> bool {
        self.parts == other.parts
            && self.unique == other.unique
            && self.predicate == other.predicate
            && self.method == other.method
            && self.include == other.include
            && self.nulls_not_distinct == other.nulls_not_distinct
    }

    /// The plain columns, in order; expressions are left out.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match &part.of {
            Indexed::Column(name) => Some(name.as_str()),
            Indexed::Expression(_) => None,
        })
    }

    pub fn has_expression(&self) -> bool {
        self.parts.iter().any(|part| matches!(part.of, Indexed::Expression(_)))
    }
}

/// One part of an index's key, and how it is ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexPart {
    pub of: Indexed,
    pub collation: Option<String>,
    /// The operator class, with its parameters, as written.
    pub opclass: Option<String>,
    pub descending: bool,
    /// `None`: last, or first where it descends (PostgreSQL's default).
    pub nulls_first: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Indexed {
    Column(String),
    /// As SQL; empty where it could not be read.
    Expression(String),
}

impl IndexPart {
    pub fn new(of: Indexed) -> IndexPart {
        IndexPart { of, collation: None, opclass: None, descending: false, nulls_first: None }
    }

    pub fn column(name: &str) -> IndexPart {
        IndexPart::new(Indexed::Column(name.to_owned()))
    }

    pub fn expression(sql: &str) -> IndexPart {
        IndexPart::new(Indexed::Expression(sql.to_owned()))
    }
}

/// When a trigger fires; BEFORE where nothing is said (SQLite).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fires {
    Before,
    After,
    InsteadOf,
}

/// What `ALTER COLUMN` changes; `None` leaves a property as it is.
#[derive(Debug, Clone, Default)]
pub struct ColumnChange {
    pub ty: Option<TypeChange>,
    pub nullable: Option<bool>,
    /// `Some(None)`: the default is dropped.
    pub default: Option<Option<DefaultValue>>,
    /// `Some(None)`: the generation expression is dropped.
    pub generated: Option<Option<Generated>>,
    /// `Some(None)`: the identity is dropped.
    pub identity: Option<Option<Identity>>,
    /// `DROP IDENTITY IF EXISTS`, `DROP EXPRESSION IF EXISTS`.
    pub if_exists: bool,
    /// What the tool says the column was (`existing_type=` in Alembic).
    pub existing_type: Option<SqlType>,
}

#[derive(Debug, Clone)]
pub struct TypeChange {
    pub to: SqlType,
    /// The USING expression as SQL.
    pub using: Option<String>,
    pub collation: Option<String>,
    /// The same `ALTER TABLE` changes the type again.
    pub twice: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnumPosition {
    Before(String),
    After(String),
}

/// Rows that a statement writes.
#[derive(Debug, Clone)]
pub struct Write {
    pub kind: WriteKind,
    pub table: Name,
    /// The columns that get a value, with what kind of value it is. Empty for DELETE and
    /// TRUNCATE, and for an INSERT without a column list.
    pub columns: Vec<(String, Value)>,
    pub filter: Filter,
    /// How many rows, where it can be counted (VALUES lists, `bulk_insert` of a literal list).
    pub rows: Option<usize>,
    /// What the statement reads besides the table it writes, and of that table.
    pub reads: Reads,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteKind {
    Insert,
    Update,
    Delete,
    Truncate,
    Copy,
}

/// What a column is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Null,
    /// A constant other than NULL, or a call that never yields NULL (`now()`).
    NotNull,
    /// Anything that may be NULL.
    Other,
}

/// Which rows an UPDATE or DELETE touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// No WHERE: all of them.
    All,
    /// `WHERE a IS NULL OR b IS NULL …`: every row in which one of these lacks a value.
    IsNull(Vec<String>),
    /// Any other WHERE.
    Some,
}

/// What a statement reads: tables, and every identifier in it (folded), which includes columns.
#[derive(Debug, Clone, Default)]
pub struct Reads {
    pub tables: Vec<Name>,
    pub words: BTreeSet<String>,
    /// It selects `*`: every column of its tables, as they are at that time.
    pub star: bool,
    /// The columns that a query over one table names; `None` where it is not so simple.
    pub columns: Option<Vec<String>>,
}

/// What could not be understood.
#[derive(Debug, Clone)]
pub struct Opaque {
    /// For people: "the SQL is built from a query's result".
    pub reason: String,
    pub effect: OpaqueEffect,
}

/// What an opaque operation may have changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpaqueEffect {
    /// Rows at the most.
    Rows,
    /// This table's definition.
    Table(Name),
    /// Other things than the tables that are there: a CREATE of some kind makes something.
    Others,
    /// Anything.
    Anything,
    /// What a routine of the history does, which is not known here: anything.
    Call(Box<Call>),
}

/// A call of a function or procedure by a statement of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub routine: Name,
    /// Those that are texts, and written out.
    pub arguments: Vec<Option<String>>,
}
