//! The labels of enum types.

use std::collections::HashSet;

use super::{Difference, Harm, Kind, Sides};
use crate::{
    ir::{Name, OpKind},
    schema::{Lookup, TypeKind},
};

impl Sides<'_> {
    pub(super) fn enums(&mut self) {
        let mut out = Vec::new();
        for ty in self.models.types() {
            let TypeKind::Enum { labels: declared } = &ty.kind else { continue };
            let Lookup::Found(found) = self.migrations.ty(&ty.name) else { continue };
            let TypeKind::Enum { labels: there } = &found.kind else { continue };
            let lacking = without(declared, there);
            let extra = without(there, declared);
            if lacking.is_empty() && extra.is_empty() {
                continue;
            }
            let only = |labels: &[&str]| match labels {
                [] => None,
                labels => {
                    Some(labels.iter().map(|l| format!("'{l}'")).collect::<Vec<_>>().join(", "))
                }
            };
            out.push(Difference {
                kind: Kind::Enum,
                table: ty.name.clone(),
                name: ty.name.to_string(),
                models: only(&lacking),
                migrations: only(&extra),
                declared: Some(ty.created.span),
                made: Some(found.created.span),
                harm: if lacking.is_empty() { Harm::Risk } else { Harm::Breaks },
                consequence: match lacking.is_empty() {
                    true => "a row with such a value cannot be read through the model".to_owned(),
                    false => "a row with such a value is refused".to_owned(),
                },
                ops: lacking.iter().map(|label| added(&ty.name, label)).collect(),
            });
        }
        self.out.extend(out);
    }
}

fn added(name: &Name, label: &str) -> OpKind {
    let (name, label) = (name.clone(), label.to_owned());
    OpKind::AddEnumValue { name, label, position: None, if_not_exists: false }
}

fn without<'a>(all: &'a [String], others: &[String]) -> Vec<&'a str> {
    let others: HashSet<&str> = others.iter().map(String::as_str).collect();
    all.iter().map(String::as_str).filter(|label| !others.contains(label)).collect()
}
