//! The helpers of `sea_orm_migration::schema`, of which each makes a column or a table.
//!
//! Read off `schema.rs` of sea-orm-migration 2.0: a name is a type's method of `ColumnDef`, with
//! `_null` or `_uniq` behind it for what is not NOT NULL alone.

use std::rc::Rc;

use super::{
    builders::PLAIN,
    machine::Machine,
    query::{Build, CreateTable, Sql, SqlKind},
    value::{Built, Value},
};
use crate::source::Span;

/// Types with parameters, by the name of the helper and of the method.
const OTHERS: &[&str] = &[
    "char",
    "char_len",
    "string",
    "string_len",
    "decimal",
    "decimal_len",
    "interval",
    "binary",
    "binary_len",
    "var_binary",
    "bit",
    "varbit",
    "money",
    "money_len",
    "custom",
    "enumeration",
    "array",
];

/// A column that helpers make without being asked for a type: `pk_auto` and its kin, with the
/// methods that make it.
const KEYS: &[(&str, &[&str])] = &[
    ("pk_auto", &["integer", "not_null", "auto_increment", "primary_key"]),
    ("big_pk_auto", &["big_integer", "not_null", "auto_increment", "primary_key"]),
    ("pk_uuid", &["uuid", "not_null", "primary_key"]),
];

impl Machine<'_, '_> {
    /// A call of a helper; `None`: it is none.
    pub(super) fn helper_call(&mut self, name: &str, args: &[Value], span: Span) -> Option<Value> {
        match name {
            "table_auto" => {
                let mut create = CreateTable { if_not_exists: true, ..CreateTable::default() };
                create.table = self.reference(args.first()?);
                let table = Value::build(Build::CreateTable(create), self.level);
                return self.timestamps(table, span);
            }
            "timestamps" => return self.timestamps(args.first()?.clone(), span),
            "name" => return Some(Value::text(&self.iden(args.first()?)?)),
            _ => {}
        }
        if let Some((_, methods)) = KEYS.iter().find(|(known, _)| *known == name) {
            return self.helper_column(args.first()?, methods, &[], span);
        }
        let (base, null, unique) = match (name.strip_suffix("_null"), name.strip_suffix("_uniq")) {
            (Some(base), _) => (base, "null", false),
            (_, Some(base)) => (base, "not_null", true),
            _ => (name, "not_null", false),
        };
        let known = PLAIN.iter().any(|(known, _)| *known == base) || OTHERS.contains(&base);
        let later = ["cidr", "inet", "mac_address", "ltree"];
        if !known || later.contains(&base) {
            return None;
        }
        let methods: &[&str] = if unique { &[base, null, "unique_key"] } else { &[base, null] };
        self.helper_column(args.first()?, methods, args.get(1..)?, span)
    }

    /// The first method gets the arguments.
    fn helper_column(
        &mut self,
        name: &Value,
        methods: &[&str],
        args: &[Value],
        span: Span,
    ) -> Option<Value> {
        let column = self.builder_call("ColumnDef", "new", std::slice::from_ref(name), span)?;
        let Value::Build(built) = &column else { return Some(column) };
        for (at, method) in methods.iter().enumerate() {
            let args = if at == 0 { args } else { &[] };
            self.builder_method(built, method, args, span);
        }
        Some(column)
    }

    fn timestamps(&mut self, table: Value, span: Span) -> Option<Value> {
        let Value::Build(built) = &table else { return None };
        let now = || Rc::new(Sql::new("CURRENT_TIMESTAMP", SqlKind::Plain));
        for name in ["created_at", "updated_at"] {
            let column =
                self.helper_column(&Value::text(name), &["timestamp", "not_null"], &[], span)?;
            if let Value::Build(column) = &column {
                let built: &mut Built = &mut column.borrow_mut();
                if let Build::Column(column) = &mut built.build {
                    column.default = Some(now());
                }
            }
            self.builder_method(built, "col", &[column], span);
        }
        Some(table)
    }
}
