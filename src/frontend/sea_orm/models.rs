//! Entities as the tables that they map: `DeriveEntityModel` in its compact and its dense form,
//! and what a module writes out by hand.
//!
//! Read off `derives/entity_model.rs` of sea-orm-macros 2.0 and `value.rs` of sea-query 1.0.

use std::{
    collections::{BTreeSet, HashMap},
    rc::Rc,
};

use super::{
    iden::{argument, arguments, camel, capital, derives, is_other, model_of, snake},
    machine::{Arguments, Machine},
    query::{Build, Column, CreateIndex, CreateTable, Reference, Type},
    value::{Scope, Value},
    version,
};
use crate::{
    frontend::rust::{
        self,
        crates::{Crates, Member, ModuleId, Target},
        syntax::{self, Field, Item, Struct},
    },
    ir::{Op, OpKind, Opaque, OpaqueEffect},
    schema::Schema,
    source::{Sources, Span},
    types::SqlType,
};

/// A module's entity.
pub(crate) struct Entity {
    /// As the code calls it: `cake::Model`.
    pub(crate) class: String,
    /// Its name, and its schema's.
    pub(crate) table: crate::ir::Name,
    pub(crate) span: Span,
    /// Each field with its column.
    pub(crate) fields: Vec<(String, String, Span)>,
    /// What makes its enums, and its table.
    pub(crate) ops: Vec<Op>,
    /// What could not be read.
    pub(crate) opaque: Vec<(Span, String)>,
}

/// The entities of some files, and what of them could not be read.
#[derive(Default)]
pub(crate) struct Entities {
    pub(crate) found: Vec<Entity>,
    pub(crate) unread: Vec<(Span, String)>,
}

/// How deep types lead to types.
const MAX_TYPES: usize = 12;

/// The entities of files, for the schema's database. `declaring`: files of the same package that
/// say where others lie (`#[path]`).
pub(crate) fn entities(
    sources: &Sources,
    paths: &[&String],
    declaring: &[&String],
    replayed: &Schema,
) -> Entities {
    let mut crates = Crates::new(sources);
    let mut all = Entities::default();
    let placed = crates.placed(declaring);
    for path in paths {
        let file = sources.load(path).ok();
        let module = file.and_then(|file| placed.get(&file).copied());
        let Some(module) = module.or_else(|| crates.compiled(path)) else {
            let broken = crates.broken_above(path);
            all.unread.extend(broken.filter(|broken| !all.unread.contains(broken)));
            continue;
        };
        if let Some(error) = crates.error(module) {
            all.unread.push(error.clone());
            continue;
        }
        let flavor = version::of(sources, path).flavor(replayed.database().dialect);
        let home = crates.file(module);
        let mut machine = Machine::new(&mut crates, None, flavor, home);
        let mut todo = vec![module];
        while let Some(module) = todo.pop() {
            let before = machine.ops.len();
            match machine.entity(module, replayed) {
                Some(entity) => all.found.push(entity),
                None => {
                    // What was said while it was read is the reason.
                    let said = opaques(machine.ops.drain(before..));
                    let place = machine.entity_place(module);
                    let reason = "which table this entity maps is not known".to_owned();
                    all.unread.extend(place.map(|span| (span, reason)));
                    all.unread.extend(said);
                }
            }
            // Modules that are written in the file itself.
            let items = machine.crates.items(module);
            for item in items.iter() {
                if let Item::Module(inner) = &**item
                    && inner.items.is_some()
                {
                    todo.extend(machine.crates.child(module, &inner.name));
                }
            }
        }
    }
    all
}

/// What could not be read, of some operations.
fn opaques(ops: impl Iterator<Item = Op>) -> Vec<(Span, String)> {
    let opaque = |op: Op| match op.kind {
        OpKind::Opaque(opaque) => Some((op.span, opaque.reason)),
        _ => None,
    };
    ops.filter_map(opaque).collect()
}

/// What is known of a column of an entity.
struct Mapped {
    field: String,
    column: Column,
    /// The database's own type is as good: nothing but the Rust type says another one.
    lenient: bool,
    /// Its column's name is said in a way that is not read.
    unnamed: bool,
    kind: Option<DatabaseEnum>,
}

/// An enum of the database that a type stands for.
#[derive(Clone)]
struct DatabaseEnum {
    name: String,
    /// Empty: they are not known.
    labels: Vec<String>,
    span: Span,
}

impl Machine<'_, '_> {
    /// What an entity's columns and key make: `create_table_from_entity` without its relations.
    fn made_of(&mut self, module: ModuleId) -> Option<(CreateTable, Vec<Mapped>, Span)> {
        let items = self.crates.items(module);
        let (table, span, mapped, keys, counts) = match model_of(&items) {
            Some(model) => {
                let span = Span::new(self.crates.file(module), model.at.start, model.at.end);
                let table = self.entity_table(module, model)?;
                let (mapped, keys, counts) = self.compact(module, model);
                (table, span, mapped, keys, counts)
            }
            None => self.expanded(module, &items)?,
        };
        let name = table.name.clone();
        let mut create = CreateTable { table: Some(table), ..CreateTable::default() };
        let single = keys.len() == 1;
        for one in mapped.iter().filter(|one| !one.unnamed) {
            let mut column = one.column.clone();
            if keys.contains(&column.name) {
                column.primary = single;
                column.auto_increment = single && counts && can_count(column.ty.as_ref());
            }
            create.columns.push(column);
        }
        if keys.len() > 1 {
            let parts = keys.iter().map(|key| super::render::quoted(key)).collect();
            let name = Some(format!("pk-{name}"));
            create.indexes.push(CreateIndex {
                name,
                parts,
                primary: true,
                ..CreateIndex::default()
            });
        }
        Some((create, mapped, span))
    }

    /// The statements that SeaORM makes of an entity; `None`: it could not be read.
    pub(super) fn entity_made(&mut self, name: &str, module: ModuleId) -> Option<Value> {
        let (mut create, mapped, _) = self.made_of(module)?;
        let level = self.level;
        Some(match name {
            "create_table_from_entity" => {
                let named = mapped.iter().filter(|one| !one.unnamed);
                for (column, one) in create.columns.iter_mut().zip(named) {
                    if let Some(kind) = one.kind.as_ref().filter(|_| !self.sqlite()) {
                        column.ty = Some(Type::Custom(kind.name.clone()));
                    }
                }
                if let Some(table) = create.table.clone() {
                    (create.foreign_keys, create.unread) = self.relations(module, &table);
                }
                if mapped.iter().any(|one| one.unnamed) {
                    create.unread.push("the name of a column is not known".to_owned());
                }
                Value::build(Build::CreateTable(create), level)
            }
            "create_enum_from_entity" => {
                let kinds = mapped.into_iter().filter_map(|one| one.kind);
                let kinds = kinds.filter(|kind| !kind.labels.is_empty() && !self.sqlite());
                let build = |kind: DatabaseEnum| {
                    let name = Some(Reference { schema: None, name: kind.name });
                    Value::build(Build::CreateType { name, labels: kind.labels }, level)
                };
                Value::list(kinds.map(build).collect(), level)
            }
            _ => return None,
        })
    }

    fn entity(&mut self, module: ModuleId, replayed: &Schema) -> Option<Entity> {
        let before = self.ops.len();
        let (create, mapped, span) = self.made_of(module)?;
        let name = create.table.as_ref()?.to_name();
        let mut opaque = opaques(self.ops.drain(before..));
        self.home = span.file;
        self.send_model(&Build::CreateTable(create), span);
        let mut ops = self.ops.split_off(before);
        for one in mapped.iter().filter(|one| one.unnamed) {
            opaque.push((one.column.span, "the name of this column is not known".to_owned()));
        }
        // What its table has is not known in full then.
        if let (Some((span, reason)), Some(first)) = (opaque.first(), ops.first()) {
            let effect = OpaqueEffect::Table(name.clone());
            let kind = OpKind::Opaque(Opaque { reason: reason.clone(), effect });
            ops.push(Op { kind, span: *span, ..first.clone() });
        }
        let known = replayed.table(&name).found();
        let mut named = HashMap::new();
        for one in &mapped {
            named.entry(one.column.name.as_str()).or_insert(one);
        }
        let mut exact = HashMap::new();
        for column in known.into_iter().flat_map(|table| &table.columns) {
            exact.entry(column.column.name.as_str()).or_insert(column);
        }
        for op in &mut ops {
            let OpKind::CreateTable(create) = &mut op.kind else { continue };
            for column in &mut create.columns {
                let Some(one) = named.get(column.name.as_str()) else { continue };
                if let (Some(kind), false) = (&one.kind, self.sqlite()) {
                    column.ty = SqlType::named(&kind.name);
                }
                let there = exact.get(column.name.as_str()).copied();
                let there = there.or_else(|| known?.column(&column.name).found());
                let there = there.map(|c| &c.column.ty).filter(|ty| !ty.is_unknown());
                if let Some(there) = there
                    && match self.sqlite() {
                        true => one.lenient || one.kind.is_some(),
                        false => one.lenient && as_good(&column.ty, there),
                    }
                {
                    column.ty = there.clone();
                }
                if let Some(Type::Unknown(why)) = &one.column.ty {
                    opaque.push((one.column.span, why.to_string()));
                }
            }
        }
        if !self.sqlite() {
            let mut seen = BTreeSet::new();
            let kinds = mapped.iter().filter_map(|one| one.kind.clone());
            let kinds: Vec<_> = kinds.filter(|kind| seen.insert(kind.name.clone())).collect();
            for DatabaseEnum { name, labels, span } in kinds {
                if labels.is_empty() {
                    continue;
                }
                let name = crate::ir::Name::plain(&name);
                let kind = OpKind::CreateEnum { name, labels, checkfirst: true };
                let first = ops.first().cloned();
                ops.splice(0..0, first.map(|op| Op { kind, span, ..op }));
            }
        }
        let fields =
            mapped.iter().map(|one| (one.field.clone(), one.column.name.clone(), one.column.span));
        Some(Entity {
            class: format!("{}::Model", self.crates.name(module)),
            table: name,
            span,
            fields: fields.collect(),
            ops,
            opaque,
        })
    }

    /// Where a module's entity stands; `None`: it has none.
    fn entity_place(&self, module: ModuleId) -> Option<Span> {
        let items = self.crates.items(module);
        let at = match model_of(&items) {
            Some(model) => model.at.clone(),
            None => items.iter().find_map(|item| match &**item {
                Item::Enum(own) if derives(&own.attributes).iter().any(|d| d == "DeriveColumn") => {
                    Some(own.at.clone())
                }
                _ => None,
            })?,
        };
        Some(Span::new(self.crates.file(module), at.start, at.end))
    }

    /// The table of an entity; `None`: it is not known.
    pub(super) fn entity_table(&mut self, module: ModuleId, model: &Struct) -> Option<Reference> {
        let unknown = |key: &str| is_other(&model.attributes, "sea_orm", key);
        if unknown("table_name") || unknown("schema_name") {
            return None;
        }
        let given = argument(&model.attributes, "sea_orm", "table_name");
        let schema = argument(&model.attributes, "sea_orm", "schema_name");
        if let Some(name) = given {
            return Some(Reference { schema, name });
        }
        // An `Entity` that is written by hand.
        if !matches!(self.crates.function(module, "Entity", "table_name"), Member::Missing) {
            return self.written_table(module);
        }
        let dense = model.attributes.iter().any(|a| a.name.starts_with("sea_orm::"));
        dense.then(|| Reference { schema, name: snake(self.crates.name(module)) })
    }

    /// What an `impl EntityName for Entity` says.
    fn written_table(&mut self, module: ModuleId) -> Option<Reference> {
        let nothing = Value::Unit;
        let name = self.own_text(module, "Entity", &nothing, &["table_name"])?;
        let schema = match self.crates.function(module, "Entity", "schema_name") {
            Member::Missing => None,
            _ => self.own_text(module, "Entity", &nothing, &["schema_name"]),
        };
        Some(Reference { schema, name })
    }

    /// The fields of a `Model`: its columns, the names of its key, whether that counts.
    fn compact(&mut self, module: ModuleId, model: &Struct) -> (Vec<Mapped>, Vec<String>, bool) {
        let file = self.crates.file(module);
        let style = argument(&model.attributes, "sea_orm", "rename_all");
        let (mut mapped, mut keys) = (Vec::new(), Vec::new());
        let mut counts: Option<bool> = None;
        for field in &model.fields {
            let says = |key: &str| arguments(&field.attributes, "sea_orm").any(|a| a.name == key);
            if says("ignore") || is_relation(&field.ty) {
                continue;
            }
            let given = argument(&field.attributes, "sea_orm", "column_name");
            let name = given.unwrap_or_else(|| match &style {
                Some(style) => styled(&field.name, style),
                None => snake(&field.name),
            });
            let span = Span::new(file, field.at.start, field.at.end);
            let mut column = Column::new(name, span);
            let (ty, optional) = match field.ty.name() {
                "Option" => (field.ty.args.first().unwrap_or(&field.ty), true),
                _ => (&field.ty, false),
            };
            column.nullable = Some(optional || says("nullable"));
            column.unique = says("unique");
            let written = argument(&field.attributes, "sea_orm", "column_type");
            let (own, kind) = match &written {
                Some(text) => (self.written_type(module, text), None),
                None => self.rust_type(module, ty, 0),
            };
            column.ty = Some(own);
            self.default_of(module, field, &mut column);
            if says("primary_key") {
                keys.push(column.name.clone());
                let said = arguments(&field.attributes, "sea_orm")
                    .find(|a| a.name == "auto_increment")
                    .and_then(|a| a.value.as_ref());
                let never = ["String", "Uuid"].iter().any(|end| ty.name().ends_with(end));
                counts = match said.map(|value| &value.kind) {
                    Some(syntax::Kind::Bool(value)) => Some(*value),
                    _ => counts.or(never.then_some(false)),
                };
            }
            mapped.push(Mapped {
                field: field.name.clone(),
                column,
                lenient: written.is_none() && kind.is_none(),
                unnamed: is_other(&field.attributes, "sea_orm", "column_name"),
                kind,
            });
        }
        (mapped, keys, counts.unwrap_or(true))
    }

    /// `default_value = 3`, `default_expr = "Expr::current_timestamp()"`.
    fn default_of(&mut self, module: ModuleId, field: &Field, column: &mut Column) {
        let scope = Scope::new(module, None, None);
        for arg in arguments(&field.attributes, "sea_orm") {
            let value = match (arg.name.as_str(), &arg.value) {
                ("default_value", Some(value)) => self.expr(value, &scope).ok(),
                ("default_expr", Some(value)) => {
                    let parsed = value.text().and_then(rust::expression);
                    parsed.and_then(|expr| self.expr(&expr, &scope).ok())
                }
                _ => continue,
            };
            let value = value.unwrap_or_else(|| Value::unknown("a default is not known"));
            column.default = Some(self.sql(&value));
        }
    }

    /// `column_type = "Decimal(Some((16, 4)))"`.
    fn written_type(&mut self, module: ModuleId, text: &str) -> Type {
        let parsed = rust::expression(&format!("ColumnType::{text}"));
        let scope = Scope::new(module, None, None);
        let value = parsed.and_then(|expr| self.expr(&expr, &scope).ok());
        match value {
            Some(value) => self.column_type(&value),
            None => Type::Unknown(Rc::from("a column's type could not be read")),
        }
    }

    /// The type that sea-query gives a Rust type (`ValueType::column_type`), with the enum of the
    /// database that it stands for.
    fn rust_type(
        &mut self,
        module: ModuleId,
        ty: &syntax::Type,
        depth: usize,
    ) -> (Type, Option<DatabaseEnum>) {
        let plain = |name: &'static str| (Type::Plain(name), None);
        let first = ty.args.first();
        let of = first.map_or("", syntax::Type::name);
        let one = ty.path.len() == 1;
        match ty.name() {
            "bool" => plain("Boolean"),
            "i8" => plain("TinyInteger"),
            "i16" => plain("SmallInteger"),
            "i32" => plain("Integer"),
            "i64" => plain("BigInteger"),
            "u8" => plain("TinyUnsigned"),
            "u16" => plain("SmallUnsigned"),
            "u32" => plain("Unsigned"),
            "u64" => plain("BigUnsigned"),
            "f32" => plain("Float"),
            "f64" => plain("Double"),
            "char" => (Type::Sized("Char", None), None),
            "String" | "str" if one => (Type::Sized("String", None), None),
            "Vec" if of == "u8" => (Type::Sized("VarBinary", None), None),
            "Vec" if depth < MAX_TYPES => match first {
                Some(inner) => {
                    let (inner, kind) = self.rust_type(module, inner, depth + 1);
                    match (inner, kind) {
                        (Type::Unknown(why), _) => (Type::Unknown(why), None),
                        // Of an enum only its own name is known.
                        (_, Some(_)) => (unread("an array of an enum"), None),
                        (inner, None) => (Type::Array(Box::new(inner)), None),
                    }
                }
                None => (unread("a column's type"), None),
            },
            "NaiveDate" | "Date" | "TimeDate" => plain("Date"),
            "NaiveTime" | "Time" | "TimeTime" => plain("Time"),
            "NaiveDateTime" | "TimeDateTime" | "PrimitiveDateTime" => plain("DateTime"),
            "DateTime" if ty.args.is_empty() => plain("DateTime"),
            "DateTime"
            | "DateTimeUtc"
            | "DateTimeLocal"
            | "DateTimeWithTimeZone"
            | "TimeDateTimeWithTimeZone"
            | "OffsetDateTime" => plain("TimestampWithTimeZone"),
            "ChronoUnixTimestamp"
            | "ChronoUnixTimestampMillis"
            | "TimeUnixTimestamp"
            | "TimeUnixTimestampMillis" => plain("BigInteger"),
            "Uuid" => plain("Uuid"),
            "Json" => plain("Json"),
            "Value" if ty.path.iter().any(|part| part == "serde_json") => plain("Json"),
            "Decimal" | "BigDecimal" => (Type::Precise("Decimal", None), None),
            "IpNetwork" => plain("Inet"),
            "MacAddress" => plain("MacAddr"),
            "PgVector" => (Type::Sized("Vector", None), None),
            "Option" | "Box" if depth < MAX_TYPES => match first {
                Some(inner) => self.rust_type(module, inner, depth + 1),
                None => (unread("a column's type"), None),
            },
            _ if depth >= MAX_TYPES => (unread("a column's type"), None),
            _ => self.own_type(module, ty, depth),
        }
    }

    /// A type of the project: an alias, an `DeriveActiveEnum`, a `DeriveValueType`.
    fn own_type(
        &mut self,
        module: ModuleId,
        ty: &syntax::Type,
        depth: usize,
    ) -> (Type, Option<DatabaseEnum>) {
        let resolved = self.crates.resolve(module, &ty.path);
        let (home, item) = match resolved.target {
            Target::Item(home, item) if resolved.rest.is_empty() => (home, item),
            Target::Foreign(path) if path.last().is_some_and(|last| last == "Value") => {
                let json = path.iter().any(|part| part == "serde_json");
                let ty = if json { Type::Plain("Json") } else { unread("a column's type") };
                return (ty, None);
            }
            _ => return (unread(&format!("the type `{}`", ty.name())), None),
        };
        match &*item {
            Item::Alias { ty, .. } => self.rust_type(home, ty, depth + 1),
            Item::Struct(own) => {
                let derived = derives(&own.attributes);
                if derived.iter().any(|d| d == "FromJsonQueryResult") {
                    return (Type::Plain("Json"), None);
                }
                if !derived.iter().any(|d| d == "DeriveValueType") {
                    return (unread(&format!("the type `{}`", own.name)), None);
                }
                if let Some(text) = argument(&own.attributes, "sea_orm", "column_type") {
                    return (self.written_type(home, &text), None);
                }
                if argument(&own.attributes, "sea_orm", "value_type").is_some() {
                    return (Type::Sized("String", None), None);
                }
                match own.fields.first() {
                    Some(field) => self.rust_type(home, &field.ty, depth + 1),
                    None => (unread(&format!("the type `{}`", own.name)), None),
                }
            }
            Item::Enum(own) => {
                let derived = derives(&own.attributes);
                if derived.iter().any(|d| d == "FromJsonQueryResult") {
                    return (Type::Plain("Json"), None);
                }
                if derived.iter().any(|d| d == "DeriveValueType") {
                    return (Type::Sized("String", None), None);
                }
                if !derived.iter().any(|d| d == "DeriveActiveEnum") {
                    return (unread(&format!("the type `{}`", own.name)), None);
                }
                match argument(&own.attributes, "sea_orm", "db_type").as_deref() {
                    Some("Enum") => {
                        let name = argument(&own.attributes, "sea_orm", "enum_name");
                        let name = name.unwrap_or_else(|| camel(&own.name));
                        let labels = labels(own).unwrap_or_default();
                        let span = Span::new(self.crates.file(home), own.at.start, own.at.end);
                        (Type::Enum(name.clone()), Some(DatabaseEnum { name, labels, span }))
                    }
                    Some(text) => (self.written_type(home, text), None),
                    None => (unread(&format!("the type `{}`", own.name)), None),
                }
            }
            _ => (unread(&format!("the type `{}`", ty.name())), None),
        }
    }

    /// `impl EntityName for Entity`, `enum Column`, `impl ColumnTrait for Column`,
    /// `enum PrimaryKey`.
    #[expect(clippy::type_complexity, reason = "the parts of one entity")]
    fn expanded(
        &mut self,
        module: ModuleId,
        items: &[Rc<Item>],
    ) -> Option<(Reference, Span, Vec<Mapped>, Vec<String>, bool)> {
        let columns = items.iter().find(|item| match &***item {
            Item::Enum(own) => {
                own.name == "Column" && derives(&own.attributes).iter().any(|d| d == "DeriveColumn")
            }
            _ => false,
        })?;
        let attributed = || {
            items.iter().find_map(|item| match &**item {
                Item::Struct(own) if own.name == "Entity" => {
                    let schema = argument(&own.attributes, "sea_orm", "schema_name");
                    let name = argument(&own.attributes, "sea_orm", "table_name")?;
                    Some(Reference { schema, name })
                }
                _ => None,
            })
        };
        let table = match self.crates.function(module, "Entity", "table_name") {
            Member::Missing => attributed()?,
            _ => self.written_table(module)?,
        };
        let file = self.crates.file(module);
        let model = items.iter().find_map(|item| match &**item {
            Item::Struct(own) if own.name == "Model" => Some(own),
            _ => None,
        });
        let Item::Enum(own) = &**columns else { return None };
        let span = model.map_or(&own.at, |model| &model.at);
        let span = Span::new(file, span.start, span.end);
        let named =
            |variant: &str| Value::variant(module, columns, variant, Vec::new(), Vec::new());
        let definition = self.method_of(module, "Column", "def");
        let mut mapped = Vec::new();
        for variant in &own.variants {
            let value = named(&variant.name);
            let Some(name) = self.iden(&value) else { continue };
            let field = snake(&variant.name);
            let place = model.and_then(|model| model.fields.iter().find(|f| f.name == field));
            let at = place.map_or(&variant.at, |field| &field.at);
            let mut column = Column::new(name, Span::new(file, at.start, at.end));
            column.nullable = Some(false);
            let said = definition.as_ref().map(|(home, function)| {
                self.call(*home, function, Some("Column"), Arguments::of(vec![value.clone()]))
            });
            let (mut kind, mut lenient) = (None, false);
            match said {
                Some(Value::Build(built)) => {
                    if let (Build::Column(said), None) =
                        (&built.borrow().build, &built.borrow().unknown)
                    {
                        let (name, span) = (column.name.clone(), column.span);
                        column = Column { name, span, ..said.clone() };
                    }
                }
                // `Kind::db_type().def()` and the like: its field says more.
                _ => {
                    if let Some(field) = place {
                        let optional = field.ty.name() == "Option";
                        column.nullable = Some(optional);
                        let (ty, of) = self.rust_type(module, &field.ty, 0);
                        (column.ty, kind) = (Some(ty), of);
                        lenient = kind.is_none();
                    }
                }
            }
            column.ty.get_or_insert_with(|| unread("a column's type"));
            mapped.push(Mapped { field, column, lenient, unnamed: false, kind });
        }
        let (mut keys, mut counts) = (Vec::new(), true);
        for item in items {
            if let Item::Enum(own) = &**item
                && own.name == "PrimaryKey"
            {
                for variant in &own.variants {
                    keys.extend(self.iden(&named(&variant.name)));
                }
            }
        }
        if let Some((home, function)) = self.method_of(module, "PrimaryKey", "auto_increment") {
            let args = Arguments::of(Vec::new());
            if let Value::Bool(value) = self.call(home, &function, Some("PrimaryKey"), args) {
                counts = value;
            }
        }
        Some((table, span, mapped, keys, counts))
    }
}

fn unread(what: &str) -> Type {
    Type::Unknown(Rc::from(format!("{what} is not known to SeaORM as it is written")))
}

/// The types that PostgreSQL counts with.
fn can_count(ty: Option<&Type>) -> bool {
    matches!(ty, Some(Type::Plain("SmallInteger" | "Integer" | "BigInteger")))
}

/// Fields of the dense form that are relations, and no columns.
fn is_relation(ty: &syntax::Type) -> bool {
    matches!(ty.name(), "HasOne" | "HasMany" | "BelongsTo")
}

/// Whether a Rust type reads a type of PostgreSQL as well as its own.
fn as_good(own: &SqlType, there: &SqlType) -> bool {
    const TEXTS: &[&str] = &["character varying", "text", "character", "citext", "name"];
    const JSON: &[&str] = &["json", "jsonb"];
    const NETS: &[&str] = &["inet", "cidr"];
    let both =
        |names: &[&str]| names.contains(&own.name.as_str()) && names.contains(&there.name.as_str());
    own.dims == there.dims && (own.name == there.name || both(TEXTS) || both(JSON) || both(NETS))
}

/// The labels of an enum of the database; `None`: one of them is not known.
fn labels(own: &syntax::Enum) -> Option<Vec<String>> {
    let all = argument(&own.attributes, "sea_orm", "rename_all");
    let label = |variant: &syntax::Variant| {
        if let Some(text) = argument(&variant.attributes, "sea_orm", "string_value") {
            return Some(text);
        }
        let style = argument(&variant.attributes, "sea_orm", "rename").or_else(|| all.clone())?;
        Some(styled(&variant.name, &style))
    };
    own.variants.iter().map(label).collect()
}

/// A name in one of SeaORM's styles (`case_style.rs`).
fn styled(name: &str, style: &str) -> String {
    match style {
        "camelCase" | "mixed_case" => {
            let text = camel(name);
            let mut chars = text.chars();
            chars.next().map_or_else(String::new, |first| {
                first.to_lowercase().chain(chars).collect::<String>()
            })
        }
        "kebab-case" => snake(name).replace('_', "-"),
        "SCREAMING_SNAKE_CASE" | "shouty_snake_case" => snake(name).to_uppercase(),
        "SCREAMING-KEBAB-CASE" => snake(name).replace('_', "-").to_uppercase(),
        "lowercase" => name.to_lowercase(),
        "UPPERCASE" => name.to_uppercase(),
        "snake_case" => snake(name),
        "title_case" => snake(name).split('_').map(capital).collect::<Vec<_>>().join(" "),
        _ => camel(name),
    }
}
