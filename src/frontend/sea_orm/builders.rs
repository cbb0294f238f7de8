//! What the methods of sea-query's builders do. Those that nothing is known of leave the
//! statement unread.

use std::{cell::RefCell, rc::Rc};

use super::{
    machine::Machine,
    query::{
        AlterTable, Alteration, Build, Check, Column, CreateIndex, CreateTable, ForeignKey, Given,
        Reference, Rows, RowsKind, Sql, Type, TypeChange,
    },
    render::quoted,
    value::{Built, Foreign, Value},
};
use crate::{frontend::rust::crates::Member, source::Span};

/// Types without parameters, by the methods of `ColumnDef` and of the helpers of `schema`, and
/// by the variants of `ColumnType`.
pub(super) const PLAIN: &[(&str, &str)] = &[
    ("text", "Text"),
    ("blob", "Blob"),
    ("tiny_integer", "TinyInteger"),
    ("small_integer", "SmallInteger"),
    ("integer", "Integer"),
    ("big_integer", "BigInteger"),
    ("tiny_unsigned", "TinyUnsigned"),
    ("small_unsigned", "SmallUnsigned"),
    ("unsigned", "Unsigned"),
    ("big_unsigned", "BigUnsigned"),
    ("float", "Float"),
    ("double", "Double"),
    ("date_time", "DateTime"),
    ("timestamp", "Timestamp"),
    ("timestamp_with_time_zone", "TimestampWithTimeZone"),
    ("time", "Time"),
    ("date", "Date"),
    ("year", "Year"),
    ("boolean", "Boolean"),
    ("json", "Json"),
    ("json_binary", "JsonBinary"),
    ("uuid", "Uuid"),
    ("cidr", "Cidr"),
    ("inet", "Inet"),
    ("mac_address", "MacAddr"),
    ("ltree", "LTree"),
];

/// Why a statement is not read.
pub(super) enum Unread {
    Because(Rc<str>),
    /// The method is none of sea-query's, and what it is called on.
    Method(&'static str),
}

fn because(reason: &str) -> Unread {
    Unread::Because(Rc::from(reason))
}

fn unknown(reason: &str) -> Rc<str> {
    Rc::from(reason)
}

const NAME: &str = "a name in it is not known";

impl Machine<'_, '_> {
    /// A call such as `Table::create()`; `None`: it makes no builder.
    pub(super) fn builder_call(
        &mut self,
        of: &str,
        name: &str,
        args: &[Value],
        span: Span,
    ) -> Option<Value> {
        let build = match (of, name) {
            ("Table", "create") | ("TableCreateStatement", "new") => {
                Build::CreateTable(CreateTable::default())
            }
            ("Table", "alter") | ("TableAlterStatement", "new") => {
                Build::AlterTable(AlterTable::default())
            }
            ("Table", "drop") | ("TableDropStatement", "new") => {
                Build::DropTable { tables: Vec::new(), if_exists: false, cascade: false }
            }
            ("Table", "rename") | ("TableRenameStatement", "new") => {
                Build::RenameTable { from: None, to: None }
            }
            ("Table", "truncate") | ("TableTruncateStatement", "new") => Build::Truncate(None),
            ("Index", "create") | ("IndexCreateStatement", "new") => {
                Build::CreateIndex(CreateIndex::default())
            }
            ("Index", "drop") | ("IndexDropStatement", "new") => {
                Build::DropIndex { name: None, table: None, if_exists: false, concurrently: false }
            }
            ("ForeignKey", "create")
            | ("ForeignKeyCreateStatement", "new")
            | ("TableForeignKey", "new") => Build::ForeignKey(ForeignKey::default()),
            ("ForeignKey", "drop") | ("ForeignKeyDropStatement", "new") => {
                Build::DropForeignKey { name: None, table: None }
            }
            ("Type", "create") | ("TypeCreateStatement", "new") => {
                Build::CreateType { name: None, labels: Vec::new() }
            }
            ("Type", "drop") | ("TypeDropStatement", "new") => {
                Build::DropType { names: Vec::new(), if_exists: false, option: "" }
            }
            ("Type", "alter") | ("TypeAlterStatement", "new") => {
                Build::AlterType { name: None, change: None }
            }
            ("Extension", "create") => {
                Build::CreateExtension { name: None, schema: None, if_not_exists: false }
            }
            ("Extension", "drop") => {
                Build::DropExtension { name: None, if_exists: false, cascade: false }
            }
            ("ColumnDef", "new" | "new_with_type") => {
                let Some(name) = args.first().and_then(|name| self.iden(name)) else {
                    return Some(self.unread_builder(NAME));
                };
                let mut column = Column::new(name, span);
                column.ty = args.get(1).map(|ty| self.column_type(ty));
                Build::Column(column)
            }
            ("Query", kind) => {
                let kind = match kind {
                    "select" => RowsKind::Select,
                    "insert" => RowsKind::Insert,
                    "update" => RowsKind::Update,
                    "delete" => RowsKind::Delete,
                    _ => return None,
                };
                Build::Rows(Rows {
                    kind,
                    table: None,
                    columns: Vec::new(),
                    filtered: false,
                    count: None,
                    open: false,
                })
            }
            ("Cond" | "Condition", "all" | "any") => {
                Build::Condition { any: name == "any", parts: Vec::new(), not: false }
            }
            ("Schema", "new") => Build::Entities,
            _ => return None,
        };
        self.spend(8);
        Some(Value::build(build, self.level))
    }

    fn unread_builder(&self, reason: &str) -> Value {
        let build = Build::Entities;
        let unknown = Some(Rc::from(reason));
        let built = Built { build, unknown, level: self.level, weight: 1 };
        Value::Build(Rc::new(RefCell::new(built)))
    }

    /// A method of a builder.
    pub(super) fn builder_method(
        &mut self,
        built: &Rc<RefCell<Built>>,
        name: &str,
        args: &[Value],
        span: Span,
    ) -> Value {
        let itself = Value::Build(Rc::clone(built));
        // The first thing that is not known is what is said.
        if built.borrow().unknown.is_some() && !matches!(name, "to_owned" | "clone" | "take") {
            return itself;
        }
        match (name, args) {
            ("to_owned" | "clone" | "to_string" | "into_column_def" | "take", []) => {
                return self.copied(&itself);
            }
            ("into" | "borrow" | "as_ref" | "as_mut" | "borrow_mut", []) => return itself,
            ("get_column_name", []) => {
                if let Build::Column(column) = &built.borrow().build {
                    return Value::text(&column.name);
                }
            }
            ("apply_if" | "conditions" | "apply", _) => {
                if let Some(value) = self.applied(name, &itself, args) {
                    return value;
                }
            }
            // `statement.build(PostgresQueryBuilder)`: its SQL.
            ("build" | "to_string" | "build_any", [_]) => {
                let own = built.borrow();
                self.spend(own.weight);
                let written = super::render::write(&own.build, self.flavor);
                let known = |w: &super::render::Written| {
                    own.unknown.is_none() && !w.sql.contains(super::render::UNREAD)
                };
                return match written.filter(known) {
                    Some(written) => self.text(&written.sql),
                    None => Value::unknown("a statement that is built could not be read"),
                };
            }
            _ => {}
        }
        // It is taken out while it changes, as an argument may be the same one.
        let mut build = {
            let mut own = built.borrow_mut();
            own.unknown = Some(Rc::from("it is made of itself"));
            std::mem::replace(&mut own.build, Build::Entities)
        };
        let before = self.taken();
        self.spend(1);
        for arg in args {
            if let Value::Build(arg) = arg {
                self.spend(arg.borrow().weight);
            }
        }
        let changed = match &mut build {
            Build::Column(column) => self.column_method(column, name, args),
            Build::CreateTable(create) => self.create_method(create, name, args, span),
            Build::AlterTable(alter) => self.alter_method(alter, name, args),
            Build::CreateIndex(index) => self.index_method(index, name, args),
            Build::ForeignKey(key) => self.key_method(key, name, args),
            Build::Rows(rows) => self.rows_method(rows, name, args),
            Build::Entities => {
                built.borrow_mut().unknown = None;
                return self.entity_statement(name, args);
            }
            other => self.other_method(other, name, args),
        };
        let weight = self.taken().saturating_sub(before);
        let level = {
            let mut own = built.borrow_mut();
            (own.build, own.unknown) = (build, None);
            own.weight = own.weight.saturating_add(weight);
            own.level
        };
        let reason = match changed {
            Ok(()) => None,
            Err(Unread::Because(reason)) => Some(reason),
            Err(Unread::Method(of)) => match self.extended(built, name, args) {
                Some(value) => return value,
                None => Some(Rc::from(format!("what `{name}` does to {of} is not known"))),
            },
        };
        let condition = (self.level > level)
            .then(|| Rc::from("it is changed under a condition that is not known"));
        built.borrow_mut().unknown = reason.or(condition);
        itself
    }

    /// A statement that SeaORM makes of an entity.
    fn entity_statement(&mut self, name: &str, args: &[Value]) -> Value {
        let module = match args.first() {
            Some(Value::Entity(module)) => Some(*module),
            Some(Value::Record(record)) => Some(record.module),
            _ => None,
        };
        if let Some(made) = module.and_then(|module| self.entity_made(name, module)) {
            return made;
        }
        let table = args.first().and_then(|entity| self.reference(entity));
        let shown = table.map_or_else(|| name.to_owned(), |table| table.name);
        self.unread_builder(&format!("it is made from the entity of `{shown}`"))
    }

    /// `apply_if(option, |statement, value| …)`, `conditions(test, |s| …, |s| …)`.
    fn applied(&mut self, name: &str, itself: &Value, args: &[Value]) -> Option<Value> {
        let (run, given): (Option<&Value>, Vec<Value>) = match (name, args) {
            ("apply", [run]) => (Some(run), vec![itself.clone()]),
            ("apply_if", [Value::Some(value), run]) => {
                (Some(run), vec![itself.clone(), value.value.clone()])
            }
            ("apply_if", [Value::None, _]) => (None, Vec::new()),
            ("conditions", [Value::Bool(test), yes, no]) => {
                (Some(if *test { yes } else { no }), vec![itself.clone()])
            }
            _ => return None,
        };
        if let Some(run) = run {
            self.call_value(run, given);
        }
        Some(itself.clone())
    }

    /// A method that the project adds to a builder.
    fn extended(
        &mut self,
        built: &Rc<RefCell<Built>>,
        name: &str,
        args: &[Value],
    ) -> Option<Value> {
        let ty = match &built.borrow().build {
            Build::Column(_) => "ColumnDef",
            Build::CreateTable(_) => "TableCreateStatement",
            Build::AlterTable(_) => "TableAlterStatement",
            Build::CreateIndex(_) => "IndexCreateStatement",
            _ => return None,
        };
        let module = self.module()?;
        let (home, function) = match self.crates.extension(module, ty, name) {
            Member::Found(found) => found,
            Member::Unclear(reason) => {
                built.borrow_mut().unknown = Some(reason);
                return Some(Value::Build(Rc::clone(built)));
            }
            Member::Missing => return None,
        };
        let itself = Value::Build(Rc::clone(built));
        let all = std::iter::once(itself).chain(args.iter().cloned()).collect();
        Some(self.call(home, &function, Some(ty), super::machine::Arguments::of(all)))
    }

    fn column_method(
        &mut self,
        column: &mut Column,
        name: &str,
        args: &[Value],
    ) -> Result<(), Unread> {
        if let Some((_, ty)) = PLAIN.iter().find(|(known, _)| *known == name) {
            column.ty = Some(Type::Plain(ty));
            return Ok(());
        }
        let number = |at: usize| match args.get(at) {
            Some(Value::Int(number)) => Some(*number),
            Some(Value::Some(inner)) => match inner.value {
                Value::Int(number) => Some(number),
                _ => None,
            },
            _ => None,
        };
        let sized = |ty: &'static str| match (args.first(), number(0)) {
            (None | Some(Value::None), _) => Type::Sized(ty, None),
            (_, Some(size)) => Type::Sized(ty, Some(size)),
            _ => Type::Unknown(unknown("its length is not known")),
        };
        let precise = |ty: &'static str| match (number(0), number(1)) {
            (Some(precision), Some(scale)) => Type::Precise(ty, Some((precision, scale))),
            _ => Type::Unknown(unknown("its precision is not known")),
        };
        match name {
            "char" | "char_len" => column.ty = Some(sized("Char")),
            "string" | "string_len" => column.ty = Some(sized("String")),
            "binary" => column.ty = Some(Type::Sized("Binary", Some(1))),
            "binary_len" => column.ty = Some(sized("Binary")),
            "var_binary" => column.ty = Some(sized("VarBinary")),
            "bit" => column.ty = Some(sized("Bit")),
            "varbit" => column.ty = Some(sized("VarBit")),
            "vector" => column.ty = Some(sized("Vector")),
            "decimal" => column.ty = Some(Type::Precise("Decimal", None)),
            "decimal_len" => column.ty = Some(precise("Decimal")),
            "money" => column.ty = Some(Type::Precise("Money", None)),
            "money_len" => column.ty = Some(precise("Money")),
            "interval" => column.ty = Some(interval(args.first(), number(1))),
            "custom" => {
                column.ty = Some(match args.first().and_then(|name| self.iden(name)) {
                    Some(name) => Type::Custom(name),
                    None => Type::Unknown(unknown(NAME)),
                });
            }
            "enumeration" => {
                column.ty = Some(match args.first().and_then(|name| self.iden(name)) {
                    Some(name) => Type::Enum(name),
                    None => Type::Unknown(unknown(NAME)),
                });
            }
            "array" => {
                let of = args.first().map(|of| self.column_type(of));
                column.ty = of.map(|of| match of {
                    Type::Unknown(why) => Type::Unknown(why),
                    of => Type::Array(Box::new(of)),
                });
            }
            "not_null" => column.nullable = Some(false),
            "null" => column.nullable = Some(true),
            "auto_increment" => column.auto_increment = true,
            // An entity's columns are of a type of their own: `unique_key` names a key there.
            "unique_key" if !args.is_empty() => {}
            "unique_key" | "unique" => column.unique = true,
            "nullable" => column.nullable = Some(true),
            "indexed" | "renamed_from" | "seaography_ignore" => {}
            "primary_key" => column.primary = true,
            "default" | "default_value" => {
                column.default = args.first().map(|value| self.sql(value))
            }
            "check" => column.check = args.first().map(|value| self.check(value)),
            "using" => column.using = args.first().map(|value| self.sql(value)),
            "generated" => {
                let stored = match args.get(1) {
                    Some(Value::Bool(stored)) => *stored,
                    _ => return Err(because("whether a computed column is stored is not known")),
                };
                column.generated = args.first().map(|value| (self.sql(value), stored));
            }
            "extra" => match args.first() {
                Some(Value::Text(text)) => column.extra = Some(text.text.to_string()),
                _ => return Err(because("an `extra` in it is not known")),
            },
            "comment" => {}
            _ => return Err(Unread::Method("a column")),
        }
        Ok(())
    }

    /// `(name, expression)`, `Check::named(…)`, or an expression.
    fn check(&mut self, value: &Value) -> Check {
        match value {
            Value::Tuple(tuple) if tuple.values.len() == 2 => {
                let name = tuple.values.first().and_then(|name| self.iden(name));
                let sql = tuple.values.get(1).map(|sql| self.sql(sql));
                Check { name, sql: sql.unwrap_or_else(|| Rc::new(Sql::unknown())) }
            }
            Value::Foreign(foreign) if matches!(foreign.name(), "named" | "unnamed") => {
                let args = foreign.args.clone();
                match args.as_slice() {
                    [name, sql] => Check { name: self.iden(name), sql: self.sql(sql) },
                    [sql] => Check { name: None, sql: self.sql(sql) },
                    _ => Check { name: None, sql: Rc::new(Sql::unknown()) },
                }
            }
            value => Check { name: None, sql: self.sql(value) },
        }
    }

    fn create_method(
        &mut self,
        create: &mut CreateTable,
        name: &str,
        args: &[Value],
        span: Span,
    ) -> Result<(), Unread> {
        let first = args.first();
        match name {
            "table" | "table_name" => create.table = Some(self.needed_reference(first)?),
            "if_not_exists" => create.if_not_exists = true,
            "temporary" => create.temporary = true,
            "col" => {
                let mut column = self.column(first)?;
                // A helper's column is where it is asked for.
                column.span = span;
                create.columns.push(column);
            }
            "index" | "primary_key" => {
                let Some(Value::Build(index)) = first else {
                    return Err(because("an index in it is not known"));
                };
                let index = index.borrow();
                if let Some(reason) = &index.unknown {
                    return Err(Unread::Because(Rc::clone(reason)));
                }
                let Build::CreateIndex(own) = &index.build else {
                    return Err(because("an index in it is not known"));
                };
                let mut own = own.clone();
                if name == "primary_key" {
                    own.primary = true;
                }
                create.indexes.push(own);
            }
            "foreign_key" => create.foreign_keys.push(known_key(first)?),
            "check" => {
                let check = first.map(|value| self.check(value));
                create.checks.extend(check);
            }
            "extra" => match first {
                Some(Value::Text(text)) => create.extra = Some(text.text.to_string()),
                _ => return Err(because("an `extra` in it is not known")),
            },
            "comment" | "engine" | "collate" | "character_set" => {}
            "partition_of" => create.partition_of = Some(self.needed_reference(first)?),
            "partition_by_range" | "partition_by_list" | "partition_by_hash" => {
                let how = name.trim_start_matches("partition_by_").to_uppercase();
                let columns = self.names_of(first)?;
                let columns: Vec<String> = columns.iter().map(|name| quoted(name)).collect();
                create.partition_by = Some(format!("{how} ({})", columns.join(", ")));
            }
            _ => return Err(Unread::Method("a table")),
        }
        Ok(())
    }

    fn column(&mut self, value: Option<&Value>) -> Result<Column, Unread> {
        let Some(Value::Build(built)) = value else {
            return Err(match value {
                Some(Value::Unknown(reason)) => Unread::Because(Rc::clone(reason)),
                _ => because("a column in it is not known"),
            });
        };
        let built = built.borrow();
        match (&built.build, &built.unknown) {
            (Build::Column(column), None) => Ok(column.clone()),
            (_, Some(reason)) => Err(Unread::Because(Rc::clone(reason))),
            _ => Err(because("a column in it is not known")),
        }
    }

    fn alter_method(
        &mut self,
        alter: &mut AlterTable,
        name: &str,
        args: &[Value],
    ) -> Result<(), Unread> {
        let first = args.first();
        let option = match name {
            "table" => {
                alter.table = Some(self.needed_reference(first)?);
                return Ok(());
            }
            "add_column" | "add_column_if_not_exists" => Alteration::Add {
                column: Box::new(self.column(first)?),
                if_not_exists: name != "add_column",
            },
            "modify_column" => Alteration::Modify(Box::new(self.column(first)?)),
            "rename_column" => {
                Alteration::Rename { from: self.needed(first)?, to: self.needed(args.get(1))? }
            }
            "drop_column" | "drop_column_if_exists" => {
                Alteration::Drop { column: self.needed(first)?, if_exists: name != "drop_column" }
            }
            "add_foreign_key" => Alteration::AddForeignKey(known_key(first)?),
            "drop_foreign_key" => Alteration::DropForeignKey(self.needed(first)?),
            "drop_constraint" => Alteration::DropConstraint(self.needed(first)?),
            _ => return Err(Unread::Method("a table")),
        };
        alter.options.push(option);
        Ok(())
    }

    fn index_method(
        &mut self,
        index: &mut CreateIndex,
        name: &str,
        args: &[Value],
    ) -> Result<(), Unread> {
        let first = args.first();
        match name {
            "name" => index.name = Some(self.needed(first)?),
            "table" => index.table = Some(self.needed_reference(first)?),
            "col" => {
                let part = first.and_then(|part| self.index_part(part)).ok_or(because(NAME))?;
                index.parts.push(part);
            }
            "unique" => index.unique = true,
            "primary" => index.primary = true,
            "if_not_exists" => index.if_not_exists = true,
            "concurrently" => index.concurrently = true,
            "nulls_not_distinct" => index.nulls_not_distinct = true,
            "full_text" => index.method = Some("GIN".to_owned()),
            "index_type" => {
                index.method = match first {
                    Some(Value::Foreign(ty)) => match (ty.name(), ty.args.first()) {
                        ("BTree", _) => Some("BTREE".to_owned()),
                        ("Hash", _) => Some("HASH".to_owned()),
                        ("FullText", _) => Some("GIN".to_owned()),
                        ("Custom", Some(name)) => Some(self.needed(Some(name))?),
                        _ => return Err(because("the kind of the index is not known")),
                    },
                    _ => return Err(because("the kind of the index is not known")),
                };
            }
            "include" => index.include.push(self.needed(first)?),
            "and_where" | "cond_where" | "and_where_option" => match first {
                Some(Value::None) if name == "and_where_option" => {}
                Some(value) => index.conditions.push(self.sql(value)),
                None => {}
            },
            _ => return Err(Unread::Method("an index")),
        }
        Ok(())
    }

    /// A column, `(column, IndexOrder::Desc)`, `(column, 10)`, an expression.
    fn index_part(&mut self, value: &Value) -> Option<String> {
        match value {
            Value::Tuple(tuple) => {
                let mut out = self.index_part(tuple.values.first()?)?;
                for part in tuple.values.get(1..)? {
                    match part {
                        Value::Foreign(order) if order.name() == "Desc" => out.push_str(" DESC"),
                        Value::Foreign(order) if order.name() == "Asc" => out.push_str(" ASC"),
                        Value::Int(_) => {}
                        _ => return None,
                    }
                }
                Some(out)
            }
            Value::Sql(sql) => {
                Some(format!("({})", sql.text.as_deref().unwrap_or(super::render::UNREAD)))
            }
            // `x.into_index_column().with_operator_class("gin_trgm_ops")`
            Value::Foreign(foreign) if foreign.name() == "IndexColumn" => {
                let (column, class) = (foreign.args.first()?, foreign.args.get(1)?);
                let (column, class) = (column.clone(), class.clone());
                Some(format!("{} {}", self.index_part(&column)?, self.iden(&class)?))
            }
            value => Some(quoted(&self.iden(value)?)),
        }
    }

    fn key_method(
        &mut self,
        key: &mut ForeignKey,
        name: &str,
        args: &[Value],
    ) -> Result<(), Unread> {
        let first = args.first();
        match name {
            "name" => key.name = Some(self.needed(first)?),
            "from" => {
                key.table = Some(self.needed_reference(first)?);
                key.columns.extend(self.names_of(args.get(1))?);
            }
            "to" => {
                key.to = Some(self.needed_reference(first)?);
                key.to_columns.extend(self.names_of(args.get(1))?);
            }
            "from_tbl" => key.table = Some(self.needed_reference(first)?),
            "to_tbl" => key.to = Some(self.needed_reference(first)?),
            "from_col" => key.columns.push(self.needed(first)?),
            "to_col" => key.to_columns.push(self.needed(first)?),
            "on_delete" => key.on_delete = Some(action(first)?),
            "on_update" => key.on_update = Some(action(first)?),
            _ => return Err(Unread::Method("a foreign key")),
        }
        Ok(())
    }

    fn other_method(
        &mut self,
        build: &mut Build,
        name: &str,
        args: &[Value],
    ) -> Result<(), Unread> {
        let first = args.first();
        match (build, name) {
            (Build::DropTable { tables, .. }, "table") => {
                tables.push(self.needed_reference(first)?)
            }
            (
                Build::DropTable { if_exists, .. } | Build::DropIndex { if_exists, .. },
                "if_exists",
            )
            | (Build::DropType { if_exists, .. }, "if_exists")
            | (Build::DropExtension { if_exists, .. }, "if_exists") => *if_exists = true,
            (
                Build::DropTable { cascade, .. } | Build::DropExtension { cascade, .. },
                "cascade",
            ) => {
                *cascade = true;
            }
            (Build::DropTable { .. } | Build::DropExtension { .. }, "restrict") => {}
            (Build::RenameTable { from, to }, "table") => {
                *from = Some(self.needed_reference(first)?);
                *to = Some(self.needed_reference(args.get(1))?);
            }
            (Build::Truncate(table), "table") => *table = Some(self.needed_reference(first)?),
            (Build::DropIndex { name, .. } | Build::DropForeignKey { name, .. }, "name") => {
                *name = Some(self.needed(first)?);
            }
            (Build::DropIndex { table, .. } | Build::DropForeignKey { table, .. }, "table") => {
                *table = Some(self.needed_reference(first)?);
            }
            (Build::DropIndex { concurrently, .. }, "concurrently") => *concurrently = true,
            (Build::CreateType { name, .. }, "as_enum") => {
                *name = Some(self.needed_reference(first)?);
            }
            (Build::CreateType { labels, .. }, "values") => labels.extend(self.names_of(first)?),
            (Build::DropType { names, .. }, "name") => names.push(self.needed_reference(first)?),
            (Build::DropType { names, .. }, "names") => {
                for name in self.values_of(first)? {
                    names.push(self.needed_reference(Some(&name))?);
                }
            }
            (Build::DropType { option, .. }, "cascade") => *option = " CASCADE",
            (Build::DropType { option, .. }, "restrict") => *option = " RESTRICT",
            (Build::AlterType { name, .. }, "name") => *name = Some(self.needed_reference(first)?),
            (Build::AlterType { change, .. }, "add_value") => {
                let label = self.needed(first)?;
                *change = Some(TypeChange::Add { label, place: None, if_not_exists: false });
            }
            (
                Build::AlterType { change: Some(TypeChange::Add { place, .. }), .. },
                "before" | "after",
            ) => {
                *place = Some((name == "before", self.needed(first)?));
            }
            (
                Build::AlterType { change: Some(TypeChange::Add { if_not_exists, .. }), .. },
                "if_not_exists",
            ) => *if_not_exists = true,
            (Build::AlterType { change, .. }, "rename_to") => {
                *change = Some(TypeChange::Rename(self.needed(first)?));
            }
            (Build::AlterType { change, .. }, "rename_value") => {
                let (from, to) = (self.needed(first)?, self.needed(args.get(1))?);
                *change = Some(TypeChange::RenameLabel(from, to));
            }
            (Build::CreateExtension { name, .. } | Build::DropExtension { name, .. }, "name") => {
                *name = Some(self.needed(first)?);
            }
            (Build::CreateExtension { schema, .. }, "schema") => {
                *schema = Some(self.needed(first)?);
            }
            (Build::CreateExtension { if_not_exists, .. }, "if_not_exists") => {
                *if_not_exists = true;
            }
            (Build::Condition { parts, .. }, "add") => {
                parts.extend(first.map(|value| self.sql(value)));
            }
            (Build::Condition { parts, .. }, "add_option") => match first {
                Some(Value::None) => {}
                value => parts.extend(value.map(|value| self.sql(value))),
            },
            (Build::Condition { not, .. }, "not") => *not = !*not,
            _ => return Err(Unread::Method("a statement")),
        }
        Ok(())
    }

    fn rows_method(&mut self, rows: &mut Rows, name: &str, args: &[Value]) -> Result<(), Unread> {
        let first = args.first();
        match name {
            "into_table" | "from_table" | "table" | "from" => {
                rows.table = Some(self.needed_reference(first)?);
            }
            "columns" if rows.kind == RowsKind::Insert => {
                let names = self.names_of(first)?;
                rows.columns.extend(names.into_iter().map(|name| (name, Given::Value)));
            }
            "values" | "values_panic" if rows.kind == RowsKind::Insert => {
                let values = self.values_of(first).unwrap_or_default();
                self.spend(rows.columns.len());
                for (at, (_, given)) in rows.columns.iter_mut().enumerate() {
                    let value = values.get(at).map_or(Given::Unknown, of_value);
                    *given = worse(*given, value);
                }
                rows.count = Some(rows.count.unwrap_or(0) + 1);
            }
            "values_from_panic" => rows.open = true,
            "value" if rows.kind == RowsKind::Update => {
                let column = self.needed(first)?;
                let given = args.get(1).map_or(Given::Unknown, of_value);
                rows.columns.push((column, given));
            }
            "values" if rows.kind == RowsKind::Update => {
                for pair in self.values_of(first)? {
                    if let Value::Tuple(pair) = &pair {
                        let column = self.needed(pair.values.first())?;
                        let given = pair.values.get(1).map_or(Given::Unknown, of_value);
                        rows.columns.push((column, given));
                    }
                }
            }
            "and_where" | "cond_where" | "and_where_option" | "limit" => rows.filtered = true,
            _ => rows.open = true,
        }
        Ok(())
    }

    fn needed(&mut self, value: Option<&Value>) -> Result<String, Unread> {
        value.and_then(|value| self.iden(value)).ok_or(because(NAME))
    }

    fn needed_reference(&mut self, value: Option<&Value>) -> Result<Reference, Unread> {
        value
            .and_then(|value| self.reference(value))
            .ok_or(because("the name of a table in it is not known"))
    }

    /// The values of a list.
    fn values_of(&mut self, value: Option<&Value>) -> Result<Vec<Value>, Unread> {
        match value {
            Some(Value::List(list)) => match list.all() {
                Some(values) => {
                    self.spend(values.len());
                    Ok(values)
                }
                None => Err(because("a list in it is not known")),
            },
            Some(Value::Tuple(tuple)) => {
                self.spend(tuple.values.len());
                Ok(tuple.values.clone())
            }
            _ => Err(because("a list in it is not known")),
        }
    }

    /// One name, or those of a list or a tuple.
    pub(super) fn names_of(&mut self, value: Option<&Value>) -> Result<Vec<String>, Unread> {
        match value {
            Some(Value::List(_) | Value::Tuple(_)) => {
                let values = self.values_of(value)?;
                values.iter().map(|value| self.needed(Some(value))).collect()
            }
            value => Ok(vec![self.needed(value)?]),
        }
    }

    /// A value of sea-query's `ColumnType`.
    pub(super) fn column_type(&mut self, value: &Value) -> Type {
        let Value::Foreign(foreign) = value else {
            return Type::Unknown(unknown("a type in it is not known"));
        };
        let foreign: &Foreign = foreign;
        let number = |value: Option<&Value>| match value {
            Some(Value::Int(size)) => Some(*size),
            Some(Value::Some(inner)) => match inner.value {
                Value::Int(size) => Some(size),
                _ => None,
            },
            Some(Value::Foreign(of)) if of.name() == "N" => match of.args.first() {
                Some(Value::Int(size)) => Some(*size),
                _ => None,
            },
            _ => None,
        };
        let first = foreign.args.first();
        let known = ["Char", "String", "Binary", "VarBinary", "Bit", "VarBit", "Vector"];
        let sized = |name: &str| known.iter().find(|k| **k == name).copied();
        let name = match foreign.name() {
            "string" => "String",
            "var_binary" => "VarBinary",
            "custom" => "Custom",
            name => name,
        };
        match name {
            name if sized(name).is_some() => {
                Type::Sized(sized(name).unwrap_or("String"), number(first))
            }
            "Decimal" | "Money" => {
                let name = if name == "Money" { "Money" } else { "Decimal" };
                let pair = match first {
                    Some(Value::Some(inner)) => match &inner.value {
                        Value::Tuple(pair) => {
                            number(pair.values.first()).zip(number(pair.values.get(1)))
                        }
                        _ => None,
                    },
                    _ => None,
                };
                Type::Precise(name, pair)
            }
            "Interval" => interval(first, number(foreign.args.get(1))),
            "Custom" => match first.cloned().and_then(|name| self.iden(&name)) {
                Some(name) => Type::Custom(name),
                None => Type::Unknown(unknown(NAME)),
            },
            "Enum" => {
                let name = foreign.fields.iter().find(|(name, _)| name == "name");
                match name.map(|(_, value)| value.clone()).and_then(|name| self.iden(&name)) {
                    Some(name) => Type::Enum(name),
                    None => Type::Unknown(unknown(NAME)),
                }
            }
            "Array" => match first.cloned().map(|of| self.column_type(&of)) {
                Some(Type::Unknown(why)) => Type::Unknown(why),
                Some(of) => Type::Array(Box::new(of)),
                None => Type::Unknown(unknown("a type in it is not known")),
            },
            name => match PLAIN.iter().find(|(_, known)| *known == name) {
                Some((_, known)) => Type::Plain(known),
                None => Type::Unknown(unknown("a type in it is not known")),
            },
        }
    }
}

fn interval(fields: Option<&Value>, precision: Option<i128>) -> Type {
    match fields {
        None | Some(Value::None) => Type::Interval(None, precision),
        Some(Value::Some(inner)) => match &inner.value {
            Value::Foreign(field) => {
                let mut words = String::new();
                for c in field.name().chars() {
                    if c.is_uppercase() && !words.is_empty() {
                        words.push(' ');
                    }
                    words.push(c.to_ascii_uppercase());
                }
                Type::Interval(Some(words), precision)
            }
            _ => Type::Unknown(unknown("the fields of an interval are not known")),
        },
        Some(_) => Type::Unknown(unknown("the fields of an interval are not known")),
    }
}

fn known_key(value: Option<&Value>) -> Result<ForeignKey, Unread> {
    let Some(Value::Build(built)) = value else {
        return Err(because("a foreign key in it is not known"));
    };
    let built = built.borrow();
    match (&built.build, &built.unknown) {
        (Build::ForeignKey(key), None) => Ok(key.clone()),
        (_, Some(reason)) => Err(Unread::Because(Rc::clone(reason))),
        _ => Err(because("a foreign key in it is not known")),
    }
}

fn action(value: Option<&Value>) -> Result<&'static str, Unread> {
    let name = match value {
        Some(Value::Foreign(action)) => action.name(),
        _ => "",
    };
    Ok(match name {
        "Restrict" => "RESTRICT",
        "Cascade" => "CASCADE",
        "SetNull" => "SET NULL",
        "NoAction" => "NO ACTION",
        "SetDefault" => "SET DEFAULT",
        _ => return Err(because("what a foreign key does is not known")),
    })
}

fn of_value(value: &Value) -> Given {
    match value {
        Value::None => Given::Null,
        Value::Some(inner) => of_value(&inner.value),
        Value::Text(_) | Value::Int(_) | Value::Bool(_) | Value::Float(_) | Value::Char(_) => {
            Given::Value
        }
        Value::Sql(sql) if sql.text.as_deref().is_some_and(|t| t.starts_with('\'')) => Given::Value,
        _ => Given::Unknown,
    }
}

fn worse(one: Given, other: Given) -> Given {
    match (one, other) {
        (Given::Null, _) | (_, Given::Null) => Given::Null,
        (Given::Unknown, _) | (_, Given::Unknown) => Given::Unknown,
        _ => Given::Value,
    }
}
