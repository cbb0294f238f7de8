//! A query, as far as the columns it yields depend on it: what `CREATE TABLE … AS`, `SELECT …
//! INTO` and a view leave behind. Filters, order and grouping change no column.

use super::Name;
use crate::types::SqlType;

#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// `WITH`, in order; each sees those before it, and all of them itself where `recursive`.
    pub with: Vec<Common>,
    pub recursive: bool,
    pub body: Body,
}

impl Query {
    /// `TABLE t`
    pub fn table(name: Name) -> Query {
        let from = vec![Source::Table { name, path: None, alias: Alias::default() }];
        let body = Body::Select { from, items: vec![Item::All] };
        Query { with: Vec::new(), recursive: false, body }
    }
}

/// A common table expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Common {
    pub name: String,
    /// Names given to its first columns: `WITH x (a, b) AS …`.
    pub columns: Vec<String>,
    pub query: Query,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    Select {
        from: Vec<Source>,
        items: Vec<Item>,
    },
    /// UNION, INTERSECT and EXCEPT: names of the left side, types of both.
    Both(Box<Body>, Box<Body>),
    Values(Vec<Vec<Expr>>),
    Nested(Box<Query>),
    /// Not understood.
    Unknown,
}

/// What stands in a select list.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// `*`
    All,
    /// `t.*`, by the name that the source has in the query.
    AllOf(String),
    /// `name`: the alias.
    Expr { name: Option<String>, expr: Expr },
}

/// What stands in FROM.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    Table {
        name: Name,
        /// The schema of a table that is named without one, where it is not the default one.
        path: Option<String>,
        alias: Alias,
    },
    Query {
        query: Box<Query>,
        alias: Alias,
    },
    /// `generate_series(1, 3) AS g(n)`, `unnest(a)`, `f() AS t(a integer, b text)`.
    Function {
        call: Expr,
        ordinality: bool,
        alias: Alias,
    },
    Join {
        left: Box<Source>,
        right: Box<Source>,
        shared: Shared,
    },
    Unknown,
}

/// `AS t (a, b)`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Alias {
    pub name: Option<String>,
    /// With their types, where a function's columns are defined here.
    pub columns: Vec<(String, Option<SqlType>)>,
}

/// The columns of a join that both sides share, and that `*` shows once.
#[derive(Debug, Clone, PartialEq)]
pub enum Shared {
    None,
    Using(Vec<String>),
    Natural,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// `a`, `t.a`.
    Column {
        table: Option<String>,
        name: String,
    },
    /// `'text'` and NULL: of any type that is asked for.
    Untyped,
    /// A constant or a test of a type that its form alone tells: 1, 1.5, true, `a IS NULL`.
    Typed(SqlType),
    Cast {
        inner: Box<Expr>,
        ty: SqlType,
    },
    /// A function's call, or something that is written like one (`coalesce`, `extract`).
    Call {
        name: String,
        args: Vec<Expr>,
    },
    /// An operator with two sides, or with none on the left.
    Operator {
        symbol: String,
        left: Option<Box<Expr>>,
        right: Box<Expr>,
    },
    /// The results of its branches; the ELSE last, where there is one.
    Case {
        results: Vec<Expr>,
        otherwise: Option<Box<Expr>>,
    },
    /// A query for one value.
    Subquery(Box<Query>),
    /// `ARRAY[…]`
    Array(Vec<Expr>),
    /// `ARRAY(SELECT …)`
    ArrayOf(Box<Query>),
    /// `a[1]`
    Element(Box<Expr>),
    /// `expr COLLATE c`, `(expr)`: the same type and name.
    Same(Box<Expr>),
    Unknown,
}
