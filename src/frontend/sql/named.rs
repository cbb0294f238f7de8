//! Which columns an expression or a query names, by sqlparser's tree.

use std::ops::ControlFlow;

use sqlparser::{
    ast::{Expr, Ident, SelectItem, SetExpr, Statement, TableFactor, Visit, visit_expressions},
    tokenizer::Token,
};

use super::{
    cursor::Cursor,
    query::{MAX_PARSED, parser},
};
use crate::{database::Dialect, schema::clip};

/// The columns that an expression names; `None` where it cannot be parsed.
pub(super) fn columns_of(inner: &Cursor<'_>) -> Option<Vec<String>> {
    let text = inner.written(inner.at, inner.tokens.len());
    if inner.tokens.len().saturating_sub(inner.at) > MAX_PARSED {
        return None;
    }
    let mut parser = parser(inner.dialect).try_with_sql(text).ok()?;
    let expr = parser.parse_expr().ok()?;
    if parser.peek_token().token != Token::EOF {
        return None;
    }
    Some(named_in(&expr, inner.dialect))
}

/// The columns that a part of a statement names.
fn named_in(part: &impl Visit, dialect: Dialect) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let _ = visit_expressions(part, |e| {
        let ident = match e {
            Expr::Identifier(ident) => Some(ident),
            Expr::CompoundIdentifier(parts) => parts.last(),
            _ => None,
        };
        // SQLite takes a double-quoted name that is no column for a text.
        let loose = |i: &Ident| dialect == Dialect::Sqlite && i.quote_style == Some('"');
        if let Some(ident) = ident.filter(|i| !loose(i)) {
            let name = folded(ident, dialect);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        ControlFlow::<()>::Continue(())
    });
    names
}

/// A name as the server reads it.
pub(super) fn folded(ident: &Ident, dialect: Dialect) -> String {
    match dialect {
        Dialect::Sqlite => ident.value.clone(),
        Dialect::Postgres if ident.quote_style.is_some() => clip(&ident.value).to_owned(),
        Dialect::Postgres => clip(&ident.value.to_lowercase()).to_owned(),
    }
}

/// The columns that `SELECT … FROM t WHERE …` names: one table, and nothing in it that makes up
/// names of its own.
pub(super) fn columns_of_query(statement: &Statement, dialect: Dialect) -> Option<Vec<String>> {
    let Statement::Query(query) = statement else { return None };
    let SetExpr::Select(select) = query.body.as_ref() else { return None };
    let [from] = select.from.as_slice() else { return None };
    let plain = matches!(&from.relation, TableFactor::Table { args: None, .. });
    let made_up = |item: &SelectItem| matches!(item, SelectItem::ExprWithAlias { .. });
    let nested =
        |e: &Expr| matches!(e, Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. });
    let mut subquery = false;
    let _ = visit_expressions(query, |e| {
        subquery |= nested(e);
        ControlFlow::<()>::Continue(())
    });
    let simple = plain
        && !subquery
        && from.joins.is_empty()
        && query.with.is_none()
        && !select.projection.iter().any(made_up);
    simple.then(|| named_in(query.as_ref(), dialect))
}
