//! The columns that a query yields, by the schema as it stands.

use std::{
    cell::Cell,
    collections::{HashMap, HashSet},
};

use super::{MAX_PARTS, Schema};
use crate::{
    facts::{postgres::results, sqlite},
    ir::{
        Name,
        query::{Alias, Body, Expr, Item, Query, Shared, Source},
    },
    types::SqlType,
};

/// Columns in order, each with its type; one whose name is empty is not known.
pub type Columns = Vec<(String, SqlType)>;

/// How many columns are looked at or copied for queries in one replay; then they are not known.
/// Real histories stay far below; joins of the widest tables, over and over, do not.
const BUDGET: usize = 50_000_000;

/// What a column costs that a table keeps.
pub(super) const COPY: usize = 25;

impl Schema {
    /// Whether so much more may be looked at.
    pub(super) fn spend(&mut self, cost: usize) -> bool {
        self.spent = self.spent.saturating_add(cost);
        !self.tired()
    }

    /// Whether so much was looked at that the rest stays unknown.
    pub(super) fn tired(&self) -> bool {
        self.spent >= BUDGET
    }

    /// The columns of a query; `None` where it is not known how many there are, or their names.
    pub(super) fn output(&mut self, query: &Query) -> Option<Columns> {
        let spent = Cell::new(self.spent);
        let columns = self.output_within(query, &spent);
        self.spent = spent.get();
        columns
    }

    /// The collations of the columns of a query over one table, which are those of its own columns;
    /// nothing of any other query.
    pub(super) fn collations(&self, query: &Query) -> Option<Vec<Option<String>>> {
        let (Body::Select { from, items }, []) = (&query.body, query.with.as_slice()) else {
            return None;
        };
        let [Source::Table { name, path, alias }] = from.as_slice() else { return None };
        let name = match path {
            Some(schema) => &Name::new(Some(schema), &name.name),
            None => name,
        };
        let table = self.table(name).found().filter(|t| t.complete && alias.columns.is_empty())?;
        let own = |c: &super::TableColumn| c.column.collation.clone();
        let mut found = Vec::with_capacity(items.len());
        for item in items {
            match item {
                Item::All | Item::AllOf(_) => found.extend(table.columns.iter().map(own)),
                Item::Expr { expr: Expr::Column { name, .. }, .. } => {
                    found.push(table.column(name).found().and_then(own));
                }
                Item::Expr { .. } => found.push(None),
            }
            if found.len() > MAX_PARTS {
                return None;
            }
        }
        Some(found)
    }

    /// What a view of this query will yield. It is charged for when the view is made.
    pub fn would_yield(&self, query: &Query, names: &[String]) -> Option<Columns> {
        let mut columns = self.output_within(query, &Cell::new(self.spent))?;
        rename(&mut columns, names.iter());
        Some(columns)
    }

    fn output_within(&self, query: &Query, spent: &Cell<usize>) -> Option<Columns> {
        let scope =
            Scope { schema: self, outer: None, with: Vec::new(), from: From::default(), spent };
        let mut columns = scope.query(query)?;
        for (_, ty) in &mut columns {
            // PostgreSQL 10: what was asked for no type is text.
            if results::is_untyped(ty) {
                *ty = SqlType::named("text");
            }
        }
        Some(columns)
    }

    /// The columns of a query whose first ones are given names (`CREATE VIEW v (a, b) AS …`).
    pub(super) fn named_output(&mut self, query: &Query, names: &[String]) -> Option<Columns> {
        let mut columns = self.output(query)?;
        rename(&mut columns, names.iter());
        Some(columns)
    }
}

/// What names in a query can mean.
struct Scope<'a> {
    schema: &'a Schema,
    outer: Option<&'a Scope<'a>>,
    with: Vec<(String, Option<Columns>)>,
    from: From,
    spent: &'a Cell<usize>,
}

/// What FROM yields.
#[derive(Default)]
struct From {
    /// The sources by name; columns are `None` where they are not known.
    relations: Vec<(Option<String>, Option<Columns>)>,
    /// What `*` stands for.
    all: Option<Columns>,
}

impl Scope<'_> {
    fn inner(&self) -> Scope<'_> {
        Scope {
            schema: self.schema,
            outer: Some(self),
            with: Vec::new(),
            from: From::default(),
            spent: self.spent,
        }
    }

    /// Whether so much more may be looked at.
    fn spend(&self, columns: usize) -> bool {
        self.spent.set(self.spent.get().saturating_add(columns));
        self.spent.get() < BUDGET
    }

    fn query(&self, query: &Query) -> Option<Columns> {
        let mut scope = self.inner();
        for common in &query.with {
            let own = match (&common.query.body, query.recursive) {
                // What a recursive one yields is decided by its first part.
                (Body::Both(first, _), true) => scope.inner().body(first),
                _ => scope.query(&common.query),
            };
            let own = own.map(|mut columns| {
                rename(&mut columns, common.columns.iter());
                columns
            });
            scope.with.push((common.name.clone(), own));
        }
        scope.body(&query.body)
    }

    fn body(&self, body: &Body) -> Option<Columns> {
        let columns = match body {
            Body::Unknown => None,
            Body::Nested(query) => self.query(query),
            Body::Both(left, right) => {
                let (left, right) = (self.body(left)?, self.body(right));
                Some(both(left, right))
            }
            Body::Values(rows) => {
                let width = rows.first()?.len();
                let column = |at: usize| {
                    let of = |row: &Vec<Expr>| row.get(at).map(|e| self.ty(e)).unwrap_or_default();
                    let types: Vec<SqlType> = rows.iter().map(of).collect();
                    (format!("column{}", at + 1), results::common(&types))
                };
                Some((0..width).map(column).collect())
            }
            Body::Select { from, items } => self.select(from, items),
        };
        columns.filter(|columns| columns.len() <= MAX_PARTS && self.spend(columns.len()))
    }

    fn select(&self, from: &[Source], items: &[Item]) -> Option<Columns> {
        let mut scope = self.inner();
        scope.from.all = Some(Vec::new());
        for source in from {
            // A later source may name an earlier one, where it is LATERAL or a function.
            let next = scope.source(source);
            scope.from = joined(std::mem::take(&mut scope.from), next, &Shared::None);
        }
        let mut columns = Columns::new();
        for item in items {
            match item {
                Item::All => columns.extend(scope.from.all.clone()?),
                Item::AllOf(name) => {
                    let named = |(n, _): &&(Option<String>, _)| n.as_deref() == Some(name);
                    let found = scope.from.relations.iter().find(named)?;
                    columns.extend(found.1.clone()?);
                }
                Item::Expr { name, expr } => {
                    let name = name.clone().or_else(|| scope.name(expr));
                    columns.push((name?, scope.ty(expr)));
                }
            }
            if columns.len() > MAX_PARTS {
                return None;
            }
        }
        Some(columns)
    }

    fn source(&self, source: &Source) -> From {
        let (columns, alias, own) = match source {
            Source::Unknown => (None, &Alias::default(), None),
            Source::Join { left, right, shared } => {
                let left = self.source(left);
                return joined(left, self.source(right), shared);
            }
            Source::Table { name, path, alias } => {
                (self.relation(name, path.as_deref()), alias, Some(&name.name))
            }
            Source::Query { query, alias } => (self.query(query), alias, None),
            Source::Function { call, ordinality, alias } => {
                return self.function(call, *ordinality, alias);
            }
        };
        let columns = columns.map(|mut columns| {
            rename(&mut columns, alias.columns.iter().map(|(name, _)| name));
            columns
        });
        let name = alias.name.as_ref().or(own).cloned();
        From { all: columns.clone(), relations: vec![(name, columns)] }
    }

    /// A function in FROM: its columns are defined there, or there is one, named as the alias.
    fn function(&self, call: &Expr, ordinality: bool, alias: &Alias) -> From {
        let Expr::Call { name: called, args } = call else { return self.source(&Source::Unknown) };
        let name = alias.name.clone().unwrap_or_else(|| called.clone());
        let ty = self.ty(call);
        let of_several = args.len() > 1 && called == "unnest";
        let mut columns = match alias.columns.as_slice() {
            columns if columns.iter().any(|(_, ty)| ty.is_some()) => {
                let defined = |(name, ty): &(String, Option<SqlType>)| {
                    (name.clone(), ty.clone().unwrap_or_default())
                };
                Some(columns.iter().map(defined).collect())
            }
            _ if of_several || ty.is_unknown() => None,
            _ => Some(vec![(name.clone(), ty)]),
        };
        if let Some(columns) = &mut columns {
            if ordinality {
                columns.push(("ordinality".to_owned(), SqlType::named("bigint")));
            }
            rename(columns, alias.columns.iter().map(|(name, _)| name));
        }
        From { all: columns.clone(), relations: vec![(Some(name), columns)] }
    }

    fn relation(&self, name: &Name, path: Option<&str>) -> Option<Columns> {
        let common = |scope: &Scope<'_>| {
            let found = scope.with.iter().rev().find(|(known, _)| *known == name.name);
            found.map(|(_, columns)| columns.clone())
        };
        let mut scope = Some(self);
        while let Some(at) = scope.filter(|_| name.schema.is_none()) {
            if let Some(columns) = common(at) {
                return columns.filter(|columns| self.spend(columns.len()));
            }
            scope = at.outer;
        }
        let name = match path {
            Some(schema) => &Name::new(Some(schema), &name.name),
            None => name,
        };
        if let Some(view) = self.schema.view(name) {
            return view.output.clone().filter(|columns| self.spend(columns.len()));
        }
        let table = self.schema.table(name).found().filter(|table| table.complete)?;
        if !self.spend(table.columns.len()) {
            return None;
        }
        let column = |c: &super::TableColumn| (c.column.name.clone(), c.column.ty.clone());
        Some(table.columns.iter().map(column).collect())
    }

    /// The type of a column by its name; not known where any source is not.
    fn column(&self, table: Option<&str>, name: &str) -> SqlType {
        let named =
            |(n, _): &&(Option<String>, Option<Columns>)| table.is_none() || n.as_deref() == table;
        let mut open = false;
        for (_, columns) in self.from.relations.iter().filter(named) {
            let Some(columns) = columns else {
                open = true;
                continue;
            };
            if !self.spend(columns.len()) {
                return SqlType::unknown();
            }
            let same = |known: &str| self.schema.database().dialect.is_same(known, name);
            if let Some((_, ty)) = columns.iter().find(|(known, _)| same(known)) {
                return ty.clone();
            }
        }
        match self.outer {
            Some(outer) if !open => outer.column(table, name),
            _ => SqlType::unknown(),
        }
    }

    fn ty(&self, expr: &Expr) -> SqlType {
        if self.schema.database().is_sqlite() {
            // SQLite keeps no type, but the affinity of a column or a cast.
            return match expr {
                Expr::Column { table, name } => {
                    sqlite::affinity_name(&self.column(table.as_deref(), name))
                }
                Expr::Cast { ty, .. } => sqlite::affinity_name(ty),
                Expr::Same(inner) => self.ty(inner),
                _ => SqlType::unknown(),
            };
        }
        match expr {
            Expr::Column { table, name } => self.column(table.as_deref(), name),
            Expr::Untyped => SqlType::named("unknown"),
            Expr::Typed(ty) | Expr::Cast { ty, .. } => ty.clone(),
            Expr::Same(inner) => self.ty(inner),
            Expr::Call { name, args } => {
                let args: Vec<SqlType> = args.iter().map(|arg| self.ty(arg)).collect();
                match (self.schema.yields.get(name), results::is_builtin(name)) {
                    (Some(own), false) => own.clone(),
                    (Some(_), true) => SqlType::unknown(),
                    (None, _) => results::function(name, &args),
                }
            }
            Expr::Operator { symbol, left, right } => {
                let left = left.as_ref().map(|left| self.ty(left));
                results::operator(symbol, left.as_ref(), &self.ty(right))
            }
            Expr::Case { results: of, otherwise } => {
                // The ELSE is looked at first (transformCaseExpr); without one it is NULL.
                let last = otherwise.as_deref().map(|e| self.ty(e));
                let rest = of.iter().map(|e| self.ty(e));
                let types: Vec<SqlType> = last.into_iter().chain(rest).collect();
                results::common(&types)
            }
            Expr::Subquery(query) => match self.query(query).as_deref() {
                Some([(_, ty)]) => ty.clone(),
                _ => SqlType::unknown(),
            },
            Expr::Array(items) => {
                let types: Vec<SqlType> = items.iter().map(|e| self.ty(e)).collect();
                array(results::common(&types))
            }
            Expr::ArrayOf(query) => match self.query(query).as_deref() {
                Some([(_, ty)]) => array(ty.clone()),
                _ => SqlType::unknown(),
            },
            Expr::Element(of) => match self.ty(of) {
                ty if ty.dims > 0 => SqlType { dims: 0, ..ty },
                ty if ty.name == "jsonb" => ty,
                _ => SqlType::unknown(),
            },
            Expr::Unknown => SqlType::unknown(),
        }
    }

    /// The name a column has without an alias (`FigureColname`); SQLite's is the text itself.
    fn name(&self, expr: &Expr) -> Option<String> {
        if self.schema.database().is_sqlite() {
            return match expr {
                Expr::Column { name, .. } => Some(name.clone()),
                _ => None,
            };
        }
        Some(figured(expr).0)
    }
}

/// A name, and whether it is more than the name of a type or of a CASE.
fn figured(expr: &Expr) -> (String, bool) {
    let weak = |name: &str| (name.to_owned(), false);
    match expr {
        Expr::Column { name, .. } => (name.clone(), true),
        Expr::Call { name, .. } => (name.clone(), true),
        Expr::Same(inner) | Expr::Element(inner) => figured(inner),
        Expr::Cast { inner, ty } => match figured(inner) {
            (name, true) => (name, true),
            _ => weak(results::internal_name(ty)),
        },
        Expr::Case { otherwise, .. } => match otherwise.as_deref().map(figured) {
            Some((name, true)) => (name, true),
            _ => weak("case"),
        },
        Expr::Subquery(query) => match first_item(&query.body) {
            Some(Item::Expr { name: Some(name), .. }) => (name.clone(), true),
            Some(Item::Expr { name: None, expr }) => (figured(expr).0, true),
            _ => weak("?column?"),
        },
        Expr::Array(_) | Expr::ArrayOf(_) => ("array".to_owned(), true),
        Expr::Untyped | Expr::Typed(_) | Expr::Operator { .. } | Expr::Unknown => weak("?column?"),
    }
}

fn first_item(body: &Body) -> Option<&Item> {
    match body {
        Body::Select { items, .. } => items.first(),
        Body::Both(left, _) => first_item(left),
        Body::Nested(query) => first_item(&query.body),
        Body::Values(_) | Body::Unknown => None,
    }
}

fn array(of: SqlType) -> SqlType {
    match () {
        () if of.is_unknown() => of,
        () if results::is_untyped(&of) => SqlType::named("text").array_of(),
        () if of.dims > 0 => of,
        () => SqlType { args: Vec::new(), ..of }.array_of(),
    }
}

fn rename<'n>(columns: &mut Columns, names: impl Iterator<Item = &'n String>) {
    columns.iter_mut().zip(names).for_each(|(column, name)| column.0.clone_from(name));
}

fn both(left: Columns, right: Option<Columns>) -> Columns {
    let Some(right) = right.filter(|right| right.len() == left.len()) else {
        return left.into_iter().map(|(name, _)| (name, SqlType::unknown())).collect();
    };
    let merged = left.into_iter().zip(right).map(|((name, a), (_, b))| {
        let ty = results::common(&[a, b]);
        (name, ty)
    });
    merged.collect()
}

/// Two sides of a join; what they share is shown once, and first.
fn joined(left: From, right: From, shared: &Shared) -> From {
    let mut relations = left.relations;
    relations.extend(right.relations);
    let all = match (left.all, right.all) {
        (Some(left), Some(right)) => merged(left, right, shared),
        _ => None,
    };
    From { relations, all: all.filter(|all| all.len() <= MAX_PARTS) }
}

fn merged(mut left: Columns, right: Columns, shared: &Shared) -> Option<Columns> {
    let shared: Vec<String> = match shared {
        Shared::None => {
            left.extend(right);
            return Some(left);
        }
        Shared::Using(names) => names.clone(),
        Shared::Natural => {
            let theirs: HashSet<&str> = right.iter().map(|(name, _)| name.as_str()).collect();
            let both = left.iter().filter(|(name, _)| theirs.contains(name.as_str()));
            both.map(|(name, _)| name.clone()).collect()
        }
    };
    let types = |side: &Columns| -> HashMap<String, SqlType> { side.iter().cloned().collect() };
    let (a, b) = (types(&left), types(&right));
    let both = |name: &String| {
        let ty = results::common(&[a.get(name)?.clone(), b.get(name)?.clone()]);
        Some((name.clone(), ty))
    };
    let mut all: Columns = shared.iter().map(both).collect::<Option<_>>()?;
    let shared: HashSet<String> = shared.into_iter().collect();
    all.extend(left.into_iter().chain(right).filter(|(name, _)| !shared.contains(name)));
    Some(all)
}
