//! Columns: which there are, their types, whether they may be NULL, and who fills them.

use std::collections::HashMap;

use super::{Difference, Harm, Kind, Pair, Sides, expression, types};
use crate::{
    facts::postgres::{Conversion, conversion},
    ir::{Column, ColumnChange, OpKind, TypeChange},
    quote,
    schema::TableColumn,
    types::SqlType,
};

/// Who gives a column its value where a statement gives none.
enum Filled<'a> {
    No,
    /// The expression, where it is known.
    Default(Option<&'a str>),
    Sequence,
    Generated(&'a str),
}

impl Sides<'_> {
    pub(super) fn columns(&mut self, pair: &Pair<'_>) {
        let made: HashMap<String, &TableColumn> =
            pair.made.columns.iter().map(|c| (pair.key(&c.column.name), c)).collect();
        let mut standing = standing(pair);
        for of in &pair.model.columns {
            let key = pair.key(&of.column.name);
            match made.get(&key) {
                Some(found) => self.column(pair, of, found),
                None if pair.made.complete => {
                    let behind = standing.remove(&key).unwrap_or_default();
                    self.missing(pair, &of.column, behind);
                }
                None => {}
            }
        }
        if !self.says.all_columns || !pair.model.complete {
            return;
        }
        for of in &pair.made.columns {
            if !pair.has[0].contains(&pair.key(&of.column.name)) {
                self.extra(pair, of);
            }
        }
    }

    /// With what stands on it, in the order that rows survive.
    fn missing(&mut self, pair: &Pair<'_>, column: &Column, standing: Vec<OpKind>) {
        let mut ops = self.types_of(std::iter::once(column));
        ops.push(add(pair, column));
        ops.extend(standing);
        self.out.push(Difference {
            models: Some(shown(column)),
            declared: Some(column.span),
            harm: Harm::Breaks,
            consequence: "every query through the model fails".to_owned(),
            ops,
            ..pair.difference(Kind::Column, &column.name)
        });
    }

    fn extra(&mut self, pair: &Pair<'_>, of: &TableColumn) {
        let column = &of.column;
        let required = !column.nullable && !column.server_filled() && !is_key(pair, &column.name);
        self.out.push(Difference {
            migrations: Some(shown(column)),
            made: Some(column.span),
            harm: if required { Harm::Breaks } else { Harm::Risk },
            consequence: match required {
                true => {
                    "the column is NOT NULL without a default: every INSERT through the model fails"
                        .to_owned()
                }
                false => String::new(),
            },
            ..pair.difference(Kind::Column, &column.name)
        });
    }

    /// A cast that is written cuts values without a word (PostgreSQL, CREATE CAST: explicit casts of
    /// `varchar(n)` truncate), so there is one only where the server has none of its own.
    fn retyped(&self, made: &Column, to: &SqlType) -> TypeChange {
        let database = self.migrations.database();
        let cast = database.is_postgres()
            && conversion(self.models, &made.ty, to) != Conversion::Automatic;
        let using = cast.then(|| format!("{}::{to}", quote::name(&made.name, database.dialect)));
        TypeChange { to: to.clone(), using, collation: None, twice: false }
    }

    fn column(&mut self, pair: &Pair<'_>, model: &TableColumn, made: &TableColumn) {
        let (model, made) = (&*model.column, &*made.column);
        let base = |kind: Kind| Difference {
            declared: Some(model.span),
            made: Some(made.span),
            ..pair.difference(kind, &made.name)
        };
        let database = self.migrations.database();
        // A domain holds the values of its base: what it checks is its own.
        let differs = types::differ(database, &model.ty, &made.ty).filter(|_| {
            let bases = (self.models.based(&model.ty), self.migrations.based(&made.ty));
            types::differ(database, &bases.0, &bases.1).is_some()
        });
        if let Some((harm, why)) = differs {
            self.out.push(Difference {
                models: Some(model.ty.to_string()),
                migrations: Some(made.ty.to_string()),
                harm: if self.says.types { harm } else { Harm::None },
                consequence: why.to_owned(),
                ops: vec![alter(
                    pair,
                    made,
                    ColumnChange {
                        ty: Some(self.retyped(made, &model.ty)),
                        ..ColumnChange::default()
                    },
                )],
                ..base(Kind::Type)
            });
        }
        // A key is never NULL, whatever is said of it; but on SQLite the catalog does not show it.
        let both_keys = is_key(pair, &made.name)
            && pair.model.primary_key().is_some_and(|key| has(pair, &key.columns, &model.name));
        if self.says.nullability && model.nullable != made.nullable && !both_keys {
            self.out.push(nullability(pair, model, made, base(Kind::Nullability)));
        }
        if self.says.defaults && !model.fetched && !(both_keys && database.is_sqlite()) {
            let folds = pair.made.folds;
            self.out.extend(filled(self, pair, model, made, folds).map(
                |(harm, models, migrations, why)| Difference {
                    models,
                    migrations,
                    harm,
                    consequence: why.to_owned(),
                    ops: default(pair, model, made),
                    ..base(Kind::Default)
                },
            ));
        }
    }

    /// What feeds a column from a sequence: `serial`, identity, or a default that asks for it.
    fn filler<'c>(&self, column: &'c Column) -> Filled<'c> {
        if let Some(generated) = &column.generated {
            return Filled::Generated(&generated.sql);
        }
        if column.serial || column.identity.is_some() {
            return Filled::Sequence;
        }
        match &column.default {
            None => Filled::No,
            Some(default) if default.is_null() => Filled::No,
            Some(default) => match default.sql.as_deref() {
                Some(sql) if sql.trim().to_lowercase().starts_with("nextval") => Filled::Sequence,
                sql => Filled::Default(sql),
            },
        }
    }
}

fn has(pair: &Pair<'_>, columns: &[String], name: &str) -> bool {
    columns.iter().any(|column| pair.key(column) == pair.key(name))
}

fn is_key(pair: &Pair<'_>, name: &str) -> bool {
    pair.made.primary_key().is_some_and(|key| has(pair, &key.columns, name))
}

/// A column in a few words.
fn shown(column: &Column) -> String {
    let not_null = if column.nullable { "" } else { " NOT NULL" };
    format!("{}{not_null}", column.ty)
}

fn alter(pair: &Pair<'_>, made: &Column, change: ColumnChange) -> OpKind {
    let (table, column) = (pair.made.name.clone(), made.name.clone());
    OpKind::AlterColumn { table, column, change }
}

/// The default that the model gives, where ALTER COLUMN can set it.
fn default(pair: &Pair<'_>, model: &Column, made: &Column) -> Vec<OpKind> {
    let plain =
        |column: &Column| column.generated.is_none() && column.identity.is_none() && !column.serial;
    match &model.default {
        Some(default) if plain(model) && plain(made) => {
            let default = Some(Some(default.clone()));
            vec![alter(pair, made, ColumnChange { default, ..ColumnChange::default() })]
        }
        _ => Vec::new(),
    }
}

/// What stands on columns that the migrations lack, by the last of them in the model: then all of
/// them are there.
fn standing(pair: &Pair<'_>) -> HashMap<String, Vec<OpKind>> {
    let keys = pair.model.columns.iter().map(|of| pair.key(&of.column.name));
    let missing: HashMap<String, usize> =
        keys.zip(0..).filter(|(key, _)| !pair.has[1].contains(key)).collect();
    let last = |columns: &mut dyn Iterator<Item = &str>| {
        let at = |name: &str| Some((*missing.get(&pair.key(name))?, pair.key(name)));
        columns.filter_map(at).max().map(|(_, key)| key)
    };
    let mut all: HashMap<String, Vec<OpKind>> = HashMap::new();
    for constraint in &pair.model.constraints {
        if let Some(key) = last(&mut constraint.columns.iter().map(String::as_str)) {
            let (table, constraint) = (pair.made.name.clone(), constraint.clone());
            all.entry(key).or_default().push(OpKind::AddConstraint { table, constraint });
        }
    }
    for of in &pair.model.indexes {
        if let Some(key) = last(&mut of.index.columns()) {
            all.entry(key).or_default().push(super::indexes::create(pair, &of.index));
        }
    }
    all
}

fn add(pair: &Pair<'_>, column: &Column) -> OpKind {
    OpKind::AddColumn {
        table: pair.made.name.clone(),
        column: column.clone(),
        constraints: Vec::new(),
        indexes: Vec::new(),
        if_not_exists: false,
    }
}

fn nullability(pair: &Pair<'_>, model: &Column, made: &Column, base: Difference) -> Difference {
    let word = |nullable: bool| Some(if nullable { "NULL" } else { "NOT NULL" }.to_owned());
    let fed = made.server_filled() || model.client_default;
    let (harm, why) = match (model.nullable, fed) {
        (true, false) => {
            (Harm::Breaks, "a row that has no value there, as the model allows, is refused")
        }
        (true, true) => (Harm::Risk, "NULL, as the model allows it, is refused"),
        (false, _) => (Harm::Risk, "the database lets NULL in, which the model does not expect"),
    };
    Difference {
        models: word(model.nullable),
        migrations: word(made.nullable),
        harm,
        consequence: why.to_owned(),
        ops: vec![alter(
            pair,
            made,
            ColumnChange { nullable: Some(model.nullable), ..ColumnChange::default() },
        )],
        ..base
    }
}

type Other = (Harm, Option<String>, Option<String>, &'static str);

fn filled(
    sides: &Sides<'_>,
    pair: &Pair<'_>,
    model: &Column,
    made: &Column,
    folds: bool,
) -> Option<Other> {
    let text = |sql: Option<&str>| Some(sql.unwrap_or("a default").to_owned());
    let sequence = || Some("a sequence".to_owned());
    let generated = |sql: &str| Some(format!("GENERATED ALWAYS AS ({sql})"));
    Some(match (sides.filler(model), sides.filler(made)) {
        (Filled::Default(Some(a)), Filled::Default(Some(b))) => {
            let boolean = model.ty.name.to_lowercase().starts_with("bool");
            if expression::same_default(a, b, boolean, folds) {
                return None;
            }
            (Harm::Risk, text(Some(a)), text(Some(b)), "rows get another value than the model says")
        }
        (Filled::Default(a), Filled::No) => {
            let needed = !made.nullable && !model.client_default;
            let harm = if needed { Harm::Breaks } else { Harm::Risk };
            let why = match needed {
                true => "the column is NOT NULL: an INSERT that leaves it to the server is refused",
                false => "rows that leave it to the server get no value",
            };
            (harm, text(a), None, why)
        }
        (Filled::No, Filled::Default(b)) => {
            (Harm::None, None, text(b), "the database fills in what the model leaves open")
        }
        (Filled::Sequence, Filled::No) => {
            let alone = pair.made.primary_key().is_some_and(|key| key.columns.len() == 1);
            let breaks = alone && is_key(pair, &made.name) && !model.client_default;
            let harm = if breaks { Harm::Breaks } else { Harm::Risk };
            (harm, sequence(), None, "the database gives new rows no number")
        }
        (Filled::No, Filled::Sequence) => {
            (Harm::None, None, sequence(), "the database fills in what the model leaves open")
        }
        (Filled::Generated(a), Filled::Generated(b)) => {
            if expression::alike(a, b, folds) {
                return None;
            }
            (Harm::Risk, generated(a), generated(b), "rows get another value than the model says")
        }
        (Filled::Generated(a), Filled::No | Filled::Default(_)) => {
            (Harm::Risk, generated(a), None, "the database does not compute the column")
        }
        (Filled::No | Filled::Default(_), Filled::Generated(b)) => {
            let why = "the database computes the column, and refuses a value for it";
            (Harm::Breaks, None, generated(b), why)
        }
        _ => return None,
    })
}
