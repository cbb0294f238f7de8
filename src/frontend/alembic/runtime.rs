//! What a migration asks the database: inspectors answer from the replayed schema, queries
//! find an empty database, and SQL goes to the SQL reader.

use std::rc::Rc;

use super::{
    call::Args,
    env::VersionSchema,
    holes,
    machine::{Machine, describe},
    ops::{strings, written},
    reflect::VERSION_TABLE,
    value::{Call, Callee, Runtime, Value},
};
use crate::{
    database::Dialect,
    frontend::sql::{self, Place},
    ir::{Filter, Name, OpKind, OpaqueEffect, Reads, Style, Value as Written, Write, WriteKind},
    schema::Lookup,
    source::Span,
};

/// What ends in a text, whoever is asked: a statement of SQLAlchemy's is none.
const TEXTS: &[&str] = &[
    "cleandoc",
    "decode",
    "dedent",
    "format",
    "get_data",
    "getvalue",
    "join",
    "read",
    "read_text",
    "render",
    "replace",
    "strip",
    "substitute",
];

impl Machine<'_, '_> {
    pub(super) fn runtime_method(&mut self, runtime: Runtime, name: &str, args: Args) -> Value {
        match (runtime, name) {
            (
                Runtime::Connection,
                "execute" | "exec_driver_sql" | "scalar" | "scalars" | "exec",
            ) => {
                let result = self.execute(&args);
                match (&result, name) {
                    (Value::Result(rows), "scalar" | "scalars") => self.result_method(rows, name),
                    (Value::Runtime(_), "scalar") => {
                        self.runtime_method(Runtime::Rows, "scalar", args)
                    }
                    _ => result,
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
            (Runtime::Inspector(at), _) => self.ask(at, name, &args),
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

    /// `op.get_context().version_table_schema`.
    pub(super) fn version_schema(&self) -> Value {
        match &self.project.version_schema {
            VersionSchema::Unset => Value::None,
            VersionSchema::Named(name) => Value::str(name),
            VersionSchema::Unknown => Value::unknown("env.py computes the schema"),
        }
    }

    /// An inspector that begins with nothing remembered.
    pub(super) fn new_inspector(&mut self) -> u32 {
        self.project.inspectors += 1;
        self.project.inspectors
    }

    /// What one inspector answers: the same to the same question, whatever has changed meanwhile
    /// (`sqlalchemy.engine.reflection.cache`).
    fn ask(&mut self, inspector: u32, method: &str, args: &Args) -> Value {
        if method == "clear_cache" {
            self.answered.remove(&inspector);
            return Value::None;
        }
        let table = self.table_arg(args, 0);
        // That a table is missing is an exception, and is not remembered.
        let missing = method != "has_table"
            && table.as_ref().is_some_and(|t| matches!(self.schema.table(t), Lookup::Missing));
        let schema = args.arg(0, "schema").and_then(Value::as_str);
        let asked = match table {
            Some(table) => format!("{table:?}"),
            None => format!("{schema:?}"),
        };
        let question = (method.to_owned(), asked);
        if let Some(answer) = self.answered.get(&inspector).and_then(|all| all.get(&question)) {
            return answer.clone();
        }
        let answer = self.inspect(method, args);
        if !missing {
            self.answered.entry(inspector).or_default().insert(question, answer.clone());
        }
        answer
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
                let names = names.map(|t| Value::str(&t.name.name));
                let own = schema.is_none().then(|| Value::str(VERSION_TABLE));
                Value::list(names.chain(own).collect())
            }
            "get_view_names" => {
                Value::list(self.schema.views().map(|v| Value::str(&v.name.name)).collect())
            }
            "get_schema_names" => unknown(),
            "has_table" => self.has_table(args, 0),
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
                match self.reflectable(&table) {
                    Some(table) if table.complete => {
                        self.describe_table(&table, method).unwrap_or_else(unknown)
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
            let answer = self.answer(&text.text, &statement, args);
            for op in sql::read_on(&text.text, place, self.schema) {
                self.emit_op(op);
            }
            if let Some(answer) = answer {
                return answer;
            }
            if catalog {
                return Value::unknown("it is read from the server's catalog");
            }
            return Value::Runtime(Runtime::Rows);
        }
        if let Some(holed) = holes::statement(&statement) {
            let place = Place::Within(args.span);
            let Some(ops) = holed.writes(place, self.dialect()) else {
                let reason = format!("the SQL is not known: {}", holed.reason);
                let effect = holed.reach(place, self.dialect());
                self.opaque(args.span, &reason, effect);
                return Value::unknown("it is a query's result");
            };
            ops.into_iter().for_each(|op| self.emit_op(op));
            return Value::Runtime(Runtime::Rows);
        }
        if let Value::Unknown(reason) = &statement {
            let reason = format!("the SQL is not known: {reason}");
            self.opaque(args.span, &reason, OpaqueEffect::Anything);
            return Value::unknown("it is a query's result");
        }
        if self.ddl(&statement, args.span) {
            return Value::Runtime(Runtime::Rows);
        }
        if !self.expression(&statement, args.span) {
            let reason = match wrapped(&statement) {
                Value::Unknown(reason) => format!("the SQL is not known: {reason}"),
                other => format!("the statement is {}", describe(other)),
            };
            let built = match &statement {
                Value::Call(call) => !TEXTS.contains(&call.name()),
                other => matches!(other, Value::Attribute(_)),
            };
            self.opaque(
                args.span,
                &reason,
                if built { OpaqueEffect::Rows } else { OpaqueEffect::Anything },
            );
        }
        Value::Runtime(Runtime::Rows)
    }

    /// SQLAlchemy's DDL constructs: `CreateTable(t)`, `DropSequence(Sequence('s'))`.
    fn ddl(&mut self, value: &Value, span: Span) -> bool {
        let Value::Call(call) = value else { return false };
        let Callee::External(path) = &call.callee else { return false };
        if !path.starts_with("sqlalchemy") {
            return false;
        }
        let (verb, of) = (call.name(), call.args.first().cloned());
        let Some(of) = of else { return false };
        let sequence = |of: &Value| match of {
            Value::Call(sequence) if sequence.name() == "Sequence" => {
                let schema = sequence.kwarg("schema").and_then(Value::as_str);
                sequence.args.first()?.as_str().map(|name| Name::new(schema.as_deref(), &name))
            }
            _ => None,
        };
        let none = Args { args: Vec::new(), kwargs: Vec::new(), span };
        match verb {
            "CreateTable" => self.create_or_drop(&of, "create", &none),
            "DropTable" => self.create_or_drop(&of, "drop", &none),
            "CreateSequence" | "DropSequence" => {
                let Some(name) = sequence(&of) else { return false };
                let kind = match verb {
                    "DropSequence" => {
                        OpKind::DropSequence { name, if_exists: false, cascade: false }
                    }
                    _ => OpKind::CreateSequence {
                        name,
                        if_not_exists: false,
                        options: String::new(),
                        owner: None,
                    },
                };
                if self.dialect() == Dialect::Postgres {
                    self.emit(kind, span, Style::Alembic);
                }
                true
            }
            _ => false,
        }
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
                    star: false,
                    columns: None,
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
        let reads = Reads { words: found.words, ..Reads::default() };
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
    match wrapped(value) {
        Value::Str(text) => Some(text.clone()),
        _ => None,
    }
}

/// What a statement is of: `text(…)` of its text.
fn wrapped(value: &Value) -> &Value {
    let Value::Call(call) = value else { return value };
    match (&call.callee, call.args.first()) {
        (_, Some(text)) if matches!(call.name(), "text" | "DDL" | "SQL") => wrapped(text),
        (Callee::Method(base, name), _)
            if matches!(name.as_str(), "bindparams" | "execution_options" | "columns") =>
        {
            wrapped(base)
        }
        _ => value,
    }
}

fn is_catalog(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["information_schema", "pg_catalog", "pg_", "sqlite_master", "pragma"]
        .iter()
        .any(|word| lower.contains(word))
}
