//! Primary keys, foreign keys, unique and check constraints.

use std::collections::{BTreeMap, HashMap};

use super::{
    Difference, Harm, Kind, Pair, Side, Sides,
    expression::{essence, may_be, skeleton},
};
use crate::{
    ir::{Constraint, ConstraintKind, ForeignKey, Name, OpKind},
    schema::{Schema, Table},
};

/// Checks over the same things that are held against one at the most.
const MAX_ALIKE: usize = 50;

impl Sides<'_> {
    pub(super) fn constraints(&mut self, pair: &Pair<'_>) {
        self.primary_key(pair);
        if self.says.foreign_keys {
            self.foreign_keys(pair);
        }
        if self.says.uniques {
            self.uniques(pair);
        }
        if self.says.checks {
            self.checks(pair);
        }
    }

    fn primary_key(&mut self, pair: &Pair<'_>) {
        let of = |table: &Table| table.primary_key().map(|key| pair.keys(&key.columns));
        let (model, made) = (of(pair.model), of(pair.made));
        let sorted = |columns: &Option<Vec<String>>| {
            let mut columns = columns.clone().unwrap_or_default();
            columns.sort();
            columns
        };
        let known = pair.model.complete && pair.made.complete;
        if !known || sorted(&model) == sorted(&made) {
            return;
        }
        let shown = |columns: Option<Vec<String>>| columns.map(|c| list(&c));
        self.out.push(Difference {
            models: shown(model),
            migrations: shown(made),
            harm: Harm::Risk,
            consequence: "what identifies a row for the model does not for the database".to_owned(),
            ..pair.difference(Kind::PrimaryKey, "primary key")
        });
    }

    fn foreign_keys(&mut self, pair: &Pair<'_>) {
        let made: BTreeMap<Key, &Constraint> = keys(pair, self.migrations, pair.made).collect();
        let model: BTreeMap<Key, &Constraint> = keys(pair, self.models, pair.model).collect();
        let by_columns = |keys: &BTreeMap<Key, &Constraint>| -> HashMap<Vec<String>, Key> {
            keys.keys().map(|key| (key.columns.clone(), key.clone())).collect()
        };
        let (there, told) = (by_columns(&made), by_columns(&model));
        let mut wanted: Vec<(&Key, &Constraint)> = model.iter().map(|(k, c)| (k, *c)).collect();
        wanted.sort_by_key(|(_, c)| c.span);
        for (key, constraint) in wanted {
            match made.get(key) {
                Some(other) => self.actions(pair, constraint, other),
                None if !pair.made.complete || pair.lacks(Side::Made, &constraint.columns) => {}
                None => self.out.push(Difference {
                    models: Some(key.shown()),
                    // Where it goes elsewhere, that is the other half of the difference.
                    migrations: there.get(&key.columns).map(Key::shown),
                    declared: Some(constraint.span),
                    consequence: "the database lets in rows that reference nothing".to_owned(),
                    ops: replaced(
                        pair,
                        there.get(&key.columns).and_then(|k| made.get(k)).copied(),
                        constraint,
                    ),
                    ..pair.difference(Kind::ForeignKey, &list(&constraint.columns))
                }),
            }
        }
        let mut extra: Vec<(&Key, &Constraint)> = made
            .iter()
            .filter(|(key, c)| {
                let told = told.contains_key(&key.columns);
                !model.contains_key(key) && !told && !pair.lacks(Side::Model, &c.columns)
            })
            .map(|(key, c)| (key, *c))
            .collect();
        extra.sort_by_key(|(_, c)| c.span);
        for (key, constraint) in extra {
            if pair.model.complete {
                self.out.push(Difference {
                    migrations: Some(key.shown()),
                    made: Some(constraint.span),
                    consequence: "the database refuses rows that the model allows".to_owned(),
                    ..pair.difference(Kind::ForeignKey, &list(&constraint.columns))
                });
            }
        }
    }

    fn actions(&mut self, pair: &Pair<'_>, model: &Constraint, made: &Constraint) {
        let (Some(a), Some(b)) = (model.foreign_key(), made.foreign_key()) else { return };
        if !self.says.actions || actions(model, a) == actions(made, b) {
            return;
        }
        self.out.push(Difference {
            models: Some(shown_actions(model, a)),
            migrations: Some(shown_actions(made, b)),
            declared: Some(model.span),
            made: Some(made.span),
            consequence:
                "another thing happens to these rows when the row they reference goes or changes"
                    .to_owned(),
            ops: replaced(pair, Some(made), model),
            ..pair.difference(Kind::ForeignKey, &list(&made.columns))
        });
    }

    /// A unique constraint and a unique index over the same columns do the same.
    fn uniques(&mut self, pair: &Pair<'_>) {
        let model = uniques(pair, pair.model);
        let made = uniques(pair, pair.made);
        let is_key = |table: &Table, columns: &Vec<String>| {
            table.primary_key().is_some_and(|key| sorted(pair.keys(&key.columns)) == *columns)
        };
        for (columns, (span, names)) in &model {
            let known = pair.made.complete && !pair.lacks(Side::Made, names);
            if !made.contains_key(columns) && known && !is_key(pair.made, columns) {
                self.out.push(Difference {
                    models: Some(list(names)),
                    declared: Some(*span),
                    consequence: "the database lets in rows that are not unique".to_owned(),
                    ops: unique(pair, columns),
                    ..pair.difference(Kind::Unique, &list(names))
                });
            }
        }
        for (columns, (span, names)) in &made {
            let known = pair.model.complete && !pair.lacks(Side::Model, names);
            if !model.contains_key(columns) && known && !is_key(pair.model, columns) {
                self.out.push(Difference {
                    migrations: Some(list(names)),
                    made: Some(*span),
                    consequence: "the database refuses rows that the model allows".to_owned(),
                    ..pair.difference(Kind::Unique, &list(names))
                });
            }
        }
    }

    fn checks(&mut self, pair: &Pair<'_>) {
        let folds = pair.made.folds;
        let (model, made) = (checks(pair.model), checks(pair.made));
        let of = |all: &[&Constraint]| -> HashMap<Vec<String>, Vec<Vec<String>>> {
            let mut found: HashMap<Vec<String>, Vec<Vec<String>>> = HashMap::new();
            for tokens in all.iter().filter_map(|c| text(c)).map(|sql| essence(sql, folds)) {
                found.entry(skeleton(&tokens)).or_default().push(tokens);
            }
            found
        };
        let has = |all: &HashMap<Vec<String>, Vec<Vec<String>>>, sql: &str| {
            let tokens = essence(sql, folds);
            let alike = all.get(&skeleton(&tokens)).into_iter().flatten();
            alike.take(MAX_ALIKE).any(|other| may_be(&tokens, other))
        };
        let (declared, there) = (of(&model), of(&made));
        // One that cannot be read may be any of them.
        let unread = |all: &[&Constraint]| all.iter().any(|c| text(c).is_none());
        let names = |all: &[&Constraint]| -> HashMap<String, usize> {
            let named = all.iter().enumerate();
            named.filter_map(|(at, c)| Some((pair.key(c.name.as_deref()?), at))).collect()
        };
        let (in_model, in_made) = (names(&model), names(&made));
        let named = |all: &HashMap<String, usize>, of: &Constraint| {
            of.name.as_deref().and_then(|name| all.get(&pair.key(name))).copied()
        };
        let (any_made, any_declared) = (unread(&made), unread(&model));
        for check in &model {
            let Some(sql) = text(check) else { continue };
            if has(&there, sql) || !pair.made.complete || any_made {
                continue;
            }
            let other = named(&in_made, check).and_then(|at| made.get(at));
            self.out.push(Difference {
                models: Some(sql.to_owned()),
                migrations: other.and_then(|c| text(c)).map(str::to_owned),
                declared: Some(check.span),
                made: Some(other.map_or(pair.made.created.span, |c| c.span)),
                harm: if other.is_some() { Harm::Risk } else { harm(pair, sql) },
                consequence: match other {
                    Some(_) => "the database checks something else than the model says",
                    None => "the database lets in rows that the model does not",
                }
                .to_owned(),
                ops: replaced(pair, other.copied(), check),
                ..pair.difference(Kind::Check, name(check))
            });
        }
        for check in &made {
            let Some(sql) = text(check) else { continue };
            let told = named(&in_model, check).is_some() || has(&declared, sql);
            if told
                || !pair.model.complete
                || any_declared
                || pair.lacks(Side::Model, &check.columns)
            {
                continue;
            }
            self.out.push(Difference {
                migrations: Some(sql.to_owned()),
                made: Some(check.span),
                harm: harm(pair, sql),
                consequence: "the database refuses rows that the model allows".to_owned(),
                ..pair.difference(Kind::Check, name(check))
            });
        }
    }
}

/// That a Boolean is 0 or 1 (`create_constraint=True`) is what the type says already.
fn harm(pair: &Pair<'_>, sql: &str) -> Harm {
    let is_boolean = |column: &str| {
        let found = pair.made.column(column).found();
        found.is_some_and(|c| c.column.ty.name.to_lowercase().starts_with("bool"))
    };
    match essence(sql, pair.made.folds).as_slice() {
        [column, is, zero, one] if is == "=" && zero == "0" && one == "1" && is_boolean(column) => {
            Harm::None
        }
        _ => Harm::Risk,
    }
}

fn name(constraint: &Constraint) -> &str {
    constraint.name.as_deref().unwrap_or("without a name")
}

fn text(check: &Constraint) -> Option<&str> {
    match &check.kind {
        ConstraintKind::Check { sql } => sql.as_deref().filter(|sql| !sql.trim().is_empty()),
        _ => None,
    }
}

fn checks(table: &Table) -> Vec<&Constraint> {
    let is_check = |c: &&Constraint| matches!(c.kind, ConstraintKind::Check { .. });
    table.constraints.iter().filter(is_check).collect()
}

/// Names one after the other.
pub(super) fn list(names: &[String]) -> String {
    names.join(", ")
}

pub(super) fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}

/// What a foreign key connects.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    columns: Vec<String>,
    table: Name,
    referenced: Vec<String>,
}

impl Key {
    fn shown(&self) -> String {
        match self.referenced.is_empty() {
            true => self.table.to_string(),
            false => format!("{} ({})", self.table, list(&self.referenced)),
        }
    }
}

fn keys<'a>(
    pair: &'a Pair<'_>,
    schema: &'a Schema,
    table: &'a Table,
) -> impl Iterator<Item = (Key, &'a Constraint)> {
    table.constraints.iter().filter_map(move |c| {
        let fk: &ForeignKey = c.foreign_key()?;
        let mut pairs: Vec<(String, String)> = Vec::new();
        let referenced = pair.keys(schema.referenced_columns(fk));
        for (at, column) in c.columns.iter().enumerate() {
            pairs.push((pair.key(column), referenced.get(at).cloned().unwrap_or_default()));
        }
        // In which order they are listed makes no difference.
        pairs.sort();
        let (columns, referenced) = pairs.into_iter().unzip();
        let mut target = schema.resolve(&fk.table);
        target.name = pair.key(&target.name);
        Some((Key { columns, table: target, referenced }, c))
    })
}

/// What brings a constraint about, in the place of another one.
fn replaced(pair: &Pair<'_>, old: Option<&Constraint>, new: &Constraint) -> Vec<OpKind> {
    let table = pair.made.name.clone();
    let drop = old.map(|old| OpKind::DropConstraint {
        table: table.clone(),
        name: old.name.clone(),
        kind: Some(old.ty()),
        if_exists: false,
        cascade: false,
    });
    let add = OpKind::AddConstraint { table: table.clone(), constraint: new.clone() };
    drop.into_iter().chain([add]).collect()
}

/// What makes columns unique, as the model does it.
fn unique(pair: &Pair<'_>, columns: &[String]) -> Vec<OpKind> {
    let is = |names: &[String]| sorted(pair.keys(names)) == columns;
    let is_unique = |c: &&Constraint| matches!(c.kind, ConstraintKind::Unique { .. });
    if let Some(constraint) =
        pair.model.constraints.iter().filter(is_unique).find(|c| is(&c.columns))
    {
        return replaced(pair, None, constraint);
    }
    let names = |index: &crate::ir::Index| index.columns().map(str::to_owned).collect::<Vec<_>>();
    let indexes = pair.model.indexes.iter().filter(|i| i.index.unique);
    let found = indexes.map(|of| &of.index).find(|index| is(&names(index)));
    found.map(|index| super::indexes::create(pair, index)).into_iter().collect()
}

/// Its actions and when it is checked; RESTRICT differs from NO ACTION only where it is deferred.
fn actions(constraint: &Constraint, fk: &ForeignKey) -> (String, String, bool, bool) {
    let action = |of: &Option<String>| match of.as_deref() {
        None | Some("RESTRICT") => "NO ACTION".to_owned(),
        Some(action) => action.to_uppercase(),
    };
    let deferrable = constraint.deferrable;
    (action(&fk.on_delete), action(&fk.on_update), deferrable, constraint.initially_deferred)
}

fn shown_actions(constraint: &Constraint, fk: &ForeignKey) -> String {
    let mut words = Vec::new();
    if let Some(action) = &fk.on_delete {
        words.push(format!("ON DELETE {action}"));
    }
    if let Some(action) = &fk.on_update {
        words.push(format!("ON UPDATE {action}"));
    }
    if constraint.deferrable {
        words.push("DEFERRABLE".to_owned());
    }
    if constraint.initially_deferred {
        words.push("INITIALLY DEFERRED".to_owned());
    }
    if words.is_empty() { "NO ACTION".to_owned() } else { words.join(" ") }
}

/// The sets of columns that are unique, in any row: sorted, with their place and as written.
fn uniques(
    pair: &Pair<'_>,
    table: &Table,
) -> BTreeMap<Vec<String>, (crate::source::Span, Vec<String>)> {
    let constraints = table
        .constraints
        .iter()
        .filter(|c| matches!(c.kind, ConstraintKind::Unique { .. }) && !c.columns.is_empty())
        .map(|c| (c.span, c.columns.clone()));
    let indexes = table
        .indexes
        .iter()
        .filter(|i| i.index.unique && i.index.predicate.is_none() && !i.index.has_expression())
        .map(|i| (i.index.span, i.index.columns().map(str::to_owned).collect::<Vec<_>>()));
    let all = constraints.chain(indexes);
    all.map(|(span, names)| (sorted(pair.keys(&names)), (span, names))).collect()
}
