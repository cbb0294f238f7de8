//! The foreign keys that `create_table_from_entity` makes of an entity's relations.

use super::{
    iden::argument,
    machine::Machine,
    query::{ForeignKey, Reference},
    value::{Scope, Value},
};
use crate::frontend::rust::{self, crates::ModuleId, syntax::Item};

impl Machine<'_, '_> {
    /// The keys of `enum Relation`: what belongs to another entity.
    pub(super) fn relations(&mut self, module: ModuleId, table: &Reference) -> Vec<ForeignKey> {
        let items = self.crates.items(module);
        let relations = items.iter().find_map(|item| match &**item {
            Item::Enum(own) if own.name == "Relation" => Some(own.clone()),
            _ => None,
        });
        let mut found = Vec::new();
        for variant in relations.into_iter().flat_map(|own| own.variants) {
            let says = |key: &str| argument(&variant.attributes, "sea_orm", key);
            let skipped = super::iden::arguments(&variant.attributes, "sea_orm")
                .any(|arg| arg.name == "skip_fk");
            let (Some(to), false) = (says("belongs_to"), skipped) else { continue };
            let mut key = ForeignKey { table: Some(table.clone()), ..ForeignKey::default() };
            let to = self.in_attribute(module, &to);
            key.to = to.and_then(|to| self.reference(&to));
            let from = says("from").and_then(|text| self.in_attribute(module, &text));
            let columns = says("to").and_then(|text| self.in_attribute(module, &text));
            key.columns = self.names_of(from.as_ref()).unwrap_or_default();
            key.to_columns = self.names_of(columns.as_ref()).unwrap_or_default();
            key.on_delete = says("on_delete").and_then(|name| action(&name));
            key.on_update = says("on_update").and_then(|name| action(&name));
            let usual = || format!("fk-{}-{}", table.name, key.columns.join("-"));
            key.name = Some(says("fk_name").unwrap_or_else(usual));
            if key.to.is_some() && !key.columns.is_empty() && !key.to_columns.is_empty() {
                found.push(key);
            }
        }
        found
    }

    /// An expression in an attribute's text.
    fn in_attribute(&mut self, module: ModuleId, text: &str) -> Option<Value> {
        let expr = rust::expression(text)?;
        let scope = Scope::new(module, None, None);
        let value = self.expr(&expr, &scope).ok()?;
        match value {
            // What the derive makes has no item: `Column::Id`.
            Value::Foreign(own) if own.path.len() < 3 => {
                let made = self.entity_value(module, &own.path);
                (!matches!(made, Value::Unknown(_))).then_some(made)
            }
            Value::Unknown(_) => None,
            value => Some(value),
        }
    }
}

fn action(name: &str) -> Option<&'static str> {
    Some(match name {
        "Cascade" => "CASCADE",
        "Restrict" => "RESTRICT",
        "SetNull" => "SET NULL",
        "NoAction" => "NO ACTION",
        "SetDefault" => "SET DEFAULT",
        _ => return None,
    })
}
