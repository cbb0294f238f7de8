//! Expressions of a query over catalog rows.

use std::cmp::Ordering;

use sqlparser::ast::{
    AccessExpr, BinaryOperator, CaseWhen, Expr, Function, FunctionArg, FunctionArgExpr,
    FunctionArguments, Subscript, UnaryOperator, Value,
};

use super::{Asked, Row, truth};
use crate::{
    facts::{catalog::Cell, postgres::catalog::regclass},
    schema::TypeKind,
};

impl Asked<'_> {
    /// A value; `None`: it cannot be told, and neither can the query.
    pub(super) fn expr(&self, expr: &Expr, row: &Row<'_>) -> Option<Cell> {
        match expr {
            Expr::Nested(inner) => self.expr(inner, row),
            Expr::Value(value) => self.literal(&value.value),
            Expr::Identifier(ident) => {
                let name = folded(ident);
                column(row, None, &name).or_else(|| self.named(&name))
            }
            Expr::CompoundIdentifier(parts) => {
                let (last, before) = parts.split_last()?;
                column(row, Some(&before.last()?.value.to_lowercase()), &folded(last))
            }
            Expr::IsNull(inner) => null_test(&self.expr(inner, row)?, true),
            Expr::IsNotNull(inner) => null_test(&self.expr(inner, row)?, false),
            Expr::IsTrue(inner) => Some(bool_cell(truth(&self.expr(inner, row)?))),
            Expr::IsFalse(inner) => match self.expr(inner, row)? {
                Cell::Bool(truth) => Some(Cell::Bool(!truth)),
                Cell::Null => Some(Cell::Bool(false)),
                _ => Some(Cell::Unknown),
            },
            Expr::UnaryOp { op: UnaryOperator::Not, expr } => Some(match self.expr(expr, row)? {
                Cell::Bool(truth) => Cell::Bool(!truth),
                Cell::Null => Cell::Null,
                _ => Cell::Unknown,
            }),
            Expr::BinaryOp { left, op, right } => self.binary(left, op, right, row),
            Expr::InList { expr, list, negated } => {
                let value = self.expr(expr, row)?;
                let items: Option<Vec<Cell>> = list.iter().map(|i| self.expr(i, row)).collect();
                Some(negate(among(&value, &items?), *negated))
            }
            Expr::InSubquery { expr, subquery, negated } => {
                let value = self.expr(expr, row)?;
                let items = self.query(subquery, Some(row))?.rows;
                let items: Vec<Cell> = items.into_iter().filter_map(|mut r| r.pop()).collect();
                Some(negate(among(&value, &items), *negated))
            }
            Expr::AnyOp { left, compare_op: BinaryOperator::Eq, right, .. } => {
                let value = self.expr(left, row)?;
                match self.expr(right, row)? {
                    Cell::List(items) => Some(bool_cell(among(&value, &items))),
                    _ => Some(Cell::Unknown),
                }
            }
            Expr::Exists { subquery, negated } => {
                let found = !self.query(subquery, Some(row))?.rows.is_empty();
                Some(Cell::Bool(found != *negated))
            }
            Expr::Subquery(query) => {
                let mut found = self.query(query, Some(row))?;
                match found.rows.len() {
                    0 => Some(Cell::Null),
                    1 => found.rows.pop()?.into_iter().next(),
                    _ => None,
                }
            }
            Expr::Like { negated, expr, pattern, escape_char: None, .. } => {
                self.like(expr, pattern, *negated, false, row)
            }
            Expr::ILike { negated, expr, pattern, escape_char: None, .. } => {
                self.like(expr, pattern, *negated, true, row)
            }
            Expr::Cast { expr, data_type, .. } => {
                let value = self.expr(expr, row)?;
                Some(cast(value, &data_type.to_string().to_ascii_lowercase()))
            }
            Expr::CompoundFieldAccess { root, access_chain } => {
                // `c.conkey[1]` comes as the name `c`, a dot, and the subscript.
                let (AccessExpr::Subscript(Subscript::Index { index }), dots) =
                    access_chain.split_last()?
                else {
                    return None;
                };
                let list = match (root.as_ref(), dots) {
                    (root, []) => self.expr(root, row)?,
                    (Expr::Identifier(of), [AccessExpr::Dot(Expr::Identifier(name))]) => {
                        column(row, Some(&of.value.to_lowercase()), &folded(name))?
                    }
                    _ => return None,
                };
                match (list, self.expr(index, row)?) {
                    (Cell::List(items), Cell::Int(at)) => {
                        let at = usize::try_from(at).ok()?.checked_sub(1)?;
                        Some(items.get(at).cloned().unwrap_or(Cell::Null))
                    }
                    _ => Some(Cell::Unknown),
                }
            }
            Expr::Array(array) => {
                let items: Option<Vec<Cell>> =
                    array.elem.iter().map(|item| self.expr(item, row)).collect();
                Some(Cell::List(items?))
            }
            Expr::Case { operand: None, conditions, else_result, .. } => {
                for CaseWhen { condition, result } in conditions {
                    if truth(&self.expr(condition, row)?)? {
                        return self.expr(result, row);
                    }
                }
                else_result.as_ref().map_or(Some(Cell::Null), |e| self.expr(e, row))
            }
            Expr::Function(function) => self.function(function, row),
            _ => Some(Cell::Unknown),
        }
    }

    fn literal(&self, value: &Value) -> Option<Cell> {
        Some(match value {
            Value::Number(text, _) => text.parse().map_or(Cell::Unknown, Cell::Int),
            Value::Boolean(truth) => Cell::Bool(*truth),
            Value::Null => Cell::Null,
            Value::Placeholder(name) => {
                let name = name.trim_start_matches([':', '$', '@', '?']);
                return Some(self.named(name).unwrap_or(Cell::Unknown));
            }
            other => match other.clone().into_string() {
                Some(text) => Cell::Text(text),
                None => Cell::Unknown,
            },
        })
    }

    fn named(&self, name: &str) -> Option<Cell> {
        self.values.iter().find(|(key, _)| key == name).map(|(_, cell)| cell.clone())
    }

    fn binary(
        &self,
        left: &Expr,
        op: &BinaryOperator,
        right: &Expr,
        row: &Row<'_>,
    ) -> Option<Cell> {
        let a = self.expr(left, row)?;
        // The second is not looked at where the first decides.
        match (op, truth(&a)) {
            (BinaryOperator::And, Some(false)) => return Some(Cell::Bool(false)),
            (BinaryOperator::Or, Some(true)) => return Some(Cell::Bool(true)),
            _ => {}
        }
        let b = self.expr(right, row)?;
        Some(match op {
            BinaryOperator::And => bool_cell(and(truth(&a), truth(&b))),
            BinaryOperator::Or => match (truth(&a), truth(&b)) {
                (_, Some(true)) => Cell::Bool(true),
                (Some(false), Some(false)) => Cell::Bool(false),
                _ => Cell::Unknown,
            },
            BinaryOperator::StringConcat => match (text(&a), text(&b)) {
                (Some(a), Some(b)) => Cell::Text(a + &b),
                _ if a == Cell::Null || b == Cell::Null => Cell::Null,
                _ => Cell::Unknown,
            },
            BinaryOperator::Eq
            | BinaryOperator::NotEq
            | BinaryOperator::Lt
            | BinaryOperator::LtEq
            | BinaryOperator::Gt
            | BinaryOperator::GtEq => compare(&a, op, &b),
            _ => Cell::Unknown,
        })
    }

    fn like(
        &self,
        value: &Expr,
        pattern: &Expr,
        negated: bool,
        fold: bool,
        row: &Row<'_>,
    ) -> Option<Cell> {
        let (value, pattern) = (self.expr(value, row)?, self.expr(pattern, row)?);
        let (Cell::Text(mut value), Cell::Text(mut pattern)) = (value, pattern) else {
            return Some(Cell::Unknown);
        };
        // SQLite's LIKE ignores case (sqlite.org/lang_expr.html#like).
        if fold || self.schema.database().is_sqlite() {
            (value, pattern) = (value.to_lowercase(), pattern.to_lowercase());
        }
        let (value, pattern): (Vec<char>, Vec<char>) =
            (value.chars().collect(), pattern.chars().collect());
        self.spend(value.len())?;
        Some(Cell::Bool(matches(&value, &pattern) != negated))
    }

    fn function(&self, function: &Function, row: &Row<'_>) -> Option<Cell> {
        let name = function.name.0.last()?.as_ident()?.value.to_ascii_lowercase();
        let arguments: &[FunctionArg] = match &function.args {
            FunctionArguments::None => &[],
            FunctionArguments::List(list) => &list.args,
            FunctionArguments::Subquery(_) => return None,
        };
        if let Some(group) = row.group
            && is_aggregate(&name)
        {
            return self.aggregate(&name, function, arguments, group, row);
        }
        if name == "enum_range" {
            return Some(self.enum_range(arguments).unwrap_or(Cell::Unknown));
        }
        let values: Option<Vec<Cell>> =
            arguments.iter().map(|argument| self.argument(argument, row)).collect();
        let values = values?;
        let first = values.first().cloned().unwrap_or(Cell::Unknown);
        Some(match name.as_str() {
            "current_schema" => Cell::text("public"),
            "current_database" | "version" => Cell::Unknown,
            "to_regclass" => match &first {
                Cell::Text(written) => self.class(written),
                _ => Cell::Unknown,
            },
            // What lies in another schema is visible only by a search path.
            "pg_type_is_visible" | "pg_table_is_visible" => match &first {
                Cell::Text(oid) if !oid.contains('.') => Cell::Bool(true),
                _ => Cell::Unknown,
            },
            "array_length" | "cardinality" => match first {
                Cell::List(items) if items.is_empty() && name == "array_length" => Cell::Null,
                Cell::List(items) => Cell::Int(items.len() as i64),
                _ => Cell::Unknown,
            },
            "lower" | "upper" => match &first {
                Cell::Text(text) if name == "lower" => Cell::Text(text.to_lowercase()),
                Cell::Text(text) => Cell::Text(text.to_uppercase()),
                _ => first,
            },
            "quote_ident" => match &first {
                Cell::Text(text) => Cell::Text(quoted(text)),
                _ => Cell::Unknown,
            },
            "coalesce" => values.into_iter().find(|v| *v != Cell::Null).unwrap_or(Cell::Null),
            "format" => format(&values),
            _ => Cell::Unknown,
        })
    }

    /// `enum_range(NULL::mood)`: every label.
    fn enum_range(&self, arguments: &[FunctionArg]) -> Option<Cell> {
        let [FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Cast { data_type, .. }))] = arguments
        else {
            return None;
        };
        match &self.schema.ty(&regclass(&data_type.to_string())).found()?.kind {
            TypeKind::Enum { labels } => {
                Some(Cell::List(labels.iter().map(|label| Cell::text(label)).collect()))
            }
            _ => None,
        }
    }

    /// The only argument of `unnest`.
    pub(super) fn unnested(&self, function: &Function, row: &Row<'_>) -> Option<Cell> {
        let FunctionArguments::List(list) = &function.args else { return None };
        let [argument] = list.args.as_slice() else { return None };
        self.argument(argument, row)
    }

    pub(super) fn argument(&self, argument: &FunctionArg, row: &Row<'_>) -> Option<Cell> {
        match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => self.expr(expr, row),
            _ => Some(Cell::Unknown),
        }
    }

    fn aggregate(
        &self,
        name: &str,
        function: &Function,
        arguments: &[FunctionArg],
        group: &[Vec<Vec<Cell>>],
        row: &Row<'_>,
    ) -> Option<Cell> {
        if function.filter.is_some() || function.over.is_some() {
            return None;
        }
        let star =
            matches!(arguments.first(), Some(FunctionArg::Unnamed(FunctionArgExpr::Wildcard)));
        if name == "count" && star {
            return Some(Cell::Int(group.len() as i64));
        }
        let mut values = Vec::new();
        for cells in group {
            let row = Row { sources: row.sources, cells, outer: row.outer, group: None };
            values.push(self.argument(arguments.first()?, &row)?);
        }
        values.retain(|value| *value != Cell::Null);
        Some(match name {
            "count" => Cell::Int(values.len() as i64),
            "array_agg" if values.is_empty() => Cell::Null,
            "array_agg" => Cell::List(values),
            _ if values.is_empty() => Cell::Null,
            "min" | "max" if !values.contains(&Cell::Unknown) => {
                values.sort_by(|a, b| order(a, b).unwrap_or(Ordering::Equal));
                let at = if name == "min" { 0 } else { values.len() - 1 };
                values.swap_remove(at)
            }
            _ => Cell::Unknown,
        })
    }

    /// `to_regclass`: NULL where there is no such relation.
    fn class(&self, written: &str) -> Cell {
        let name = regclass(written);
        let schema = self.schema;
        if schema.table(&name).found().is_some()
            || schema.view(&name).is_some()
            || schema.index_table(&name).found().is_some()
            || schema.sequence(&name).is_some()
        {
            return Cell::Text(name.to_string());
        }
        if schema.is_open() { Cell::Unknown } else { Cell::Null }
    }
}

/// What a select list calls an expression without an alias.
pub(super) fn label(expr: &Expr) -> String {
    match expr {
        Expr::Identifier(ident) => folded(ident),
        Expr::CompoundIdentifier(parts) => parts.last().map(folded).unwrap_or_default(),
        Expr::Function(function) => {
            let name = function.name.0.last().and_then(|p| p.as_ident());
            name.map(folded).unwrap_or_default()
        }
        Expr::Exists { .. } => "exists".to_owned(),
        Expr::Cast { expr, .. } | Expr::Nested(expr) => label(expr),
        _ => "?column?".to_owned(),
    }
}

/// Whether an aggregate stands in a select list's expression.
pub(super) fn aggregates(expr: &Expr) -> bool {
    match expr {
        Expr::Function(function) => {
            let name = function.name.0.last().and_then(|p| p.as_ident());
            name.is_some_and(|name| is_aggregate(&name.value.to_ascii_lowercase()))
                || matches!(&function.args, FunctionArguments::List(list) if list.args.iter().any(|a| {
                    matches!(a, FunctionArg::Unnamed(FunctionArgExpr::Expr(e)) if aggregates(e))
                }))
        }
        Expr::Nested(inner)
        | Expr::Cast { expr: inner, .. }
        | Expr::UnaryOp { expr: inner, .. } => aggregates(inner),
        Expr::BinaryOp { left, right, .. } => aggregates(left) || aggregates(right),
        _ => false,
    }
}

fn is_aggregate(name: &str) -> bool {
    matches!(name, "count" | "min" | "max" | "sum" | "avg" | "array_agg" | "string_agg" | "bool_or")
}

fn folded(ident: &sqlparser::ast::Ident) -> String {
    match ident.quote_style {
        None => ident.value.to_lowercase(),
        Some(_) => ident.value.clone(),
    }
}

fn column(row: &Row<'_>, of: Option<&str>, name: &str) -> Option<Cell> {
    let mut row = Some(row);
    while let Some(at) = row {
        for (source, cells) in at.sources.iter().zip(at.cells) {
            if of.is_none_or(|of| source.alias == of)
                && let Some(column) = source.columns.iter().position(|c| c == name)
            {
                return cells.get(column).cloned();
            }
        }
        row = at.outer;
    }
    None
}

fn null_test(cell: &Cell, wanted: bool) -> Option<Cell> {
    Some(match cell {
        Cell::Unknown => Cell::Unknown,
        cell => Cell::Bool((*cell == Cell::Null) == wanted),
    })
}

fn bool_cell(truth: Option<bool>) -> Cell {
    truth.map_or(Cell::Unknown, Cell::Bool)
}

fn negate(truth: Option<bool>, negated: bool) -> Cell {
    bool_cell(truth.map(|truth| truth != negated))
}

pub(super) fn and(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn among(value: &Cell, items: &[Cell]) -> Option<bool> {
    let mut undecided = false;
    for item in items {
        match same(value, item) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => undecided = true,
        }
    }
    (!undecided).then_some(false)
}

/// Equality; `None`: not known. NULL equals nothing.
pub(super) fn same(a: &Cell, b: &Cell) -> Option<bool> {
    match (a, b) {
        (Cell::Unknown, _) | (_, Cell::Unknown) => None,
        (Cell::Null, _) | (_, Cell::Null) => Some(false),
        (Cell::List(a), Cell::List(b)) => {
            if a.len() != b.len() {
                return Some(false);
            }
            let pairs: Vec<Option<bool>> = a.iter().zip(b).map(|(a, b)| same(a, b)).collect();
            pairs.into_iter().reduce(and).unwrap_or(Some(true))
        }
        (Cell::Bool(a), Cell::Int(b)) | (Cell::Int(b), Cell::Bool(a)) => Some(i64::from(*a) == *b),
        // `attnum = '1'`, `indisunique = 't'`: not compared as texts.
        (Cell::Text(_), Cell::Text(_))
        | (Cell::Int(_), Cell::Int(_))
        | (Cell::Bool(_), Cell::Bool(_)) => Some(a == b),
        _ => None,
    }
}

pub(super) fn order(a: &Cell, b: &Cell) -> Option<Ordering> {
    match (a, b) {
        (Cell::Text(a), Cell::Text(b)) => Some(a.cmp(b)),
        (Cell::Int(a), Cell::Int(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

fn compare(a: &Cell, op: &BinaryOperator, b: &Cell) -> Cell {
    if *a == Cell::Null || *b == Cell::Null {
        return Cell::Null;
    }
    let ordered = |test: fn(Ordering) -> bool| bool_cell(order(a, b).map(test));
    match op {
        BinaryOperator::Eq => bool_cell(same(a, b)),
        BinaryOperator::NotEq => negate(same(a, b), true),
        BinaryOperator::Lt => ordered(Ordering::is_lt),
        BinaryOperator::LtEq => ordered(Ordering::is_le),
        BinaryOperator::Gt => ordered(Ordering::is_gt),
        _ => ordered(Ordering::is_ge),
    }
}

fn text(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Text(text) => Some(text.clone()),
        Cell::Int(n) => Some(n.to_string()),
        _ => None,
    }
}

/// Names of relations, types and schemas are compared as the catalog has them.
fn cast(value: Cell, to: &str) -> Cell {
    match (value, to) {
        (Cell::Text(written), "regclass" | "regtype" | "regnamespace") => {
            Cell::Text(regclass(&written).to_string())
        }
        (Cell::Int(n), "text" | "varchar" | "name") => Cell::Text(n.to_string()),
        (value @ (Cell::Text(_) | Cell::List(_)), _) if is_textual(to) => value,
        (value @ (Cell::Int(_) | Cell::Bool(_) | Cell::Null), _) => value,
        _ => Cell::Unknown,
    }
}

fn is_textual(ty: &str) -> bool {
    ["text", "varchar", "name", "char", "character varying", "oid"]
        .iter()
        .any(|textual| ty.trim_matches('"').starts_with(textual))
}

/// `quote_ident`, for names in the catalog.
fn quoted(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    if plain && !name.is_empty() {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

/// PostgreSQL's `format` with `%I`, `%s` and `%L`.
fn format(values: &[Cell]) -> Cell {
    let Some(Cell::Text(pattern)) = values.first() else { return Cell::Unknown };
    let mut rest = values[1..].iter();
    let mut out = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let kind = chars.next();
        if kind == Some('%') {
            out.push('%');
            continue;
        }
        let Some(value) = rest.next().and_then(text) else { return Cell::Unknown };
        match kind {
            Some('I') => out.push_str(&quoted(&value)),
            Some('s') => out.push_str(&value),
            Some('L') => out.push_str(&format!("'{}'", value.replace('\'', "''"))),
            _ => return Cell::Unknown,
        }
    }
    Cell::Text(out)
}

/// `LIKE`, by two positions to come back to.
fn matches(value: &[char], pattern: &[char]) -> bool {
    let (mut v, mut p) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while v < value.len() {
        match pattern.get(p) {
            Some('%') => {
                back = Some((v, p));
                p += 1;
            }
            Some('\\') if pattern.get(p + 1) == Some(&value[v]) => {
                v += 1;
                p += 2;
            }
            Some(c) if *c == '_' || (*c != '\\' && *c == value[v]) => {
                v += 1;
                p += 1;
            }
            _ => match back {
                Some((from, star)) => {
                    back = Some((from + 1, star));
                    (v, p) = (from + 1, star + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '%')
}
