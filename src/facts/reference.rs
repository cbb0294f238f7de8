//! What an operation needs and does not find: tables, columns, indexes, constraints, types,
//! and foreign keys that cannot stand.

use crate::{
    database::Database,
    facts::postgres,
    ir::{Constraint, ConstraintKind, ForeignKey, Index, Indexed, Name, Op, OpKind, Style},
    schema::{Lookup, MAX_PARTS, Schema, Table, View, mentions},
    source::Span,
    types::SqlType,
};

/// Something that an operation names and that is not there, or does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    pub kind: FlawKind,
    /// The clause that names it; the whole operation where no smaller place is known.
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlawKind {
    /// A table to be altered, indexed, dropped or written. 42P01.
    Table { table: Name },
    /// A table that a foreign key references. 42P01.
    Referenced { table: Name },
    /// A column of a table, in an operation of its own. 42703.
    Column { table: Name, column: String },
    /// A column that a foreign key references. 42703.
    ReferencedColumn { table: Name, column: String },
    /// 42704.
    Index { index: Name },
    /// 42704.
    Constraint { table: Name, name: String },
    /// `drop_constraint(None)`: SQLAlchemy cannot emit it.
    Unnamed { table: Name },
    /// A user-defined type, where the history makes its own. 42704.
    Type { name: Name },
    /// No primary key, UNIQUE or unique index on exactly these columns. 42830, 42704.
    NotUnique { table: Name, columns: Vec<String> },
    /// 42830.
    Count { local: usize, referenced: usize },
    /// 42804.
    Incompatible {
        column: String,
        ty: SqlType,
        table: Name,
        referenced: String,
        referenced_ty: SqlType,
    },
}

/// Everything an operation misses at this point, by what is certainly known.
pub fn flaws(schema: &Schema, op: &Op) -> Vec<Flaw> {
    let mut out = Found { schema, span: op.span, flaws: Vec::new() };
    out.operation(op);
    out.flaws
}

struct Found<'a> {
    schema: &'a Schema,
    span: Span,
    flaws: Vec<Flaw>,
}

impl<'a> Found<'a> {
    fn add(&mut self, kind: FlawKind) {
        self.add_at(kind, self.span);
    }

    fn add_at(&mut self, kind: FlawKind, span: Span) {
        let flaw = Flaw { kind, span };
        if !self.flaws.contains(&flaw) {
            self.flaws.push(flaw);
        }
    }

    fn operation(&mut self, op: &Op) {
        match &op.kind {
            // No server takes such a table; nothing is known of it.
            OpKind::CreateTable(create)
                if create.columns.len().max(create.constraints.len()) > MAX_PARTS => {}
            OpKind::CreateTable(create) => {
                let this = Target::New {
                    name: &create.table,
                    columns: &create.columns,
                    keys: &create.constraints,
                    more: create.from.is_some() || !create.likes.is_empty(),
                };
                for constraint in &create.constraints {
                    self.constraint(&this, constraint);
                }
                for column in &create.columns {
                    self.ty(&column.ty, column.span);
                }
            }
            OpKind::AddColumn { table, column, constraints, .. } => {
                let Some(found) = self.table(table) else { return };
                let this = Target::Old { table: found, plus: Some(column) };
                for constraint in constraints {
                    self.constraint(&this, constraint);
                }
                self.ty(&column.ty, column.span);
            }
            OpKind::AddConstraint { table, constraint } => {
                let Some(found) = self.table(table) else { return };
                self.constraint(&Target::Old { table: found, plus: None }, constraint);
            }
            OpKind::DropTable { table, if_exists, .. } => {
                if !if_exists && self.schema.view(table).is_none() {
                    self.table(table);
                }
            }
            OpKind::RenameTable { table, .. } | OpKind::SetSchema { table, .. } => {
                if self.schema.view(table).is_none() {
                    self.table(table);
                }
            }
            OpKind::DropColumn { table, column, if_exists, .. } => {
                if !if_exists {
                    self.column(table, column);
                }
            }
            OpKind::RenameColumn { table, column, .. } => self.column(table, column),
            OpKind::AlterColumn { table, column, change } => {
                self.column(table, column);
                if let Some(ty) = &change.ty {
                    self.ty(&ty.to, self.span);
                }
            }
            OpKind::CreateIndex { table, index, .. } => self.index(table, index),
            OpKind::DropConstraint { table, name, if_exists, kind, .. } => {
                self.dropped_constraint(op, table, name.as_deref(), *if_exists, *kind);
            }
            OpKind::ValidateConstraint { table, name }
            | OpKind::RenameConstraint { table, name, .. } => {
                self.named_constraint(table, name);
            }
            OpKind::DropIndex { name, if_exists: false, .. } => self.named_index(name),
            OpKind::RenameIndex { name, .. } => self.named_index(name),
            OpKind::AddEnumValue { name, .. }
            | OpKind::RenameEnumValue { name, .. }
            | OpKind::ReplaceEnum { name, .. } => {
                if self.schema.ty(name).is_missing() {
                    self.add(FlawKind::Type { name: name.clone() });
                }
            }
            OpKind::Write(write) => {
                if self.schema.view(&write.table).is_some() {
                    return;
                }
                let Some(table) = self.table(&write.table) else { return };
                for (column, _) in &write.columns {
                    if table.column(column).is_missing() {
                        self.add(FlawKind::Column {
                            table: write.table.clone(),
                            column: column.clone(),
                        });
                    }
                }
            }
            _ => {}
        }
    }

    /// Finds a table that must exist; says so where it certainly does not.
    fn table(&mut self, name: &Name) -> Option<&'a Table> {
        match self.schema.table(name) {
            Lookup::Found(table) => Some(table),
            Lookup::Missing if !is_system(name) && self.schema.view(name).is_none() => {
                self.add(FlawKind::Table { table: name.clone() });
                None
            }
            Lookup::Missing | Lookup::Unknown => None,
        }
    }

    fn column(&mut self, table: &Name, column: &str) {
        if self.schema.view(table).is_some() {
            return;
        }
        let Some(found) = self.table(table) else { return };
        if found.column(column).is_missing() {
            self.add(FlawKind::Column { table: table.clone(), column: column.to_owned() });
        }
    }

    fn constraint(&mut self, this: &Target<'_>, constraint: &Constraint) {
        for column in &constraint.columns {
            let listed = matches!(
                constraint.kind,
                ConstraintKind::Check { .. } | ConstraintKind::Exclude { .. }
            );
            if !listed && this.ty(column).is_missing() {
                self.add_at(
                    FlawKind::Column { table: this.name().clone(), column: column.clone() },
                    constraint.span,
                );
            }
        }
        if let ConstraintKind::ForeignKey(fk) = &constraint.kind {
            self.foreign_key(this, constraint, fk);
        }
    }

    fn foreign_key(&mut self, this: &Target<'_>, constraint: &Constraint, fk: &ForeignKey) {
        let own = *this.name() == fk.table;
        let old;
        let parent = if own {
            this
        } else {
            match self.schema.table(&fk.table) {
                Lookup::Found(table) => {
                    old = Target::Old { table, plus: None };
                    &old
                }
                Lookup::Missing => {
                    if self.schema.view(&fk.table).is_none() {
                        self.add_at(
                            FlawKind::Referenced { table: fk.table.clone() },
                            constraint.span,
                        );
                    }
                    return;
                }
                Lookup::Unknown => return,
            }
        };
        let referenced: Vec<String> = match fk.columns.as_slice() {
            [] => parent.key().map(<[String]>::to_vec).unwrap_or_default(),
            columns => columns.to_vec(),
        };
        if referenced.is_empty() {
            if parent.complete() {
                self.add_at(
                    FlawKind::NotUnique { table: fk.table.clone(), columns: Vec::new() },
                    constraint.span,
                );
            }
            return;
        }
        let mut all_there = true;
        for column in &referenced {
            if parent.ty(column).is_missing() {
                all_there = false;
                let flaw =
                    FlawKind::ReferencedColumn { table: fk.table.clone(), column: column.clone() };
                self.add_at(flaw, constraint.span);
            }
        }
        if constraint.columns.len() != referenced.len() {
            let flaw =
                FlawKind::Count { local: constraint.columns.len(), referenced: referenced.len() };
            self.add_at(flaw, constraint.span);
            return;
        }
        if all_there && parent.complete() && !parent.is_unique(&referenced) {
            let flaw = FlawKind::NotUnique { table: fk.table.clone(), columns: referenced.clone() };
            self.add_at(flaw, constraint.span);
            return;
        }
        self.compatible(this, constraint, fk, parent, &referenced);
    }

    fn compatible(
        &mut self,
        this: &Target<'_>,
        constraint: &Constraint,
        fk: &ForeignKey,
        parent: &Target<'_>,
        referenced: &[String],
    ) {
        if self.schema.database().is_sqlite() {
            return;
        }
        for (local, remote) in constraint.columns.iter().zip(referenced) {
            let (Lookup::Found(a), Lookup::Found(b)) = (this.ty(local), parent.ty(remote)) else {
                continue;
            };
            if postgres::comparable(self.schema, a, b) == Some(false) {
                let flaw = FlawKind::Incompatible {
                    column: local.clone(),
                    ty: a.clone(),
                    table: fk.table.clone(),
                    referenced: remote.clone(),
                    referenced_ty: b.clone(),
                };
                self.add_at(flaw, constraint.span);
            }
        }
    }

    fn index(&mut self, table: &Name, index: &Index) {
        if self.schema.view(table).is_some() {
            return;
        }
        let Some(found) = self.table(table) else { return };
        for part in &index.parts {
            if let Indexed::Column(column) = &part.of
                && found.column(column).is_missing()
            {
                self.add(FlawKind::Column { table: table.clone(), column: column.clone() });
            }
        }
    }

    fn named_constraint(&mut self, table: &Name, name: &str) {
        // SQLite has no such statement; that it is refused is said elsewhere.
        if self.schema.database().is_sqlite() {
            return;
        }
        let Some(found) = self.table(table) else { return };
        // From PostgreSQL 18 on, NOT NULL has a name of its own.
        let generated = name.contains("_not_null") && self.schema.database().at_least((18, 0));
        if found.complete && !generated && found.constraint(crate::schema::clip(name)).is_none() {
            self.add(FlawKind::Constraint { table: table.clone(), name: name.to_owned() });
        }
    }

    fn dropped_constraint(
        &mut self,
        op: &Op,
        table: &Name,
        name: Option<&str>,
        if_exists: bool,
        kind: Option<crate::ir::ConstraintType>,
    ) {
        let Some(name) = name else {
            // Outside a rebuild, SQLite has no ALTER for it with or without a name.
            let reached = !self.schema.database().is_sqlite()
                || matches!(op.style, Style::Batch { rebuild: true, .. });
            let named =
                op.style == Style::Sql || kind == Some(crate::ir::ConstraintType::PrimaryKey);
            if reached && !named {
                self.add(FlawKind::Unnamed { table: table.clone() });
            }
            return;
        };
        // SQLite keeps no names for constraints made without one; Alembic's batch mode finds
        // them by the project's naming convention, which cannot be refuted here.
        if if_exists || self.schema.database().is_sqlite() {
            return;
        }
        let Some(found) = self.table(table) else { return };
        let generated = name.ends_with("_not_null") && found.complete;
        if found.complete && !generated && found.constraint(crate::schema::clip(name)).is_none() {
            self.add(FlawKind::Constraint { table: table.clone(), name: name.to_owned() });
        }
    }

    fn named_index(&mut self, name: &Name) {
        let clipped = match self.schema.database().is_postgres() {
            true => name.sibling(crate::schema::clip(&name.name)),
            false => name.clone(),
        };
        if self.schema.index_table(&clipped).is_missing() {
            self.add(FlawKind::Index { index: name.clone() });
        }
    }

    /// A user-defined type is only known to be missing where the history makes types of its
    /// own in the same way; extensions bring others.
    fn ty(&mut self, ty: &SqlType, span: Span) {
        if self.schema.database().is_sqlite() || ty.is_unknown() || !ty.args.is_empty() {
            return;
        }
        let name = Name::plain(&ty.name);
        let made_once = self.schema.gone_type(&name);
        if made_once && self.schema.ty(&name).is_missing() {
            self.add_at(FlawKind::Type { name }, span);
        }
    }
}

/// A table as a foreign key sees it: one that exists, perhaps with a column being added, or
/// one that is being made.
enum Target<'a> {
    Old {
        table: &'a Table,
        plus: Option<&'a crate::ir::Column>,
    },
    New {
        name: &'a Name,
        columns: &'a [crate::ir::Column],
        keys: &'a [Constraint],
        /// Another table or a query adds to it, as in `LIKE other`.
        more: bool,
    },
}

impl Target<'_> {
    fn name(&self) -> &Name {
        match self {
            Target::Old { table, .. } => &table.name,
            Target::New { name, .. } => name,
        }
    }

    fn complete(&self) -> bool {
        match self {
            Target::Old { table, .. } => table.complete,
            Target::New { more, .. } => !more,
        }
    }

    fn ty(&self, column: &str) -> Lookup<&SqlType> {
        match self {
            Target::Old { plus: Some(new), .. } if new.name == column => Lookup::Found(&new.ty),
            Target::Old { table, .. } => match table.column(column) {
                Lookup::Found(found) => Lookup::Found(&found.column.ty),
                Lookup::Missing => Lookup::Missing,
                Lookup::Unknown => Lookup::Unknown,
            },
            Target::New { columns, more, .. } => {
                let found = columns.iter().find(|c| c.name.eq_ignore_ascii_case(column));
                let absent = if *more { Lookup::Unknown } else { Lookup::Missing };
                found.map_or(absent, |c| Lookup::Found(&c.ty))
            }
        }
    }

    fn constraints(&self) -> &[Constraint] {
        match self {
            Target::Old { table, .. } => &table.constraints,
            Target::New { keys, .. } => keys,
        }
    }

    fn key(&self) -> Option<&[String]> {
        let key = self.constraints().iter().find(|c| c.kind == ConstraintKind::PrimaryKey);
        key.map(|key| key.columns.as_slice())
    }

    /// A primary key, UNIQUE, or unique index that is neither partial nor over expressions, on
    /// exactly these columns in any order. Deferrable constraints do not count
    /// (experiments `con-fk-nonunique`, `-partial-unique-index`, `-part-of-unique`, `-unique-index-only`).
    fn is_unique(&self, columns: &[String]) -> bool {
        let same = |mut a: Vec<&str>| {
            let mut b: Vec<&str> = columns.iter().map(String::as_str).collect();
            a.sort_unstable();
            b.sort_unstable();
            a == b
        };
        let keyed = self.constraints().iter().any(|c| {
            matches!(c.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique { .. })
                && !c.deferrable
                && same(c.columns.iter().map(String::as_str).collect())
        });
        let indexed = matches!(self, Target::Old { table, .. } if table.indexes.iter().any(|i| {
            i.index.unique && i.index.predicate.is_none() && !i.index.has_expression() && same(i.index.columns().collect())
        }));
        keyed || indexed
    }
}

/// Whether a foreign key may reference these columns of a table.
pub fn is_unique(table: &Table, columns: &[String]) -> bool {
    Target::Old { table, plus: None }.is_unique(columns)
}

/// Catalogs and the tools' own version tables are always there.
fn is_system(name: &Name) -> bool {
    matches!(name.schema.as_deref(), Some("pg_catalog" | "information_schema"))
        || name.name.starts_with("pg_")
        || name.name.starts_with("sqlite_")
        || matches!(
            name.name.as_str(),
            "alembic_version"
                | "_sqlx_migrations"
                | "__diesel_schema_migrations"
                | "schema_migrations"
                | "goose_db_version"
                | "gorp_migrations"
                | "schema_migration"
                | "flyway_schema_history"
                | "refinery_schema_history"
                | "_prisma_migrations"
        )
}

/// What stops a table, column, type or constraint from being dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependent {
    /// For people: "foreign key `task_user_id_fkey` on `task`".
    pub what: String,
    /// A generated column, which PostgreSQL treats in its own way.
    pub generated: bool,
    pub span: Span,
}

/// What PostgreSQL names in a 2BP01 for a drop without CASCADE. SQLite drops regardless.
pub fn dependents(schema: &Schema, op: &Op) -> Vec<Dependent> {
    if !schema.database().is_postgres() {
        return Vec::new();
    }
    let foreign = |table: &Name, column: Option<&str>| -> Vec<Dependent> {
        let keys = schema.references_to(table).filter(|(child, _)| child.name != *table);
        let hit = keys.filter(|(_, c)| {
            column.is_none_or(|column| {
                c.foreign_key().is_some_and(|fk| fk.columns.iter().any(|x| x == column))
            })
        });
        hit.map(|(child, c)| {
            let name = c.name.as_deref().unwrap_or("unnamed");
            let what = format!("foreign key `{name}` on `{}`", child.name);
            Dependent { what, generated: false, span: c.span }
        })
        .collect()
    };
    let views = |table: &Name, word: Option<&str>| -> Vec<Dependent> {
        let reading = schema.views().filter(|v| v.tables.contains(table));
        let hit = reading.filter(|v| word.is_none_or(|w| reads_column(schema, v, table, w)));
        hit.map(reader).collect()
    };
    match &op.kind {
        OpKind::DropTable { table, cascade: false, .. } => {
            let mut found = foreign(table, None);
            found.extend(views(table, None));
            found
        }
        OpKind::DropColumn { table, column, cascade: false, .. } => {
            let mut found = foreign(table, Some(column));
            found.extend(views(table, Some(column)));
            found
        }
        OpKind::DropType { name, cascade: false, .. } => columns_of_type(schema, name),
        _ => Vec::new(),
    }
}

/// The columns whose type it is.
pub fn columns_of_type(schema: &Schema, name: &Name) -> Vec<Dependent> {
    let spelled = name.to_string();
    let mut found = Vec::new();
    for table in schema.tables() {
        for column in table.columns.iter().filter(|c| c.column.ty.name == spelled) {
            let what = format!("column `{}` of `{}`", column.column.name, table.name);
            found.push(Dependent { what, generated: false, span: column.created.span });
        }
    }
    found
}

/// Whether a generated column or a view reads a column, so that its type cannot change
/// (0A000; experiments `at-view-dep`, `at-generated-dep`).
pub fn pins_type(schema: &Schema, table: &Table, column: &str) -> Vec<Dependent> {
    let generated = table.columns.iter().filter(|c| {
        c.column.generated.as_ref().is_some_and(|g| mentions(&g.sql, column))
            && c.column.name != column
    });
    let mut found: Vec<Dependent> = generated
        .map(|c| Dependent {
            what: format!("generated column `{}`", c.column.name),
            generated: true,
            span: c.created.span,
        })
        .collect();
    let reading = schema.views().filter(|v| v.tables.contains(&table.name));
    found.extend(reading.filter(|v| reads_column(schema, v, &table.name, column)).map(reader));
    found
}

/// Whether a view that reads a table reads this column of it. Only the words of its query are
/// known: where another of its tables has such a column too, or may have, it cannot be told.
fn reads_column(schema: &Schema, view: &View, table: &Name, column: &str) -> bool {
    let lacks = |other: &Name| matches!(schema.table(other), Lookup::Found(t) if matches!(t.column(column), Lookup::Missing));
    view.words.contains(column) && view.tables.iter().all(|other| other == table || lacks(other))
}

fn reader(view: &View) -> Dependent {
    let what = format!("view `{}`", view.name);
    Dependent { what, generated: false, span: view.created.span }
}

/// Whether foreign keys to a missing table are accepted when they are declared.
pub fn accepts_dangling(database: Database) -> bool {
    database.is_sqlite()
}
