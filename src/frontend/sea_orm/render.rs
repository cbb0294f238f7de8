//! sea-query's statements as the SQL that it sends, and where it panics instead.
//!
//! Read off `backend/{postgres,sqlite}` of sea-query 0.32.7 (SeaORM 1) and 1.0.1 (SeaORM 2).

use std::{fmt::Write, rc::Rc};

use super::{
    machine::MAX_TEXT,
    query::{
        AlterTable, Alteration, Build, Check, Column, CreateIndex, CreateTable, ForeignKey,
        Reference, Sql, SqlKind, Type, TypeChange,
    },
};
use crate::database::Dialect;

/// What decides how a statement is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flavor {
    pub(super) dialect: Dialect,
    /// SeaORM 2, which stands on sea-query 1.
    pub(super) second: bool,
    /// The feature `postgres-use-serial-pk` of SeaORM 2; SeaORM 1 has no other way.
    pub(super) serial: bool,
    /// The feature `option-sqlite-exact-column-type`.
    pub(super) exact: bool,
}

/// A statement as it is sent.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub(super) sql: String,
    /// The words with which sea-query panics instead of writing it.
    pub(super) panics: Option<&'static str>,
}

/// Stands for an expression or a type that could not be read.
pub(super) const UNREAD: &str = "__miglint_unread__";

const FOREIGN_KEYS: &str =
    "Sqlite does not support modification of foreign key constraints to existing tables";

/// Writes a statement; `None`: it is none, or names no table.
pub(super) fn write(build: &Build, flavor: Flavor) -> Option<Written> {
    let mut to = Writer { out: Written::default(), flavor };
    let sqlite = flavor.dialect == Dialect::Sqlite;
    match build {
        Build::CreateTable(create) => to.create_table(create)?,
        Build::AlterTable(alter) => to.alter_table(alter)?,
        Build::DropTable { tables, if_exists, cascade } => {
            to.push("DROP TABLE ");
            to.push(if *if_exists { "IF EXISTS " } else { "" });
            let names: Vec<String> = tables.iter().map(reference).collect();
            to.push(&names.join(", "));
            to.push(if *cascade && !sqlite { " CASCADE" } else { "" });
            (!names.is_empty()).then_some(())?;
        }
        Build::RenameTable { from, to: into } => {
            let (from, into) = (from.as_ref()?, into.as_ref()?);
            // PostgreSQL takes no schema behind RENAME TO.
            to.push(&format!("ALTER TABLE {} RENAME TO {}", reference(from), reference(into)));
        }
        Build::Truncate(table) => {
            if sqlite {
                to.panics("Sqlite doesn't support TRUNCATE statement");
                to.push(&format!("DELETE FROM {}", reference(table.as_ref()?)));
            } else {
                to.push(&format!("TRUNCATE TABLE {}", reference(table.as_ref()?)));
            }
        }
        Build::CreateIndex(create) => to.create_index(create)?,
        Build::DropIndex { name, table, if_exists, concurrently } => {
            to.push("DROP INDEX ");
            to.push(if *concurrently && !sqlite { "CONCURRENTLY " } else { "" });
            to.push(if *if_exists { "IF EXISTS " } else { "" });
            if let Some(schema) = table.as_ref().and_then(|t| t.schema.as_ref())
                && !sqlite
            {
                to.push(&format!("{}.", quoted(schema)));
            }
            to.push(&quoted(name.as_ref()?));
        }
        Build::ForeignKey(key) => {
            if sqlite {
                to.panics(FOREIGN_KEYS);
            }
            to.push(&format!("ALTER TABLE {} ADD ", reference(key.table.as_ref()?)));
            to.foreign_key(key, true);
        }
        Build::DropForeignKey { name, table } => {
            if sqlite {
                to.panics(FOREIGN_KEYS);
            }
            let (table, name) = (reference(table.as_ref()?), quoted(name.as_ref()?));
            to.push(&format!("ALTER TABLE {table} DROP CONSTRAINT {name}"));
        }
        Build::CreateType { name, labels } => {
            to.no_types();
            let labels: Vec<String> = labels.iter().map(|label| text(label)).collect();
            let name = reference(name.as_ref()?);
            to.push(&format!("CREATE TYPE {name} AS ENUM ({})", labels.join(", ")));
        }
        Build::DropType { names, if_exists, option } => {
            to.no_types();
            let exists = if *if_exists { "IF EXISTS " } else { "" };
            let names: Vec<String> = names.iter().map(reference).collect();
            (!names.is_empty()).then_some(())?;
            to.push(&format!("DROP TYPE {exists}{}{option}", names.join(", ")));
        }
        Build::AlterType { name, change } => {
            to.no_types();
            to.push(&format!("ALTER TYPE {}", reference(name.as_ref()?)));
            to.alter_type(change.as_ref()?);
        }
        Build::CreateExtension { name, schema, if_not_exists } => {
            to.push("CREATE EXTENSION ");
            to.push(if *if_not_exists { "IF NOT EXISTS " } else { "" });
            to.push(&quoted(name.as_ref()?));
            if let Some(schema) = schema {
                to.push(&format!(" WITH SCHEMA {}", quoted(schema)));
            }
        }
        Build::DropExtension { name, if_exists, cascade } => {
            to.push("DROP EXTENSION ");
            to.push(if *if_exists { "IF EXISTS " } else { "" });
            to.push(&quoted(name.as_ref()?));
            to.push(if *cascade { " CASCADE" } else { "" });
        }
        Build::Column(_) | Build::Rows(_) | Build::Condition { .. } | Build::Entities => {
            return None;
        }
    }
    Some(to.out)
}

struct Writer {
    out: Written,
    flavor: Flavor,
}

impl Writer {
    fn push(&mut self, text: &str) {
        self.out.sql.push_str(text);
    }

    fn panics(&mut self, words: &'static str) {
        self.out.panics.get_or_insert(words);
    }

    fn sqlite(&self) -> bool {
        self.flavor.dialect == Dialect::Sqlite
    }

    /// SeaORM itself builds statements on types for PostgreSQL only.
    fn no_types(&mut self) {
        if self.sqlite() {
            self.panics("not implemented");
        }
    }

    fn create_table(&mut self, create: &CreateTable) -> Option<()> {
        self.push("CREATE ");
        self.push(if create.temporary { "TEMPORARY " } else { "" });
        self.push("TABLE ");
        self.push(if create.if_not_exists { "IF NOT EXISTS " } else { "" });
        self.push(&reference(create.table.as_ref()?));
        if let Some(parent) = &create.partition_of {
            self.push(&format!(" PARTITION OF {}", reference(parent)));
        }
        let mut parts = Vec::new();
        for column in &create.columns {
            parts.push(self.column(column));
        }
        for index in &create.indexes {
            parts.push(self.inline_index(index));
        }
        for key in &create.foreign_keys {
            let before = std::mem::take(&mut self.out.sql);
            self.foreign_key(key, !self.sqlite());
            parts.push(std::mem::replace(&mut self.out.sql, before));
        }
        parts.extend(create.checks.iter().map(check));
        if !parts.is_empty() || create.partition_of.is_none() {
            self.push(&format!(" ( {} )", parts.join(", ")));
        }
        if let Some(values) = &create.values {
            self.push(&format!(" FOR VALUES {values}"));
        }
        if let Some(by) = &create.partition_by {
            self.push(&format!(" PARTITION BY {by}"));
        }
        if let Some(extra) = &create.extra {
            self.push(&format!(" {extra}"));
        }
        Some(())
    }

    /// A column's name, type and what is said behind it.
    fn column(&mut self, column: &Column) -> String {
        let mut out = quoted(&column.name);
        if let Some(ty) = &column.ty {
            let ty = match column.auto_increment && !self.sqlite() {
                true => self.counting(ty),
                false => self.ty(ty, column.auto_increment),
            };
            let _ = write!(out, " {ty}");
        }
        match column.nullable {
            Some(true) => out.push_str(" NULL"),
            Some(false) => out.push_str(" NOT NULL"),
            None => {}
        }
        if let Some(default) = &column.default {
            let plain = !self.flavor.second || default.kind == SqlKind::Plain;
            let text = default.text.as_deref().unwrap_or(UNREAD);
            let _ = match plain && default.text.is_some() {
                true => write!(out, " DEFAULT {text}"),
                false => write!(out, " DEFAULT ({text})"),
            };
        }
        if let Some((sql, stored)) = &column.generated {
            let text = sql.text.as_deref().unwrap_or(UNREAD);
            let kind = if *stored { "STORED" } else { "VIRTUAL" };
            let _ = write!(out, " GENERATED ALWAYS AS ({text}) {kind}");
        }
        if column.primary {
            out.push_str(" PRIMARY KEY");
        }
        if column.auto_increment && self.sqlite() {
            out.push_str(" AUTOINCREMENT");
        }
        if column.unique {
            out.push_str(" UNIQUE");
        }
        if let Some(own) = &column.check {
            let _ = write!(out, " {}", check(own));
        }
        if let Some(extra) = &column.extra {
            let _ = write!(out, " {extra}");
        }
        out
    }

    /// The type of a column that counts, on PostgreSQL.
    fn counting(&mut self, ty: &Type) -> String {
        let serial = !self.flavor.second || self.flavor.serial;
        let (small, whole) = match ty {
            Type::Plain("SmallInteger") => ("smallserial", "smallint"),
            Type::Plain("Integer") => ("serial", "integer"),
            Type::Plain("BigInteger") => ("bigserial", "bigint"),
            Type::Unknown(_) => return UNREAD.to_owned(),
            _ => {
                self.panics("this type doesn't support auto increment");
                return self.ty(ty, true);
            }
        };
        match serial {
            true => small.to_owned(),
            false => format!("{whole} GENERATED BY DEFAULT AS IDENTITY"),
        }
    }

    fn ty(&mut self, ty: &Type, counts: bool) -> String {
        match self.flavor.dialect {
            Dialect::Postgres => self.postgres_type(ty),
            Dialect::Sqlite => self.sqlite_type(ty, counts),
        }
    }

    fn postgres_type(&mut self, ty: &Type) -> String {
        let second = self.flavor.second;
        let plain = |text: &str| text.to_owned();
        match ty {
            Type::Unknown(_) => plain(UNREAD),
            Type::Custom(name) | Type::Enum(name) => name.clone(),
            Type::Array(of) => format!("{}[]", self.postgres_type(of)),
            Type::Interval(fields, precision) => {
                let mut out = plain("interval");
                if let Some(fields) = fields {
                    let _ = write!(out, " {fields}");
                }
                if let Some(precision) = precision {
                    let _ = write!(out, "({precision})");
                }
                out
            }
            Type::Precise("Money", precision) => precise("money", *precision),
            Type::Precise(_, precision) => precise("decimal", *precision),
            Type::Sized("Binary" | "VarBinary", _) => plain("bytea"),
            Type::Sized(name, size) => {
                let name = match *name {
                    "Char" => "char",
                    "Bit" => "bit",
                    "VarBit" => "varbit",
                    "Vector" => "vector",
                    _ => "varchar",
                };
                sized(name, *size)
            }
            Type::Plain(name) => plain(match *name {
                "Text" => "text",
                "Blob" => "bytea",
                "TinyInteger" | "TinyUnsigned" | "SmallInteger" => "smallint",
                "SmallUnsigned" if second => "integer",
                "SmallUnsigned" => "smallint",
                "Integer" => "integer",
                "Unsigned" if !second => "integer",
                "BigInteger" | "Unsigned" | "BigUnsigned" => "bigint",
                "Float" => "real",
                "Double" => "double precision",
                "DateTime" => "timestamp without time zone",
                "Timestamp" => "timestamp",
                "TimestampWithTimeZone" => "timestamp with time zone",
                "Time" => "time",
                "Date" => "date",
                "Boolean" => "bool",
                "Json" => "json",
                "JsonBinary" => "jsonb",
                "Uuid" => "uuid",
                "Cidr" => "cidr",
                "Inet" => "inet",
                "MacAddr" => "macaddr",
                "LTree" => "ltree",
                "Year" => {
                    self.panics("not implemented: Year is not available in Postgres.");
                    "integer"
                }
                _ => UNREAD,
            }),
        }
    }

    fn sqlite_type(&mut self, ty: &Type, counts: bool) -> String {
        let plain = |text: &str| text.to_owned();
        let (exact, second) = (self.flavor.exact, self.flavor.second);
        let integer = |text: &str| if exact { plain("integer") } else { plain(text) };
        let mut missing = |words: &'static str| {
            self.panics(words);
            plain("blob")
        };
        match ty {
            Type::Unknown(_) => plain(UNREAD),
            Type::Custom(name) => name.clone(),
            Type::Enum(_) => plain("enum_text"),
            Type::Array(_) => missing("not implemented: Array is not available in Sqlite."),
            Type::Interval(..) => missing("not implemented: Interval is not available in Sqlite."),
            Type::Precise("Money", precision) => match precision {
                Some(_) => precise("real_money", *precision),
                None => plain("real_money"),
            },
            Type::Precise(_, Some((precision, _))) if !second && *precision > 16 => {
                missing("precision cannot be larger than 16")
            }
            Type::Precise(_, precision) => match precision {
                Some(_) => precise("real", *precision),
                None => plain("real_decimal"),
            },
            Type::Sized("Bit", _) => missing("not implemented: Bit is not available in Sqlite."),
            Type::Sized("VarBit", _) => {
                missing("not implemented: VarBit is not available in Sqlite.")
            }
            Type::Sized("Vector", _) => {
                missing("not implemented: Vector is not available in Sqlite.")
            }
            Type::Sized(name, size) => {
                let name = match *name {
                    "Char" => "char",
                    "Binary" => "blob",
                    "VarBinary" => "varbinary_blob",
                    _ => "varchar",
                };
                sized(name, *size)
            }
            Type::Plain(name) => match *name {
                "Text" => plain("text"),
                "Blob" => plain("blob"),
                "TinyInteger" | "TinyUnsigned" => integer("tinyint"),
                "SmallInteger" | "SmallUnsigned" => integer("smallint"),
                "Integer" | "Unsigned" => plain("integer"),
                "BigInteger" | "BigUnsigned" if second || counts => plain("integer"),
                "BigInteger" | "BigUnsigned" => integer("bigint"),
                "Float" => plain("float"),
                "Double" => plain("double"),
                "DateTime" => plain("datetime_text"),
                "Timestamp" => plain("timestamp_text"),
                "TimestampWithTimeZone" => plain("timestamp_with_timezone_text"),
                "Time" => plain("time_text"),
                "Date" => plain("date_text"),
                "Boolean" => plain("boolean"),
                "Json" => plain("json_text"),
                "JsonBinary" => plain("jsonb_text"),
                "Uuid" => plain("uuid_text"),
                "Cidr" => missing("not implemented: Cidr is not available in Sqlite."),
                "Inet" => missing("not implemented: Inet is not available in Sqlite."),
                "MacAddr" => missing("not implemented: MacAddr is not available in Sqlite."),
                "Year" => missing("not implemented: Year is not available in Sqlite."),
                "LTree" => missing("not implemented: LTree is not available in Sqlite."),
                _ => plain(UNREAD),
            },
        }
    }

    /// An index inside CREATE TABLE: a constraint.
    fn inline_index(&self, index: &CreateIndex) -> String {
        let mut out = String::new();
        if let Some(name) = &index.name {
            let _ = write!(out, "CONSTRAINT {} ", quoted(name));
        }
        match (index.primary, index.unique) {
            (true, _) => out.push_str("PRIMARY KEY "),
            (false, true) => out.push_str("UNIQUE "),
            (false, false) => {}
        }
        if index.nulls_not_distinct && !self.sqlite() {
            out.push_str("NULLS NOT DISTINCT ");
        }
        let _ = write!(out, "({})", index.parts.join(", "));
        if !index.include.is_empty() && !self.sqlite() {
            let _ = write!(out, " INCLUDE ({})", names(&index.include));
        }
        out
    }

    fn create_index(&mut self, create: &CreateIndex) -> Option<()> {
        let sqlite = self.sqlite();
        self.push("CREATE ");
        self.push(if create.unique { "UNIQUE " } else { "" });
        self.push("INDEX ");
        self.push(if create.concurrently && !sqlite { "CONCURRENTLY " } else { "" });
        self.push(if create.if_not_exists { "IF NOT EXISTS " } else { "" });
        if let Some(name) = &create.name {
            self.push(&quoted(name));
            self.push(" ");
        }
        self.push(&format!("ON {}", reference(create.table.as_ref()?)));
        if let Some(method) = create.method.as_ref().filter(|_| !sqlite) {
            self.push(&format!(" USING {method}"));
        }
        self.push(&format!(" ({})", create.parts.join(", ")));
        if !create.include.is_empty() && !sqlite {
            self.push(&format!(" INCLUDE ({})", names(&create.include)));
        }
        if create.nulls_not_distinct && !sqlite {
            self.push(" NULLS NOT DISTINCT");
        }
        if !create.conditions.is_empty() {
            let all = super::exprs::joined(&create.conditions, "AND");
            self.push(&format!(" WHERE {}", all.text.as_deref().unwrap_or(UNREAD)));
        }
        Some(())
    }

    fn foreign_key(&mut self, key: &ForeignKey, named: bool) {
        if let Some(name) = key.name.as_ref().filter(|_| named) {
            self.push(&format!("CONSTRAINT {} ", quoted(name)));
        }
        self.push(&format!("FOREIGN KEY ({}) REFERENCES ", names(&key.columns)));
        if let Some(to) = &key.to {
            let to = match self.sqlite() {
                true => quoted(&to.name),
                false => reference(to),
            };
            self.push(&to);
        }
        self.push(&format!(" ({})", names(&key.to_columns)));
        if let Some(action) = key.on_delete {
            self.push(&format!(" ON DELETE {action}"));
        }
        if let Some(action) = key.on_update {
            self.push(&format!(" ON UPDATE {action}"));
        }
    }

    fn alter_table(&mut self, alter: &AlterTable) -> Option<()> {
        let table = reference(alter.table.as_ref()?);
        if self.sqlite() && alter.options.len() > 1 {
            self.panics("Sqlite doesn't support multiple alter options");
        }
        let mut parts = Vec::new();
        for option in &alter.options {
            parts.extend(self.alteration(option));
        }
        // What SQLite is never sent is shown to it one by one.
        let length: usize = parts.iter().map(String::len).sum();
        if self.sqlite() && length + parts.len() * table.len() > MAX_TEXT {
            return None;
        }
        let between = if self.sqlite() { format!("; ALTER TABLE {table} ") } else { ", ".into() };
        self.push(&format!("ALTER TABLE {table} {}", parts.join(&between)));
        (!parts.is_empty()).then_some(())
    }

    fn alteration(&mut self, option: &Alteration) -> Vec<String> {
        let sqlite = self.sqlite();
        let one = match option {
            Alteration::Add { column, if_not_exists } => {
                let guard = if *if_not_exists && !sqlite { "IF NOT EXISTS " } else { "" };
                format!("ADD COLUMN {guard}{}", self.column(column))
            }
            Alteration::Modify(column) => {
                if sqlite {
                    self.panics("Sqlite not support modifying table column");
                }
                return self.modify(column);
            }
            Alteration::Rename { from, to } => {
                format!("RENAME COLUMN {} TO {}", quoted(from), quoted(to))
            }
            Alteration::Drop { column, if_exists } => {
                let guard = if *if_exists && !sqlite { "IF EXISTS " } else { "" };
                format!("DROP COLUMN {guard}{}", quoted(column))
            }
            Alteration::AddForeignKey(key) => {
                if sqlite {
                    self.panics(FOREIGN_KEYS);
                }
                let before = std::mem::take(&mut self.out.sql);
                self.foreign_key(key, true);
                format!("ADD {}", std::mem::replace(&mut self.out.sql, before))
            }
            Alteration::DropForeignKey(name) => {
                if sqlite {
                    self.panics(FOREIGN_KEYS);
                }
                format!("DROP CONSTRAINT {}", quoted(name))
            }
            Alteration::DropConstraint(name) => {
                if sqlite {
                    self.panics(
                        "Sqlite does not support dropping constraints from existing tables",
                    );
                }
                format!("DROP CONSTRAINT {}", quoted(name))
            }
        };
        vec![one]
    }

    fn modify(&mut self, column: &Column) -> Vec<String> {
        let name = quoted(&column.name);
        let mut parts = Vec::new();
        if let Some(ty) = &column.ty {
            parts.push(format!("ALTER COLUMN {name} TYPE {}", self.ty(ty, false)));
        }
        let using = column
            .using
            .as_ref()
            .map(|sql| format!(" USING {}", sql.text.as_deref().unwrap_or(UNREAD)));
        if let (Some(using), false, Some(ty)) = (&using, self.flavor.second, parts.last_mut()) {
            ty.push_str(using);
        }
        if let Some(nullable) = column.nullable {
            let what = if nullable { "DROP" } else { "SET" };
            parts.push(format!("ALTER COLUMN {name} {what} NOT NULL"));
        }
        if let Some(default) = &column.default {
            let text = default.text.as_deref().unwrap_or(UNREAD);
            parts.push(format!("ALTER COLUMN {name} SET DEFAULT {text}"));
        }
        if column.unique {
            parts.push(format!("ADD UNIQUE ({name})"));
        }
        if column.primary {
            parts.push(format!("ADD PRIMARY KEY ({name})"));
        }
        parts.extend(column.check.as_ref().map(|own| format!("ADD {}", check(own))));
        if let (Some(using), true, Some(last)) = (&using, self.flavor.second, parts.last_mut()) {
            last.push_str(using);
        }
        if let (Some(extra), Some(last)) = (&column.extra, parts.last_mut()) {
            let _ = write!(last, " {extra}");
        }
        parts
    }

    fn alter_type(&mut self, change: &TypeChange) {
        match change {
            TypeChange::Add { label, place, if_not_exists } => {
                let guard = if *if_not_exists { "IF NOT EXISTS " } else { "" };
                self.push(&format!(" ADD VALUE {guard}{}", text(label)));
                if let Some((before, other)) = place {
                    let word = if *before { "BEFORE" } else { "AFTER" };
                    self.push(&format!(" {word} {}", text(other)));
                }
            }
            TypeChange::Rename(name) => self.push(&format!(" RENAME TO {}", quoted(name))),
            TypeChange::RenameLabel(from, to) => {
                self.push(&format!(" RENAME VALUE {} TO {}", text(from), text(to)));
            }
        }
    }
}

fn check(check: &Check) -> String {
    let name = check.name.as_ref().map(|name| format!("CONSTRAINT {} ", quoted(name)));
    let sql: &Rc<Sql> = &check.sql;
    let text = sql.text.as_deref().unwrap_or(UNREAD);
    format!("{}CHECK ({text})", name.unwrap_or_default())
}

fn sized(name: &str, size: Option<i128>) -> String {
    match size {
        Some(size) => format!("{name}({size})"),
        None => name.to_owned(),
    }
}

fn precise(name: &str, precision: Option<(i128, i128)>) -> String {
    match precision {
        Some((precision, scale)) => format!("{name}({precision}, {scale})"),
        None => name.to_owned(),
    }
}

fn names(names: &[String]) -> String {
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}

/// A name as sea-query quotes it for both databases.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as an SQL literal.
pub(super) fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

fn reference(name: &Reference) -> String {
    match &name.schema {
        Some(schema) => format!("{}.{}", quoted(schema), quoted(&name.name)),
        None => quoted(&name.name),
    }
}
