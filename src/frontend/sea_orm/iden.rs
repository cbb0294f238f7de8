//! Names: what the derives `Iden` and `DeriveIden`, an `impl Iden`, and entities make of them.

use std::{cell::RefCell, rc::Rc};

use super::{
    machine::{Arguments, Machine},
    query::{Reference, Sql},
    value::{Buffer, Record, Value, Variant},
};
use crate::frontend::rust::{
    crates::ModuleId,
    syntax::{Argument, Attribute, Item, Struct},
};

/// The longest name, in bytes; servers take far fewer.
const MAX_NAME: usize = 4_000;

impl Machine<'_, '_> {
    /// A value as the name that sea-query makes of it.
    pub(super) fn iden(&mut self, value: &Value) -> Option<String> {
        let name = self.name_of(value).filter(|name| name.len() <= MAX_NAME)?;
        self.spend(name.len() / 16);
        Some(name)
    }

    fn name_of(&mut self, value: &Value) -> Option<String> {
        match value {
            Value::Text(text) if text.text.len() > MAX_NAME => None,
            Value::Text(text) => Some(text.text.to_string()),
            Value::Variant(variant) => self.iden_of_variant(variant),
            Value::Record(record) => self.iden_of_record(record),
            Value::Entity(module) => self.table_of(*module).map(|table| table.name),
            Value::Column(module, name) => self.column_of(*module, name),
            Value::Buffer(buffer) => {
                buffer.text.borrow().as_ref().filter(|text| text.len() <= MAX_NAME).cloned()
            }
            // `Expr::col(x)` and `x.into_iden()` where a name is taken.
            Value::Sql(sql) => plain_name(sql),
            Value::Tuple(tuple) => self.iden(tuple.values.last()?),
            Value::Some(inner) => self.iden(&inner.value),
            Value::Char(c) => Some(c.to_string()),
            _ => None,
        }
    }

    /// A value as the name of a table or type: `(schema, table)` too.
    pub(super) fn reference(&mut self, value: &Value) -> Option<Reference> {
        match value {
            Value::Tuple(tuple) => match tuple.values.as_slice() {
                [schema, name] | [_, schema, name] => {
                    let (schema, name) = (self.iden(schema)?, self.iden(name)?);
                    Some(Reference { schema: Some(schema), name })
                }
                _ => None,
            },
            Value::Entity(module) => self.table_of(*module),
            Value::Record(record)
                if struct_of(&record.item).is_some_and(|s| s.name == "Entity") =>
            {
                let schema = self.own_text(record.module, "Entity", value, &["schema_name"]);
                Some(Reference { schema, name: self.iden(value)? })
            }
            value => Some(Reference { schema: None, name: self.iden(value)? }),
        }
    }

    fn iden_of_variant(&mut self, variant: &Rc<Variant>) -> Option<String> {
        let Item::Enum(of) = &*variant.item else { return None };
        self.spend((of.variants.len() + written_in(&of.attributes)) / 8);
        let own = of.variants.iter().find(|v| v.name == variant.name)?;
        self.spend(written_in(&own.attributes) / 8);
        let derived = derives(&of.attributes);
        if derived.iter().any(|d| d == "DeriveIden") {
            // The enum's own `iden` is not looked at (sea-orm-macros, derive_iden.rs).
            if let Some(name) = argument(&own.attributes, "sea_orm", "iden") {
                return Some(name);
            }
            let name = if own.name == "Table" { &of.name } else { &own.name };
            return Some(snake(name));
        }
        if derived.iter().any(|d| d == "Iden" || d == "IdenStatic") {
            if flattened(&own.attributes) {
                return self.iden(variant.args.first()?);
            }
            if let Some(name) = renamed(&own.attributes) {
                return Some(name);
            }
            if let Some(method) = argument_of(&own.attributes, "method") {
                let value = Value::Variant(Rc::clone(variant));
                return self.own_text(variant.module, &of.name, &value, &[&method]);
            }
            return Some(match own.name.as_str() {
                "Table" => renamed(&of.attributes).unwrap_or_else(|| snake(&of.name)),
                name => snake(name),
            });
        }
        if derived.iter().any(|d| d == "DeriveColumn") {
            let given = argument(&own.attributes, "sea_orm", "column_name");
            return Some(given.unwrap_or_else(|| snake(&own.name)));
        }
        let value = Value::Variant(Rc::clone(variant));
        self.written(variant.module, &of.name, &value)
    }

    fn iden_of_record(&mut self, record: &Rc<Record>) -> Option<String> {
        let of = struct_of(&record.item)?;
        self.spend(written_in(&of.attributes) / 8);
        let derived = derives(&of.attributes);
        let value = Value::Record(Rc::clone(record));
        if of.name == "Entity" && derived.iter().any(|d| d == "DeriveEntity") {
            return self
                .own_text(record.module, "Entity", &value, &["table_name"])
                .or_else(|| argument(&of.attributes, "sea_orm", "table_name"));
        }
        if derived.iter().any(|d| d == "DeriveIden") {
            return Some(
                argument(&of.attributes, "sea_orm", "iden").unwrap_or_else(|| snake(&of.name)),
            );
        }
        if derived.iter().any(|d| d == "Iden" || d == "IdenStatic") {
            return Some(renamed(&of.attributes).unwrap_or_else(|| snake(&of.name)));
        }
        self.written(record.module, &of.name, &value)
    }

    /// An `impl Iden` by hand: `unquoted` returns a name, or writes it to its argument.
    fn written(&mut self, module: ModuleId, ty: &str, value: &Value) -> Option<String> {
        let function = self.method_of(module, ty, "unquoted");
        let Some((home, function)) = function else {
            return self.own_text(module, ty, value, &["as_str", "table_name"]);
        };
        let text = RefCell::new(Some(String::new()));
        let buffer = Rc::new(Buffer { text, level: self.level });
        let mut args = vec![value.clone()];
        if function.params.len() > 1 {
            args.push(Value::Buffer(Rc::clone(&buffer)));
        }
        let returned = self.call(home, &function, Some(ty), Arguments::of(args));
        match returned {
            Value::Text(text) => self.iden(&Value::Text(text)),
            _ => buffer.text.borrow().clone().filter(|text| !text.is_empty()),
        }
    }

    /// A text that one of a type's own functions returns.
    pub(super) fn own_text(
        &mut self,
        module: ModuleId,
        ty: &str,
        value: &Value,
        names: &[&str],
    ) -> Option<String> {
        for name in names {
            let Some((home, function)) = self.method_of(module, ty, name) else { continue };
            let args = Arguments::of(vec![value.clone()]);
            let mut returned = self.call(home, &function, Some(ty), args);
            while let Value::Some(inner) = returned {
                returned = inner.value.clone();
            }
            if let Value::Text(_) = returned {
                return self.iden(&returned);
            }
        }
        None
    }

    /// The table that a module's `DeriveEntityModel` maps.
    pub(super) fn table_of(&mut self, module: ModuleId) -> Option<Reference> {
        let item = self.model(module)?;
        let model = struct_of(&item)?;
        self.spend(written_in(&model.attributes) / 8);
        self.entity_table(module, model)
    }

    /// The column behind `entity::Column::Name`.
    fn column_of(&mut self, module: ModuleId, variant: &str) -> Option<String> {
        let item = self.model(module)?;
        let model = struct_of(&item)?;
        self.spend(model.fields.iter().map(|field| 1 + written_in(&field.attributes)).sum());
        let found = model.fields.iter().find(|field| {
            let given = argument(&field.attributes, "sea_orm", "enum_name");
            given.unwrap_or_else(|| camel(&field.name)) == variant
        });
        let field = found?;
        if is_other(&field.attributes, "sea_orm", "column_name") {
            return None;
        }
        let given = argument(&field.attributes, "sea_orm", "column_name");
        Some(given.unwrap_or_else(|| snake(&field.name)))
    }

    pub(super) fn is_entity(&mut self, module: ModuleId) -> bool {
        self.model(module).is_some()
    }

    /// The struct of a module that `DeriveEntityModel` makes an entity of; it is looked for once.
    fn model(&mut self, module: ModuleId) -> Option<Rc<Item>> {
        if let Some(known) = self.models.get(&module) {
            return known.clone();
        }
        let items = self.crates.items(module);
        self.spend(items.len());
        let found = items.iter().find(|item| is_model(item)).cloned();
        self.models.insert(module, found.clone());
        found
    }
}

/// The struct that `DeriveEntityModel` makes an entity of.
pub(crate) fn model_of(items: &[Rc<Item>]) -> Option<&Struct> {
    items.iter().find(|item| is_model(item)).and_then(|item| struct_of(item))
}

fn is_model(item: &Item) -> bool {
    let own = struct_of(item);
    own.is_some_and(|own| derives(&own.attributes).iter().any(|d| d == "DeriveEntityModel"))
}

/// How much is written in attributes.
fn written_in(attributes: &[Attribute]) -> usize {
    attributes.iter().map(|attribute| 1 + attribute.args.len()).sum()
}

/// Whether values of a struct are copied, and not moved.
pub(super) fn is_copy(item: &Item) -> bool {
    let own = struct_of(item);
    own.is_some_and(|own| derives(&own.attributes).iter().any(|derived| derived == "Copy"))
}

fn struct_of(item: &Item) -> Option<&Struct> {
    match item {
        Item::Struct(own) => Some(own),
        _ => None,
    }
}

/// A quoted column alone, as its name.
fn plain_name(sql: &Sql) -> Option<String> {
    let inner = sql.text.as_deref()?.strip_prefix('"')?.strip_suffix('"')?;
    (!inner.contains('"')).then(|| inner.to_owned())
}

/// The last names of what is derived.
pub(crate) fn derives(attributes: &[Attribute]) -> Vec<String> {
    let derived = attributes.iter().filter(|a| a.name == "derive").flat_map(|a| &a.args);
    derived.filter_map(|arg| arg.name.rsplit("::").next().map(str::to_owned)).collect()
}

/// All arguments of the attributes of a name: `#[sea_orm(a, b = "c")]`.
pub(crate) fn arguments<'a>(
    attributes: &'a [Attribute],
    name: &'a str,
) -> impl Iterator<Item = &'a Argument> {
    attributes.iter().filter(move |a| a.name == name).flat_map(|a| &a.args)
}

/// The text that an attribute's argument is set to.
pub(crate) fn argument(attributes: &[Attribute], name: &str, key: &str) -> Option<String> {
    let found = arguments(attributes, name).find(|arg| arg.name == key)?;
    found.text().map(str::to_owned)
}

/// Whether an attribute's argument is set to something that is no text.
pub(crate) fn is_other(attributes: &[Attribute], name: &str, key: &str) -> bool {
    arguments(attributes, name).any(|arg| arg.name == key && arg.text().is_none())
}

/// `#[iden = "a"]`, `#[iden(rename = "a")]`.
fn renamed(attributes: &[Attribute]) -> Option<String> {
    argument_of(attributes, "iden").or_else(|| argument(attributes, "iden", "rename"))
}

fn argument_of(attributes: &[Attribute], name: &str) -> Option<String> {
    let own = attributes.iter().find(|a| a.name == name)?;
    own.value.as_ref()?.text().map(str::to_owned)
}

fn flattened(attributes: &[Attribute]) -> bool {
    arguments(attributes, "iden").any(|arg| arg.name == "flatten")
}

/// `heck`'s snake case: a word ends before a capital that follows a small letter, and before the
/// last capital of several that a small letter follows. Digits belong to the word they follow.
pub(crate) fn snake(name: &str) -> String {
    words(name).join("_")
}

/// `heck`'s upper camel case.
pub(crate) fn camel(name: &str) -> String {
    words(name).iter().map(|word| capital(word)).collect()
}

/// A word with a capital first letter.
pub(super) fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect::<String>())
}

/// The words of a name, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in name.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()) {
        let chars: Vec<char> = part.chars().collect();
        let mut word = String::new();
        // What the word's last letter was: nothing, small, capital.
        let mut mode = 0;
        for (at, c) in chars.iter().enumerate() {
            let next = chars.get(at + 1);
            let own = match () {
                () if c.is_lowercase() => 1,
                () if c.is_uppercase() => 2,
                () => mode,
            };
            let begins = match (mode, own) {
                (1, 2) => true,
                (2, 2) => c.is_uppercase() && next.is_some_and(|next| next.is_lowercase()),
                _ => false,
            };
            if begins && !word.is_empty() {
                found.push(std::mem::take(&mut word));
            }
            word.extend(c.to_lowercase());
            mode = own;
        }
        found.push(word);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{camel, snake};

    #[test]
    fn names_are_cut_as_heck_cuts_them() {
        for (name, want) in [
            ("CakeFilling", "cake_filling"),
            ("SbomExternalNode", "sbom_external_node"),
            ("XMLHttpRequest", "xml_http_request"),
            ("Sha256", "sha256"),
            ("UuidV4", "uuid_v4"),
            ("AField", "a_field"),
            ("Cvss3", "cvss3"),
            ("S3Bucket", "s3_bucket"),
            ("V2Plan", "v2_plan"),
            ("already_snake", "already_snake"),
            ("ID", "id"),
        ] {
            assert_eq!(snake(name), want, "{name}");
        }
        assert_eq!(camel("cake_id2"), "CakeId2");
    }
}
