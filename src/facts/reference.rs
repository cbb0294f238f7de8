//! What an operation needs and does not find: tables, columns, indexes, constraints, types,
//! and foreign keys that cannot stand.

use crate::{
    database::Database,
    facts::postgres,
    ir::{
        Column, Constraint, ConstraintKind, ForeignKey, Index, Indexed, Name, Op, OpKind, Style,
        TableFrom,
    },
    schema::{Lookup, MAX_PARTS, Schema, Table},
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
    /// A trigger to be dropped, where it is known to be none (SQLite).
    Trigger { trigger: String },
    /// A view to be dropped. 42P01.
    View { view: Name },
    /// A sequence. 42P01.
    Sequence { sequence: Name },
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
    /// Only deferrable keys are on these columns. 55000.
    Deferrable { table: Name },
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
    let meant = schema.on_path(op);
    let op = meant.as_ref().unwrap_or(op);
    let mut out = Found { schema, span: op.span, flaws: Vec::new() };
    out.operation(op);
    if op.if_exists {
        // What the statement is about may be missing; what it names inside may not.
        let of = op.kind.table();
        out.flaws.retain(|flaw| match &flaw.kind {
            FlawKind::Table { table } => Some(table) != of,
            FlawKind::Index { .. } => false,
            _ => true,
        });
    }
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
                // PostgreSQL reads the query before it looks whether the table is there.
                if let Some(TableFrom::Query { query: Some(_), reads, .. }) = &create.from {
                    self.query(reads);
                }
                if create.if_not_exists && self.schema.holder(&create.table).is_some() {
                    return;
                }
                for like in &create.likes {
                    self.table(&like.table);
                }
                let (columns, known) = self.schema.listed_columns(create);
                let this = Target::New {
                    name: &create.table,
                    columns: &columns,
                    keys: &create.constraints,
                    more: create.from.is_some() || !known,
                };
                for constraint in &create.constraints {
                    self.constraint(&this, constraint);
                }
                for column in &create.columns {
                    self.ty(&column.ty, column.span);
                    self.generated(&this, column);
                }
            }
            OpKind::AddColumn { table, column, constraints, if_not_exists, .. } => {
                let Some(found) = self.table(table) else { return };
                if *if_not_exists && found.column(&column.name).found().is_some() {
                    return;
                }
                let this = Target::Old { table: found, plus: Some(column) };
                for constraint in constraints {
                    self.constraint(&this, constraint);
                }
                self.ty(&column.ty, column.span);
                self.generated(&this, column);
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
            OpKind::DropColumn { table, column, if_exists, .. } => match if_exists {
                true => drop(self.table(table)),
                false => self.column(table, column),
            },
            OpKind::RenameColumn { table, column, .. } => self.column(table, column),
            OpKind::AlterColumn { table, column, change } => {
                self.column(table, column);
                if let Some(ty) = &change.ty {
                    self.ty(&ty.to, self.span);
                    self.no_type(&ty.to);
                }
            }
            OpKind::CreateIndex { table, index, if_not_exists, .. } => {
                let known = index.name.as_ref().filter(|_| self.schema.database().is_sqlite());
                let known = known.and_then(|name| self.schema.relation(&table.sibling(name)));
                match *if_not_exists && known.is_some() {
                    true => drop(self.table(table)),
                    false => self.index(table, index),
                }
            }
            OpKind::DropConstraint { table, name, if_exists, kind, .. } => {
                self.dropped_constraint(op, table, name.as_deref(), *if_exists, *kind);
            }
            OpKind::ValidateConstraint { table, name }
            | OpKind::RenameConstraint { table, name, .. } => {
                self.named_constraint(table, name);
            }
            OpKind::DropIndex { name, if_exists: false, .. } => self.named_index(name),
            OpKind::RenameIndex { name, .. } => self.named_index(name),
            // SQLite stops at the word TYPE.
            OpKind::AddEnumValue { .. }
            | OpKind::RenameEnumValue { .. }
            | OpKind::RenameType { .. }
            | OpKind::MoveType { .. }
                if self.schema.database().is_sqlite() => {}
            OpKind::AddEnumValue { name, .. }
            | OpKind::RenameEnumValue { name, .. }
            | OpKind::RenameType { name, .. }
            | OpKind::MoveType { name, .. }
            | OpKind::ReplaceEnum { name, .. } => {
                if self.schema.ty(name).is_missing() {
                    self.add(FlawKind::Type { name: name.clone() });
                }
            }
            OpKind::DropType { name, if_exists: false, .. } => {
                if self.schema.ty(name).is_missing() {
                    self.add(FlawKind::Type { name: name.clone() });
                }
            }
            OpKind::CreateView { reads, .. } => self.query(reads),
            OpKind::DropView { name, if_exists: false, .. } => {
                let name = self.schema.resolve(name);
                let other = self.schema.relation(&name).is_some() || self.schema.is_open();
                if !other && self.schema.view(&name).is_none() && !is_system(&name) {
                    self.add(FlawKind::View { view: name });
                }
            }
            OpKind::CreateTrigger { table, .. } => {
                if self.schema.view(table).is_none() {
                    self.table(table);
                }
            }
            OpKind::DropTrigger { name, table: None, if_exists: false } => self.trigger(name),
            OpKind::CreateSequence { owner, .. } => self.owner(owner.as_ref()),
            OpKind::OwnSequence { name, owner } => {
                self.sequence(name);
                self.owner(owner.as_ref());
            }
            OpKind::RenameSequence { name, .. }
            | OpKind::DropSequence { name, if_exists: false, .. } => self.sequence(name),
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
            Lookup::Missing if !is_system(name) && self.schema.relation(name).is_none() => {
                self.add(FlawKind::Table { table: name.clone() });
                None
            }
            Lookup::Missing | Lookup::Unknown => None,
        }
    }

    /// What a view reads. Names that the query itself makes up are no tables.
    fn query(&mut self, reads: &crate::ir::Reads) {
        if self.schema.database().is_sqlite() || reads.words.contains("with") {
            return;
        }
        for table in &reads.tables {
            self.table(table);
        }
        let ([table], Some(columns)) = (reads.tables.as_slice(), &reads.columns) else { return };
        for column in columns.iter().filter(|c| !is_hidden(self.schema.database(), c)) {
            self.column(table, column);
        }
    }

    fn trigger(&mut self, name: &str) {
        let known = self.schema.tables_with_trigger(name).next().is_some()
            || self.schema.view_with_trigger(name).is_some();
        let open = self.schema.some_in_part();
        if self.schema.database().is_sqlite() && !known && !open {
            self.add(FlawKind::Trigger { trigger: name.to_owned() });
        }
    }

    fn sequence(&mut self, name: &Name) {
        let name = self.schema.resolve(name);
        let other = self.schema.relation(&name).is_some() || self.schema.is_open();
        if !other && self.schema.sequence(&name).is_none() {
            self.add(FlawKind::Sequence { sequence: name });
        }
    }

    fn owner(&mut self, owner: Option<&(Name, String)>) {
        if let Some((table, column)) = owner {
            self.column(table, column);
        }
    }

    /// What a generated column is made of.
    fn generated(&mut self, this: &Target<'_>, column: &Column) {
        let reads = column.generated.iter().flat_map(|g| g.reads.iter().flatten());
        for name in reads.filter(|name| !is_hidden(self.schema.database(), name)) {
            if this.ty(name).is_missing() {
                let (table, name) = (this.name().clone(), name.clone());
                self.add_at(FlawKind::Column { table, column: name }, column.span);
            }
        }
    }

    fn column(&mut self, table: &Name, column: &str) {
        if let Some(view) = self.schema.view(table) {
            let output = view.output.as_ref().filter(|_| self.schema.database().is_postgres());
            let may_be = |(name, _): &(String, SqlType)| name.is_empty() || name == column;
            if output.is_some_and(|columns| !columns.iter().any(may_be)) {
                self.add(FlawKind::Column { table: table.clone(), column: column.to_owned() });
            }
            return;
        }
        let Some(found) = self.table(table) else { return };
        if found.column(column).is_missing() {
            self.add(FlawKind::Column { table: table.clone(), column: column.to_owned() });
        }
    }

    fn constraint(&mut self, this: &Target<'_>, constraint: &Constraint) {
        for column in constraint.columns.iter().chain(&constraint.include) {
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
        for column in constraint.reads.iter().flatten() {
            if this.ty(column).is_missing() && !is_hidden(self.schema.database(), column) {
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
        if self.schema.database().is_sqlite()
            && !fk.columns.is_empty()
            && fk.columns.len() != constraint.columns.len()
        {
            let (local, referenced) = (constraint.columns.len(), fk.columns.len());
            return self.add_at(FlawKind::Count { local, referenced }, constraint.span);
        }
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
        let deferrable = self.schema.database().is_postgres() && parent.is_deferrable(&referenced);
        if all_there && parent.complete() && deferrable {
            self.add_at(FlawKind::Deferrable { table: fk.table.clone() }, constraint.span);
            return;
        }
        // SQLite counts what is written, and nothing else.
        let counted = self.schema.database().is_postgres() || !fk.columns.is_empty();
        if counted && constraint.columns.len() != referenced.len() {
            let flaw =
                FlawKind::Count { local: constraint.columns.len(), referenced: referenced.len() };
            return self.add_at(flaw, constraint.span);
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
        if self.schema.view(table).is_some_and(|view| view.materialized) {
            let reads = index.reads.iter().flatten().map(String::as_str);
            for column in index.columns().chain(reads) {
                self.column(table, column);
            }
            return;
        }
        if self.schema.view(table).is_some() {
            // Expressions are read before PostgreSQL looks what it is that they are about.
            if self.schema.database().is_postgres() {
                index.reads.iter().flatten().for_each(|column| self.column(table, column));
            }
            return;
        }
        let Some(found) = self.table(table) else { return };
        for column in index.include.iter().filter(|c| found.column(c).is_missing()) {
            self.add(FlawKind::Column { table: table.clone(), column: column.clone() });
        }
        let hidden = |column: &String| is_hidden(self.schema.database(), column);
        let read: Vec<&String> = index.reads.iter().flatten().filter(|c| !hidden(c)).collect();
        for column in read.into_iter().filter(|c| found.column(c).is_missing()) {
            self.add(FlawKind::Column { table: table.clone(), column: column.clone() });
        }
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
            let named = op.style.is_sql() || kind == Some(crate::ir::ConstraintType::PrimaryKey);
            if reached && !named {
                self.add(FlawKind::Unnamed { table: table.clone() });
            }
            return;
        };
        // SQLite keeps no names for constraints made without one; Alembic's batch mode finds
        // them by the project's naming convention, which cannot be refuted here.
        if self.schema.database().is_sqlite() {
            return;
        }
        let Some(found) = self.table(table).filter(|_| !if_exists) else { return };
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
        // One of a materialized view is there, too.
        let there = self.schema.relation(&clipped).is_some();
        if !there && self.schema.index_table(&clipped).is_missing() {
            self.add(FlawKind::Index { index: name.clone() });
        }
    }

    /// A user-defined type is only known to be missing where the history makes types of its
    /// own in the same way; extensions bring others.
    /// `ALTER COLUMN … TYPE bigserial`: 42704.
    fn no_type(&mut self, ty: &SqlType) {
        if self.schema.database().is_postgres() && SERIALS.contains(&ty.name.as_str()) {
            self.add(FlawKind::Type { name: Name::plain(&ty.name) });
        }
    }

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

/// Short for more than a type where a column is made, and nothing elsewhere (manual, 8.1.4).
pub const SERIALS: &[&str] =
    &["serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"];

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
            Target::Old { table, plus: Some(new) }
                if new.name == column || table.folds && new.name.eq_ignore_ascii_case(column) =>
            {
                Lookup::Found(&new.ty)
            }
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

    /// Whether the only keys on exactly these columns are deferrable ones (PostgreSQL).
    fn is_deferrable(&self, columns: &[String]) -> bool {
        let keyed = self.constraints().iter().any(|c| {
            matches!(c.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique { .. })
                && c.deferrable
                && same_columns(columns, c.columns.iter().map(String::as_str))
        });
        keyed && !self.is_unique(columns)
    }

    /// A primary key, UNIQUE, or unique index that is neither partial nor over expressions, on
    /// exactly these columns in any order. Deferrable constraints do not count
    /// (experiments `con-fk-nonunique`, `-partial-unique-index`, `-part-of-unique`, `-unique-index-only`).
    fn is_unique(&self, columns: &[String]) -> bool {
        let keyed = self.constraints().iter().any(|c| {
            matches!(c.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique { .. })
                && !c.deferrable
                && same_columns(columns, c.columns.iter().map(String::as_str))
        });
        let indexed = matches!(self, Target::Old { table, .. } if table.indexes.iter().any(|i| {
            i.index.unique && i.index.predicate.is_none() && !i.index.has_expression() && same_columns(columns, i.index.columns())
        }));
        keyed || indexed
    }
}

/// In any order.
fn same_columns<'a>(columns: &'a [String], others: impl Iterator<Item = &'a str>) -> bool {
    let mut a: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut b: Vec<&str> = others.collect();
    a.sort_unstable();
    b.sort_unstable();
    a == b
}

/// Whether a foreign key may reference these columns of a table.
pub fn is_unique(table: &Table, columns: &[String]) -> bool {
    Target::Old { table, plus: None }.is_unique(columns)
}

/// Columns that every table has without listing them, and words that an expression may hold
/// where a name could stand.
fn is_hidden(database: Database, column: &str) -> bool {
    let lower = column.to_lowercase();
    match database.is_sqlite() {
        true => matches!(lower.as_str(), "rowid" | "oid" | "_rowid_" | "true" | "false"),
        false => matches!(
            lower.as_str(),
            "ctid" | "xmin" | "xmax" | "cmin" | "cmax" | "tableoid" | "value"
        ),
    }
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

/// Whether foreign keys to a missing table are accepted when they are declared.
pub fn accepts_dangling(database: Database) -> bool {
    database.is_sqlite()
}
