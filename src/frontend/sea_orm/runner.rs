//! What reaches the database: the methods of `SchemaManager` and of connections, as operations.

use std::{collections::HashMap, rc::Rc};

use super::{
    entities::SENDS,
    machine::{Arguments, Machine},
    query::{Alteration, Build, Column, Reference},
    render::{UNREAD, write},
    value::{Foreign, Text, Value},
};
use crate::{
    database::Dialect,
    facts::{obstacle::obstacles, reference::flaws, sqlite},
    frontend::{
        rust::crates::{Member, ModuleId},
        sql::{self, Place},
    },
    ir::{
        Column as IrColumn, Constraint, ConstraintKind, DefaultValue, Indexed, Name, Op, OpKind,
        Opaque, OpaqueEffect, Style,
    },
    schema::{Lookup, Table},
    source::Span,
    types::SqlType,
};

/// Wrappers that change nothing of what is in them.
const WRAPPERS: &[&str] =
    &["Box", "Arc", "Rc", "RcOrArc", "Pin", "Cow", "String", "ActiveValue", "Mutex"];

/// The longest reason, in characters: names in it may be of any length.
const MAX_REASON: usize = 300;

/// Methods of the manager that send a statement.
const STATEMENTS: &[&str] = &[
    "create_table",
    "alter_table",
    "drop_table",
    "rename_table",
    "truncate_table",
    "create_index",
    "drop_index",
    "create_foreign_key",
    "drop_foreign_key",
    "create_type",
    "alter_type",
    "drop_type",
    "exec_stmt",
    "execute",
];

/// Whether nothing but a manager or a connection has a method of this name.
fn sends(name: &str) -> bool {
    STATEMENTS.contains(&name)
        || matches!(name, "execute_unprepared" | "execute_raw" | "transaction")
}

/// Whether the database answers with an error.
enum Refusal {
    Always,
    /// It depends on what the tables hold.
    Perhaps,
    Never,
}

impl Machine<'_, '_> {
    pub(super) fn push(&mut self, kind: OpKind, span: Span, transaction: Option<u32>) {
        let op = Op {
            kind,
            span: self.at_home(span),
            style: Style::Sql,
            transaction,
            certain: self.level == 0,
            only: false,
            if_exists: false,
            forgiven: Vec::new(),
        };
        self.add(op);
    }

    fn add(&mut self, mut op: Op) {
        if self.is_error_dropped(&op) {
            match self.refusal(&op) {
                Refusal::Always => return,
                Refusal::Perhaps => {
                    let table = op.kind.table().cloned();
                    op.kind = OpKind::Opaque(Opaque {
                        reason: "its error is dropped, and rows decide whether there is one"
                            .to_owned(),
                        effect: table.map_or(OpaqueEffect::Anything, OpaqueEffect::Table),
                    });
                }
                Refusal::Never => {}
            }
        }
        if let Some(schema) = &mut self.schema {
            schema.apply(&op);
        }
        self.ops.push(op);
    }

    /// Whether an error of the database ends nothing: its result is dropped, and no transaction
    /// is lost with it, as PostgreSQL's are (25P02 from there on).
    fn is_error_dropped(&self, op: &Op) -> bool {
        self.dropped == Some(self.running.len()) && (self.sqlite() || op.transaction.is_none())
    }

    /// Whether the database answers an operation with an error.
    fn refusal(&self, op: &Op) -> Refusal {
        let Some(schema) = self.schema.as_deref().filter(|_| op.certain && !op.kind.is_data())
        else {
            return Refusal::Never;
        };
        if !flaws(schema, op).is_empty() || !obstacles(schema, op).is_empty() {
            return Refusal::Always;
        }
        match sqlite::alter(schema, op) {
            // A panic is no result.
            Some(refused) if refused.outcome == sqlite::Outcome::SeaQueryPanics => Refusal::Never,
            Some(refused) if refused.when.is_some() => Refusal::Perhaps,
            Some(_) => Refusal::Always,
            None => Refusal::Never,
        }
    }

    pub(super) fn opaque(&mut self, span: Span, reason: &str, effect: OpaqueEffect) {
        let reason = reason.chars().take(MAX_REASON).collect();
        let opaque = Opaque { reason, effect };
        let transaction = self.outer;
        self.push(OpKind::Opaque(opaque), span, transaction);
    }

    /// A call of something of another package.
    pub(super) fn foreign_call(&mut self, path: &[String], args: Vec<Value>, span: Span) -> Value {
        let name = path.last().map_or("", String::as_str);
        let of = match path.len() {
            0 | 1 => "",
            len => path.get(len - 2).map_or("", String::as_str),
        };
        let first = args.first().cloned();
        match (of, name, first) {
            ("Alias", "new", Some(name)) | ("DynIden" | "SeaRc", "new", Some(name)) => {
                return match self.iden(&name) {
                    Some(name) => Value::text(&name),
                    None => Value::unknown("a name is not known"),
                };
            }
            (of, "new" | "pin" | "from" | "Owned" | "Borrowed" | "Set" | "clone", Some(inner))
                if WRAPPERS.contains(&of) =>
            {
                return inner;
            }
            ("", "Set" | "Unchanged", Some(inner)) => return inner,
            // What is handed on by its path: `.map(Some)`, `.map(str::trim)`.
            ("", "Some", Some(inner)) => return Value::some(inner),
            ("", "Ok", Some(inner)) => return Value::okay(inner),
            (
                "str" | "String" | "ToString" | "ToOwned" | "Into" | "Clone" | "AsRef",
                name,
                Some(on @ (Value::Text(_) | Value::Int(_) | Value::Char(_) | Value::Bool(_))),
            ) if !matches!(name, "from" | "new" | "with_capacity" | "default") => {
                let rest = args.into_iter().skip(1).collect();
                return self.method(on, name, rest, span, span);
            }
            ("String" | "Vec", "new" | "with_capacity" | "default", _) => {
                return if of == "Vec" { self.list(Vec::new()) } else { Value::text("") };
            }
            ("Vec", "from", Some(list)) => return list,
            ("Statement", "from_string", _) => {
                return match args.get(1) {
                    Some(Value::Text(text)) => Value::Statement(text.clone()),
                    Some(Value::Unknown(reason)) => Value::Unknown(Rc::clone(reason)),
                    _ => Value::unknown("the SQL of a statement is not known"),
                };
            }
            ("Statement", "from_sql_and_values", _) => {
                return match args.get(1) {
                    Some(Value::Text(text)) => Value::Statement(text.clone()),
                    _ => Value::unknown("the SQL of a statement is not known"),
                };
            }
            ("SchemaManager", "new", Some(Value::Connection(t) | Value::Manager(t))) => {
                return Value::Manager(t);
            }
            (_, "concat" | "join", _) if of == "fmt" => {
                return Value::unknown("a text is not known");
            }
            _ => {}
        }
        if !of.is_empty() {
            if let Some(value) = self.builder_call(of, name, &args, span) {
                return value;
            }
            if let Some(value) = self.expression_call(of, name, &args) {
                return value;
            }
        }
        if matches!(of, "" | "schema")
            && let Some(value) = self.helper_call(name, &args, span)
        {
            return value;
        }
        if self.reaches(&args) {
            let shown = path.join("::");
            return self.beyond(span, &format!("what `{shown}` does is not known"));
        }
        // A variant with values: `ColumnType::Decimal(Some((10, 2)))`.
        if name.starts_with(|c: char| c.is_uppercase()) || matches!(of, "ColumnType" | "Check") {
            return Value::foreign_with(path.to_vec(), args, Vec::new());
        }
        Value::unknown(&format!("what `{}` returns is not known", path.join("::")))
    }

    /// A method of any value. `span` is all that is called so far, `own` the method alone.
    pub(super) fn method(
        &mut self,
        on: Value,
        name: &str,
        args: Vec<Value>,
        span: Span,
        own: Span,
    ) -> Value {
        let known = match &on {
            Value::Manager(t) | Value::Connection(t) => {
                return self.runs(&on, *t, name, &args, span);
            }
            Value::Build(built) => return self.builder_method(built, name, &args, own),
            Value::Sql(_) | Value::Column(..) => self.expression_method(&on, name, &args),
            Value::Text(text) => self.text_method(text, name, &args),
            Value::List(list) => self.list_method(list, name, &args),
            Value::Some(_) | Value::None | Value::Ok(_) | Value::Err => {
                self.option_method(&on, name, &args)
            }
            Value::Rows(table, kind) => {
                return self.entity_method((table, *kind), name, &args, span);
            }
            Value::Entity(module) => {
                let module = *module;
                match name {
                    "into_iden" | "into_table_ref" | "clone" | "to_owned" => Some(on.clone()),
                    "table_name" | "to_string" => self.iden(&on).map(|name| Value::text(&name)),
                    _ => {
                        let table = self.table_of(module).map(|table| table.to_name());
                        return self.entity_method((&table, None), name, &args, span);
                    }
                }
            }
            Value::Record(record) => self.record_method(record, name, &args, span),
            Value::Variant(variant) => {
                let ty = match &*variant.item {
                    crate::frontend::rust::syntax::Item::Enum(item) => item.name.clone(),
                    _ => String::new(),
                };
                let all = std::iter::once(on.clone()).chain(args.iter().cloned()).collect();
                self.own_method(variant.module, &ty, name, all, span)
            }
            Value::Foreign(foreign) => self.foreign_method(foreign, name, &args),
            Value::Int(_) | Value::Bool(_) | Value::Float(_) | Value::Char(_) => match name {
                "to_string" => self.shown(&on).map(|text| Value::text(&text)),
                "into" | "clone" | "to_owned" => Some(on.clone()),
                "then_some" | "then" => match (&on, args.first()) {
                    (Value::Bool(true), Some(run)) if name == "then" => {
                        Some(Value::some(self.call_value(run, Vec::new())))
                    }
                    (Value::Bool(true), Some(value)) => Some(Value::some(value.clone())),
                    (Value::Bool(false), _) => Some(Value::None),
                    _ => None,
                },
                "is_alphanumeric" | "is_ascii_digit" | "is_whitespace" => None,
                _ => self.expression_method(&on, name, &args),
            },
            _ => None,
        };
        if let Some(value) = known {
            return value;
        }
        match (name, args.as_slice()) {
            // What can be named, as a text.
            (
                "to_string" | "into_iden" | "unquoted" | "as_str" | "table_name" | "name"
                | "into_table_ref",
                [],
            ) => {
                if let Some(text) = self.iden(&on) {
                    return match (name, &on) {
                        ("into_table_ref", _) => on,
                        _ => Value::text(&text),
                    };
                }
            }
            ("clone" | "to_owned", []) => return self.copied(&on),
            ("into" | "as_ref" | "borrow" | "as_mut" | "boxed", []) => return on,
            ("eq" | "ne", [other]) => {
                return match self.same(&on, other) {
                    Some(same) => Value::Bool(same == (name == "eq")),
                    None => Value::unknown("whether two values are the same is not known"),
                };
            }
            // `Column::Name.desc()`, `x.into_index_column()`
            ("into_index_column", []) => return on,
            ("with_operator_class", [class]) => {
                let path = vec!["IndexColumn".to_owned()];
                let args = vec![on, class.clone()];
                return Value::foreign_with(path, args, Vec::new());
            }
            _ => {}
        }
        if self.reaches(std::slice::from_ref(&on)) || self.reaches(&args) {
            let rows = SENDS.contains(&name) && matches!(on, Value::Unknown(_));
            return match rows {
                true => {
                    self.opaque(
                        span,
                        "rows are read or written by way of an entity",
                        OpaqueEffect::Rows,
                    );
                    Value::unknown("rows are not known")
                }
                false => self.beyond(span, &format!("what `{name}` does is not known")),
            };
        }
        match on {
            Value::Unknown(reason) if sends(name) => {
                self.beyond(span, &format!("what `{name}` is called on is not known: {reason}"))
            }
            Value::Unknown(reason) => Value::Unknown(reason),
            _ => Value::unknown(&format!("what `{name}` returns is not known")),
        }
    }

    fn record_method(
        &mut self,
        record: &Rc<super::value::Record>,
        name: &str,
        args: &[Value],
        span: Span,
    ) -> Option<Value> {
        let crate::frontend::rust::syntax::Item::Struct(item) = &*record.item else { return None };
        let itself = Value::Record(Rc::clone(record));
        let all = std::iter::once(itself).chain(args.iter().cloned()).collect();
        self.own_method(record.module, &item.name, name, all, span)
    }

    /// A method that is written for a type of the project; `None`: there is none.
    fn own_method(
        &mut self,
        module: ModuleId,
        ty: &str,
        name: &str,
        all: Vec<Value>,
        span: Span,
    ) -> Option<Value> {
        Some(match self.crates.function(module, ty, name) {
            Member::Found(function) => self.call(module, &function, Some(ty), Arguments::of(all)),
            Member::Unclear(reason) if self.reaches(&all) => self.beyond(span, &reason),
            Member::Unclear(reason) => Value::Unknown(reason),
            Member::Missing => return None,
        })
    }

    fn foreign_method(
        &mut self,
        foreign: &Rc<Foreign>,
        name: &str,
        args: &[Value],
    ) -> Option<Value> {
        if let Some(value) = self.row_method(foreign, name, args) {
            return Some(value);
        }
        // An expression: `SimpleExpr::Value(…).is_null()`.
        let of = foreign.path.iter().rev().nth(1).map(String::as_str);
        match (of, name) {
            (Some("SimpleExpr" | "Expr" | "Keyword"), _) => {
                self.expression_method(&Value::Foreign(Rc::clone(foreign)), name, args)
            }
            // `backend.build(&statement)`
            (Some("DbBackend" | "DatabaseBackend"), "build") => args.first().cloned(),
            (Some("ColumnType"), "def") => {
                let mut column = Column::new(String::new(), Span::top(self.home));
                let ty = self.column_type(&Value::Foreign(Rc::clone(foreign)));
                column.ty = Some(ty);
                column.nullable = Some(false);
                Some(Value::build(Build::Column(column), self.level))
            }
            _ => None,
        }
    }

    /// A method of the manager or of a connection.
    fn runs(
        &mut self,
        on: &Value,
        t: Option<u32>,
        name: &str,
        args: &[Value],
        span: Span,
    ) -> Value {
        let first = args.first();
        let transaction = t.or(self.outer);
        match (name, first) {
            ("get_connection" | "get_database_connection" | "as_ref" | "deref", None) => {
                Value::Connection(t)
            }
            (
                "clone" | "borrow" | "into_schema_manager_connection" | "into_database_executor",
                None,
            ) => on.clone(),
            ("get_database_backend", None) => {
                let name = if self.sqlite() { "Sqlite" } else { "Postgres" };
                Value::foreign(&["DbBackend", name])
            }
            ("is_transaction", None) => Value::Bool(transaction.is_some()),
            ("begin" | "begin_with_config", _) => {
                let own = transaction.or_else(|| {
                    self.next_transaction += 1;
                    Some(self.next_transaction)
                });
                let inner = match on {
                    Value::Manager(_) => Value::Manager(own),
                    _ => Value::Connection(own),
                };
                Value::okay(inner)
            }
            ("commit" | "ping", _) => Value::ok(),
            ("transaction", Some(run)) => {
                let own = transaction.or_else(|| {
                    self.next_transaction += 1;
                    Some(self.next_transaction)
                });
                self.call_value(run, vec![Value::Connection(own)])
            }
            ("has_table", Some(table)) => {
                let table = self.iden(table);
                self.answer(|schema| table.map(|name| exists(schema, &name)))
            }
            ("has_column", Some(table)) => {
                let names = self.iden(table).zip(args.get(1).and_then(|c| self.iden(c)));
                self.search(names.as_ref());
                self.answer(|schema| {
                    let (table, column) = names?;
                    Some(match schema.table(&Name::plain(&table)) {
                        Lookup::Found(table) => match table.column(&column) {
                            Lookup::Found(_) => Some(true),
                            Lookup::Missing => Some(false),
                            Lookup::Unknown => None,
                        },
                        Lookup::Missing => Some(false),
                        Lookup::Unknown => None,
                    })
                })
            }
            ("has_index", Some(table)) => {
                let names = self.iden(table).zip(args.get(1).and_then(|i| self.iden(i)));
                self.search(names.as_ref());
                self.answer(|schema| {
                    let (table, index) = names?;
                    Some(match schema.table(&Name::plain(&table)) {
                        Lookup::Found(table) => {
                            let found = table.indexes.iter().any(|i| i.name == index)
                                || table.constraints.iter().any(|c| {
                                    c.stands_on_index() && c.name.as_deref() == Some(&index)
                                });
                            if found || table.complete { Some(found) } else { None }
                        }
                        Lookup::Missing => Some(false),
                        Lookup::Unknown => None,
                    })
                })
            }
            (
                "execute_unprepared" | "execute" | "execute_raw" | "query_one" | "query_all"
                | "query_one_raw" | "query_all_raw" | "stream" | "stream_raw" | "exec_stmt",
                Some(statement),
            ) if !(matches!(statement, Value::Build(_)) && matches!(on, Value::Manager(_))) => {
                self.send(statement, name, span, transaction)
            }
            (name, Some(statement)) if STATEMENTS.contains(&name) => {
                self.send(statement, name, span, transaction)
            }
            ("rollback", _) => {
                self.opaque(span, "what is rolled back is not followed", OpaqueEffect::Anything);
                Value::ok()
            }
            _ => self.beyond(span, &format!("what `{name}` does to the database is not known")),
        }
    }

    /// A table is looked through for what has a name.
    fn search(&mut self, names: Option<&(String, String)>) {
        let table = names.zip(self.schema.as_deref());
        let table =
            table.and_then(|((table, _), schema)| schema.table(&Name::plain(table)).found());
        self.spend(table.map_or(0, Table::size) / 2);
    }

    /// Asks the replayed schema; what it does not know is unknown.
    fn answer(
        &mut self,
        ask: impl FnOnce(&crate::schema::Schema) -> Option<Option<bool>>,
    ) -> Value {
        let found = self.schema.as_deref().and_then(ask).flatten();
        Value::okay(match found {
            Some(found) => Value::Bool(found),
            None => Value::unknown("whether it is there is not known"),
        })
    }

    /// Sends a statement of any kind.
    fn send(&mut self, statement: &Value, by: &str, span: Span, transaction: Option<u32>) -> Value {
        let asks = by.starts_with("query") || by.starts_with("stream");
        match statement {
            Value::Text(text) | Value::Statement(text) => {
                self.send_text(text, span, transaction);
                if asks {
                    let one = by.starts_with("query_one");
                    return self
                        .answered(&text.text, one)
                        .unwrap_or_else(|| Value::unknown("what a query returns is not known"));
                }
            }
            Value::Build(built) => {
                let built = built.borrow();
                self.spend(built.weight);
                if let Some(reason) = &built.unknown {
                    let effect = effect_of(&built.build);
                    self.opaque(span, &format!("the statement is not known: {reason}"), effect);
                } else if let Build::Rows(rows) = &built.build {
                    self.send_rows(rows, span, transaction);
                    if asks {
                        return Value::unknown("what a query returns is not known");
                    }
                } else {
                    self.send_build(&built.build, span, transaction);
                }
            }
            Value::Unknown(reason) => {
                let reason = format!("the SQL is not known: {reason}");
                // What rows are asked of is a query.
                let effect = if asks { OpaqueEffect::Rows } else { OpaqueEffect::Anything };
                self.opaque(span, &reason, effect);
                if asks {
                    return Value::unknown("what a query returns is not known");
                }
            }
            Value::List(_) | Value::Rows(..) => {
                self.opaque(span, "rows are written by way of an entity", OpaqueEffect::Rows);
            }
            _ => self.opaque(span, "the statement is not known", OpaqueEffect::Anything),
        }
        Value::ok()
    }

    fn send_text(&mut self, text: &Text, span: Span, transaction: Option<u32>) {
        let home = self.at_home(span);
        let sources = self.crates.sources;
        let exact = text
            .place
            .filter(|(file, _)| *file == self.home || !sources.path(*file).ends_with(".rs"));
        let place = match exact {
            Some((file, start)) => {
                Place::At { file, start: u32::try_from(start).unwrap_or(u32::MAX) }
            }
            None => Place::Within(home),
        };
        self.spend(text.text.len() / 4);
        if !self.step() {
            return;
        }
        let mut ops = sql::read(&text.text, place, self.flavor.dialect);
        // PostgreSQL runs several statements of one string together.
        let together = transaction.or_else(|| {
            (ops.len() > 1 && self.flavor.dialect == Dialect::Postgres).then(|| {
                self.next_transaction += 1;
                self.next_transaction
            })
        });
        for op in &mut ops {
            (op.transaction, op.certain) = (together, self.level == 0);
        }
        ops.into_iter().for_each(|op| self.add(op));
    }

    /// The statement that would make what a model declares.
    pub(super) fn send_model(&mut self, build: &Build, span: Span) {
        self.send_build(build, span, None);
    }

    fn send_build(&mut self, build: &Build, span: Span, transaction: Option<u32>) {
        let Some(written) = write(build, self.flavor) else {
            let effect = effect_of(build);
            return self.opaque(span, "the statement names no table", effect);
        };
        let home = self.at_home(span);
        self.spend(written.sql.len() / 4);
        if !self.step() {
            return;
        }
        let mut ops = sql::read(&written.sql, Place::Within(home), self.flavor.dialect);
        let mut columns = HashMap::new();
        for column in columns_of(build) {
            columns.entry(column.name.as_str()).or_insert(column.span);
        }
        for op in &mut ops {
            op.style = Style::SeaOrm { panics: written.panics };
            (op.transaction, op.certain) = (transaction, self.level == 0);
            self.restore(op, &columns);
        }
        ops.into_iter().for_each(|op| self.add(op));
        if let Build::CreateTable(create) = build {
            for reason in &create.unread {
                self.opaque(span, reason, table_effect(create.table.as_ref()));
            }
        }
    }

    /// Puts the places of columns in, and takes out what could not be read.
    fn restore(&self, op: &mut Op, columns: &HashMap<&str, Span>) {
        let place = |name: &str| {
            Some(self.at_home(*columns.get(name)?)).filter(|span| span.file == op.span.file)
        };
        let column = |column: &mut IrColumn| {
            if let Some(span) = place(&column.name) {
                column.span = span;
            }
            unread_type(&mut column.ty);
            if let Some(default) = &mut column.default {
                unread_default(default);
            }
            if column.generated.as_ref().is_some_and(|g| g.sql.contains(UNREAD)) {
                column.generated = None;
                column.default = Some(DefaultValue::unknown());
            }
        };
        match &mut op.kind {
            OpKind::CreateTable(create) => {
                create.columns.iter_mut().for_each(column);
                create.constraints.iter_mut().for_each(unread_check);
            }
            OpKind::AddColumn { column: own, constraints, .. } => {
                column(own);
                constraints.iter_mut().for_each(unread_check);
            }
            OpKind::AddConstraint { constraint, .. } => unread_check(constraint),
            OpKind::AlterColumn { change, .. } => {
                if let Some(ty) = &mut change.ty {
                    unread_type(&mut ty.to);
                }
                if let Some(Some(default)) = &mut change.default {
                    unread_default(default);
                }
            }
            OpKind::CreateIndex { index, .. } => {
                for part in &mut index.parts {
                    if let Indexed::Expression(sql) = &mut part.of
                        && sql.contains(UNREAD)
                    {
                        sql.clear();
                    }
                }
                if index.predicate.as_ref().is_some_and(|sql| sql.contains(UNREAD)) {
                    index.predicate = Some(String::new());
                    index.reads = None;
                }
            }
            _ => {}
        }
    }
}

fn unread_type(ty: &mut SqlType) {
    if ty.name.eq_ignore_ascii_case(UNREAD) {
        *ty = SqlType::unknown();
    }
}

fn unread_default(default: &mut DefaultValue) {
    if default.sql.as_ref().is_some_and(|sql| sql.contains(UNREAD)) {
        *default = DefaultValue::unknown();
    }
}

fn unread_check(constraint: &mut Constraint) {
    if let ConstraintKind::Check { sql } = &mut constraint.kind
        && sql.as_ref().is_some_and(|sql| sql.contains(UNREAD))
    {
        *sql = None;
        constraint.columns.clear();
        constraint.reads = None;
    }
}

fn exists(schema: &crate::schema::Schema, name: &str) -> Option<bool> {
    let name = Name::plain(name);
    if schema.view(&name).is_some() {
        return Some(true);
    }
    match schema.table(&name) {
        Lookup::Found(_) => Some(true),
        Lookup::Missing => Some(false),
        Lookup::Unknown => None,
    }
}

/// What a statement that could not be read may have changed.
fn effect_of(build: &Build) -> OpaqueEffect {
    let table = match build {
        Build::AlterTable(alter) => alter.table.as_ref(),
        Build::CreateIndex(index) => index.table.as_ref(),
        Build::ForeignKey(key) => key.table.as_ref(),
        Build::DropIndex { table, .. } | Build::DropForeignKey { table, .. } => table.as_ref(),
        Build::Rows(_) => return OpaqueEffect::Rows,
        Build::CreateTable(_) | Build::CreateType { .. } => return OpaqueEffect::Others,
        _ => None,
    };
    table_effect(table)
}

fn table_effect(table: Option<&Reference>) -> OpaqueEffect {
    table.map_or(OpaqueEffect::Anything, |table| OpaqueEffect::Table(table.to_name()))
}

fn columns_of(build: &Build) -> Vec<&Column> {
    match build {
        Build::CreateTable(create) => create.columns.iter().collect(),
        Build::AlterTable(alter) => alter
            .options
            .iter()
            .filter_map(|option| match option {
                Alteration::Add { column, .. } | Alteration::Modify(column) => Some(&**column),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}
