//! Indexes and exclusion constraints: their parts, and what dialects add to them.

use std::rc::Rc;

use super::{
    columns::column_name,
    machine::Machine,
    value::{Callee, Value},
};
use crate::{
    database::Dialect,
    frontend::sql,
    ir::{ConstraintKind, Index, IndexPart, Indexed},
    quote,
};

impl Machine<'_, '_> {
    /// The parts of an index: names, `sa.text('lower(a)')`, functions, columns at hand.
    pub(super) fn index_parts(&mut self, value: &Value) -> Option<Vec<IndexPart>> {
        let items = if let Some(text) = value.as_str() {
            vec![Value::str(&text)]
        } else {
            value.items()?
        };
        Some(items.iter().map(|item| self.index_part(item)).collect())
    }

    fn index_part(&mut self, item: &Value) -> IndexPart {
        let unread = || IndexPart::expression("");
        match item {
            Value::Str(text) => IndexPart::column(&text.text),
            Value::Member(_) => item.as_str().map_or_else(unread, |name| IndexPart::column(&name)),
            Value::Call(call) if matches!(call.name(), "text" | "literal_column") => {
                let sql = call.args.first().and_then(Value::as_str).unwrap_or_default();
                sql::index_part(&sql, call.span, self.dialect())
            }
            Value::Call(call) => match (&call.callee, call.name()) {
                (Callee::Method(base, _), how) if is_order(how) => {
                    let inner = self.index_part(&base.clone());
                    ordered(inner, how)
                }
                (Callee::External(_), how) if is_order(how) => match call.args.first().cloned() {
                    Some(inner) => {
                        let inner = self.index_part(&inner);
                        ordered(inner, how)
                    }
                    None => unread(),
                },
                (Callee::External(_), "column") => {
                    match call.args.first().and_then(Value::as_str) {
                        Some(name) => IndexPart::column(&name),
                        None => unread(),
                    }
                }
                (_, name) => {
                    let name = name.to_owned();
                    let args: Option<Vec<String>> =
                        call.args.iter().map(|arg| self.argument(arg)).collect();
                    match args {
                        Some(args) => {
                            IndexPart::expression(&format!("{name}({})", args.join(", ")))
                        }
                        None => unread(),
                    }
                }
            },
            other => match column_name(other) {
                Some(name) => IndexPart::column(&name),
                None => unread(),
            },
        }
    }

    /// An argument of a function in an index, as SQL.
    fn argument(&mut self, arg: &Value) -> Option<String> {
        match arg {
            Value::Int(n) => Some(n.to_string()),
            Value::Call(call) if matches!(call.name(), "text" | "literal_column") => {
                Some(call.args.first()?.as_str()?.to_string())
            }
            Value::Str(text) => Some(quote::name(&text.text, self.dialect())),
            _ => match column_name(arg) {
                Some(name) => Some(quote::name(&name, self.dialect())),
                None => match self.index_part(arg).of {
                    Indexed::Expression(sql) if !sql.is_empty() => Some(sql),
                    _ => None,
                },
            },
        }
    }

    /// What is said of an index for one dialect: `postgresql_where`, `postgresql_ops` …
    pub(super) fn index_options(&self, index: &mut Index, kwarg: impl Fn(&str) -> Option<Value>) {
        let clause = match self.dialect() {
            Dialect::Postgres => "postgresql_where",
            Dialect::Sqlite => "sqlite_where",
        };
        index.predicate = kwarg(clause)
            .filter(|v| !v.is_none())
            .map(|v| v.as_str().map(|s| s.to_string()).unwrap_or_default());
        if self.dialect() == Dialect::Sqlite {
            return;
        }
        let text = |key: &str| kwarg(key).and_then(|v| v.as_str());
        index.method = text("postgresql_using").map(|m| m.to_lowercase());
        index.nulls_not_distinct =
            kwarg("postgresql_nulls_not_distinct").and_then(|v| v.truth()).unwrap_or(false);
        let include = kwarg("postgresql_include").and_then(|v| super::ops::strings(&v));
        index.include = include.unwrap_or_default();
        if let Some(ops) = kwarg("postgresql_ops") {
            for part in &mut index.parts {
                let Indexed::Column(name) = &part.of else { continue };
                if let Some(text) = ops.get(name).and_then(|v| v.as_str()) {
                    behind(part, &text);
                }
            }
        }
        if let Some(Value::Dict(with)) = kwarg("postgresql_with") {
            let pairs: Vec<String> = with
                .borrow()
                .iter()
                .filter_map(|(key, value)| {
                    let value = match value {
                        Value::Int(n) => n.to_string(),
                        Value::Bool(on) => on.to_string(),
                        value => value.as_str()?.to_string(),
                    };
                    Some(format!("{} = {value}", key.as_str()?))
                })
                .collect();
            index.storage = Some(pairs.join(", ")).filter(|text| !text.is_empty());
        }
    }

    /// `ExcludeConstraint(('room', '='), ('during', '&&'), using='gist', where=…)`: its columns,
    /// and its SQL where all of it is known.
    pub(super) fn exclude(
        &mut self,
        elements: &[Value],
        kwarg: impl Fn(&str) -> Option<Value>,
    ) -> (Vec<String>, ConstraintKind) {
        let mut columns = Vec::new();
        let mut parts = Vec::new();
        for element in elements {
            let pair = element.items().unwrap_or_default();
            let [what, operator] = pair.as_slice() else { continue };
            let part = self.index_part(what);
            let written = match &part.of {
                Indexed::Column(name) => {
                    columns.push(name.clone());
                    Some(quote::name(name, self.dialect()))
                }
                Indexed::Expression(sql) => {
                    columns.push("expr".to_owned());
                    Some(format!("({sql})")).filter(|_| !sql.is_empty())
                }
            };
            parts.push(written.zip(operator.as_str()).map(|(w, op)| format!("{w} WITH {op}")));
        }
        let clause = match kwarg("where").filter(|v| !v.is_none()) {
            None => Some(String::new()),
            Some(v) => v.as_str().map(|sql| format!(" WHERE ({sql})")),
        };
        let using = match kwarg("using").filter(|v| !v.is_none()) {
            None => Some(Rc::from("gist")),
            Some(v) => v.as_str(),
        };
        let known: Option<Vec<String>> = parts.into_iter().collect();
        let sql = known.filter(|parts| !parts.is_empty()).zip(using).zip(clause);
        let sql = sql.map(|((parts, using), clause)| {
            format!("USING {using} ({}){clause}", parts.join(", "))
        });
        (columns, ConstraintKind::Exclude { sql })
    }
}

fn is_order(name: &str) -> bool {
    matches!(name, "desc" | "asc" | "nullslast" | "nullsfirst" | "nulls_last" | "nulls_first")
}

fn ordered(mut part: IndexPart, how: &str) -> IndexPart {
    match how {
        "desc" => part.descending = true,
        "nulls_first" | "nullsfirst" => part.nulls_first = Some(true),
        "nulls_last" | "nullslast" => part.nulls_first = Some(false),
        _ => {}
    }
    part
}

/// What `postgresql_ops` puts behind a column: it is written as it is, and may give an order, too.
fn behind(part: &mut IndexPart, text: &str) {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    let is = |word: &&str, what: &str| word.eq_ignore_ascii_case(what);
    if let [.., nulls, place] = words[..]
        && is(&nulls, "nulls")
    {
        part.nulls_first = Some(is(&place, "first"));
        words.truncate(words.len() - 2);
    }
    if let Some(last) = words.last().copied()
        && (is(&last, "desc") || is(&last, "asc"))
    {
        part.descending = is(&last, "desc");
        words.pop();
    }
    part.opclass = Some(words.join(" ")).filter(|text| !text.is_empty());
}
