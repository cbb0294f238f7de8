//! sqlparser's tree of a query into the parts that its columns depend on.

use sqlparser::ast::{
    AccessExpr, BinaryOperator, CastKind, DataType, Expr as Tree, Function, FunctionArg,
    FunctionArgExpr, FunctionArguments, Ident, JoinConstraint, JoinOperator, ObjectName,
    Query as QueryTree, Select, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, Statement,
    TableAlias, TableFactor, UnaryOperator, Value,
};

use super::{cursor::Cursor, sql_type};
use crate::{
    database::Dialect,
    ir::{
        Name,
        query::{Alias, Body, Common, Expr, Item, Query, Shared, Source},
    },
    types::SqlType,
};

/// Reads a statement that is a query, with the target of its `INTO`.
pub(super) fn statement(
    statement: &Statement,
    cursor: &Cursor<'_>,
) -> Option<(Query, Option<Target>)> {
    let Statement::Query(query) = statement else { return None };
    let reader = Reader { dialect: cursor.dialect, path: cursor.path };
    let target = reader.target(&query.body);
    Some((reader.query(query), target))
}

/// Where `SELECT … INTO` puts its rows.
pub(super) struct Target {
    pub(super) table: Name,
    pub(super) temporary: bool,
}

#[derive(Clone, Copy)]
struct Reader<'a> {
    dialect: Dialect,
    path: Option<&'a str>,
}

impl Reader<'_> {
    fn target(self, body: &SetExpr) -> Option<Target> {
        match body {
            SetExpr::Select(select) => {
                let into = select.into.as_ref()?;
                let parts = match into.targets.as_slice() {
                    [Tree::Identifier(name)] => vec![self.folded(name)],
                    [Tree::CompoundIdentifier(names)] => {
                        names.iter().map(|n| self.folded(n)).collect()
                    }
                    _ => return None,
                };
                let (name, schema) = parts.split_last()?;
                let table = Name::new(schema.last().map(String::as_str).or(self.path), name);
                Some(Target { table, temporary: into.temporary })
            }
            SetExpr::SetOperation { left, .. } => self.target(left),
            SetExpr::Query(query) => self.target(&query.body),
            _ => None,
        }
    }

    fn folded(self, ident: &Ident) -> String {
        match (ident.quote_style, self.dialect) {
            (None, Dialect::Postgres) => ident.value.to_lowercase(),
            _ => ident.value.clone(),
        }
    }

    fn parts(self, name: &ObjectName) -> Vec<String> {
        name.0.iter().filter_map(|part| part.as_ident()).map(|i| self.folded(i)).collect()
    }

    fn name(self, name: &ObjectName) -> Option<Name> {
        let parts = self.parts(name);
        let (last, schema) = parts.split_last()?;
        Some(Name::new(schema.last().map(String::as_str), last))
    }

    fn query(self, query: &QueryTree) -> Query {
        let with = query.with.iter().flat_map(|with| &with.cte_tables).map(|cte| Common {
            name: self.folded(&cte.alias.name),
            columns: cte.alias.columns.iter().map(|c| self.folded(&c.name)).collect(),
            query: self.query(&cte.query),
        });
        Query {
            with: with.collect(),
            recursive: query.with.as_ref().is_some_and(|with| with.recursive),
            body: self.body(&query.body),
        }
    }

    fn body(self, body: &SetExpr) -> Body {
        match body {
            SetExpr::Select(select) => self.select(select),
            SetExpr::Query(query) => Body::Nested(Box::new(self.query(query))),
            SetExpr::SetOperation { left, right, .. } => {
                Body::Both(Box::new(self.body(left)), Box::new(self.body(right)))
            }
            SetExpr::Values(values) => Body::Values(
                values
                    .rows
                    .iter()
                    .map(|row| row.content.iter().map(|e| self.expr(e)).collect())
                    .collect(),
            ),
            SetExpr::Table(table) => match &table.table_name {
                Some(name) => Body::Select {
                    from: vec![Source::Table {
                        name: Name::new(table.schema_name.as_deref(), name),
                        path: None,
                        alias: Alias::default(),
                    }],
                    items: vec![Item::All],
                },
                None => Body::Unknown,
            },
            _ => Body::Unknown,
        }
    }

    fn select(self, select: &Select) -> Body {
        let from = select.from.iter().map(|from| {
            let first = self.source(&from.relation);
            from.joins.iter().fold(first, |left, join| Source::Join {
                left: Box::new(left),
                right: Box::new(self.source(&join.relation)),
                shared: self.shared(&join.join_operator),
            })
        });
        let items: Option<Vec<Item>> = select.projection.iter().map(|i| self.item(i)).collect();
        match items {
            Some(items) => Body::Select { from: from.collect(), items },
            None => Body::Unknown,
        }
    }

    fn item(self, item: &SelectItem) -> Option<Item> {
        Some(match item {
            SelectItem::Wildcard(_) => Item::All,
            SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
                Item::AllOf(self.parts(name).pop()?)
            }
            SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::Expr(_), _)
            | SelectItem::ExprWithAliases { .. } => return None,
            SelectItem::UnnamedExpr(expr) => Item::Expr { name: None, expr: self.expr(expr) },
            SelectItem::ExprWithAlias { expr, alias } => {
                Item::Expr { name: Some(self.folded(alias)), expr: self.expr(expr) }
            }
        })
    }

    fn shared(self, operator: &JoinOperator) -> Shared {
        let constraint = match operator {
            JoinOperator::Join(c)
            | JoinOperator::Inner(c)
            | JoinOperator::Left(c)
            | JoinOperator::LeftOuter(c)
            | JoinOperator::Right(c)
            | JoinOperator::RightOuter(c)
            | JoinOperator::FullOuter(c)
            | JoinOperator::CrossJoin(c) => c,
            _ => return Shared::None,
        };
        match constraint {
            JoinConstraint::Using(names) => {
                Shared::Using(names.iter().filter_map(|n| self.parts(n).pop()).collect())
            }
            JoinConstraint::Natural => Shared::Natural,
            JoinConstraint::On(_) | JoinConstraint::None => Shared::None,
        }
    }

    fn alias(self, alias: Option<&TableAlias>) -> Alias {
        let Some(alias) = alias else { return Alias::default() };
        let typed = |c: &sqlparser::ast::TableAliasColumnDef| {
            (self.folded(&c.name), c.data_type.as_ref().map(|ty| self.ty(ty)))
        };
        Alias {
            name: Some(self.folded(&alias.name)),
            columns: alias.columns.iter().map(typed).collect(),
        }
    }

    fn source(self, factor: &TableFactor) -> Source {
        match factor {
            TableFactor::Table { name, alias, args, with_ordinality, .. } => {
                let Some(called) = self.name(name) else { return Source::Unknown };
                let alias = self.alias(alias.as_ref());
                let path = self.path.map(str::to_owned).filter(|_| name.0.len() == 1);
                match args {
                    None => Source::Table { name: called, path, alias },
                    Some(args) => Source::Function {
                        call: Expr::Call { name: called.name, args: self.arguments(&args.args) },
                        ordinality: *with_ordinality,
                        alias,
                    },
                }
            }
            TableFactor::Derived { subquery, alias, .. } => Source::Query {
                query: Box::new(self.query(subquery)),
                alias: self.alias(alias.as_ref()),
            },
            TableFactor::Function { name, args, with_ordinality, alias, .. } => {
                let Some(called) = self.name(name) else { return Source::Unknown };
                Source::Function {
                    call: Expr::Call { name: called.name, args: self.arguments(args) },
                    ordinality: *with_ordinality,
                    alias: self.alias(alias.as_ref()),
                }
            }
            TableFactor::UNNEST { alias, array_exprs, with_ordinality, .. } => Source::Function {
                call: Expr::Call {
                    name: "unnest".to_owned(),
                    args: array_exprs.iter().map(|e| self.expr(e)).collect(),
                },
                ordinality: *with_ordinality,
                alias: self.alias(alias.as_ref()),
            },
            TableFactor::NestedJoin { table_with_joins, alias: None } => {
                let first = self.source(&table_with_joins.relation);
                table_with_joins.joins.iter().fold(first, |left, join| Source::Join {
                    left: Box::new(left),
                    right: Box::new(self.source(&join.relation)),
                    shared: self.shared(&join.join_operator),
                })
            }
            _ => Source::Unknown,
        }
    }

    fn ty(self, ty: &DataType) -> SqlType {
        sql_type(&ty.to_string(), self.dialect)
    }

    fn arguments(self, args: &[FunctionArg]) -> Vec<Expr> {
        args.iter()
            .map(|arg| match arg {
                FunctionArg::Named { arg, .. }
                | FunctionArg::ExprNamed { arg, .. }
                | FunctionArg::Unnamed(arg) => match arg {
                    FunctionArgExpr::Expr(expr) => self.expr(expr),
                    _ => Expr::Unknown,
                },
            })
            .collect()
    }

    fn call(self, name: &str, args: &[&Tree]) -> Expr {
        Expr::Call { name: name.to_owned(), args: args.iter().map(|e| self.expr(e)).collect() }
    }

    fn expr(self, expr: &Tree) -> Expr {
        let boxed = |expr: &Tree| Box::new(self.expr(expr));
        match expr {
            Tree::Identifier(ident) => Expr::Column { table: None, name: self.folded(ident) },
            Tree::CompoundIdentifier(idents) => match idents.as_slice() {
                [.., table, name] => {
                    Expr::Column { table: Some(self.folded(table)), name: self.folded(name) }
                }
                _ => Expr::Unknown,
            },
            Tree::CompoundFieldAccess { root, access_chain } => match access_chain.as_slice() {
                [AccessExpr::Subscript(sqlparser::ast::Subscript::Index { .. })] => {
                    Expr::Element(boxed(root))
                }
                _ => Expr::Unknown,
            },
            Tree::Value(value) => literal(&value.value),
            Tree::TypedString(typed) => {
                Expr::Cast { inner: Box::new(Expr::Untyped), ty: self.ty(&typed.data_type) }
            }
            Tree::Interval(_) => {
                Expr::Cast { inner: Box::new(Expr::Untyped), ty: SqlType::named("interval") }
            }
            Tree::Cast {
                kind: CastKind::Cast | CastKind::DoubleColon, expr, data_type, ..
            } => Expr::Cast { inner: boxed(expr), ty: self.ty(data_type) },
            Tree::Nested(inner) => Expr::Same(boxed(inner)),
            Tree::Collate { expr, .. } => Expr::Same(boxed(expr)),
            Tree::Function(function) => self.function(function),
            Tree::Case { conditions, else_result, .. } => Expr::Case {
                results: conditions.iter().map(|c| self.expr(&c.result)).collect(),
                otherwise: else_result.as_deref().map(boxed),
            },
            Tree::Subquery(query) => Expr::Subquery(Box::new(self.query(query))),
            Tree::Array(array) => Expr::Array(array.elem.iter().map(|e| self.expr(e)).collect()),
            Tree::Exists { .. } => Expr::Call { name: "exists".to_owned(), args: Vec::new() },
            Tree::Extract { expr, .. } => self.call("extract", &[expr]),
            Tree::Ceil { expr, .. } => self.call("ceil", &[expr]),
            Tree::Floor { expr, .. } => self.call("floor", &[expr]),
            Tree::Position { expr, r#in } => self.call("position", &[expr, r#in]),
            Tree::Substring { expr, .. } => self.call("substring", &[expr]),
            Tree::Trim { expr, .. } => self.call("btrim", &[expr]),
            Tree::Overlay { expr, .. } => self.call("overlay", &[expr]),
            Tree::AtTimeZone { timestamp, .. } => self.call("timezone", &[timestamp]),
            Tree::BinaryOp { left, op, right } => self.operator(op, left, right),
            Tree::UnaryOp { op: UnaryOperator::Not, .. } => boolean(),
            Tree::UnaryOp { op, expr } => {
                Expr::Operator { symbol: op.to_string(), left: None, right: boxed(expr) }
            }
            Tree::IsFalse(_)
            | Tree::IsNotFalse(_)
            | Tree::IsTrue(_)
            | Tree::IsNotTrue(_)
            | Tree::IsNull(_)
            | Tree::IsNotNull(_)
            | Tree::IsUnknown(_)
            | Tree::IsNotUnknown(_)
            | Tree::IsDistinctFrom(..)
            | Tree::IsNotDistinctFrom(..)
            | Tree::IsJson { .. }
            | Tree::IsNormalized { .. }
            | Tree::InList { .. }
            | Tree::InSubquery { .. }
            | Tree::Between { .. }
            | Tree::Like { .. }
            | Tree::ILike { .. }
            | Tree::SimilarTo { .. }
            | Tree::AnyOp { .. }
            | Tree::AllOp { .. } => boolean(),
            _ => Expr::Unknown,
        }
    }

    fn operator(self, op: &BinaryOperator, left: &Tree, right: &Tree) -> Expr {
        let symbol = match op {
            BinaryOperator::And | BinaryOperator::Or => return boolean(),
            BinaryOperator::PGCustomBinaryOperator(parts) => {
                parts.last().cloned().unwrap_or_default()
            }
            op => op.to_string(),
        };
        let (left, right) = (Box::new(self.expr(left)), Box::new(self.expr(right)));
        Expr::Operator { symbol, left: Some(left), right }
    }

    fn function(self, function: &Function) -> Expr {
        let Some(name) = self.parts(&function.name).pop() else { return Expr::Unknown };
        match &function.args {
            FunctionArguments::None => Expr::Call { name, args: Vec::new() },
            FunctionArguments::Subquery(query) if name == "array" => {
                Expr::ArrayOf(Box::new(self.query(query)))
            }
            FunctionArguments::Subquery(_) => Expr::Call { name, args: vec![Expr::Unknown] },
            FunctionArguments::List(list) => {
                let mut args = self.arguments(&list.args);
                // An ordered-set aggregate takes its result from what it orders.
                args.extend(function.within_group.iter().map(|o| self.expr(&o.expr)));
                Expr::Call { name, args }
            }
        }
    }
}

fn boolean() -> Expr {
    Expr::Typed(SqlType::named("boolean"))
}

/// The manual, 4.1.2: the smallest of integer, bigint and numeric that holds a number.
fn literal(value: &Value) -> Expr {
    match value {
        Value::Number(number, _) => {
            let ty = match number.replace('_', "") {
                n if n.parse::<i32>().is_ok() => "integer",
                n if n.parse::<i64>().is_ok() => "bigint",
                n if n.starts_with("0x") || n.starts_with("0o") || n.starts_with("0b") => {
                    return Expr::Unknown;
                }
                _ => "numeric",
            };
            Expr::Typed(SqlType::named(ty))
        }
        Value::Boolean(_) => boolean(),
        Value::SingleQuotedString(_)
        | Value::DollarQuotedString(_)
        | Value::EscapedStringLiteral(_)
        | Value::UnicodeStringLiteral(_)
        | Value::Null => Expr::Untyped,
        Value::SingleQuotedByteStringLiteral(_) | Value::HexStringLiteral(_) => {
            Expr::Typed(SqlType::named("bit"))
        }
        _ => Expr::Unknown,
    }
}
