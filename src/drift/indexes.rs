//! Indexes, by what they do; their names alone are no difference.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Difference, Harm, Kind, Pair, Side, Sides, constraints::list, expression::essence};
use crate::{
    ir::{Index, IndexPart, Indexed, OpKind},
    schema::{Table, TableIndex},
};

/// What an index does.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Clone)]
struct Work {
    parts: Vec<(Vec<String>, bool)>,
    predicate: Vec<String>,
    method: String,
    unique: bool,
}

impl Sides<'_> {
    pub(super) fn indexes(&mut self, pair: &Pair<'_>) {
        if !self.says.indexes {
            return;
        }
        let (model, made) = (work(pair, pair.model), work(pair, pair.made));
        let (Some(model), Some(made)) = (model, made) else { return };
        let (backing_model, backing_made) = (backing(pair, pair.model), backing(pair, pair.made));
        let names: HashMap<String, &TableIndex> =
            pair.made.indexes.iter().map(|of| (pair.key(&of.name), of)).collect();
        let by_name = |name: &str| names.get(&pair.key(name)).copied();
        let mut told: HashSet<&str> = HashSet::new();
        for (work, of) in &model {
            let covered = made.contains_key(work) || backing_made.contains(work);
            let names: Vec<String> = of.index.columns().map(str::to_owned).collect();
            if covered || !pair.made.complete || pair.lacks(Side::Made, &names) {
                continue;
            }
            // A unique set of columns is told as such.
            if plain_unique(work) && self.says.uniques {
                continue;
            }
            let other = by_name(&of.name);
            if let Some(other) = other {
                told.insert(&other.name);
            }
            self.out.push(Difference {
                models: Some(shown(&of.index)),
                migrations: other.map(|o| shown(&o.index)),
                declared: Some(of.index.span),
                made: Some(other.map_or(pair.made.created.span, |o| o.index.span)),
                consequence: match work.unique {
                    true => "the database lets in rows that are not unique".to_owned(),
                    false => "queries that count on it read the whole table".to_owned(),
                },
                ops: other
                    .map(|o| OpKind::DropIndex {
                        name: pair.made.name.sibling(&o.name),
                        table: Some(pair.made.name.clone()),
                        if_exists: false,
                        cascade: false,
                        concurrently: false,
                    })
                    .into_iter()
                    .chain([create(pair, &of.index)])
                    .collect(),
                ..pair.difference(Kind::Index, &of.name)
            });
        }
        for (work, of) in &made {
            let covered = model.contains_key(work) || backing_model.contains(work);
            let names: Vec<String> = of.index.columns().map(str::to_owned).collect();
            let known = pair.model.complete && !pair.lacks(Side::Model, &names);
            let is_told =
                told.contains(of.name.as_str()) || plain_unique(work) && self.says.uniques;
            if covered || !known || is_told {
                continue;
            }
            self.out.push(Difference {
                migrations: Some(shown(&of.index)),
                made: Some(of.index.span),
                harm: Harm::Risk,
                ..pair.difference(Kind::Index, &of.name)
            });
        }
    }
}

/// What makes an index of the models.
pub(super) fn create(pair: &Pair<'_>, index: &Index) -> OpKind {
    OpKind::CreateIndex {
        table: pair.made.name.clone(),
        index: index.clone(),
        concurrently: false,
        if_not_exists: false,
    }
}

fn plain_unique(work: &Work) -> bool {
    work.unique
        && work.predicate.is_empty()
        && work.parts.iter().all(|(tokens, _)| tokens.len() == 1)
}

/// The indexes that the table's keys stand on.
fn backing(pair: &Pair<'_>, table: &Table) -> HashSet<Work> {
    let keys = table.constraints.iter().filter(|c| c.stands_on_index());
    keys.map(|c| Work {
        parts: pair.keys(&c.columns).into_iter().map(|c| (vec![c.to_lowercase()], false)).collect(),
        predicate: Vec::new(),
        method: String::new(),
        unique: true,
    })
    .collect()
}

/// The indexes of a table by what they do; `None` where one cannot be read: it may be any.
fn work<'a>(pair: &Pair<'_>, table: &'a Table) -> Option<BTreeMap<Work, &'a TableIndex>> {
    let folds = pair.made.folds;
    let mut all = BTreeMap::new();
    for of in &table.indexes {
        let index = &of.index;
        let part = |part: &IndexPart| {
            let tokens = match &part.of {
                Indexed::Column(name) => vec![pair.key(name).to_lowercase()],
                Indexed::Expression(sql) => essence(sql, folds),
            };
            (tokens, part.descending)
        };
        let parts: Vec<_> = index.parts.iter().map(part).collect();
        if parts.is_empty() || parts.iter().any(|(tokens, _)| tokens.is_empty()) {
            return None;
        }
        let predicate = index.predicate.as_deref().map(|sql| essence(sql, folds));
        // Not read: an empty text stands for it.
        if predicate.as_ref().is_some_and(Vec::is_empty) {
            return None;
        }
        let work = Work {
            parts,
            predicate: predicate.unwrap_or_default(),
            method: index.method.clone().filter(|m| m != "btree").unwrap_or_default(),
            unique: index.unique,
        };
        all.insert(work, of);
    }
    Some(all)
}

fn shown(index: &Index) -> String {
    let parts: Vec<String> = index
        .parts
        .iter()
        .map(|part| {
            let of = match &part.of {
                Indexed::Column(name) => name.clone(),
                Indexed::Expression(sql) => sql.clone(),
            };
            if part.descending { format!("{of} DESC") } else { of }
        })
        .collect();
    let unique = if index.unique { "UNIQUE " } else { "" };
    let method = index.method.as_deref().filter(|m| *m != "btree").map(|m| format!("{m} "));
    let rest = index.predicate.as_deref().map(|sql| format!(" WHERE {sql}")).unwrap_or_default();
    format!("{unique}{}({}){rest}", method.unwrap_or_default(), list(&parts))
}
