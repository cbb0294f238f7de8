//! sea-query's statements as they are put together, before they are written as SQL.

use std::rc::Rc;

use crate::{ir::Name, source::Span};

/// A statement, or a part of one.
#[derive(Debug, Clone)]
pub(super) enum Build {
    Column(Column),
    CreateTable(CreateTable),
    AlterTable(AlterTable),
    /// `cascade`: PostgreSQL only; sea-query leaves it out for SQLite.
    DropTable {
        tables: Vec<Reference>,
        if_exists: bool,
        cascade: bool,
    },
    RenameTable {
        from: Option<Reference>,
        to: Option<Reference>,
    },
    Truncate(Option<Reference>),
    CreateIndex(CreateIndex),
    DropIndex {
        name: Option<String>,
        table: Option<Reference>,
        if_exists: bool,
        concurrently: bool,
    },
    ForeignKey(ForeignKey),
    DropForeignKey {
        name: Option<String>,
        table: Option<Reference>,
    },
    CreateType {
        name: Option<Reference>,
        labels: Vec<String>,
    },
    DropType {
        names: Vec<Reference>,
        if_exists: bool,
        option: &'static str,
    },
    AlterType {
        name: Option<Reference>,
        change: Option<TypeChange>,
    },
    CreateExtension {
        name: Option<String>,
        schema: Option<String>,
        if_not_exists: bool,
    },
    DropExtension {
        name: Option<String>,
        if_exists: bool,
        cascade: bool,
    },
    /// `Query::insert()` and its kin.
    Rows(Rows),
    /// `Cond::all()`, `Cond::any()`.
    Condition {
        any: bool,
        parts: Vec<Rc<Sql>>,
        not: bool,
    },
    /// `Schema::new(backend)`.
    Entities,
}

/// A table or type, as it is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) schema: Option<String>,
    pub(super) name: String,
}

impl Reference {
    pub(super) fn to_name(&self) -> Name {
        Name::new(self.schema.as_deref(), &self.name)
    }
}

#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) ty: Option<Type>,
    pub(super) nullable: Option<bool>,
    pub(super) default: Option<Rc<Sql>>,
    pub(super) auto_increment: bool,
    pub(super) unique: bool,
    pub(super) primary: bool,
    pub(super) check: Option<Check>,
    pub(super) generated: Option<(Rc<Sql>, bool)>,
    pub(super) extra: Option<String>,
    pub(super) using: Option<Rc<Sql>>,
    pub(super) span: Span,
}

impl Column {
    pub(super) fn new(name: String, span: Span) -> Column {
        Column {
            name,
            ty: None,
            nullable: None,
            default: None,
            auto_increment: false,
            unique: false,
            primary: false,
            check: None,
            generated: None,
            extra: None,
            using: None,
            span,
        }
    }
}

/// A type of sea-query's `ColumnType`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Type {
    /// Those without parameters, by the variant's name.
    Plain(&'static str),
    /// `Char`, `String`, `Binary`, `VarBinary`, `Bit`, `VarBit`, `Vector`.
    Sized(&'static str, Option<i128>),
    /// `Decimal`, `Money`.
    Precise(&'static str, Option<(i128, i128)>),
    Interval(Option<String>, Option<i128>),
    Custom(String),
    Enum(String),
    Array(Box<Type>),
    Unknown(Rc<str>),
}

#[derive(Debug, Clone)]
pub(super) struct Check {
    pub(super) name: Option<String>,
    pub(super) sql: Rc<Sql>,
}

/// An expression as SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sql {
    /// `None`: it could not be read.
    pub(super) text: Option<Rc<str>>,
    pub(super) kind: SqlKind,
}

/// What an expression is, as far as parentheses depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SqlKind {
    /// A value, a constant or a keyword: a default without parentheses.
    Plain,
    /// Anything that stands for itself: a column, a call, what is in parentheses.
    Whole,
    And,
    Or,
    /// Another operator.
    Operator,
    /// SQL as it was written.
    Custom,
}

impl Sql {
    pub(super) fn new(text: impl Into<Rc<str>>, kind: SqlKind) -> Sql {
        Sql { text: Some(text.into()), kind }
    }

    pub(super) fn unknown() -> Sql {
        Sql { text: None, kind: SqlKind::Custom }
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct CreateTable {
    pub(super) table: Option<Reference>,
    pub(super) if_not_exists: bool,
    pub(super) temporary: bool,
    pub(super) columns: Vec<Column>,
    pub(super) indexes: Vec<CreateIndex>,
    pub(super) foreign_keys: Vec<ForeignKey>,
    pub(super) checks: Vec<Check>,
    pub(super) extra: Option<String>,
    pub(super) partition_of: Option<Reference>,
    pub(super) partition_by: Option<String>,
    pub(super) values: Option<String>,
    /// What else it has that could not be read, as sentences.
    pub(super) unread: Vec<String>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct AlterTable {
    pub(super) table: Option<Reference>,
    pub(super) options: Vec<Alteration>,
}

#[derive(Debug, Clone)]
pub(super) enum Alteration {
    Add { column: Box<Column>, if_not_exists: bool },
    Modify(Box<Column>),
    Rename { from: String, to: String },
    Drop { column: String, if_exists: bool },
    AddForeignKey(ForeignKey),
    DropForeignKey(String),
    DropConstraint(String),
}

#[derive(Debug, Clone, Default)]
pub(super) struct CreateIndex {
    pub(super) name: Option<String>,
    pub(super) table: Option<Reference>,
    /// As SQL.
    pub(super) parts: Vec<String>,
    pub(super) unique: bool,
    pub(super) primary: bool,
    pub(super) if_not_exists: bool,
    pub(super) concurrently: bool,
    pub(super) nulls_not_distinct: bool,
    pub(super) method: Option<String>,
    pub(super) include: Vec<String>,
    pub(super) conditions: Vec<Rc<Sql>>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct ForeignKey {
    pub(super) name: Option<String>,
    pub(super) table: Option<Reference>,
    pub(super) columns: Vec<String>,
    pub(super) to: Option<Reference>,
    pub(super) to_columns: Vec<String>,
    pub(super) on_delete: Option<&'static str>,
    pub(super) on_update: Option<&'static str>,
}

#[derive(Debug, Clone)]
pub(super) enum TypeChange {
    Add { label: String, place: Option<(bool, String)>, if_not_exists: bool },
    Rename(String),
    RenameLabel(String, String),
}

/// A statement about rows.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    pub(super) kind: RowsKind,
    pub(super) table: Option<Reference>,
    pub(super) columns: Vec<(String, Given)>,
    pub(super) filtered: bool,
    pub(super) count: Option<usize>,
    /// Parts of it could not be followed.
    pub(super) open: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowsKind {
    Select,
    Insert,
    Update,
    Delete,
}

/// What a column is set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    Null,
    Value,
    Unknown,
}
