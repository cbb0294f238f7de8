//! What the models declare against what the migrations leave behind, as a database sees both.
//!
//! Both are a [`Schema`]. Where one of them is not known, nothing is said: a difference is told
//! only where both sides were read.

mod code;
mod columns;
mod constraints;
mod enums;
mod expression;
mod indexes;
mod types;

use std::collections::{BTreeSet, HashMap, HashSet};

pub use code::code;

use crate::{
    diagnostic::brief,
    ir::{Column, CreateTable, Name, OpKind},
    model::{Models, Part, Says},
    schema::{Lookup, Schema, Table, TypeKind},
    source::Span,
};

/// One thing that the two do not agree on.
#[derive(Debug, Clone)]
pub struct Difference {
    pub kind: Kind,
    pub table: Name,
    /// The column, constraint or index; of a table or a type, its own name.
    pub name: String,
    /// As the models have it; `None`: they have none.
    pub models: Option<String>,
    /// As the migrations leave it behind; `None`: they leave none.
    pub migrations: Option<String>,
    /// The class, field or argument that declares it, or that ought to.
    pub declared: Option<Span>,
    /// The statement that made it, or the table it ought to be on.
    pub made: Option<Span>,
    pub harm: Harm,
    /// What comes of it: a clause.
    pub consequence: String,
    /// What the history lacks, to leave behind what the models declare; empty where a migration
    /// has something that they do not.
    pub ops: Vec<OpKind>,
}

/// What a difference is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Table,
    Column,
    Type,
    Nullability,
    Default,
    PrimaryKey,
    ForeignKey,
    Unique,
    Index,
    Check,
    Enum,
}

impl Kind {
    /// As JSON and people name it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Table => "table",
            Kind::Column => "column",
            Kind::Type => "type",
            Kind::Nullability => "nullability",
            Kind::Default => "default",
            Kind::PrimaryKey => "primary key",
            Kind::ForeignKey => "foreign key",
            Kind::Unique => "unique",
            Kind::Index => "index",
            Kind::Check => "check",
            Kind::Enum => "enum",
        }
    }
}

impl Difference {
    /// Whether the project keeps what it is about out of comparisons.
    fn is_left_out(&self, models: &Models) -> bool {
        let part = match self.kind {
            Kind::Column | Kind::Type | Kind::Nullability | Kind::Default => Part::Column,
            Kind::Index | Kind::Unique => Part::Index,
            Kind::ForeignKey => Part::ForeignKey,
            Kind::Table | Kind::PrimaryKey | Kind::Check | Kind::Enum => return false,
        };
        let place = if self.models.is_some() { self.declared } else { self.made };
        place.is_some_and(|span| models.parts_left_out.contains(&(self.table.clone(), part, span)))
    }

    /// What is to be said: one clause.
    pub fn sentence(&self) -> String {
        let Difference { table, name, .. } = self;
        let place = match self.kind {
            Kind::Table => format!("table `{table}`"),
            Kind::Column => format!("column `{name}` of `{table}`"),
            Kind::Type | Kind::Nullability | Kind::Default => format!("`{table}.{name}`"),
            Kind::PrimaryKey => format!("the primary key of `{table}`"),
            Kind::ForeignKey => format!("the foreign key of `{table}` on `{name}`"),
            Kind::Unique => format!("that `{name}` of `{table}` is unique"),
            Kind::Index => format!("index `{name}` of `{table}`"),
            Kind::Check => format!("check `{name}` of `{table}`"),
            Kind::Enum => format!("enum `{name}`"),
        };
        match (self.kind, &self.models, &self.migrations) {
            (Kind::Table, None, _) => {
                format!("{place} is made by the migrations, and no model maps it")
            }
            (Kind::Table, ..) => format!("{place} is mapped by a model, and no migration makes it"),
            (Kind::Enum, Some(a), None) => format!("{place} lacks {a}, which the models have"),
            (Kind::Enum, None, Some(b)) => format!("{place} has {b}, which the models lack"),
            (Kind::Enum, Some(a), Some(b)) => {
                format!("{place} lacks {a}, which the models have, and has {b}, which they lack")
            }
            (Kind::Column, Some(_), _) => {
                format!("{place} is in the model, and no migration adds it")
            }
            (Kind::Column, ..) => {
                format!("{place} is made by the migrations, and the model lacks it")
            }
            (Kind::Unique, Some(_), _) => {
                format!("{place} is said by the model, and no migration makes it so")
            }
            (Kind::Unique, ..) => {
                format!("{place} is made so by the migrations, and not said by the model")
            }
            (Kind::Nullability, Some(a), Some(b)) => {
                format!("{place} is {a} in the model and {b} in the migrations")
            }
            (_, Some(a), Some(b)) => {
                format!(
                    "{place} is `{}` in the model and `{}` in the migrations",
                    brief(a),
                    brief(b)
                )
            }
            (_, Some(a), None) => {
                format!(
                    "{place} is `{}` in the model, and there is none in the migrations",
                    brief(a)
                )
            }
            (_, None, Some(b)) => {
                format!(
                    "{place} is `{}` in the migrations, and there is none in the model",
                    brief(b)
                )
            }
            (_, None, None) => format!("{place} differs between the model and the migrations"),
        }
    }
}

/// How bad a difference is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Harm {
    /// The database behaves as the models expect: another name, a default of its own.
    None,
    /// Something is allowed or missing that the models do not expect.
    Risk,
    /// Statements that the models make fail.
    Breaks,
}

impl Harm {
    pub fn name(self) -> &'static str {
        match self {
            Harm::None => "none",
            Harm::Risk => "risk",
            Harm::Breaks => "breaks",
        }
    }
}

/// Both sides, and what may be said of them.
struct Sides<'a> {
    models: &'a Schema,
    migrations: &'a Schema,
    says: Says,
    out: Vec<Difference>,
    /// Types that the code of a difference makes: those behind it find them there.
    made: BTreeSet<Name>,
}

/// Tables on both sides that are not known in full on one of them: what is not known of them is
/// not compared.
pub fn partly(declared: &Schema, migrations: &Schema) -> usize {
    let partly = |table: &&Table| {
        let found = migrations.table(&table.name).found();
        found.is_some_and(|found| !found.complete || !table.complete)
    };
    declared.tables().filter(partly).count()
}

/// Compares the models of a tree with the schema at its heads.
///
/// `unmanaged`: whether a table is left out, by the configuration.
pub fn compare(
    models: &Models,
    declared: &Schema,
    migrations: &Schema,
    unmanaged: &dyn Fn(&Name) -> bool,
) -> Vec<Difference> {
    let mut sides = Sides {
        models: declared,
        migrations,
        says: models.says,
        out: Vec::new(),
        made: BTreeSet::new(),
    };
    let left_out: HashSet<&Name> = models.left_out.iter().chain(&models.elsewhere).collect();
    let headers: HashMap<&Name, Span> =
        models.mapped.iter().rev().map(|m| (&m.table, m.span)).collect();
    let mut asked: HashSet<Option<&str>> = HashSet::new();
    let mut known: HashSet<Name> = HashSet::new();
    for table in declared.tables() {
        asked.insert(table.name.schema.as_deref());
        known.insert(migrations.resolve(&table.name));
        if unmanaged(&table.name) || left_out.contains(&table.name) {
            continue;
        }
        sides.declared(headers.get(&table.name).copied(), table);
    }
    for table in migrations.tables() {
        let apart = known.contains(&table.name)
            || left_out.contains(&table.name)
            || unmanaged(&table.name)
            // Autogenerate looks at the schemas that the models name.
            || !asked.contains(&table.name.schema.as_deref());
        if !apart {
            sides.undeclared(table);
        }
    }
    sides.enums();
    sides.out.retain(|difference| !difference.is_left_out(models));
    sides.out
}

impl Sides<'_> {
    /// A table that the models have.
    fn declared(&mut self, header: Option<Span>, table: &Table) {
        if self.migrations.view(&table.name).is_some() {
            return;
        }
        let declared = header.unwrap_or(table.created.span);
        match self.migrations.table(&table.name) {
            Lookup::Unknown => {}
            Lookup::Missing if !self.says.own_tables => {}
            Lookup::Missing => {
                let types = self.types_of(table.columns.iter().map(|c| &*c.column));
                self.out.push(Difference {
                    kind: Kind::Table,
                    table: table.name.clone(),
                    name: table.name.to_string(),
                    models: Some(crate::emit::count(table.columns.len(), "column")),
                    migrations: None,
                    declared: Some(declared),
                    made: self.migrations.gone(&table.name),
                    harm: Harm::Breaks,
                    consequence: "every query through the model fails".to_owned(),
                    ops: types.into_iter().chain(creation(table)).collect(),
                });
            }
            Lookup::Found(found) if !found.complete => {}
            Lookup::Found(found) => {
                let pair = Pair::new(declared, table, found);
                self.columns(&pair);
                self.constraints(&pair);
                self.indexes(&pair);
            }
        }
    }

    /// What makes the types of columns that neither the migrations nor the code of differences
    /// before this one make.
    fn types_of<'c>(&mut self, columns: impl Iterator<Item = &'c Column>) -> Vec<OpKind> {
        let names: BTreeSet<&str> = columns.map(|column| column.ty.name.as_str()).collect();
        let mut ops = Vec::new();
        for name in names {
            let name = match name.split_once('.') {
                Some((schema, name)) => Name::new(Some(schema), name),
                None => Name::plain(name),
            };
            let Lookup::Found(ty) = self.models.ty(&name) else { continue };
            let TypeKind::Enum { labels } = &ty.kind else { continue };
            if self.migrations.ty(&name).is_missing() && self.made.insert(name.clone()) {
                ops.push(OpKind::CreateEnum { name, labels: labels.clone(), checkfirst: false });
            }
        }
        ops
    }

    /// A table that only the migrations have.
    fn undeclared(&mut self, table: &Table) {
        let derived = table.temporary
            || table.bound.is_some()
            || !table.parents.is_empty()
            || table.options.virtual_table
            || table.options.foreign
            // A table that the history only uses was made by somebody else.
            || !table.complete;
        if derived || !self.says.all_tables || self.models.is_open() {
            return;
        }
        self.out.push(Difference {
            kind: Kind::Table,
            table: table.name.clone(),
            name: table.name.to_string(),
            models: None,
            migrations: Some(crate::emit::count(table.columns.len(), "column")),
            declared: None,
            made: Some(table.created.span),
            harm: Harm::Risk,
            consequence: String::new(),
            ops: Vec::new(),
        });
    }
}

/// What makes a table as the models declare it.
fn creation(table: &Table) -> Vec<OpKind> {
    let mut create = CreateTable::new(table.name.clone());
    create.columns = table.columns.iter().map(|c| (*c.column).clone()).collect();
    create.constraints = table.constraints.clone();
    let indexes = table.indexes.iter().map(|of| OpKind::CreateIndex {
        table: table.name.clone(),
        index: of.index.clone(),
        concurrently: false,
        if_not_exists: false,
    });
    std::iter::once(OpKind::CreateTable(create)).chain(indexes).collect()
}

/// A table on both sides.
struct Pair<'a> {
    /// The class's header.
    declared: Span,
    model: &'a Table,
    made: &'a Table,
    /// The columns of each, as they are compared.
    has: [HashSet<String>; 2],
}

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Model,
    Made,
}

impl<'a> Pair<'a> {
    fn new(declared: Span, model: &'a Table, made: &'a Table) -> Pair<'a> {
        let mut pair = Pair { declared, model, made, has: Default::default() };
        let names = |table: &Table| -> HashSet<String> {
            table.columns.iter().map(|c| pair.key(&c.column.name)).collect()
        };
        pair.has = [names(model), names(made)];
        pair
    }

    /// Whether the table is known to lack one of these columns: that is the difference then.
    fn lacks(&self, side: Side, columns: &[String]) -> bool {
        let (table, has) = match side {
            Side::Model => (self.model, &self.has[0]),
            Side::Made => (self.made, &self.has[1]),
        };
        table.complete && columns.iter().any(|column| !has.contains(&self.key(column)))
    }

    fn difference(&self, kind: Kind, name: &str) -> Difference {
        Difference {
            kind,
            table: self.made.name.clone(),
            name: name.to_owned(),
            models: None,
            migrations: None,
            declared: Some(self.declared),
            made: Some(self.made.created.span),
            harm: Harm::Risk,
            consequence: String::new(),
            ops: Vec::new(),
        }
    }

    /// Names of columns as this database compares them.
    fn key(&self, name: &str) -> String {
        if self.made.folds { name.to_lowercase() } else { crate::schema::clip(name).to_owned() }
    }

    fn keys(&self, names: &[String]) -> Vec<String> {
        names.iter().map(|name| self.key(name)).collect()
    }
}
