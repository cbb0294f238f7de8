//! What a query returns on the database that a replay has come to: rows of the catalog, which
//! the replayed schema knows, and none of the application's tables, which are taken as empty
//! unless the history has written to them.
//!
//! Three answers: rows, rows with cells that are not known, or not known at all. A row whose
//! condition cannot be decided makes the whole query unknown.

mod expr;

use std::cell::Cell as Counter;

use sqlparser::ast::{
    Distinct, GroupByExpr, JoinConstraint, JoinOperator, LimitClause, OrderByKind, OrderBySort,
    Query, Select, SelectItem, SetExpr, SetOperator, SetQuantifier, Statement, TableFactor,
    TableWithJoins,
};

use super::{cursor::Cursor, query::parse, scan};
use crate::{
    facts::catalog::{self, Cell},
    frontend::sql::Place,
    ir::Name,
    schema::{self, Schema},
    source::{FileId, Span},
};

/// Rows that may be looked at for one query: a join of the catalogs of a large schema fits, one
/// of five does not.
const MAX_ROWS: usize = 100_000;

/// A query's result.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rows {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<Cell>>,
}

/// What a statement returns; `None`: it is no query that can be answered.
///
/// `values`: of `:name` and `%(name)s`; those of `?` and `$1` by their number from 1.
pub(crate) fn answer(text: &str, values: &[(String, Cell)], schema: &Schema) -> Option<Rows> {
    let dialect = schema.database().dialect;
    if let Some(rows) = pragma(text, schema) {
        return Some(rows);
    }
    let text = plain_parameters(text);
    let tokens = scan::tokens(&text, dialect);
    let mut statements = scan::statements(&text, &tokens);
    let statement = statements.pop().filter(|_| statements.is_empty())?;
    if super::nesting(statement.tokens) > super::MAX_NESTING {
        return None;
    }
    let place = Place::Within(Span::top(FileId(0)));
    let (tokens, at, path) = (statement.tokens, 0, None);
    let cursor = Cursor { text: &text, tokens, at, place, dialect, path };
    if !cursor.is_any(&["SELECT", "WITH"]) {
        return None;
    }
    let Statement::Query(query) = parse(&cursor)? else { return None };
    let asked = Asked { schema, values, looked: Counter::new(0) };
    asked.query(&query, None)
}

/// psycopg's `%(name)s` as `:name`.
pub(crate) fn plain_parameters(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("%(") {
        let Some(end) = rest[at..].find(")s") else { break };
        out.push_str(&rest[..at]);
        out.push(':');
        out.push_str(&rest[at + 2..at + end]);
        rest = &rest[at + end + 2..];
    }
    out.push_str(rest);
    out
}

/// `PRAGMA table_info('t')`, `PRAGMA table_info = t`.
fn pragma(text: &str, schema: &Schema) -> Option<Rows> {
    let text = text.trim().trim_end_matches(';');
    let (word, rest) = text.split_once(char::is_whitespace)?;
    if !word.eq_ignore_ascii_case("pragma") || !schema.database().is_sqlite() {
        return None;
    }
    let at = rest.find(['(', '='])?;
    let name = rest[..at].trim().to_ascii_lowercase();
    let argument = rest[at + 1..].trim().trim_end_matches(')').trim();
    let found = catalog::pragma(schema, &name, argument.trim_matches(['\'', '"', '`', '[', ']']))?;
    let columns = found.columns.iter().map(|name| (*name).to_owned()).collect();
    Some(Rows { columns, rows: found.rows })
}

struct Asked<'a> {
    schema: &'a Schema,
    values: &'a [(String, Cell)],
    looked: Counter<usize>,
}

/// The relations of a FROM, each with the row at hand.
#[derive(Clone)]
struct Source {
    alias: String,
    columns: Vec<String>,
}

/// The row that an expression sees, and the rows of the queries around it.
struct Row<'a> {
    sources: &'a [Source],
    cells: &'a [Vec<Cell>],
    outer: Option<&'a Row<'a>>,
    /// The rows of a group, for aggregates.
    group: Option<&'a [Vec<Vec<Cell>>]>,
}

/// The rows of a FROM: for each, a row of each of its sources.
struct Joined {
    sources: Vec<Source>,
    rows: Vec<Vec<Vec<Cell>>>,
}

impl<'a> Asked<'a> {
    fn spend(&self, rows: usize) -> Option<()> {
        let looked = self.looked.get().saturating_add(rows);
        self.looked.set(looked);
        (looked <= MAX_ROWS).then_some(())
    }

    fn query(&self, query: &Query, outer: Option<&Row<'_>>) -> Option<Rows> {
        if query.with.is_some() || query.fetch.is_some() {
            return None;
        }
        let mut rows = self.set(&query.body, query, outer)?;
        match &query.limit_clause {
            None => {}
            Some(LimitClause::LimitOffset { limit, offset: None, .. }) => {
                if let Some(limit) = limit {
                    let none = Row { sources: &[], cells: &[], outer, group: None };
                    let Cell::Int(limit) = self.expr(limit, &none)? else { return None };
                    rows.rows.truncate(usize::try_from(limit).ok()?);
                }
            }
            Some(_) => return None,
        }
        Some(rows)
    }

    fn set(&self, body: &SetExpr, query: &Query, outer: Option<&Row<'_>>) -> Option<Rows> {
        match body {
            SetExpr::Select(select) => self.select(select, query, outer),
            SetExpr::Query(inner) => self.query(inner, outer),
            SetExpr::SetOperation { op: SetOperator::Union, set_quantifier, left, right } => {
                let mut found = self.set(left, query, outer)?;
                found.rows.extend(self.set(right, query, outer)?.rows);
                if *set_quantifier != SetQuantifier::All {
                    found.rows = distinct(found.rows)?;
                }
                Some(found)
            }
            _ => None,
        }
    }

    fn select(&self, select: &Select, query: &Query, outer: Option<&Row<'_>>) -> Option<Rows> {
        let grouped = match &select.group_by {
            GroupByExpr::Expressions(by, with) => !by.is_empty() || !with.is_empty(),
            GroupByExpr::All(_) => true,
        };
        if grouped || select.having.is_some() {
            return None;
        }
        let Joined { sources, rows } = self.from(&select.from, outer)?;
        let mut kept = Vec::new();
        for cells in rows {
            self.spend(1)?;
            let row = Row { sources: &sources, cells: &cells, outer, group: None };
            let keep = match &select.selection {
                None => Some(true),
                Some(condition) => truth(&self.expr(condition, &row)?),
            };
            if keep? {
                kept.push(cells);
            }
        }
        let (columns, items) = self.items(&select.projection, &sources)?;
        if items.iter().any(|item| item.expr.is_some_and(expr::aggregates)) {
            let blank: Vec<Vec<Cell>> =
                sources.iter().map(|s| vec![Cell::Null; s.columns.len()]).collect();
            let row = Row { sources: &sources, cells: &blank, outer, group: Some(&kept) };
            let cells: Option<Vec<Cell>> = items.iter().map(|item| self.item(item, &row)).collect();
            return Some(Rows { columns, rows: vec![cells?] });
        }
        // One row for each item: `SELECT unnest(enum_range(NULL::mood))`.
        if let [Item { expr: Some(sqlparser::ast::Expr::Function(function)), .. }] =
            items.as_slice()
            && function.name.to_string().eq_ignore_ascii_case("unnest")
            && let [cells] = kept.as_slice()
        {
            let row = Row { sources: &sources, cells, outer, group: None };
            let Cell::List(list) = self.unnested(function, &row)? else { return None };
            return Some(Rows { columns, rows: list.into_iter().map(|cell| vec![cell]).collect() });
        }
        let order = match query.order_by.as_ref().map(|by| &by.kind) {
            None => &[][..],
            Some(OrderByKind::Expressions(by)) => by.as_slice(),
            Some(OrderByKind::All(_)) => return None,
        };
        let mut keyed = Vec::new();
        for cells in &kept {
            let row = Row { sources: &sources, cells, outer, group: None };
            let made: Option<Vec<Cell>> = items.iter().map(|item| self.item(item, &row)).collect();
            let made = made?;
            let key = |by: &sqlparser::ast::OrderByExpr| {
                let named = match &by.expr {
                    sqlparser::ast::Expr::Identifier(ident) => {
                        columns.iter().position(|c| c.eq_ignore_ascii_case(&ident.value))
                    }
                    _ => None,
                };
                match named {
                    Some(at) => made.get(at).cloned(),
                    None => self.expr(&by.expr, &row),
                }
            };
            let keys: Option<Vec<Cell>> = order.iter().map(key).collect();
            keyed.push((keys?, made));
        }
        let backward: Vec<bool> =
            order.iter().map(|by| matches!(by.options.sort, Some(OrderBySort::Desc))).collect();
        if keyed.iter().any(|(keys, _)| keys.contains(&Cell::Unknown)) {
            return None;
        }
        keyed.sort_by(|(a, _), (b, _)| {
            let pairs = a.iter().zip(b).zip(&backward);
            let orders = pairs.map(|((a, b), backward)| {
                let order = expr::order(a, b).unwrap_or(std::cmp::Ordering::Equal);
                if *backward { order.reverse() } else { order }
            });
            orders.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
        });
        let mut rows: Vec<Vec<Cell>> = keyed.into_iter().map(|(_, made)| made).collect();
        if matches!(select.distinct, Some(Distinct::Distinct)) {
            rows = distinct(rows)?;
        } else if !matches!(select.distinct, None | Some(Distinct::All)) {
            return None;
        }
        Some(Rows { columns, rows })
    }

    /// The select list: the columns' names, and what each is.
    fn items<'q>(
        &self,
        projection: &'q [SelectItem],
        sources: &[Source],
    ) -> Option<(Vec<String>, Vec<Item<'q>>)> {
        let (mut names, mut items) = (Vec::new(), Vec::new());
        for item in projection {
            match item {
                SelectItem::UnnamedExpr(expr) => {
                    names.push(expr::label(expr));
                    items.push(Item { expr: Some(expr), at: (0, 0) });
                }
                SelectItem::ExprWithAlias { expr, alias } => {
                    names.push(alias.value.clone());
                    items.push(Item { expr: Some(expr), at: (0, 0) });
                }
                SelectItem::Wildcard(_) => {
                    for (source, of) in sources.iter().enumerate() {
                        for (column, name) in of.columns.iter().enumerate() {
                            names.push(name.clone());
                            items.push(Item { expr: None, at: (source, column) });
                        }
                    }
                }
                _ => return None,
            }
        }
        Some((names, items))
    }

    fn item(&self, item: &Item<'_>, row: &Row<'_>) -> Option<Cell> {
        match item.expr {
            Some(expr) => self.expr(expr, row),
            None => row.cells.get(item.at.0)?.get(item.at.1).cloned(),
        }
    }

    fn from(&self, from: &[TableWithJoins], outer: Option<&Row<'_>>) -> Option<Joined> {
        let mut joined = Joined { sources: Vec::new(), rows: vec![Vec::new()] };
        for item in from {
            joined = self.join(joined, &item.relation, None, outer)?;
            for join in &item.joins {
                let on = match &join.join_operator {
                    JoinOperator::Join(on) | JoinOperator::Inner(on) => Some((on, false)),
                    JoinOperator::Left(on) | JoinOperator::LeftOuter(on) => Some((on, true)),
                    JoinOperator::CrossJoin(_) => None,
                    _ => return None,
                };
                joined = self.join(joined, &join.relation, on, outer)?;
            }
        }
        Some(joined)
    }

    fn join(
        &self,
        left: Joined,
        factor: &TableFactor,
        on: Option<(&JoinConstraint, bool)>,
        outer: Option<&Row<'_>>,
    ) -> Option<Joined> {
        let (source, right) = self.relation(factor, outer)?;
        let width = source.columns.len();
        let mut sources = left.sources;
        sources.push(source);
        let mut rows = Vec::new();
        for cells in left.rows {
            let mut hit = false;
            for row in &right {
                self.spend(1)?;
                let mut both = cells.clone();
                both.push(row.clone());
                let keep = match on {
                    None => true,
                    Some((JoinConstraint::On(condition), _)) => {
                        let row = Row { sources: &sources, cells: &both, outer, group: None };
                        // A pair that cannot be decided may yet fall to the WHERE; as a row of
                        // unknown cells it cannot be kept apart from the others.
                        truth(&self.expr(condition, &row)?)?
                    }
                    Some((JoinConstraint::Using(names), _)) => {
                        let mut same = Some(true);
                        for name in names {
                            let column = name.0.first()?.as_ident()?.value.as_str();
                            same = expr::and(same, self.same_named(&sources, &both, column));
                        }
                        same?
                    }
                    Some(_) => return None,
                };
                if keep {
                    hit = true;
                    rows.push(both);
                }
            }
            if !hit && on.is_some_and(|(_, left)| left) {
                let mut alone = cells;
                alone.push(vec![Cell::Null; width]);
                rows.push(alone);
            }
        }
        Some(Joined { sources, rows })
    }

    /// Whether the last source's column equals that of an earlier one.
    fn same_named(&self, sources: &[Source], cells: &[Vec<Cell>], column: &str) -> Option<bool> {
        let at = |source: &Source| source.columns.iter().position(|name| name == column);
        let (last, earlier) = sources.split_last()?;
        let new = cells.last()?.get(at(last)?)?;
        let (index, source) =
            earlier.iter().enumerate().find(|(_, source)| at(source).is_some())?;
        expr::same(cells.get(index)?.get(at(source)?)?, new)
    }

    fn relation(
        &self,
        factor: &TableFactor,
        outer: Option<&Row<'_>>,
    ) -> Option<(Source, Vec<Vec<Cell>>)> {
        match factor {
            TableFactor::Table { name, alias, args, .. } => {
                let parts: Vec<&str> =
                    name.0.iter().filter_map(|p| p.as_ident()).map(|i| i.value.as_str()).collect();
                let (last, schema) = parts.split_last()?;
                let lower = last.to_ascii_lowercase();
                let alias = alias.as_ref().map_or(lower.clone(), |a| a.name.value.to_lowercase());
                let space = schema.last().map(|s| s.to_ascii_lowercase());
                let asked = Name::new(space.as_deref(), &lower);
                if let Some(args) = args {
                    let pragma = lower.strip_prefix("pragma_")?;
                    let none = Row { sources: &[], cells: &[], outer, group: None };
                    let [argument] = args.args.as_slice() else { return None };
                    let Cell::Text(argument) = self.argument(argument, &none)? else { return None };
                    let found = catalog::pragma(self.schema, pragma, &argument)?;
                    return Some((source(alias, found.columns), found.rows));
                }
                if let Some(found) = catalog::relation(self.schema, &asked) {
                    return Some((source(alias, found.columns), found.rows));
                }
                if catalog::is_catalog(self.schema, &asked) {
                    return None;
                }
                let table = Name::new(space.as_deref(), last);
                let known = self.schema.table(&table).found();
                // What the history itself has written to is not empty.
                if known.is_some_and(|table| matches!(table.rows, schema::Rows::Written(_))) {
                    return None;
                }
                let columns = known.into_iter().flat_map(|table| &table.columns);
                let columns = columns.map(|c| c.column.name.clone()).collect();
                Some((Source { alias, columns }, Vec::new()))
            }
            TableFactor::Derived { subquery, alias, lateral: false, .. } => {
                let found = self.query(subquery, outer)?;
                let alias =
                    alias.as_ref().map_or_else(String::new, |a| a.name.value.to_lowercase());
                Some((Source { alias, columns: found.columns }, found.rows))
            }
            TableFactor::NestedJoin { table_with_joins, alias: None } => {
                let joined = self.from(std::slice::from_ref(table_with_joins), outer)?;
                let [only] = joined.sources.as_slice() else { return None };
                Some((only.clone(), joined.rows.into_iter().filter_map(|mut r| r.pop()).collect()))
            }
            _ => None,
        }
    }
}

/// One entry of a select list: an expression, or a column of a source for `*`.
struct Item<'q> {
    expr: Option<&'q sqlparser::ast::Expr>,
    at: (usize, usize),
}

fn source(alias: String, columns: &[&str]) -> Source {
    Source { alias, columns: columns.iter().map(|name| (*name).to_owned()).collect() }
}

/// SQL's truth: NULL is not true; `None`: not known.
fn truth(cell: &Cell) -> Option<bool> {
    match cell {
        Cell::Bool(truth) => Some(*truth),
        Cell::Null => Some(false),
        Cell::Int(n) => Some(*n != 0),
        _ => None,
    }
}

fn distinct(rows: Vec<Vec<Cell>>) -> Option<Vec<Vec<Cell>>> {
    let mut kept: Vec<Vec<Cell>> = Vec::new();
    for row in rows {
        if row.contains(&Cell::Unknown) || kept.len() > 2_000 {
            return None;
        }
        if !kept.contains(&row) {
            kept.push(row);
        }
    }
    Some(kept)
}
