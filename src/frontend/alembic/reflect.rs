//! What SQLAlchemy's reflection finds: inspectors, `autoload_with` and `MetaData.reflect` look at
//! the replayed schema.

use std::{rc::Rc, sync::Arc};

use super::{
    env::conventions,
    machine::Machine,
    naming::{Subject, cut},
    reflected_types,
    value::{Call, Callee, Value},
};
use crate::{
    database::Dialect,
    ir::{Column, Constraint, ConstraintKind, CreateTable, Name, Op, OpKind, Style},
    schema::{Schema, Table, TableColumn, TableIndex},
    types::SqlType,
};

/// The prefix of what stands for a reflected object; its keywords are its attributes.
pub(super) const REFLECTED: &str = "sqlalchemy.reflected.";

/// Alembic's own table is there before the first revision runs.
pub(super) const VERSION_TABLE: &str = "alembic_version";

/// Under which a loaded column says whose it is: two of them are the same where both agree.
pub(super) const LOADED_FROM: &str = "loaded from";

/// Whether a call stands for a reflected object.
pub(super) fn is_reflected(call: &Call) -> bool {
    matches!(&call.callee, Callee::External(path) if path.starts_with(REFLECTED))
}

impl Machine<'_, '_> {
    /// `metadata.tables` after `reflect()`: every table of the replayed schema.
    pub(super) fn reflected_tables(&mut self) -> Value {
        if self.schema.is_open() {
            return Value::unknown("the list of tables is not known in full");
        }
        let plain = self.schema.tables().filter(|t| t.name.schema.is_none());
        let mut items: Vec<(Value, Value)> =
            plain.map(|t| (Value::str(&t.name.name), self.loaded(&t.name))).collect();
        items.push((Value::str(VERSION_TABLE), self.loaded(&Name::plain(VERSION_TABLE))));
        Value::Dict(Rc::new(std::cell::RefCell::new(items)))
    }

    /// A table that is loaded from the database.
    pub(super) fn loaded(&self, name: &Name) -> Value {
        let args = vec![Value::str(&name.name)];
        let mut kwargs = vec![("autoload".to_owned(), Value::Bool(true))];
        if let Some(schema) = &name.schema {
            kwargs.push(("schema".to_owned(), Value::str(schema)));
        }
        let callee = Callee::External(Rc::from("sqlalchemy.Table"));
        self.kept(callee, args, kwargs, self.schema.now().span)
    }

    /// A table as the database has it; Alembic's own as `MigrationContext._version` declares it.
    pub(super) fn reflectable(&self, name: &Name) -> Option<Arc<Table>> {
        let found = self.schema.shared_table(name);
        if found.is_some() || *name != Name::plain(VERSION_TABLE) {
            return found;
        }
        let now = self.schema.now();
        let ty = match self.dialect() {
            Dialect::Postgres => SqlType::with_args("character varying", &["32"]),
            Dialect::Sqlite => SqlType::with_args("VARCHAR", &["32"]),
        };
        let mut create = CreateTable::new(name.clone());
        let column = Column { nullable: false, ..Column::new("version_num", ty, now.span) };
        create.constraints.push(Constraint::new(
            Some(format!("{VERSION_TABLE}_pkc")),
            vec![column.name.clone()],
            ConstraintKind::PrimaryKey,
            now.span,
        ));
        create.columns.push(column);
        let mut alone = Schema::new(self.schema.database(), now);
        alone.apply(&Op {
            kind: OpKind::CreateTable(create),
            span: now.span,
            style: Style::Alembic,
            transaction: None,
            certain: true,
            only: false,
            if_exists: false,
            forgiven: Vec::new(),
        });
        alone.shared_table(name)
    }

    /// The table that a `Table(…, autoload_with=…)` loads, if it is known in full.
    fn loads(&mut self, of: &Value) -> Option<Rc<Call>> {
        let Value::Call(call) = of else { return None };
        let loaded = call.kwargs.iter().any(|(key, _)| key.starts_with("autoload"));
        (call.name() == "Table" && loaded).then(|| Rc::clone(call))
    }

    /// A collection of a table: of one that is loaded from the database as the replayed schema
    /// has it, of one that is written out its own columns.
    pub(super) fn reflected(&mut self, of: &Value, attribute: &str) -> Option<Vec<Value>> {
        let Some(call) = self.loads(of) else {
            let Value::Call(call) = of else { return None };
            let written = call.name() == "Table" && matches!(attribute, "columns" | "c");
            let is_column =
                |value: &&Value| matches!(value, Value::Call(c) if c.name() == "Column");
            return written.then(|| call.args.iter().filter(is_column).cloned().collect());
        };
        let name = self.table_name(of)?;
        let table = self.reflectable(&name).filter(|t| t.complete)?;
        let found = match attribute {
            "columns" | "c" => {
                table.columns.iter().map(|c| self.column_of(&table, c, &call)).collect()
            }
            "constraints" => table
                .constraints
                .iter()
                .filter_map(|c| self.constraint_of(&table, c, &call))
                .collect(),
            "foreign_key_constraints" => {
                let keys = table.constraints.iter().filter(|c| c.foreign_key().is_some());
                keys.filter_map(|c| self.constraint_of(&table, c, &call)).collect()
            }
            "foreign_keys" => {
                let keys = table.constraints.iter().filter(|c| c.foreign_key().is_some());
                keys.flat_map(|c| self.foreign_keys_of(&table, c, &call)).collect()
            }
            "indexes" => {
                let index = |i: &TableIndex| {
                    let names: Vec<&str> = i.index.columns().collect();
                    let columns = names.iter().filter_map(|n| self.named_column(&table, n, &call));
                    self.object(
                        "Index",
                        &call,
                        vec![
                            ("name", Value::str(&i.name)),
                            ("unique", Value::Bool(i.index.unique)),
                            ("columns", Value::list(columns.collect())),
                        ],
                    )
                };
                self.found_indexes(&table).map(index).collect()
            }
            _ => return None,
        };
        Some(found)
    }

    /// `table.primary_key` of a loaded table.
    pub(super) fn reflected_key(&mut self, of: &Value) -> Option<Value> {
        let call = self.loads(of)?;
        let name = self.table_name(of)?;
        let table = self.reflectable(&name).filter(|t| t.complete)?;
        match table.primary_key() {
            Some(key) => self.constraint_of(&table, key, &call),
            None => Some(self.object(
                "PrimaryKeyConstraint",
                &call,
                vec![("name", Value::None), ("columns", Value::list(Vec::new()))],
            )),
        }
    }

    /// `table.c['a']`, `table.c.a` of a loaded table.
    pub(super) fn reflected_column(&mut self, of: &Value, column: &str) -> Option<Value> {
        let call = self.loads(of)?;
        let name = self.table_name(of)?;
        let table = self.reflectable(&name)?;
        self.named_column(&table, column, &call)
    }

    /// `table.foreign_keys`: one for each column of a key.
    fn foreign_keys_of(&self, table: &Table, c: &Constraint, call: &Rc<Call>) -> Vec<Value> {
        let (Some(fk), Some(whole)) = (c.foreign_key(), self.constraint_of(table, c, call)) else {
            return Vec::new();
        };
        let target = self.schema.shared_table(&fk.table);
        let pairs = c.columns.iter().zip(&fk.columns);
        let made = pairs.map(|(own, referenced)| {
            let unknown = || Value::unknown("the referenced table is not known");
            let column = target.as_ref().and_then(|t| self.named_column(t, referenced, call));
            let parent = self.named_column(table, own, call);
            self.object(
                "ForeignKey",
                call,
                vec![
                    ("column", column.unwrap_or_else(unknown)),
                    ("parent", parent.unwrap_or_else(unknown)),
                    ("constraint", whole.clone()),
                    ("name", c.name.as_deref().map_or(Value::None, Value::str)),
                    ("target_fullname", Value::str(&format!("{}.{referenced}", fk.table))),
                ],
            )
        });
        made.collect()
    }

    /// A method of a table's collection; `None`: the collection is not known.
    pub(super) fn collection_method(&mut self, of: &(Value, String), name: &str) -> Option<Value> {
        if !matches!(name, "copy" | "keys" | "values") {
            return None;
        }
        let items = self.reflected(&of.0, &of.1)?;
        let key = |item: &Value| match item {
            Value::Call(call) => call.args.first().cloned().unwrap_or(Value::None),
            _ => Value::None,
        };
        Some(Value::list(match name {
            "keys" => items.iter().map(key).collect(),
            _ => items,
        }))
    }

    fn object(&self, kind: &str, call: &Rc<Call>, attributes: Vec<(&str, Value)>) -> Value {
        let callee = Callee::External(Rc::from(format!("{REFLECTED}{kind}")));
        let kwargs = attributes.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        self.kept(callee, Vec::new(), kwargs, call.span)
    }

    fn named_column(&self, table: &Table, name: &str, call: &Rc<Call>) -> Option<Value> {
        let column = table.column(name).found()?;
        Some(self.column_of(table, column, call))
    }

    /// A column of the replayed schema as the call that would make it.
    fn column_of(&self, table: &Table, c: &TableColumn, call: &Rc<Call>) -> Value {
        let column = &c.column;
        let args = vec![Value::str(&column.name), self.type_value(&column.ty, call.span)];
        let mut kwargs = vec![
            ("nullable".to_owned(), Value::Bool(column.nullable)),
            (LOADED_FROM.to_owned(), Value::str(&table.name.to_string())),
            ("table".to_owned(), Value::Call(Rc::clone(call))),
        ];
        if table.key_columns().contains(&column.name) {
            kwargs.push(("primary_key".to_owned(), Value::Bool(true)));
        }
        if let Some(sql) = column.default.as_ref().and_then(|d| d.sql.as_deref()) {
            let callee = Callee::External(Rc::from("sqlalchemy.text"));
            let text = self.kept(callee, vec![Value::str(sql)], Vec::new(), call.span);
            kwargs.push(("server_default".to_owned(), text));
        }
        self.kept(Callee::External(Rc::from("sqlalchemy.Column")), args, kwargs, call.span)
    }

    /// The name that a loaded constraint has in Python: SQLAlchemy gives one without a name in the
    /// database the name that the convention of its metadata makes.
    fn loaded_name(&self, table: &Table, c: &Constraint, call: &Rc<Call>) -> Value {
        if let Some(name) = &c.name {
            return Value::str(name);
        }
        let metadata = match call.args.get(1) {
            Some(Value::Call(metadata)) => {
                metadata.kwarg("naming_convention").and_then(conventions)
            }
            _ => None,
        };
        let referred = c.foreign_key().map(|fk| (&fk.table, fk.columns.as_slice()));
        let subject = Subject { table: &table.name, columns: &c.columns, referred, given: None };
        let made = metadata.and_then(|conventions| conventions.constraint(c.ty(), &subject));
        made.map_or(Value::None, |name| Value::str(&cut(name, self.dialect())))
    }

    fn constraint_of(&self, table: &Table, c: &Constraint, call: &Rc<Call>) -> Option<Value> {
        let columns: Vec<Value> =
            c.columns.iter().filter_map(|name| self.named_column(table, name, call)).collect();
        let keys = c.columns.iter().map(|name| Value::str(name)).collect();
        let mut attributes = vec![
            ("name", self.loaded_name(table, c, call)),
            ("columns", Value::list(columns)),
            ("column_keys", Value::list(keys)),
        ];
        let kind = match &c.kind {
            ConstraintKind::PrimaryKey => "PrimaryKeyConstraint",
            ConstraintKind::Unique { .. } => "UniqueConstraint",
            ConstraintKind::Check { sql } => {
                attributes.push(("sqltext", sql.as_deref().map_or(Value::None, Value::str)));
                "CheckConstraint"
            }
            ConstraintKind::ForeignKey(fk) => {
                attributes.push(("referred_table", self.loaded(&fk.table)));
                let action = |of: &Option<String>| of.as_deref().map_or(Value::None, Value::str);
                attributes.push(("ondelete", action(&fk.on_delete)));
                attributes.push(("onupdate", action(&fk.on_update)));
                let target = |column: &String| {
                    self.object(
                        "ForeignKey",
                        call,
                        vec![("target_fullname", Value::str(&format!("{}.{column}", fk.table)))],
                    )
                };
                attributes.push(("elements", Value::list(fk.columns.iter().map(target).collect())));
                "ForeignKeyConstraint"
            }
            ConstraintKind::Exclude { .. } | ConstraintKind::NotNull => return None,
        };
        Some(self.object(kind, call, attributes))
    }

    /// A column's type as SQLAlchemy reflects it; its SQL name where it has no class here.
    pub(super) fn type_value(
        &self,
        ty: &crate::types::SqlType,
        span: crate::source::Span,
    ) -> Value {
        reflected_types::reflect(self.schema, ty, span)
    }

    /// An inspector's answer for one table.
    pub(super) fn describe_table(&self, table: &Table, method: &str) -> Option<Value> {
        let names = |list: &[String]| Value::list(list.iter().map(|n| Value::str(n)).collect());
        let name = |name: &Option<String>| name.as_deref().map_or(Value::None, Value::str);
        let span = self.schema.now().span;
        let described = |c: &Constraint| match (&c.kind, method) {
            (ConstraintKind::ForeignKey(fk), "get_foreign_keys") => {
                let action = |key, of: &Option<String>| Some((key, Value::str(of.as_deref()?)));
                let options =
                    [action("ondelete", &fk.on_delete), action("onupdate", &fk.on_update)];
                let schema = fk.table.schema.as_deref().map_or(Value::None, Value::str);
                Some(Value::dict(vec![
                    ("name", name(&c.name)),
                    ("constrained_columns", names(&c.columns)),
                    ("referred_table", Value::str(&fk.table.name)),
                    ("referred_schema", schema),
                    ("referred_columns", names(&fk.columns)),
                    ("options", Value::dict(options.into_iter().flatten().collect())),
                ]))
            }
            (ConstraintKind::Unique { .. }, "get_unique_constraints") => Some(Value::dict(vec![
                ("name", name(&c.name)),
                ("column_names", names(&c.columns)),
            ])),
            (ConstraintKind::Check { sql }, "get_check_constraints") => Some(Value::dict(vec![
                ("name", name(&c.name)),
                ("sqltext", sql.as_deref().map_or(Value::None, Value::str)),
            ])),
            _ => None,
        };
        Some(match method {
            "get_columns" => {
                let column = |c: &TableColumn| {
                    let default = c.column.default.as_ref().and_then(|d| d.sql.as_deref());
                    Value::dict(vec![
                        ("name", Value::str(&c.column.name)),
                        ("type", self.type_value(&c.column.ty, span)),
                        ("nullable", Value::Bool(c.column.nullable)),
                        ("default", default.map_or(Value::None, Value::str)),
                        ("primary_key", {
                            let at = table.key_columns().iter().position(|k| *k == c.column.name);
                            Value::Int(at.map_or(0, |at| at as i64 + 1))
                        }),
                    ])
                };
                Value::list(table.columns.iter().map(column).collect())
            }
            "get_indexes" => {
                let index = |i: &TableIndex| {
                    let columns = i.index.columns().map(Value::str).collect();
                    Value::dict(vec![
                        ("name", Value::str(&i.name)),
                        ("column_names", Value::list(columns)),
                        ("unique", Value::Bool(i.index.unique)),
                    ])
                };
                let made = self.found_indexes(table).map(index);
                Value::list(made.chain(self.constraint_indexes(table)).collect())
            }
            "get_pk_constraint" => {
                let key = table.primary_key();
                Value::dict(vec![
                    ("name", key.map_or(Value::None, |k| name(&k.name))),
                    ("constrained_columns", names(table.key_columns())),
                ])
            }
            "get_foreign_keys" | "get_unique_constraints" | "get_check_constraints" => {
                Value::list(table.constraints.iter().filter_map(described).collect())
            }
            _ => return None,
        })
    }

    /// The indexes that are found: SQLite's dialect skips those over an expression.
    fn found_indexes<'a>(&self, table: &'a Table) -> impl Iterator<Item = &'a TableIndex> + 'a {
        let sqlite = self.dialect() == Dialect::Sqlite;
        table.indexes.iter().filter(move |i| !(sqlite && i.index.has_expression()))
    }

    /// PostgreSQL's dialect lists the index of a UNIQUE constraint among the indexes, and marks
    /// it (`PGDialect.get_multi_indexes`, `duplicates_constraint`); SQLite's does not.
    fn constraint_indexes(&self, table: &Table) -> Vec<Value> {
        if self.schema.database().is_sqlite() {
            return Vec::new();
        }
        let unique = |c: &&Constraint| matches!(c.kind, ConstraintKind::Unique { .. });
        let index = |c: &Constraint| {
            let name = c.name.as_deref().map_or(Value::None, Value::str);
            Value::dict(vec![
                ("name", name.clone()),
                ("column_names", Value::list(c.columns.iter().map(|n| Value::str(n)).collect())),
                ("unique", Value::Bool(true)),
                ("duplicates_constraint", name),
            ])
        };
        table.constraints.iter().filter(unique).map(index).collect()
    }
}
