//! `sa.Column(…)` and the constraints: from a call that was kept to a definition.

use std::{collections::HashSet, rc::Rc};

use super::{
    machine::{Machine, describe},
    naming::{Subject, cut},
    value::{Call, Callee, Value},
};
use crate::{
    database::Dialect,
    frontend::sql,
    ir::{
        Column, Constraint, ConstraintKind, ConstraintType, DefaultValue, ForeignKey, Generated,
        Identity, Index, IndexPart, Name,
    },
    quote,
    source::Span,
    types::SqlType,
};

/// Arguments that give a value on Python's side; the last two are `mapped_column`'s.
const CLIENT_DEFAULTS: &[&str] = &["default", "insert_default", "default_factory"];

/// A column with what is said in its call.
pub(super) struct Made {
    pub(super) column: Column,
    pub(super) primary_key: bool,
    pub(super) autoincrement: Option<bool>,
    pub(super) constraints: Vec<Constraint>,
    pub(super) indexes: Vec<Index>,
    /// The type as written, for the Enum in it.
    pub(super) ty: Option<Value>,
}

/// `sqlalchemy.true()`, and the class that it makes one of.
fn truth(name: &str) -> Option<bool> {
    match name {
        "true" | "True_" => Some(true),
        "false" | "False_" => Some(false),
        _ => None,
    }
}

/// Each name where it stands first.
fn once(names: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    names.into_iter().filter(|name| seen.insert(name.clone())).collect()
}

impl Machine<'_, '_> {
    /// Reads a column; `None`: it is none, or its name is not known.
    pub(super) fn column(&mut self, value: &Value, table: &Name) -> Option<Made> {
        let Value::Call(call) = value else { return None };
        let call = Rc::clone(call);
        if let Callee::Method(base, name) = &call.callee
            && matches!(name.as_str(), "copy" | "_copy")
        {
            return self.column(base, table);
        }
        if !matches!(call.name(), "Column" | "mapped_column") {
            return None;
        }
        let mut args = call.args.iter();
        let name = match call.kwarg("name") {
            Some(name) => name.as_str()?,
            None => args.next()?.as_str()?,
        };
        let mut ty = call.kwarg("type_").cloned();
        let mut column = Column::new(&name, SqlType::unknown(), call.span);
        let mut constraints = Vec::new();
        let mut sequenced = false;
        for arg in args {
            let called = if let Value::Call(call) = arg { Some(Rc::clone(call)) } else { None };
            match called.as_ref().map_or("", |c| c.name()) {
                "ForeignKey" => {
                    let call = called.as_ref()?;
                    match self.foreign_key_of(call, &name, table) {
                        Some(key) => constraints.push(key),
                        None => self.unread.push((
                            call.span,
                            format!("what the foreign key of `{name}` references is not known"),
                        )),
                    }
                }
                "Identity" => {
                    let identity = called.as_ref().map(|call| identity(call)).unwrap_or_default();
                    column.identity = (self.dialect() == Dialect::Postgres).then_some(identity);
                }
                "Computed" => {
                    let sql = called
                        .as_ref()
                        .and_then(|c| c.args.first())
                        .and_then(Value::as_str)
                        .unwrap_or_default();
                    let stored = called.as_ref().and_then(|c| c.flag("persisted")) != Some(false);
                    let sql = sql.trim().to_owned();
                    column.generated = Some(Generated { sql, stored, reads: None });
                }
                "CheckConstraint" => constraints.extend(self.constraint(arg, table)),
                // The client asks for the next value: no SERIAL (`Column._user_defined_default`).
                "Sequence" => sequenced = true,
                "FetchedValue" => column.fetched = true,
                "DefaultClause" => {}
                _ if ty.is_none() => ty = Some(arg.clone()),
                _ => {}
            }
        }
        column.ty = ty.as_ref().map_or_else(SqlType::unknown, |ty| self.sql_type(ty));
        if column.ty.is_unknown() && ty.as_ref().is_none_or(Value::is_none) {
            column.ty = self.referenced_type(&constraints);
        }
        for option in ["nullable", "primary_key", "unique", "index"] {
            if let Some(value) = call.kwarg(option).filter(|v| v.truth().is_none()) {
                let reason = format!("`{option}` of `{name}` is {}", describe(value));
                self.unread.push((call.span, reason));
            }
        }
        let primary_key = call.flag("primary_key") == Some(true);
        column.nullable = call.flag("nullable").unwrap_or(!primary_key);
        column.collation = ty.as_ref().and_then(collation);
        column.default = call.kwarg("server_default").and_then(|value| self.server_default(value));
        column.fetched |= call.kwarg("server_default").is_some_and(
            |value| matches!(value, Value::Call(call) if call.name() == "FetchedValue"),
        );
        let given = |key| call.kwarg(key).is_some_and(|d| !d.is_none());
        column.client_default = CLIENT_DEFAULTS.iter().any(|key| given(key));
        // As does a default of the client's (`PGDDLCompiler.get_column_specification`).
        sequenced |= given("default") || given("insert_default");
        let autoincrement = if sequenced { Some(false) } else { call.flag("autoincrement") };
        let columns = vec![name.to_string()];
        let mut indexes = Vec::new();
        let unique = call.flag("unique") == Some(true);
        if call.flag("index") == Some(true) {
            let index_name = self.index_name(table, &columns);
            indexes.push(Index::new(index_name, vec![IndexPart::column(&name)], unique, call.span));
        } else if unique {
            let kind = ConstraintKind::Unique { nulls_not_distinct: false };
            let mut constraint = Constraint::new(None, columns, kind, call.span);
            constraint.name = self.conventional(&constraint, table, None);
            constraints.push(constraint);
        }
        if let Some(ty) = &ty {
            indexes.extend(self.spatial_index(ty, &name, table, call.span));
            constraints.extend(self.check_of_type(ty, &name, table, call.span));
        }
        Some(Made { column, primary_key, autoincrement, constraints, indexes, ty })
    }

    /// The index that GeoAlchemy2 adds to a table with a spatial column, and since 0.11 to a
    /// column that is added (`admin/__init__.py`, `after_parent_attach`).
    fn spatial_index(&self, ty: &Value, column: &str, table: &Name, span: Span) -> Option<Index> {
        let (path, call) = match ty {
            Value::External(path) => (path, None),
            Value::Call(call) => match &call.callee {
                Callee::External(path) => (path, Some(call)),
                _ => return None,
            },
            _ => return None,
        };
        let kind = path.rsplit('.').next().filter(|_| path.starts_with("geoalchemy2"))?;
        if self.dialect() != Dialect::Postgres || !matches!(kind, "Geometry" | "Geography") {
            return None;
        }
        if call.is_some_and(|call| call.flag("spatial_index") == Some(false)) {
            return None;
        }
        let mut part = IndexPart::column(column);
        if call.is_some_and(|call| call.flag("use_N_D_index") == Some(true)) {
            part.opclass = Some("gist_geometry_ops_nd".to_owned());
        }
        let name = cut(format!("idx_{}_{column}", table.name), self.dialect());
        let made = Index::new(Some(name), vec![part], false, span);
        Some(Index { method: Some("gist".to_owned()), ..made })
    }

    /// The CHECK of a column's type.
    pub(super) fn check_of_type(
        &mut self,
        ty: &Value,
        column: &str,
        table: &Name,
        span: Span,
    ) -> Option<Constraint> {
        let found = self.type_check(ty)?;
        let list = found.values.map(|values| values.join(", "));
        let sql = list.map(|list| format!("{} IN ({list})", quote::any(column)));
        let kind = ConstraintKind::Check { sql };
        let mut made = Constraint::new(None, vec![column.to_owned()], kind, span);
        made.name = self.conventional(&made, table, found.name);
        Some(made)
    }

    /// A column that only says `ForeignKey('t.c')` takes the type of what it references.
    fn referenced_type(&self, constraints: &[Constraint]) -> SqlType {
        let target = constraints.iter().find_map(Constraint::foreign_key);
        let found =
            target.and_then(|fk| self.schema.column(&fk.table, fk.columns.first()?).found());
        found.map_or_else(SqlType::unknown, |c| c.column.ty.clone())
    }

    fn foreign_key_of(
        &mut self,
        call: &Rc<Call>,
        column: &str,
        table: &Name,
    ) -> Option<Constraint> {
        let target = self.target(call.arg(0, "column")?)?;
        let fk = self.actions(call, target.0, vec![target.1]);
        let mut made = Constraint::new(
            call.kwarg("name").and_then(Value::as_str).map(|n| n.to_string()),
            vec![column.to_owned()],
            ConstraintKind::ForeignKey(fk),
            call.span,
        );
        self.deferral(call, &mut made);
        made.name = self.conventional(&made, table, made.name.clone());
        Some(made)
    }

    /// `'table.column'`, `'schema.table.column'`, or a column of a table that is at hand.
    fn target(&mut self, value: &Value) -> Option<(Name, String)> {
        if let Some(text) = value.as_str() {
            let mut parts: Vec<&str> = text.split('.').collect();
            let column = parts.pop()?;
            let table = parts.pop()?;
            return Some((Name::new(parts.pop(), table), column.to_owned()));
        }
        let Value::Attribute(attribute) = value else { return None };
        let table = match &attribute.0 {
            Value::Attribute(inner) if matches!(inner.1.as_str(), "c" | "columns") => &inner.0,
            other => other,
        };
        let table = self.table_name(table)?;
        Some((table, attribute.1.clone()))
    }

    /// The name of a table object: `sa.Table('t', …)`, `Model.__table__`, an ORM class.
    pub(super) fn table_name(&mut self, value: &Value) -> Option<Name> {
        match value {
            Value::Str(text) => Some(Name::plain(&text.text)),
            Value::Call(call) if matches!(call.name(), "Table" | "table") => {
                let name = call.args.first()?.as_str()?;
                Some(Name::new(call.kwarg("schema").and_then(Value::as_str).as_deref(), &name))
            }
            Value::Call(call) => match &call.callee {
                Callee::Method(base, _) => self.table_name(&base.clone()),
                _ => None,
            },
            Value::Class(class) if self.mapped.contains_key(&(Rc::as_ptr(class) as usize)) => {
                self.mapped.get(&(Rc::as_ptr(class) as usize)).cloned()
            }
            Value::Class(class) => {
                let class = Rc::clone(class);
                let name = match self.class_member(&class, "__tablename__") {
                    // `@declared_attr def __tablename__(cls)`.
                    Some(Value::Function(function)) => {
                        let this = Value::Class(Rc::clone(&class));
                        self.call_function(&function, vec![this], Vec::new()).as_str()?
                    }
                    Some(value) => value.as_str()?,
                    None if class.is_table() && self.descends(&class, &["SQLModel"]) => {
                        Rc::from(class.name.to_lowercase())
                    }
                    None => return None,
                };
                Some(Name::plain(&name))
            }
            Value::Attribute(attribute)
                if matches!(attribute.1.as_str(), "__table__" | "c" | "columns") =>
            {
                self.table_name(&attribute.0.clone())
            }
            _ => None,
        }
    }

    /// The name in the database of a column that code of its table names so.
    pub(super) fn name_of_key(&self, key: String) -> String {
        self.keys.get(&key).cloned().unwrap_or(key)
    }

    fn actions(&self, call: &Rc<Call>, table: Name, columns: Vec<String>) -> ForeignKey {
        let action = |key: &str| {
            let text = call.kwarg(key)?.as_str()?.to_uppercase();
            (text != "NO ACTION" && !text.is_empty()).then_some(text)
        };
        ForeignKey {
            on_delete: action("ondelete"),
            on_update: action("onupdate"),
            match_full: call.kwarg("match").and_then(Value::as_str).is_some_and(|m| is_full(&m)),
            ..ForeignKey::to(table, columns)
        }
    }

    fn deferral(&self, call: &Rc<Call>, constraint: &mut Constraint) {
        constraint.deferrable = call.flag("deferrable") == Some(true);
        let initially = call.kwarg("initially").and_then(Value::as_str);
        constraint.initially_deferred =
            initially.is_some_and(|i| i.eq_ignore_ascii_case("deferred"));
        constraint.validated = call.flag("postgresql_not_valid") != Some(true);
    }

    /// A table-level constraint of `create_table` or `batch_alter_table(table_args=…)`.
    pub(super) fn constraint(&mut self, value: &Value, table: &Name) -> Option<Constraint> {
        let Value::Call(call) = value else { return None };
        let call = Rc::clone(call);
        // The name may be positional, behind what each of these takes first.
        let given = match call.name() {
            "CheckConstraint" => call.arg(1, "name"),
            "ForeignKeyConstraint" => call.arg(2, "name"),
            _ => call.kwarg("name"),
        };
        let fixed = matches!(given, Some(Value::Call(f)) if f.name() == "f");
        let given = given.and_then(Value::as_str).map(|n| n.to_string());
        let names = |values: &[Value]| -> Option<Vec<String>> {
            values
                .iter()
                .map(|v| v.as_str().map(|s| s.to_string()).or_else(|| column_name(v)))
                .map(|name| name.map(|name| self.name_of_key(name)))
                .collect()
        };
        let (columns, kind) = match call.name() {
            "PrimaryKeyConstraint" => (names(&call.args)?, ConstraintKind::PrimaryKey),
            "UniqueConstraint" => {
                let nulls_not_distinct = call.flag("postgresql_nulls_not_distinct") == Some(true);
                (names(&call.args)?, ConstraintKind::Unique { nulls_not_distinct })
            }
            "ForeignKeyConstraint" => {
                let columns = names(&call.arg(0, "columns")?.items()?)?;
                let targets = call.arg(1, "refcolumns")?.items()?;
                let mut referenced = Vec::new();
                let mut parent = None;
                for target in &targets {
                    let (table, column) = self.target(target)?;
                    parent = Some(table);
                    referenced.push(column);
                }
                let fk = self.actions(&call, parent?, referenced);
                (columns, ConstraintKind::ForeignKey(fk))
            }
            "CheckConstraint" => {
                let sql = call.args.first().and_then(Value::as_str).map(|s| s.to_string());
                (self.checked(sql.as_deref()), ConstraintKind::Check { sql })
            }
            "ExcludeConstraint" => self.exclude(&call.args, |key| call.kwarg(key).cloned()),
            _ => return None,
        };
        let columns = match kind {
            // A key's columns are a set in the order given (`DedupeColumnCollection`).
            ConstraintKind::PrimaryKey | ConstraintKind::Unique { .. } => once(columns),
            _ => columns,
        };
        let mut made = Constraint::new(None, columns, kind, call.span);
        self.deferral(&call, &mut made);
        made.name = if fixed { given } else { self.conventional(&made, table, given) };
        Some(made)
    }

    /// The columns that a CHECK names, after which PostgreSQL names it.
    pub(super) fn checked(&self, condition: Option<&str>) -> Vec<String> {
        condition.map(|sql| sql::names(sql, self.dialect())).unwrap_or_default()
    }

    /// The name SQLAlchemy gives: the one given, or the naming convention's. A convention for
    /// CHECK wraps a given name.
    pub(super) fn conventional(
        &self,
        constraint: &Constraint,
        table: &Name,
        given: Option<String>,
    ) -> Option<String> {
        let wraps = constraint.ty() == ConstraintType::Check;
        if given.is_some() && !wraps {
            return given;
        }
        let referred = constraint.foreign_key().map(|fk| (&fk.table, fk.columns.as_slice()));
        let subject =
            Subject { table, columns: &constraint.columns, referred, given: given.as_deref() };
        let made = self.conventions().constraint(constraint.ty(), &subject);
        made.map(|name| cut(name, self.dialect())).or(given)
    }

    pub(super) fn index_name(&self, table: &Name, columns: &[String]) -> Option<String> {
        let subject = Subject { table, columns, referred: None, given: None };
        self.conventions().index(&subject).map(|name| cut(name, self.dialect()))
    }

    /// `server_default=`: a string is a literal, `text()` is SQL, a function is called.
    pub(super) fn server_default(&mut self, value: &Value) -> Option<DefaultValue> {
        Some(match value {
            Value::None | Value::Bool(false) => return None,
            Value::Str(text) => DefaultValue::sql(&format!("'{}'", text.text.replace('\'', "''"))),
            Value::Int(n) => DefaultValue::sql(&format!("'{n}'")),
            Value::Member(member) => {
                let text = member.2.as_str().unwrap_or_else(|| Rc::from(member.1.as_str()));
                DefaultValue::sql(&format!("'{}'", text.replace('\'', "''")))
            }
            // A construct of the project's own compiles to what it likes.
            Value::Call(call)
                if matches!(call.callee, Callee::Class(_))
                    || self.compiled.contains(call.name()) =>
            {
                DefaultValue::unknown()
            }
            Value::Call(call) => match call.name() {
                "text" | "literal_column" => match call.args.first().and_then(Value::as_str) {
                    Some(sql) => DefaultValue::sql(&sql),
                    None => DefaultValue::unknown(),
                },
                "DefaultClause" => return self.server_default(&call.args.first()?.clone()),
                "Sequence" => DefaultValue::unknown(),
                // A trigger's value: SQLAlchemy asks for it, and writes no DEFAULT.
                "FetchedValue" => return None,
                name if truth(name).is_some() => {
                    DefaultValue::sql(self.truth_word(truth(name) == Some(true)))
                }
                "null" | "Null" => DefaultValue::sql("NULL"),
                "now" | "current_timestamp" if self.dialect() == Dialect::Sqlite => {
                    DefaultValue::sql("CURRENT_TIMESTAMP")
                }
                // SQLAlchemy's `AnsiFunction`s are written without parentheses.
                name if ANSI.contains(&name) => DefaultValue::sql(&name.to_uppercase()),
                name if call.args.is_empty() => DefaultValue::sql(&format!("{name}()")),
                _ => DefaultValue::unknown(),
            },
            Value::External(path) => match path.rsplit('.').next().unwrap_or_default() {
                name if truth(name).is_some() => {
                    DefaultValue::sql(self.truth_word(truth(name) == Some(true)))
                }
                "null" => DefaultValue::sql("NULL"),
                _ => DefaultValue::unknown(),
            },
            _ => DefaultValue::unknown(),
        })
    }

    pub(super) fn truth_word(&self, truth: bool) -> &'static str {
        match (self.dialect(), truth) {
            (Dialect::Postgres, true) => "true",
            (Dialect::Postgres, false) => "false",
            (Dialect::Sqlite, true) => "1",
            (Dialect::Sqlite, false) => "0",
        }
    }
}

/// `sa.Identity(start=42, …)`, in the order in which SQLAlchemy writes its options
/// (`DDLCompiler.get_identity_options`).
pub(super) fn identity(call: &Call) -> Identity {
    let mut options: Vec<String> = Vec::new();
    for (key, words) in [
        ("increment", "INCREMENT BY"),
        ("start", "START WITH"),
        ("minvalue", "MINVALUE"),
        ("maxvalue", "MAXVALUE"),
        ("cache", "CACHE"),
    ] {
        if let Some(Value::Int(n)) = call.kwarg(key) {
            options.push(format!("{words} {n}"));
        }
    }
    for (key, words) in
        [("nominvalue", "NO MINVALUE"), ("nomaxvalue", "NO MAXVALUE"), ("cycle", "CYCLE")]
    {
        if call.flag(key) == Some(true) {
            options.push(words.to_owned());
        }
    }
    let always = call.flag("always").unwrap_or(false);
    Identity { always, sequence: None, options: options.join(" ") }
}

/// `sa.String(50, collation="C")`.
fn collation(ty: &Value) -> Option<String> {
    let Value::Call(call) = ty else { return None };
    Some(call.kwarg("collation")?.as_str()?.to_string())
}

pub(super) fn is_full(text: &str) -> bool {
    text.eq_ignore_ascii_case("full")
}

/// Functions that are no calls in SQL.
const ANSI: &[&str] = &[
    "current_date",
    "current_time",
    "current_timestamp",
    "current_user",
    "localtime",
    "localtimestamp",
    "session_user",
];

/// `Column('user_id', key='id')`: what code calls it, and its name.
pub(super) fn key_and_name(part: &Value) -> Option<(String, String)> {
    let Value::Call(call) = part else { return None };
    let key = call.kwarg("key").filter(|_| call.name() == "Column")?.as_str()?;
    let name = call.kwarg("name").or_else(|| call.args.first())?.as_str()?;
    (key != name).then(|| (key.to_string(), name.to_string()))
}

/// The name of a column object: `sa.column('a')`, `t.c.a`, `Model.a`.
pub(super) fn column_name(value: &Value) -> Option<String> {
    match value {
        Value::Call(call) if matches!(call.name(), "column" | "Column") => {
            call.args.first()?.as_str().map(|s| s.to_string())
        }
        Value::Attribute(attribute) => Some(attribute.1.clone()),
        _ => None,
    }
}
