//! The foreign keys that `create_table_from_entity` makes of an entity's relations.

use super::{
    iden::{argument, arguments, model_of},
    machine::Machine,
    query::{ForeignKey, Reference},
    value::{Scope, Value},
};
use crate::frontend::rust::{
    self,
    crates::{Member, ModuleId},
    syntax::Item,
};

impl Machine<'_, '_> {
    /// The keys of `enum Relation`: what belongs to another entity; and what of them could not be
    /// read.
    pub(super) fn relations(
        &mut self,
        module: ModuleId,
        table: &Reference,
    ) -> (Vec<ForeignKey>, Vec<String>) {
        let items = self.crates.items(module);
        let variants = items.iter().find_map(|item| match &**item {
            Item::Enum(own) if own.name == "Relation" => Some(own.variants.as_slice()),
            _ => None,
        });
        let by_hand = !matches!(self.crates.function(module, "Relation", "def"), Member::Missing);
        let (mut found, mut unread) = (Vec::new(), Vec::new());
        for variant in variants.unwrap_or_default() {
            let says = |key: &str| argument(&variant.attributes, "sea_orm", key);
            let mut said = arguments(&variant.attributes, "sea_orm").peekable();
            let silent = said.peek().is_none();
            if said.any(|arg| arg.name == "skip_fk") {
                continue;
            }
            if silent && by_hand {
                unread.push(format!("the relation `{}` is not read", variant.name));
            }
            let Some(to) = says("belongs_to") else { continue };
            let mut key = ForeignKey { table: Some(table.clone()), ..ForeignKey::default() };
            let entity = self.in_attribute(module, &to);
            key.to = entity.and_then(|to| self.reference(&to));
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
            } else {
                unread.push(format!("what the relation `{}` refers to is not known", variant.name));
            }
        }
        // The dense form says it at a field.
        let model = model_of(&items);
        for field in model.into_iter().flat_map(|model| &model.fields) {
            let mut said = arguments(&field.attributes, "sea_orm");
            if said.any(|arg| arg.name == "belongs_to") {
                unread.push(format!("the relation `{}` is not read", field.name));
            }
        }
        (found, unread)
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
