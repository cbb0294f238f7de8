//! `op.…`: Alembic's operations, by their own signatures.

use std::{collections::HashSet, rc::Rc};

use super::{
    batch::table_argument,
    call::Args,
    columns::{identity, is_full, key_and_name},
    machine::{Machine, describe},
    naming::{Conventions, cut},
    value::{Runtime, Value},
};
use crate::{
    database::Dialect,
    ir::{
        Column, ColumnChange, Constraint, ConstraintKind, ConstraintType, CreateTable, Filter,
        ForeignKey, Generated, Index, Indexed, Name, OpKind, OpaqueEffect, Reads, Style,
        TypeChange, Value as Written, Write, WriteKind,
    },
    source::Span,
    types::SqlType,
};

impl Machine<'_, '_> {
    pub(super) fn conventions(&self) -> &Conventions {
        let batch = self.batches.last().and_then(|b| b.conventions.as_ref());
        batch.or(self.local_conventions.as_ref()).unwrap_or(&self.project.conventions)
    }

    /// One call of `op`.
    pub(super) fn operation(&mut self, name: &str, args: Args) -> Value {
        match name {
            "get_bind" => return Value::Runtime(Runtime::Connection),
            "get_context" => return Value::Runtime(Runtime::Context),
            "f" => return self.conventional_name(args),
            "batch_alter_table" => return self.begin_batch(args),
            "execute" => return self.execute(&args),
            "inline_literal" => return args.args.first().cloned().unwrap_or(Value::None),
            _ => {}
        }
        let span = args.span;
        if self.table_operation(name, &args, Style::Alembic).is_none() {
            self.not_read(name, &args, span);
        }
        match name {
            "create_table" => self.created(args),
            _ => Value::None,
        }
    }

    /// `op.create_table` returns the table.
    fn created(&self, args: Args) -> Value {
        let mut parts = args.args;
        parts.insert(parts.len().min(1), Value::None);
        let callee = super::value::Callee::External(Rc::from("sqlalchemy.Table"));
        self.kept(callee, parts, args.kwargs, args.span)
    }

    /// `op.f('name')`, `conv('name')`: a name that a convention made, which no convention wraps
    /// again, and which SQLAlchemy cuts where it is too long.
    pub(super) fn conventional_name(&self, args: Args) -> Value {
        let span = args.span;
        let name = |value: Value| match value.as_str() {
            Some(text) => Value::str(&cut(text.to_string(), self.dialect())),
            None => value,
        };
        let args = args.args.into_iter().map(name).collect();
        let callee = super::value::Callee::External(Rc::from("alembic.op.f"));
        self.kept(callee, args, Vec::new(), span)
    }

    /// Says why an operation was not read: the first argument that is not known.
    pub(super) fn not_read(&mut self, name: &str, args: &Args, span: Span) {
        let mut culprit = args.args.iter().chain(args.kwargs.iter().map(|(_, value)| value));
        let unknown = culprit.find(|value| {
            matches!(value, Value::Unknown(_) | Value::External(_) | Value::Attribute(_))
        });
        let reason = match unknown {
            Some(value) => format!("an argument of `{name}` is {}", describe(value)),
            None => format!("`{name}` with these arguments is not read yet"),
        };
        let table = table_argument(name).and_then(|(at, key)| args.str(at, key));
        let schema = args.kw("schema").or_else(|| args.kw("source_schema"));
        let table = match schema.filter(|v| !v.is_none()) {
            None => table.map(|table| Name::plain(&table)),
            Some(schema) => {
                table.zip(schema.as_str()).map(|(table, schema)| Name::new(Some(&*schema), &table))
            }
        };
        let effect = match (name, table) {
            (_, Some(table)) => OpaqueEffect::Table(table),
            // alembic_utils' functions, views, triggers and policies leave tables as they are.
            ("bulk_insert" | "create_entity" | "replace_entity" | "drop_entity", _) => {
                OpaqueEffect::Rows
            }
            // Whichever table or index it is, the columns of the others stay.
            ("create_table" | "drop_table" | "rename_table" | "create_index" | "drop_index", _) => {
                OpaqueEffect::Others
            }
            _ => OpaqueEffect::Anything,
        };
        self.opaque(span, &reason, effect);
    }

    /// The operations that batch mode has too; there the table is given by the context, and
    /// the arguments are put in the same order.
    pub(super) fn table_operation(&mut self, name: &str, args: &Args, style: Style) -> Option<()> {
        if args.undecided() {
            return None;
        }
        let span = args.span;
        let schema = args.kw("schema").and_then(Value::as_str);
        let named =
            |at: usize, key: &str| args.str(at, key).map(|n| Name::new(schema.as_deref(), &n));
        match name {
            "create_table" => self.create_table(args, style)?,
            "drop_table" => {
                let table = named(0, "table_name")?;
                let if_exists = args.flag("if_exists");
                self.emit(OpKind::DropTable { table, if_exists, cascade: false }, span, style);
            }
            "rename_table" => {
                let table = named(0, "old_table_name")?;
                let to = args.str(1, "new_table_name")?.to_string();
                self.emit(OpKind::RenameTable { table, to }, span, style);
            }
            "add_column" => {
                let table = named(0, "table_name")?;
                self.add_column(
                    &table,
                    args.arg(1, "column")?,
                    args.flag("if_not_exists"),
                    span,
                    style,
                )?;
            }
            "drop_column" => {
                let table = named(0, "table_name")?;
                let column = args.arg(1, "column_name")?;
                let column = column
                    .as_str()
                    .map(|c| c.to_string())
                    .or_else(|| super::columns::column_name(column))?;
                self.emit(
                    OpKind::DropColumn {
                        table,
                        column,
                        if_exists: args.flag("if_exists"),
                        cascade: false,
                    },
                    span,
                    style,
                );
            }
            "alter_column" => self.alter_column(&named(0, "table_name")?, args, style)?,
            "create_index" => self.create_index(args, style)?,
            "drop_index" => {
                let index = args.arg(0, "index_name")?;
                let index = match index.as_str() {
                    Some(name) => name.to_string(),
                    None => index_of(index)?,
                };
                let name = Name::new(schema.as_deref(), &index);
                let table = named(1, "table_name");
                let (if_exists, concurrently) =
                    (args.flag("if_exists"), args.flag("postgresql_concurrently"));
                self.emit(
                    OpKind::DropIndex { name, table, if_exists, cascade: false, concurrently },
                    span,
                    style,
                );
            }
            "create_foreign_key" => {
                let table = Name::new(
                    args.kw("source_schema").and_then(Value::as_str).as_deref(),
                    &args.str(1, "source_table")?,
                );
                let target = Name::new(
                    args.kw("referent_schema").and_then(Value::as_str).as_deref(),
                    &args.str(2, "referent_table")?,
                );
                let local = strings(args.arg(3, "local_cols")?)?;
                let remote = strings(args.arg(4, "remote_cols")?)?;
                let action = |key: &str| {
                    args.kw(key)
                        .and_then(Value::as_str)
                        .map(|a| a.to_uppercase())
                        .filter(|a| a != "NO ACTION")
                };
                let fk = ForeignKey {
                    on_delete: action("ondelete"),
                    on_update: action("onupdate"),
                    match_full: args.str(99, "match").is_some_and(|m| is_full(&m)),
                    ..ForeignKey::to(target, remote)
                };
                self.add_constraint(
                    table,
                    args.arg(0, "constraint_name"),
                    local,
                    ConstraintKind::ForeignKey(fk),
                    args,
                    style,
                )?;
            }
            "create_unique_constraint" => {
                let table = named(1, "table_name")?;
                let columns = strings(args.arg(2, "columns")?)?;
                let nulls_not_distinct = args.flag("postgresql_nulls_not_distinct");
                self.add_constraint(
                    table,
                    args.arg(0, "constraint_name"),
                    columns,
                    ConstraintKind::Unique { nulls_not_distinct },
                    args,
                    style,
                )?;
            }
            "create_primary_key" => {
                let table = named(1, "table_name")?;
                let columns = strings(args.arg(2, "columns")?)?;
                self.add_constraint(
                    table,
                    args.arg(0, "constraint_name"),
                    columns,
                    ConstraintKind::PrimaryKey,
                    args,
                    style,
                )?;
            }
            "create_check_constraint" => {
                let table = named(1, "table_name")?;
                let sql = args.str(2, "condition").map(|s| s.to_string());
                self.add_constraint(
                    table,
                    args.arg(0, "constraint_name"),
                    self.checked(sql.as_deref()),
                    ConstraintKind::Check { sql },
                    args,
                    style,
                )?;
            }
            "create_exclude_constraint" => {
                let table = named(1, "table_name")?;
                let elements = args.args.get(2..).unwrap_or_default();
                let (columns, kind) = self.exclude(elements, |key| args.kw(key).cloned());
                self.add_constraint(
                    table,
                    args.arg(0, "constraint_name"),
                    columns,
                    kind,
                    args,
                    style,
                )?;
            }
            "drop_constraint" => {
                let table = named(1, "table_name")?;
                let given = args.arg(0, "constraint_name")?;
                let name = if given.is_none() { None } else { Some(given.as_str()?.to_string()) };
                let kind =
                    args.arg(2, "type_").and_then(Value::as_str).and_then(|t| constraint_type(&t));
                let fixed = matches!(given, Value::Call(f) if f.name() == "f");
                let name = match (name, kind) {
                    // A convention for CHECK wraps the name that is dropped, too.
                    (Some(name), Some(ConstraintType::Check)) if !fixed => {
                        let check = ConstraintKind::Check { sql: None };
                        let check = Constraint::new(None, Vec::new(), check, span);
                        self.conventional(&check, &table, Some(name))
                    }
                    (name, _) => name,
                };
                self.emit(
                    OpKind::DropConstraint {
                        table,
                        name,
                        kind,
                        if_exists: args.flag("if_exists"),
                        cascade: false,
                    },
                    span,
                    style,
                );
            }
            "bulk_insert" => self.bulk_insert(args, style)?,
            "create_table_comment" | "drop_table_comment" | "create_column_comment" => {
                self.emit(OpKind::Neutral { what: name.to_owned() }, span, style);
            }
            "sync_enum_values" => self.sync_enum(args, style)?,
            _ => return None,
        }
        Some(())
    }

    fn create_table(&mut self, args: &Args, style: Style) -> Option<()> {
        let name = args.str(0, "table_name")?;
        let table = Name::new(args.kw("schema").and_then(Value::as_str).as_deref(), &name);
        let parts: Vec<Value> = args.args.iter().skip(1).cloned().collect();
        let mut create = self.table_of(table, &parts, args.span, style)?;
        create.if_not_exists = args.flag("if_not_exists");
        self.table_options(&mut create, &args.kwargs);
        let table = create.table.clone();
        self.emit(OpKind::CreateTable(create), args.span, style);
        self.say_unread(&table);
        Some(())
    }

    /// What the keywords of a table say besides its columns.
    pub(super) fn table_options(&self, create: &mut CreateTable, keywords: &[(String, Value)]) {
        let given = |key: &str| keywords.iter().find(|(k, _)| k == key).map(|(_, value)| value);
        create.options.autoincrement =
            given("sqlite_autoincrement").and_then(Value::truth) == Some(true);
        if self.dialect() == Dialect::Postgres {
            let by = given("postgresql_partition_by").and_then(Value::as_str);
            create.options.partition_by = by.map(|by| by.to_string());
        }
        create.temporary = given("prefixes").and_then(Value::items).is_some_and(|p| {
            p.iter().any(|v| v.as_str().is_some_and(|s| s.to_uppercase().contains("TEMP")))
        });
    }

    /// Parts of a table that could not be read leave it known in part.
    pub(super) fn say_unread(&mut self, table: &Name) {
        for (span, reason) in std::mem::take(&mut self.unread) {
            self.opaque(span, &reason, OpaqueEffect::Table(table.clone()));
        }
    }

    /// A table from its columns and constraints, with the Enum types it makes on PostgreSQL.
    pub(super) fn table_of(
        &mut self,
        table: Name,
        parts: &[Value],
        span: Span,
        style: Style,
    ) -> Option<CreateTable> {
        let mut create = CreateTable::new(table.clone());
        let mut keys: Vec<String> = Vec::new();
        let mut marked: Vec<(usize, Option<bool>)> = Vec::new();
        self.keys = parts.iter().filter_map(key_and_name).collect();
        if self.models && !self.keys.is_empty() {
            self.keyed.insert(table.clone(), self.keys.clone());
        }
        for part in parts {
            if let Some(made) = self.column(part, &table) {
                if made.primary_key {
                    keys.push(made.column.name.clone());
                }
                if let Some(ty) = made.ty.as_ref().filter(|_| self.dialect() == Dialect::Postgres) {
                    self.create_enum(ty, span, style);
                }
                marked.push((create.columns.len(), made.autoincrement));
                create.columns.push(made.column);
                create.constraints.extend(made.constraints);
                create.indexes.extend(made.indexes);
            } else if let Some(constraint) = self.constraint(part, &table) {
                if !self.left_for_later(part) {
                    create.constraints.push(constraint);
                }
            } else if let Some(index) = self.inline_index(part, &table) {
                create.indexes.push(index);
            } else if !part.is_none() && !self.ignorable(part) {
                let reason = format!("a part of `{table}` is {}", describe(part));
                self.opaque(span, &reason, OpaqueEffect::Rows);
                if matches!(part, Value::Unknown(_)) {
                    self.keys.clear();
                    return None;
                }
            }
        }
        self.keys.clear();
        if !keys.is_empty()
            && !create.constraints.iter().any(|c| c.kind == ConstraintKind::PrimaryKey)
        {
            let mut key = Constraint::new(None, keys, ConstraintKind::PrimaryKey, span);
            key.name = self.conventional(&key, &table, None);
            create.constraints.insert(0, key);
        }
        if let Some(called) = self.named_by_function(&create) {
            self.unread.push(called);
        }
        self.number(&mut create, &marked);
        Some(create)
    }

    /// The first constraint or index that a function of the project gives its name. A convention
    /// for CHECK wraps the name that is given.
    fn named_by_function(&self, create: &CreateTable) -> Option<(Span, String)> {
        let conventions = self.conventions();
        let open = |c: &&Constraint| {
            (c.name.is_none() || c.ty() == ConstraintType::Check) && conventions.calls(c.ty())
        };
        if let Some(constraint) = create.constraints.iter().find(open) {
            let reason = "a function of the naming convention names a constraint";
            return Some((constraint.span, reason.to_owned()));
        }
        let index = create.indexes.iter().find(|index| index.name.is_none());
        let index = index.filter(|_| conventions.calls_for_indexes())?;
        Some((index.span, "a function of the naming convention names an index".to_owned()))
    }

    /// `use_alter=True`: where the database can ALTER constraints, CREATE TABLE leaves the foreign
    /// key out (`DDLCompiler.create_table_constraints`).
    fn left_for_later(&self, part: &Value) -> bool {
        self.dialect() == Dialect::Postgres
            && !self.models
            && matches!(part, Value::Call(call) if call.flag("use_alter") == Some(true))
    }

    fn ignorable(&self, part: &Value) -> bool {
        matches!(part, Value::Call(call) if matches!(call.name(), "Comment" | "relationship" | "DDL" | "MetaData"))
    }

    /// SQLAlchemy's autoincrement: a single integer key without a foreign key or default is
    /// SERIAL on PostgreSQL, unless it says otherwise. Key columns are NOT NULL.
    fn number(&self, create: &mut CreateTable, marked: &[(usize, Option<bool>)]) {
        let key = create
            .constraints
            .iter()
            .find(|c| c.kind == ConstraintKind::PrimaryKey)
            .map(|c| c.columns.clone());
        let Some(key) = key else { return };
        let key: HashSet<String> = key.into_iter().collect();
        let keys = create.constraints.iter().filter(|c| c.foreign_key().is_some());
        let keyed: HashSet<String> = keys.flat_map(|c| c.columns.iter().cloned()).collect();
        for &(at, autoincrement) in marked {
            let column = &mut create.columns[at];
            if !key.contains(&column.name) {
                continue;
            }
            let referencing = keyed.contains(&column.name);
            column.nullable = false;
            let automatic = autoincrement.unwrap_or(key.len() == 1 && !referencing);
            column.serial = automatic && self.may_be_serial(column);
        }
    }

    fn may_be_serial(&self, column: &Column) -> bool {
        let name = column.ty.name.to_ascii_lowercase();
        let integer = matches!(name.as_str(), "integer" | "bigint" | "smallint");
        let filled = column.default.is_some() || column.identity.is_some();
        integer && column.ty.dims == 0 && !filled && self.dialect() == Dialect::Postgres
    }

    fn inline_index(&mut self, part: &Value, table: &Name) -> Option<Index> {
        let Value::Call(call) = part else { return None };
        if call.name() != "Index" {
            return None;
        }
        let call = Rc::clone(call);
        let name = call.args.first().and_then(Value::as_str).map(|n| n.to_string());
        let parts = self.index_parts(&Value::list(call.args.iter().skip(1).cloned().collect()))?;
        let mut index = Index::new(name, parts, call.flag("unique") == Some(true), call.span);
        self.index_options(&mut index, |key| call.kwarg(key).cloned());
        for part in &mut index.parts {
            if let Indexed::Column(column) = &mut part.of {
                *column = self.name_of_key(std::mem::take(column));
            }
        }
        let columns: Vec<String> = index.columns().map(str::to_owned).collect();
        index.name = index.name.take().or_else(|| self.index_name(table, &columns));
        Some(index)
    }

    pub(super) fn create_enum(&mut self, ty: &Value, span: Span, style: Style) {
        let Some(declared) = self.enum_type(ty) else { return };
        if !declared.create || self.schema.ty(&declared.name).found().is_some() {
            return;
        }
        match declared.labels {
            Some(labels) => self.emit(
                OpKind::CreateEnum { name: declared.name, labels, checkfirst: true },
                span,
                style,
            ),
            None => self.opaque(span, "the labels of an Enum are not known", OpaqueEffect::Rows),
        }
    }

    pub(super) fn add_column(
        &mut self,
        table: &Name,
        column: &Value,
        if_not_exists: bool,
        span: Span,
        style: Style,
    ) -> Option<()> {
        let made = self.column(column, table)?;
        let mut column = made.column;
        // PostgreSQL gets NOT NULL and no key from `primary_key=True` here, and SERIAL as in a
        // new table (recorded with Alembic 1.20.1, 1.16.5 and 1.13.3).
        if made.primary_key {
            column.nullable = false;
            let referencing = made.constraints.iter().any(|c| c.foreign_key().is_some());
            column.serial =
                made.autoincrement.unwrap_or(!referencing) && self.may_be_serial(&column);
        }
        let kind = OpKind::AddColumn {
            table: table.clone(),
            column,
            constraints: made.constraints,
            indexes: made.indexes,
            if_not_exists,
        };
        self.emit(kind, span, style);
        self.say_unread(table);
        Some(())
    }

    fn alter_column(&mut self, table: &Name, args: &Args, style: Style) -> Option<()> {
        let column = args.str(1, "column_name")?.to_string();
        let mut change = ColumnChange {
            nullable: args.kw("nullable").filter(|v| !v.is_none()).and_then(Value::truth),
            existing_type: args
                .kw("existing_type")
                .cloned()
                .map(|ty| self.sql_type(&ty))
                .filter(|ty| !ty.is_unknown()),
            ..ColumnChange::default()
        };
        if let Some(ty) = args.kw("type_").filter(|v| !v.is_none()).cloned() {
            let to = self.sql_type(&ty);
            let using = match self.dialect() {
                Dialect::Postgres => {
                    args.kw("postgresql_using").and_then(Value::as_str).map(|u| u.to_string())
                }
                Dialect::Sqlite => None,
            };
            if to.is_unknown() {
                let reason = format!("the new type of `{column}` is {}", describe(&ty));
                self.opaque(args.span, &reason, OpaqueEffect::Table(table.clone()));
            }
            change.ty = Some(TypeChange { to, using, collation: None, twice: false });
        }
        match args.kw("server_default") {
            None | Some(Value::Bool(false)) => {}
            Some(value) => {
                let value = value.clone();
                match &value {
                    Value::Call(call) if call.name() == "Computed" => {
                        let sql = call
                            .args
                            .first()
                            .and_then(Value::as_str)
                            .unwrap_or_default()
                            .to_string();
                        let generated = Generated { sql, stored: true, reads: None };
                        change.generated = Some(Some(generated));
                    }
                    Value::Call(call) if call.name() == "Identity" => {
                        change.identity = Some(Some(identity(call)));
                    }
                    _ => change.default = Some(self.server_default(&value)),
                }
            }
        }
        let touched = change.ty.is_some()
            || change.nullable.is_some()
            || change.default.is_some()
            || change.generated.is_some()
            || change.identity.is_some();
        let to = args.arg(99, "new_column_name").filter(|v| !v.is_none()).cloned();
        // The CHECK of a type goes and comes with it (`toimpl.alter_column`).
        let types = args.kw("existing_type").zip(args.kw("type_").filter(|v| !v.is_none()));
        let (old, new) = types.map(|(old, new)| (old.clone(), new.clone())).unzip();
        let old = old.and_then(|ty| self.check_of_type(&ty, &column, table, args.span));
        if let Some(name) = old.and_then(|check| check.name) {
            let kind = OpKind::DropConstraint {
                table: table.clone(),
                name: Some(name),
                kind: Some(ConstraintType::Check),
                if_exists: false,
                cascade: false,
            };
            self.emit(kind, args.span, style);
        }
        if touched {
            self.emit(
                OpKind::AlterColumn { table: table.clone(), column: column.clone(), change },
                args.span,
                style,
            );
        }
        let new = new.and_then(|ty| self.check_of_type(&ty, &column, table, args.span));
        if let Some(constraint) = new {
            self.emit(OpKind::AddConstraint { table: table.clone(), constraint }, args.span, style);
        }
        if let Some(to) = to {
            let to = to.as_str()?.to_string();
            self.emit(OpKind::RenameColumn { table: table.clone(), column, to }, args.span, style);
        } else if !touched {
            self.emit(OpKind::Neutral { what: "alter_column".to_owned() }, args.span, style);
        }
        Some(())
    }

    fn create_index(&mut self, args: &Args, style: Style) -> Option<()> {
        let table = Name::new(
            args.kw("schema").and_then(Value::as_str).as_deref(),
            &args.str(1, "table_name")?,
        );
        let parts = self.index_parts(&args.arg(2, "columns")?.clone())?;
        let unique = args.arg(4, "unique").and_then(Value::truth).unwrap_or(false);
        let given = args.arg(0, "index_name")?;
        let name = if given.is_none() { None } else { Some(given.as_str()?.to_string()) };
        let mut index = Index::new(name, parts, unique, args.span);
        self.index_options(&mut index, |key| args.kw(key).cloned());
        if index.name.is_none() {
            let columns: Vec<String> = index.columns().map(str::to_owned).collect();
            index.name = self.index_name(&table, &columns);
        }
        let concurrently =
            args.flag("postgresql_concurrently") && self.dialect() == Dialect::Postgres;
        let if_not_exists = args.flag("if_not_exists");
        self.emit(
            OpKind::CreateIndex { table, index, concurrently, if_not_exists },
            args.span,
            style,
        );
        Some(())
    }

    fn add_constraint(
        &mut self,
        table: Name,
        name: Option<&Value>,
        columns: Vec<String>,
        kind: ConstraintKind,
        args: &Args,
        style: Style,
    ) -> Option<()> {
        let given = match name {
            None | Some(Value::None) => None,
            Some(value) => Some(value.as_str()?.to_string()),
        };
        let fixed = matches!(name, Some(Value::Call(call)) if call.name() == "f");
        let mut constraint = Constraint::new(None, columns, kind, args.span);
        constraint.deferrable = args.flag("deferrable");
        constraint.initially_deferred =
            args.str(99, "initially").is_some_and(|i| i.eq_ignore_ascii_case("deferred"));
        constraint.validated = !args.flag("postgresql_not_valid");
        constraint.name = if fixed { given } else { self.conventional(&constraint, &table, given) };
        self.emit(OpKind::AddConstraint { table, constraint }, args.span, style);
        Some(())
    }

    fn bulk_insert(&mut self, args: &Args, style: Style) -> Option<()> {
        let table = self.table_name(&args.args.first()?.clone())?;
        let rows = args.arg(1, "rows").and_then(Value::items);
        let mut columns: Vec<(String, Written)> = Vec::new();
        for (key, value) in rows.iter().flatten().take(1).filter_map(pairs).flatten() {
            columns.push((key, written(&value)));
        }
        let write = Write {
            kind: WriteKind::Insert,
            table,
            columns,
            filter: Filter::All,
            rows: rows.map(|r| r.len()),
            reads: Reads::default(),
        };
        self.emit(OpKind::Write(write), args.span, style);
        Some(())
    }

    /// alembic-postgresql-enum: the type gets exactly these labels.
    fn sync_enum(&mut self, args: &Args, style: Style) -> Option<()> {
        if self.dialect() == Dialect::Sqlite {
            return Some(());
        }
        let schema = args.str(0, "enum_schema");
        let name = Name::new(schema.as_deref(), &args.str(1, "enum_name")?);
        let wanted = strings(args.arg(2, "new_values")?)?;
        let ty = SqlType::named(&name.to_string());
        self.emit(OpKind::ReplaceEnum { name, labels: wanted }, args.span, style);
        // The columns that it names get the new type, whatever they had.
        let columns = args.arg(3, "affected_columns").and_then(Value::items).unwrap_or_default();
        for reference in &columns {
            let Value::Call(reference) = reference else { continue };
            let text = |key| reference.kwarg(key).and_then(Value::as_str);
            let (Some(table), Some(column)) = (text("table_name"), text("column_name")) else {
                continue;
            };
            let table = Name::new(text("table_schema").as_deref(), &table);
            let known = self.schema.column(&table, &column).found();
            if known.is_none_or(|known| known.column.ty.name == ty.name) {
                continue;
            }
            let column = column.to_string();
            let using = Some(format!("{column}::text::{}", ty.name));
            let change = ColumnChange {
                ty: Some(TypeChange { to: ty.clone(), using, collation: None, twice: false }),
                ..ColumnChange::default()
            };
            self.emit(OpKind::AlterColumn { table, column, change }, args.span, style);
        }
        Some(())
    }
}

/// A list of names: strings, or columns at hand.
pub(super) fn strings(value: &Value) -> Option<Vec<String>> {
    let text =
        |v: &Value| v.as_str().map(|s| s.to_string()).or_else(|| super::columns::column_name(v));
    if let Some(single) = value.as_str() {
        return Some(vec![single.to_string()]);
    }
    value.items()?.iter().map(text).collect()
}

fn index_of(value: &Value) -> Option<String> {
    let Value::Call(call) = value else { return None };
    (call.name() == "Index").then(|| call.args.first()?.as_str().map(|s| s.to_string())).flatten()
}

fn constraint_type(text: &str) -> Option<ConstraintType> {
    Some(match text {
        "foreignkey" => ConstraintType::ForeignKey,
        "unique" => ConstraintType::Unique,
        "primary" => ConstraintType::PrimaryKey,
        "check" => ConstraintType::Check,
        _ => return None,
    })
}

fn pairs(row: &Value) -> Option<Vec<(String, Value)>> {
    let Value::Dict(items) = row else { return None };
    items.borrow().iter().map(|(k, v)| Some((k.as_str()?.to_string(), v.clone()))).collect()
}

/// What kind of value is written.
pub(super) fn written(value: &Value) -> Written {
    match value {
        Value::None => Written::Null,
        Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Str(_)
        | Value::Member(_)
        | Value::List(_)
        | Value::Dict(_) => Written::NotNull,
        Value::Call(call)
            if matches!(
                call.name(),
                "now" | "utcnow" | "true" | "false" | "uuid4" | "gen_random_uuid"
            ) =>
        {
            Written::NotNull
        }
        _ => Written::Other,
    }
}
