//! What a migration asks the database: inspectors answer from the replayed schema, queries
//! find an empty database, and SQL goes to the SQL reader.

use std::rc::Rc;

use super::{
    call::Args,
    machine::{Machine, describe},
    ops::{strings, written},
    value::{Call, Callee, Runtime, Value},
};
use crate::{
    frontend::sql::{self, Place},
    ir::{
        ConstraintKind, Filter, Name, OpKind, OpaqueEffect, Reads, Style, Value as Written, Write,
        WriteKind,
    },
    schema::{Lookup, Table},
    source::Span,
};

impl Machine<'_, '_> {
    pub(super) fn runtime_method(&mut self, runtime: Runtime, name: &str, args: Args) -> Value {
        match (runtime, name) {
            (
                Runtime::Connection,
                "execute" | "exec_driver_sql" | "scalar" | "scalars" | "exec",
            ) => {
                let result = self.execute(&args);
                if name == "scalar" {
                    self.runtime_method(Runtime::Rows, "scalar", args)
                } else {
                    result
                }
            }
            (
                Runtime::Connection,
                "begin" | "begin_nested" | "connect" | "execution_options" | "connection"
                | "get_bind" | "bind",
            ) => Value::Runtime(Runtime::Connection),
            (Runtime::Connection, "query") => Value::Runtime(Runtime::Rows),
            (Runtime::Connection, "has_table") => self.has_table(&args, 0),
            (Runtime::Dialect, "has_table") => self.has_table(&args, 1),
            (Runtime::Dialect, "type_descriptor") => {
                args.args.first().cloned().unwrap_or(Value::None)
            }
            (Runtime::Connection, _) => Value::None,
            (Runtime::Context, "autocommit_block") => self.kept(
                Callee::External(Rc::from("autocommit_block")),
                args.args,
                args.kwargs,
                args.span,
            ),
            (Runtime::Context, "begin_transaction") => Value::Runtime(Runtime::Context),
            (Runtime::Inspector, _) => self.inspect(name, &args),
            (
                Runtime::Rows,
                "fetchall" | "all" | "fetchmany" | "keys" | "unique" | "partitions",
            ) => Value::list(Vec::new()),
            (
                Runtime::Rows,
                "scalars" | "mappings" | "yield_per" | "filter" | "filter_by" | "order_by" | "join"
                | "limit" | "options" | "with_entities" | "distinct" | "where" | "tuples",
            ) => Value::Runtime(Runtime::Rows),
            (
                Runtime::Rows,
                "scalar" | "first" | "fetchone" | "one_or_none" | "scalar_one_or_none" | "get",
            ) => Value::None,
            (Runtime::Rows, "count") => Value::Int(0),
            (Runtime::Rows, "scalar_one" | "one") => Value::unknown("it is a query's result"),
            _ => Value::None,
        }
    }

    fn table_arg(&self, args: &Args, at: usize) -> Option<Name> {
        let schema = args.arg(at + 1, "schema").and_then(Value::as_str);
        args.str(at, "table_name").map(|name| Name::new(schema.as_deref(), &name))
    }

    fn has_table(&mut self, args: &Args, at: usize) -> Value {
        match self.table_arg(args, at) {
            Some(table) => match self.schema.table(&table) {
                Lookup::Found(_) => Value::Bool(true),
                Lookup::Missing => Value::Bool(false),
                Lookup::Unknown => Value::unknown("whether the table exists cannot be told"),
            },
            None => Value::unknown("the table's name is not known"),
        }
    }

    fn inspect(&mut self, method: &str, args: &Args) -> Value {
        let unknown = || Value::unknown("the table is not known in full");
        match method {
            "get_table_names" => {
                if self.schema.is_open() {
                    return Value::unknown("the list of tables is not known in full");
                }
                let schema =
                    args.arg(0, "schema").and_then(Value::as_str).filter(|s| &**s != "public");
                let names =
                    self.schema.tables().filter(|t| t.name.schema.as_deref() == schema.as_deref());
                Value::list(names.map(|t| Value::str(&t.name.name)).collect())
            }
            "get_view_names" => {
                Value::list(self.schema.views().map(|v| Value::str(&v.name.name)).collect())
            }
            "get_schema_names" => unknown(),
            "has_table" => self.has_table(args, 0),
            "clear_cache" => Value::None,
            "get_enums" => {
                let enums: Vec<Value> = self
                    .schema
                    .types()
                    .map(|t| {
                        Value::dict(vec![
                            ("name", Value::str(&t.name.name)),
                            ("schema", Value::str(t.name.schema.as_deref().unwrap_or("public"))),
                        ])
                    })
                    .collect();
                Value::list(enums)
            }
            _ => {
                let Some(table) = self.table_arg(args, 0) else { return unknown() };
                match self.schema.shared_table(&table) {
                    Some(table) if table.complete => {
                        describe_table(&table, method).unwrap_or_else(unknown)
                    }
                    Some(_) => unknown(),
                    None if self.schema.is_open() => unknown(),
                    None => Value::list(Vec::new()),
                }
            }
        }
    }

    /// `op.execute(…)`, `connection.execute(…)`.
    pub(super) fn execute(&mut self, args: &Args) -> Value {
        let Some(statement) = args
            .args
            .first()
            .or_else(|| args.kw("sqltext"))
            .or_else(|| args.kw("statement"))
            .cloned()
        else {
            return Value::Runtime(Runtime::Rows);
        };
        let text = sql_text(&statement);
        if let Some(text) = text {
            let place = match (text.origin, text.text.is_empty()) {
                (Some((file, start)), false) => Place::At { file, start },
                _ => Place::Within(args.span),
            };
            let catalog = is_catalog(&text.text);
            for op in sql::read(&text.text, place, self.dialect()) {
                self.emit(op.kind, op.span, Style::Sql);
            }
            if catalog {
                return Value::unknown("it is read from the server's catalog");
            }
            return Value::Runtime(Runtime::Rows);
        }
        if let Value::Unknown(reason) = &statement {
            let reason = format!("the SQL is not known: {reason}");
            self.opaque(args.span, &reason, OpaqueEffect::Anything);
            return Value::unknown("it is a query's result");
        }
        if !self.expression(&statement, args.span) {
            let reason = format!("the statement is {}", describe(&statement));
            let built = matches!(&statement, Value::Call(_) | Value::Attribute(_));
            self.opaque(
                args.span,
                &reason,
                if built { OpaqueEffect::Rows } else { OpaqueEffect::Anything },
            );
        }
        Value::Runtime(Runtime::Rows)
    }

    /// SQLAlchemy's own expressions: `table.update().where(…).values(…)`.
    fn expression(&mut self, value: &Value, span: Span) -> bool {
        let mut found = Expression::default();
        if !self.collect(value, &mut found, 0) {
            return false;
        }
        let Some(verb) = found.verb else { return false };
        let Some(kind) = verb else {
            self.emit(
                OpKind::Read(Reads {
                    tables: found.table.into_iter().collect(),
                    words: found.words,
                }),
                span,
                Style::Alembic,
            );
            return true;
        };
        let Some(table) = found.table else { return false };
        let columns = found.columns;
        for (column, _) in &columns {
            if !found.filter_words.contains(column) && !found.value_words.contains(column) {
                found.words.remove(column);
            }
        }
        let filter = match (found.filtered, found.is_null) {
            (false, _) => Filter::All,
            (true, Some(column)) => Filter::IsNull(vec![column]),
            (true, None) => Filter::Some,
        };
        let rows = (kind == WriteKind::Insert && !found.from_select).then_some(1);
        let reads = Reads { tables: Vec::new(), words: found.words };
        self.emit(
            OpKind::Write(Write { kind, table, columns, filter, rows, reads }),
            span,
            Style::Alembic,
        );
        true
    }

    fn collect(&mut self, value: &Value, found: &mut Expression, depth: usize) -> bool {
        let Value::Call(call) = value else { return false };
        if depth > 40 {
            return false;
        }
        let call = Rc::clone(call);
        let verb = match call.name() {
            "insert" => Some(Some(WriteKind::Insert)),
            "update" => Some(Some(WriteKind::Update)),
            "delete" => Some(Some(WriteKind::Delete)),
            "select" | "exists" | "union" | "union_all" => Some(None),
            _ => None,
        };
        match (&call.callee, verb) {
            (Callee::External(_), Some(verb)) => {
                found.verb = Some(verb);
                found.table = call.args.first().and_then(|table| self.table_name(table));
                call.args.iter().for_each(|arg| words(arg, &mut found.words, 0));
                true
            }
            (Callee::Method(base, _), Some(verb)) => {
                found.verb = Some(verb);
                found.table = self.table_name(base);
                call.args.iter().for_each(|arg| words(arg, &mut found.words, 0));
                true
            }
            (Callee::Method(base, name), None) => {
                let base = base.clone();
                if !self.collect(&base, found, depth + 1) {
                    return false;
                }
                match name.as_str() {
                    "values" => values_of(&call, found),
                    "where" | "filter" | "filter_by" => {
                        found.is_null = if found.filtered || call.args.len() != 1 {
                            None
                        } else {
                            null_test(&call.args[0])
                        };
                        found.filtered = true;
                        call.args.iter().for_each(|arg| words(arg, &mut found.filter_words, 0));
                        call.args.iter().for_each(|arg| words(arg, &mut found.words, 0));
                    }
                    "from_select" => {
                        found.from_select = true;
                        let names = call.args.first().and_then(strings).unwrap_or_default();
                        found.columns.extend(names.into_iter().map(|n| (n, Written::Other)));
                        call.args.iter().for_each(|arg| words(arg, &mut found.words, 0));
                    }
                    _ => call.args.iter().for_each(|arg| words(arg, &mut found.words, 0)),
                }
                true
            }
            _ => false,
        }
    }
}

/// The parts of a statement built by SQLAlchemy.
#[derive(Default)]
struct Expression {
    /// `Some(None)`: a query.
    verb: Option<Option<WriteKind>>,
    table: Option<Name>,
    columns: Vec<(String, Written)>,
    filtered: bool,
    from_select: bool,
    is_null: Option<String>,
    words: std::collections::BTreeSet<String>,
    filter_words: std::collections::BTreeSet<String>,
    value_words: std::collections::BTreeSet<String>,
}

fn values_of(call: &Rc<Call>, found: &mut Expression) {
    for (key, value) in &call.kwargs {
        found.columns.push((key.clone(), written(value)));
        words(value, &mut found.value_words, 0);
    }
    for arg in &call.args {
        if let Value::Dict(items) = arg {
            for (key, value) in items.borrow().iter() {
                let name = key
                    .as_str()
                    .map(|k| k.to_string())
                    .or_else(|| super::columns::column_name(key));
                if let Some(name) = name {
                    found.columns.push((name, written(value)));
                }
                words(value, &mut found.value_words, 0);
            }
        }
    }
    found.words.extend(found.value_words.iter().cloned());
}

/// `t.c.x.is_(None)`; comparisons with `==` are lost to evaluation and count as a filter.
fn null_test(value: &Value) -> Option<String> {
    let Value::Call(call) = value else { return None };
    match (&call.callee, call.name()) {
        (Callee::Method(base, _), "is_") if call.args.first().is_some_and(Value::is_none) => {
            super::columns::column_name(base)
        }
        _ => None,
    }
}

/// Every name that stands in an expression.
fn words(value: &Value, found: &mut std::collections::BTreeSet<String>, depth: usize) {
    if depth > 30 {
        return;
    }
    match value {
        Value::Str(text) => {
            found.extend(
                text.text
                    .split(|c: char| !c.is_alphanumeric() && c != '_')
                    .filter(|w| !w.is_empty())
                    .take(200)
                    .map(str::to_owned),
            );
        }
        Value::Attribute(attribute) => {
            found.insert(attribute.1.clone());
            words(&attribute.0, found, depth + 1);
        }
        Value::Call(call) => {
            if let Callee::Method(base, _) = &call.callee {
                words(base, found, depth + 1);
            }
            call.args.iter().for_each(|arg| words(arg, found, depth + 1));
        }
        Value::List(items) => {
            items.borrow().iter().take(200).for_each(|item| words(item, found, depth + 1))
        }
        Value::Tuple(items) => {
            items.iter().take(200).for_each(|item| words(item, found, depth + 1))
        }
        _ => {}
    }
}

/// The text of a statement: a string, or `text()` around one.
fn sql_text(value: &Value) -> Option<super::value::Text> {
    match value {
        Value::Str(text) => Some(text.clone()),
        Value::Call(call) if matches!(call.name(), "text" | "DDL" | "SQL") => {
            sql_text(call.args.first()?)
        }
        Value::Call(call) => match &call.callee {
            Callee::Method(base, name)
                if matches!(name.as_str(), "bindparams" | "execution_options" | "columns") =>
            {
                sql_text(base)
            }
            _ => None,
        },
        _ => None,
    }
}

impl Machine<'_, '_> {
    /// `metadata.tables` after `reflect()`: every table of the replayed schema.
    pub(super) fn reflected_tables(&mut self) -> Value {
        if self.schema.is_open() {
            return Value::unknown("the list of tables is not known in full");
        }
        let table = |name: &Name| {
            let args = vec![Value::str(&name.name)];
            let kwargs = vec![("autoload".to_owned(), Value::Bool(true))];
            let span = self.schema.now().span;
            self.kept(Callee::External(Rc::from("sqlalchemy.Table")), args, kwargs, span)
        };
        let plain = self.schema.tables().filter(|t| t.name.schema.is_none());
        let items = plain.map(|t| (Value::str(&t.name.name), table(&t.name))).collect();
        Value::Dict(Rc::new(std::cell::RefCell::new(items)))
    }

    /// `table.columns` of a table that is loaded from the database: its columns in the replayed
    /// schema, each as the call that would make it.
    pub(super) fn reflected(&mut self, of: &Value, attribute: &str) -> Option<Vec<Value>> {
        let Value::Call(call) = of else { return None };
        let loaded = call.kwargs.iter().any(|(key, _)| key.starts_with("autoload"));
        if call.name() != "Table" || !loaded || !matches!(attribute, "columns" | "c") {
            return None;
        }
        let name = self.table_name(of)?;
        let table = self.schema.shared_table(&name).filter(|t| t.complete)?;
        let key = table.key_columns();
        let column = |c: &crate::schema::TableColumn| {
            let column = &c.column;
            let args = vec![Value::str(&column.name), Value::str(&column.ty.to_string())];
            let mut kwargs = vec![("nullable".to_owned(), Value::Bool(column.nullable))];
            if key.contains(&column.name) {
                kwargs.push(("primary_key".to_owned(), Value::Bool(true)));
            }
            if let Some(sql) = column.default.as_ref().and_then(|d| d.sql.as_deref()) {
                let callee = Callee::External(Rc::from("sqlalchemy.text"));
                let text = self.kept(callee, vec![Value::str(sql)], Vec::new(), call.span);
                kwargs.push(("server_default".to_owned(), text));
            }
            self.kept(Callee::External(Rc::from("sqlalchemy.Column")), args, kwargs, call.span)
        };
        Some(table.columns.iter().map(column).collect())
    }
}

fn is_catalog(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["information_schema", "pg_catalog", "pg_", "sqlite_master", "pragma"]
        .iter()
        .any(|word| lower.contains(word))
}

/// An inspector's answer for one table.
fn describe_table(table: &Table, method: &str) -> Option<Value> {
    let names = |list: &[String]| Value::list(list.iter().map(|n| Value::str(n)).collect());
    let name = |name: &Option<String>| name.as_deref().map_or(Value::None, Value::str);
    Some(match method {
        "get_columns" => Value::list(
            table
                .columns
                .iter()
                .map(|c| {
                    let default = c
                        .column
                        .default
                        .as_ref()
                        .and_then(|d| d.sql.as_deref())
                        .map_or(Value::None, Value::str);
                    Value::dict(vec![
                        ("name", Value::str(&c.column.name)),
                        ("type", Value::str(&c.column.ty.to_string())),
                        ("nullable", Value::Bool(c.column.nullable)),
                        ("default", default),
                    ])
                })
                .collect(),
        ),
        "get_indexes" => Value::list(
            table
                .indexes
                .iter()
                .map(|i| {
                    let columns = i.index.columns().map(Value::str).collect();
                    Value::dict(vec![
                        ("name", Value::str(&i.name)),
                        ("column_names", Value::list(columns)),
                        ("unique", Value::Bool(i.index.unique)),
                    ])
                })
                .collect(),
        ),
        "get_pk_constraint" => {
            let key = table.primary_key();
            Value::dict(vec![
                ("name", key.map_or(Value::None, |k| name(&k.name))),
                ("constrained_columns", names(table.key_columns())),
            ])
        }
        "get_foreign_keys" | "get_unique_constraints" | "get_check_constraints" => {
            let mut found = Vec::new();
            for constraint in &table.constraints {
                match (&constraint.kind, method) {
                    (ConstraintKind::ForeignKey(fk), "get_foreign_keys") => {
                        found.push(Value::dict(vec![
                            ("name", name(&constraint.name)),
                            ("constrained_columns", names(&constraint.columns)),
                            ("referred_table", Value::str(&fk.table.name)),
                            (
                                "referred_schema",
                                fk.table.schema.as_deref().map_or(Value::None, Value::str),
                            ),
                            ("referred_columns", names(&fk.columns)),
                            (
                                "options",
                                Value::dict(
                                    fk.on_delete
                                        .iter()
                                        .map(|a| ("ondelete", Value::str(a)))
                                        .collect(),
                                ),
                            ),
                        ]))
                    }
                    (ConstraintKind::Unique { .. }, "get_unique_constraints") => {
                        found.push(Value::dict(vec![
                            ("name", name(&constraint.name)),
                            ("column_names", names(&constraint.columns)),
                        ]))
                    }
                    (ConstraintKind::Check { sql }, "get_check_constraints") => {
                        found.push(Value::dict(vec![
                            ("name", name(&constraint.name)),
                            ("sqltext", sql.as_deref().map_or(Value::None, Value::str)),
                        ]))
                    }
                    _ => {}
                }
            }
            Value::list(found)
        }
        _ => return None,
    })
}
