//! sea-query's expressions, as SQL: defaults, conditions of checks and indexes.

use std::rc::Rc;

use super::{
    machine::{MAX_TEXT, Machine},
    query::{Build, Sql, SqlKind},
    render::{quoted, text},
    value::{Foreign, Value},
};

/// sea-query's keywords by the names of their variants and functions.
const KEYWORDS: &[(&str, &str)] = &[
    ("CurrentTimestamp", "CURRENT_TIMESTAMP"),
    ("CurrentDate", "CURRENT_DATE"),
    ("CurrentTime", "CURRENT_TIME"),
    ("Null", "NULL"),
    ("current_timestamp", "CURRENT_TIMESTAMP"),
    ("current_date", "CURRENT_DATE"),
    ("current_time", "CURRENT_TIME"),
    ("keyword_null", "NULL"),
];

/// Operators by the methods that make them.
const OPERATORS: &[(&str, &str, SqlKind)] = &[
    ("eq", "=", SqlKind::Operator),
    ("ne", "<>", SqlKind::Operator),
    ("gt", ">", SqlKind::Operator),
    ("gte", ">=", SqlKind::Operator),
    ("lt", "<", SqlKind::Operator),
    ("lte", "<=", SqlKind::Operator),
    ("equals", "=", SqlKind::Operator),
    ("not_equals", "<>", SqlKind::Operator),
    ("add", "+", SqlKind::Operator),
    ("sub", "-", SqlKind::Operator),
    ("mul", "*", SqlKind::Operator),
    ("div", "/", SqlKind::Operator),
    ("modulo", "%", SqlKind::Operator),
    ("like", "LIKE", SqlKind::Operator),
    ("not_like", "NOT LIKE", SqlKind::Operator),
    ("ilike", "ILIKE", SqlKind::Operator),
    ("concat", "||", SqlKind::Operator),
    ("concatenate", "||", SqlKind::Operator),
    ("and", "AND", SqlKind::And),
    ("or", "OR", SqlKind::Or),
];

/// Conditions in a row.
pub(super) fn joined(parts: &[Rc<Sql>], word: &str) -> Sql {
    let length: usize = parts.iter().map(|part| part.text.as_ref().map_or(0, |t| t.len())).sum();
    if length > MAX_TEXT {
        return Sql::unknown();
    }
    if let [one] = parts {
        return (**one).clone();
    }
    let own = if word == "AND" { SqlKind::And } else { SqlKind::Or };
    let texts: Option<Vec<String>> = parts.iter().map(|part| within(part, own)).collect();
    match texts {
        Some(texts) => Sql::new(texts.join(&format!(" {word} ")), own),
        None => Sql::unknown(),
    }
}

/// An operand, in parentheses where it needs them.
fn within(operand: &Sql, outer: SqlKind) -> Option<String> {
    let text = operand.text.as_deref()?;
    let bare = match operand.kind {
        SqlKind::Plain | SqlKind::Whole | SqlKind::Custom => true,
        SqlKind::Operator => matches!(outer, SqlKind::And | SqlKind::Or),
        own => own == outer,
    };
    Some(if bare { text.to_owned() } else { format!("({text})") })
}

fn whole(text: String) -> Option<Sql> {
    Some(Sql::new(text, SqlKind::Whole))
}

impl Machine<'_, '_> {
    /// A value where sea-query takes an expression.
    pub(super) fn sql(&mut self, value: &Value) -> Rc<Sql> {
        let sql = self.expression(value);
        self.made(sql)
    }

    /// An expression that was put together.
    fn made(&mut self, made: Option<Sql>) -> Rc<Sql> {
        let length = made.as_ref().and_then(|sql| sql.text.as_ref()).map_or(0, |text| text.len());
        self.spend(length / 16);
        Rc::new(made.filter(|_| length <= MAX_TEXT).unwrap_or_else(Sql::unknown))
    }

    fn expression(&mut self, value: &Value) -> Option<Sql> {
        let plain = |text: String| Some(Sql::new(text, SqlKind::Plain));
        match value {
            Value::Sql(sql) => Some((**sql).clone()),
            Value::Bool(value) => plain(if *value { "TRUE" } else { "FALSE" }.to_owned()),
            Value::Int(value) => plain(value.to_string()),
            Value::Float(value) => plain(value.to_string()),
            Value::Char(value) => plain(text(&value.to_string())),
            Value::Text(value) => plain(text(&value.text)),
            Value::None => plain("NULL".to_owned()),
            Value::Some(inner) | Value::Ok(inner) => self.expression(&inner.value),
            Value::Column(..) => whole(quoted(&self.iden(value)?)),
            Value::Foreign(foreign) => self.foreign_expression(foreign),
            Value::Build(build) => match &build.try_borrow().ok()?.build {
                Build::Condition { any, parts, not } => {
                    self.spend(parts.len());
                    let sql = joined(parts, if *any { "OR" } else { "AND" });
                    match not {
                        true => Some(Sql::new(format!("NOT ({})", sql.text?), SqlKind::Operator)),
                        false => Some(sql),
                    }
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn foreign_expression(&mut self, foreign: &Foreign) -> Option<Sql> {
        let name = foreign.name();
        if let Some((_, word)) = KEYWORDS.iter().find(|(known, _)| *known == name)
            && foreign.args.is_empty()
        {
            return Some(Sql::new(*word, SqlKind::Plain));
        }
        match (name, foreign.args.as_slice()) {
            ("Custom", [Value::Text(text)]) => {
                Some(Sql::new(Rc::clone(&text.text), SqlKind::Custom))
            }
            // `SimpleExpr::Value(…)`, `Value::Int(Some(3))`, `Expr::Keyword(…)`.
            (_, [inner]) => self.expression(inner),
            _ => None,
        }
    }

    /// A call of `Expr::…`, `Func::…` or `SimpleExpr::…`; `None`: it is none of them.
    pub(super) fn expression_call(
        &mut self,
        of: &str,
        name: &str,
        args: &[Value],
    ) -> Option<Value> {
        let made = match (of, name) {
            ("Expr" | "SimpleExpr", "cust" | "Custom") => match args.first()? {
                Value::Text(text) => Some(Sql::new(Rc::clone(&text.text), SqlKind::Custom)),
                _ => None,
            },
            ("Expr" | "SimpleExpr", "cust_with_values" | "cust_with_exprs" | "cust_with_expr") => {
                self.with_values(args)
            }
            ("Expr", "custom_keyword") => {
                let word = self.iden(args.first()?);
                word.map(|word| Sql::new(word, SqlKind::Plain))
            }
            ("Expr", "col" | "column") => self.column_reference(args.first()?),
            ("Expr", "val" | "value" | "expr" | "from")
            | ("SimpleExpr", "from" | "Value" | "Keyword") => self.expression(args.first()?),
            ("Expr", "not") => {
                let inner = self.expression(args.first()?).and_then(|sql| sql.text);
                inner.map(|text| Sql::new(format!("NOT ({text})"), SqlKind::Operator))
            }
            ("Expr", "tuple") => self.all(args.first()?).and_then(|all| whole(format!("({all})"))),
            ("Func", "cust") => {
                self.iden(args.first()?).and_then(|name| whole(format!("{name}()")))
            }
            ("Func", "cast_as") => self.cast(args.first()?, args.get(1)?),
            ("Func", name) => {
                let mut all = String::new();
                for arg in args {
                    let between = if all.is_empty() { "" } else { ", " };
                    match self.all(arg).filter(|text| all.len() + text.len() <= MAX_TEXT) {
                        Some(text) => all.extend([between, text.as_str()]),
                        None => return Some(Value::Sql(Rc::new(Sql::unknown()))),
                    }
                }
                let name = if name == "random" && self.sqlite() { "RANDOM" } else { name };
                let name = if name == "if_null" && !self.sqlite() { "COALESCE" } else { name };
                whole(format!("{}({all})", name.to_uppercase()))
            }
            ("Expr", name) if KEYWORDS.iter().any(|(known, _)| *known == name) => {
                let word = KEYWORDS.iter().find(|(known, _)| *known == name)?.1;
                Some(Sql::new(word, SqlKind::Plain))
            }
            // `Expr::exists(…)`, `Expr::case(…)` and the like.
            ("Expr" | "SimpleExpr", _) => None,
            _ => return None,
        };
        Some(Value::Sql(self.made(made)))
    }

    /// A value, or the values of a list, separated by commas.
    fn all(&mut self, value: &Value) -> Option<String> {
        match value {
            Value::List(values) => {
                let values = values.all()?;
                let mut out = String::new();
                for (at, value) in values.iter().enumerate() {
                    let text = self.expression(value)?.text?;
                    self.spend(1 + text.len() / 16);
                    if out.len() + text.len() > MAX_TEXT {
                        return None;
                    }
                    out.push_str(if at > 0 { ", " } else { "" });
                    out.push_str(&text);
                }
                Some(out)
            }
            value => self.expression(value)?.text.map(|text| text.to_string()),
        }
    }

    fn column_reference(&mut self, value: &Value) -> Option<Sql> {
        if let Value::Tuple(tuple) = value {
            let names: Option<Vec<String>> =
                tuple.values.iter().map(|part| Some(quoted(&self.iden(part)?))).collect();
            return whole(names?.join("."));
        }
        if let Value::Foreign(foreign) = value
            && foreign.name() == "Asterisk"
        {
            return whole("*".to_owned());
        }
        whole(quoted(&self.iden(value)?))
    }

    fn cast(&mut self, value: &Value, ty: &Value) -> Option<Sql> {
        let (text, ty) = (self.expression(value)?.text?, self.iden(ty)?);
        whole(format!("CAST({text} AS {ty})"))
    }

    /// SQL with `?` or `$1` for values.
    fn with_values(&mut self, args: &[Value]) -> Option<Sql> {
        let Value::Text(pattern) = args.first()? else { return None };
        let values = match args.get(1)? {
            Value::List(values) => values.all().filter(|_| values.is_exact())?,
            one => vec![one.clone()],
        };
        let mut out = String::new();
        let mut rest = &*pattern.text;
        let mut next = 0;
        while let Some(at) = rest.find(['?', '$']) {
            out.push_str(rest.get(..at)?);
            let mark = rest.get(at..at + 1)?;
            rest = rest.get(at + 1..)?;
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let number: Option<usize> = rest.get(..digits)?.parse().ok();
            let value = match (mark, number) {
                ("$", Some(number)) => {
                    rest = rest.get(digits..)?;
                    values.get(number.checked_sub(1)?)?
                }
                ("?", _) => {
                    next += 1;
                    values.get(next - 1)?
                }
                _ => {
                    out.push_str(mark);
                    continue;
                }
            };
            let text = self.expression(value)?.text?;
            self.spend(text.len() / 16);
            if out.len() + text.len() > MAX_TEXT {
                return None;
            }
            out.push_str(&text);
        }
        out.push_str(rest);
        Some(Sql::new(out, SqlKind::Custom))
    }

    /// A method of an expression; a column of an entity and a value are expressions, too.
    pub(super) fn expression_method(
        &mut self,
        on: &Value,
        name: &str,
        args: &[Value],
    ) -> Option<Value> {
        let made = self.made_by_method(on, name, args)?;
        Some(Value::Sql(self.made(made)))
    }

    fn made_by_method(&mut self, on: &Value, name: &str, args: &[Value]) -> Option<Option<Sql>> {
        if let Some((_, operator, kind)) = OPERATORS.iter().find(|(known, ..)| *known == name) {
            let left = self.expression(on).and_then(|sql| within(&sql, *kind));
            let right = args.first().and_then(|arg| match name {
                "equals" | "not_equals" => Some(self.column_reference(arg)?.text?.to_string()),
                _ => within(&self.expression(arg)?, *kind),
            });
            let both = left.zip(right);
            return Some(both.map(|(l, r)| Sql::new(format!("{l} {operator} {r}"), *kind)));
        }
        let own = |machine: &mut Self| {
            machine.expression(on).and_then(|sql| within(&sql, SqlKind::Operator))
        };
        let operator = |text: Option<String>| text.map(|text| Sql::new(text, SqlKind::Operator));
        Some(match name {
            "is_null" => operator(own(self).map(|on| format!("{on} IS NULL"))),
            "is_not_null" => operator(own(self).map(|on| format!("{on} IS NOT NULL"))),
            "is_in" | "is_not_in" => {
                let word = if name == "is_in" { "IN" } else { "NOT IN" };
                let list = args.first().and_then(|list| self.all(list));
                operator(own(self).zip(list).map(|(on, list)| format!("{on} {word} ({list})")))
            }
            "between" | "not_between" => {
                let word = if name == "between" { "BETWEEN" } else { "NOT BETWEEN" };
                let from = args.first().and_then(|arg| self.expression(arg)?.text);
                let to = args.get(1).and_then(|arg| self.expression(arg)?.text);
                let parts = own(self).zip(from).zip(to);
                operator(parts.map(|((on, from), to)| format!("{on} {word} {from} AND {to}")))
            }
            "not" => operator(own(self).map(|on| format!("NOT ({on})"))),
            "is" | "is_not" => {
                let word = if name == "is" { "IS" } else { "IS NOT" };
                let other = args.first().and_then(|arg| self.expression(arg)?.text);
                operator(own(self).zip(other).map(|(on, other)| format!("{on} {word} {other}")))
            }
            "binary" => {
                let word = match args.first() {
                    Some(Value::Foreign(op)) => binary_word(op.name(), &op.args),
                    _ => None,
                };
                let other =
                    args.get(1).and_then(|arg| within(&self.expression(arg)?, SqlKind::Operator));
                let parts = own(self).zip(word).zip(other);
                operator(parts.map(|((on, word), other)| format!("{on} {word} {other}")))
            }
            "cast_as" | "as_enum" if args.len() == 1 => {
                args.first().and_then(|ty| self.cast(on, ty))
            }
            "into_simple_expr" | "into" | "clone" | "to_owned" | "take" | "into_condition"
            | "into_expr" => self.expression(on),
            // The arguments of a function: `Func::cust(f).arg(1)`.
            "arg" | "args" => {
                let more = args.first().and_then(|arg| self.all(arg));
                let call = self.expression(on).and_then(|sql| sql.text);
                call.zip(more).and_then(|(call, more)| {
                    let open = call.strip_suffix(')')?;
                    let comma = if open.ends_with('(') { "" } else { ", " };
                    whole(format!("{open}{comma}{more})"))
                })
            }
            _ => return None,
        })
    }
}

/// sea-query's `BinOper` and `PgBinOper`.
fn binary_word(name: &str, args: &[Value]) -> Option<String> {
    let word = match name {
        "Equal" => "=",
        "NotEqual" => "<>",
        "SmallerThan" => "<",
        "SmallerThanOrEqual" => "<=",
        "GreaterThan" => ">",
        "GreaterThanOrEqual" => ">=",
        "Like" => "LIKE",
        "NotLike" => "NOT LIKE",
        "ILike" => "ILIKE",
        "Matches" => "@@",
        "Contains" => "@>",
        "Contained" => "<@",
        "Concatenate" => "||",
        "Overlap" => "&&",
        "Regex" => "~",
        "RegexCaseInsensitive" => "~*",
        "Add" => "+",
        "Sub" => "-",
        "Mul" => "*",
        "Div" => "/",
        "Mod" => "%",
        "Is" => "IS",
        "IsNot" => "IS NOT",
        "Custom" => {
            return match args.first() {
                Some(Value::Text(text)) => Some(text.text.to_string()),
                _ => None,
            };
        }
        _ => return None,
    };
    Some(word.to_owned())
}
