//! PostgreSQL's order: schemas, extensions, types, sequences, tables, indexes, partitions,
//! foreign keys, views, triggers.

use std::collections::{BTreeSet, HashMap};

use super::{Script, Written, columns::Line, constraints::in_order, order::sorted, partly};
use crate::{
    ddl,
    facts::postgres::extensions,
    ir::{Constraint, ConstraintKind, Indexed, Name, Routine},
    quote,
    schema::{Origin, Sequence, Table, TableIndex, Type, TypeKind, View, sequence_name},
    types::SqlType,
};

impl<'a> Script<'a> {
    pub(super) fn postgres(&mut self) {
        self.namespaces();
        self.extensions();
        let routines = self.schema.routines();
        let mut late: [Vec<&Routine>; 3] = Default::default();
        for routine in routines {
            late[self.stage(routine)].push(routine);
        }
        let [early, late, last] = late;
        if [&early, &late, &last].iter().any(|list| !list.is_empty()) {
            self.gap();
            // Bodies may speak of tables that come later.
            self.statement("SET check_function_bodies = false");
        }
        self.types(&early);
        let own = self.own_sequences();
        let tables = sorted(self.replayed.tables(), |t| &t.name, |t| &t.parents);
        for table in &tables {
            self.table(table);
        }
        self.owners(&own);
        for table in &tables {
            self.attach(table);
        }
        let mut partitions: HashMap<&Name, Vec<&Table>> = HashMap::new();
        for table in tables.iter().filter(|t| t.bound.is_some()) {
            for parent in &table.parents {
                partitions.entry(parent).or_default().push(table);
            }
        }
        // A partition's index first: its table's takes it for its own then.
        for table in tables.iter().rev() {
            let partitions = partitions.get(&table.name).map_or(&[][..], Vec::as_slice);
            self.indexes(table, partitions);
        }
        for table in &tables {
            self.foreign_keys(table);
        }
        for routine in late {
            self.gap();
            self.statement(&routine.sql);
        }
        self.views();
        for routine in last {
            self.gap();
            self.statement(&routine.sql);
        }
        self.triggers(&tables);
    }

    /// When a function can be made: 1 after the tables, 2 after the views that its arguments and
    /// its result name.
    fn stage(&self, routine: &Routine) -> usize {
        let head = routine.sql.split('$').next().unwrap_or_default();
        let lower = head.to_lowercase();
        let words = |text: &str| -> Vec<String> {
            text.split(|c: char| !quote::is_name(c)).map(str::to_lowercase).collect()
        };
        let mut named = words(&routine.arguments);
        let result = lower.split_once("returns ").map_or("", |(_, rest)| rest);
        named.extend(words(result).into_iter().take_while(|w| !CLAUSES.contains(&w.as_str())));
        let of = |word: &String| {
            let name = Name { schema: None, name: word.clone() };
            let own = Name { schema: routine.name.schema.clone(), name: word.clone() };
            let table = |name| self.schema.table(name).found().is_some();
            match [&name, &own].iter().any(|name| self.schema.view(name).is_some()) {
                true => 2,
                false => usize::from(table(&name) || table(&own)),
            }
        };
        let inline = usize::from(words(&lower).windows(2).any(|w| w == ["begin", "atomic"])) * 2;
        named.iter().map(of).max().unwrap_or(0).max(inline)
    }

    /// Schemas that were made, and those in which something lies.
    fn namespaces(&mut self) {
        let mut names: BTreeSet<&str> = self.schema.namespaces().collect();
        let tables = self.replayed.tables().map(|t| &t.name);
        let types = self.schema.types().map(|t| &t.name);
        let views = self.schema.views().map(|v| &v.name);
        let sequences = self.schema.sequences().map(|s| &s.name);
        let all = tables.chain(types).chain(views).chain(sequences);
        names.extend(all.filter_map(|name| name.schema.as_deref()));
        names.extend(self.schema.extensions().filter_map(|(_, schema)| schema));
        for name in names.into_iter().filter(|name| !name.starts_with("pg_") && *name != "public") {
            self.gap();
            self.statement(&format!("CREATE SCHEMA IF NOT EXISTS {}", self.name(name)));
        }
    }

    /// Extensions that were made, and those whose types, functions and operator classes are used.
    fn extensions(&mut self) {
        let mut wanted: std::collections::BTreeMap<&str, Option<&str>> =
            self.schema.extensions().collect();
        let mut used: BTreeSet<&str> = BTreeSet::new();
        let expression = |sql: &str, used: &mut BTreeSet<&'static str>| {
            for word in sql.split(|c: char| !quote::is_name(c)).filter(|w| !w.is_empty()) {
                used.extend(extensions::of_function(&word.to_lowercase()));
            }
        };
        for table in self.replayed.tables() {
            for c in &table.columns {
                let last = c.column.ty.name.rsplit('.').next().unwrap_or_default();
                if !matches!(self.schema.ty(&Name::plain(last)), crate::schema::Lookup::Found(_)) {
                    used.extend(extensions::of_type(last));
                }
                let default = c.column.default.as_ref().and_then(|d| d.sql.as_deref());
                let generated = c.column.generated.as_ref().map(|g| g.sql.as_str());
                default.iter().chain(&generated).for_each(|sql| expression(sql, &mut used));
            }
            for part in table.indexes.iter().flat_map(|i| &i.index.parts) {
                used.extend(part.opclass.as_deref().and_then(extensions::of_opclass));
                if let Indexed::Expression(sql) = &part.of {
                    expression(sql, &mut used);
                }
            }
        }
        let routines = &self.routines;
        used.retain(|extension| !routines.contains(extension));
        for extension in used {
            wanted.entry(extension).or_default();
        }
        for (name, schema) in wanted {
            self.gap();
            let schema = schema.filter(|schema| *schema != "pg_catalog");
            let within = schema.map(|s| format!(" WITH SCHEMA {}", self.name(s)));
            self.statement(&format!(
                "CREATE EXTENSION IF NOT EXISTS {}{}",
                self.name(name),
                within.unwrap_or_default()
            ));
        }
    }

    /// Types and functions may need each other: in the order in which they were made, enums first.
    fn types(&mut self, routines: &[&Routine]) {
        enum Made<'a> {
            Type(&'a Type),
            Routine(&'a Routine),
        }
        let at = |origin: Origin| (origin.migration, origin.span.start);
        let mut all: Vec<(bool, (u32, u32), Made<'_>)> = self
            .schema
            .types()
            .map(|ty| (!matches!(ty.kind, TypeKind::Enum { .. }), at(ty.created), Made::Type(ty)))
            .collect();
        all.extend(routines.iter().map(|routine| {
            let created = self.schema.routine_origin(routine).unwrap_or(self.schema.now());
            (true, at(created), Made::Routine(routine))
        }));
        all.sort_by_key(|(later, at, _)| (*later, *at));
        for (_, _, made) in all {
            self.gap();
            match made {
                Made::Routine(routine) => self.statement(&routine.sql),
                Made::Type(ty) => self.one_type(ty),
            }
        }
    }

    fn one_type(&mut self, ty: &Type) {
        let name = self.qualified(&ty.name);
        match &ty.kind {
            TypeKind::Enum { labels } => {
                let labels: Vec<String> = labels.iter().map(|label| quote::text(label)).collect();
                self.statement(&format!("CREATE TYPE {name} AS ENUM ({})", labels.join(", ")));
            }
            TypeKind::Other { sql: Some(sql) } if !sql.starts_with('(') => {
                self.statement(format!("CREATE TYPE {name} {sql}").trim_end());
            }
            TypeKind::Other { .. } => self.unknown(&format!("the definition of the type {name}")),
            TypeKind::Domain { known: false, .. } => {
                self.unknown(&format!("the definition of the domain {name}"));
            }
            TypeKind::Domain { domain, .. } => {
                let Some(base) = self.ty(&domain.base) else {
                    return self.unknown(&format!("what the domain {name} is over"));
                };
                let mut text = format!("CREATE DOMAIN {name} AS {base}");
                if let Some(collation) = &domain.collation {
                    text.push_str(&format!(
                        " COLLATE {}",
                        ddl::collation(collation, self.database.dialect)
                    ));
                }
                if let Some(default) = domain.default.as_ref().and_then(|d| d.sql.as_deref()) {
                    text.push_str(&format!(" DEFAULT {default}"));
                }
                if !domain.nullable {
                    text.push_str(" NOT NULL");
                }
                for check in &domain.checks {
                    let ConstraintKind::Check { sql: Some(sql) } = &check.kind else { continue };
                    if let Some(given) = &check.name {
                        text.push_str(&format!(" CONSTRAINT {}", self.name(given)));
                    }
                    text.push_str(&format!(" CHECK ({sql})"));
                }
                self.statement(&text);
            }
        }
    }

    /// Sequences that no column makes by itself.
    fn own_sequences(&mut self) -> Vec<&'a Sequence> {
        let schema = self.schema;
        let implied = |sequence: &Sequence| {
            let Some((table, column)) = &sequence.owner else { return false };
            let usual = |ty: &SqlType| {
                sequence.name == sequence_name(table, column) && sequence.is_usual(ty)
            };
            let found = schema.column(table, column).found();
            found.is_some_and(|c| {
                let c = &c.column;
                sequence.internal || c.serial && !c.nullable && usual(&c.ty)
            })
        };
        let own: Vec<&Sequence> = schema.sequences().filter(|s| !implied(s)).collect();
        for sequence in &own {
            self.gap();
            let text =
                format!("CREATE SEQUENCE {} {}", self.qualified(&sequence.name), sequence.options);
            self.statement(text.trim_end());
        }
        own
    }

    fn owners(&mut self, sequences: &[&Sequence]) {
        for sequence in sequences {
            let Some((table, column)) = &sequence.owner else { continue };
            if !self.has(table, std::slice::from_ref(column)) {
                continue;
            }
            self.gap();
            self.statement(&format!(
                "ALTER SEQUENCE {} OWNED BY {}.{}",
                self.qualified(&sequence.name),
                self.qualified(table),
                self.name(column)
            ));
        }
    }

    fn table(&mut self, table: &'a Table) {
        self.gap();
        let name = self.qualified(&table.name);
        if table.options.foreign {
            return self.unknown(&format!("the foreign table {name}, whose server is not read"));
        }
        if !table.complete {
            self.unknown(&partly(table, &name));
            if table.columns.is_empty() {
                return;
            }
        }
        let mut written = Written::default();
        for c in &table.columns {
            match self.ty(&c.column.ty) {
                Some(_) => drop(written.columns.insert(c.column.name.as_str())),
                None => written.left_out.push(&c.column.name),
            }
        }
        written.note_keys(table);
        self.written.insert(&table.name, written);
        let mut lines: Vec<Line> =
            table.columns.iter().flat_map(|c| self.column(table, &c.column, None)).collect();
        let again: BTreeSet<*const Constraint> =
            repeated(table).into_iter().map(std::ptr::from_ref).collect();
        for c in in_order(table) {
            let later = c.foreign_key().is_some() || !c.validated;
            if later || again.contains(&std::ptr::from_ref(c)) || self.is_inline_not_null(table, c)
            {
                continue;
            }
            lines.push(match self.constraint(table, c) {
                Ok(text) => Line::Item(text),
                Err(why) => Line::Unknown(why),
            });
        }
        let kind = if table.options.unlogged { "UNLOGGED TABLE" } else { "TABLE" };
        let mut tail = String::new();
        if let Some(by) = &table.options.partition_by {
            tail.push_str(&format!(" PARTITION BY {by}"));
        }
        self.statement(&format!("CREATE {kind} {name} {}{tail}", body(lines)));
        self.standing.insert(&table.name);
    }

    fn is_inline_not_null(&self, table: &Table, c: &crate::ir::Constraint) -> bool {
        let column = || c.columns.first().and_then(|name| table.column(name).found());
        c.kind == ConstraintKind::NotNull
            && c.validated
            && column().is_some_and(|c| !c.column.nullable)
    }

    /// The place among partitions and heirs: a child has columns and rules in an order of its
    /// own, which PARTITION OF and INHERITS would not keep.
    fn attach(&mut self, table: &'a Table) {
        if !self.written.contains_key(&table.name) {
            return;
        }
        let name = self.qualified(&table.name);
        for parent in &table.parents {
            if !self.written.contains_key(parent) {
                continue;
            }
            self.gap();
            let of = self.schema.table(parent).found();
            let partitioned = of.is_some_and(|t| t.options.partition_by.is_some());
            let parent = self.qualified(parent);
            if table.bound.is_some() && !partitioned {
                self.unknown(&format!(
                    "by what {parent} is partitioned, of which {name} is a part"
                ));
                continue;
            }
            self.statement(&match &table.bound {
                Some(bound) => format!("ALTER TABLE {parent} ATTACH PARTITION {name} {bound}"),
                None => format!("ALTER TABLE {name} INHERIT {parent}"),
            });
        }
    }

    /// Indexes, and checks of new rows only.
    fn indexes(&mut self, table: &'a Table, partitions: &[&Table]) {
        if !self.written.contains_key(&table.name) {
            return;
        }
        let name = self.qualified(&table.name);
        for index in &table.indexes {
            self.gap();
            let columns: Vec<String> = index.index.columns().map(str::to_owned).collect();
            let known =
                self.has(&table.name, &columns) && self.has(&table.name, &index.index.include);
            let same = |other: &TableIndex| {
                other.index.parts == index.index.parts && other.index.unique == index.index.unique
            };
            // `CREATE INDEX … ON ONLY`: the partitions have none.
            let alone =
                !partitions.is_empty() && partitions.iter().any(|p| !p.indexes.iter().any(same));
            let made = match known {
                true => self.index(&table.name, index, alone, |sql| self.stands(table, sql)),
                false => Err(format!(
                    "index {} on {name}, over a column that is not known",
                    self.name(&index.name)
                )),
            };
            self.said(made);
        }
        let unchecked = |c: &&Constraint| !c.validated && c.foreign_key().is_none();
        for c in table.constraints.iter().filter(unchecked).chain(repeated(table)) {
            self.gap();
            let made = self.constraint(table, c);
            self.said(made.map(|text| format!("ALTER TABLE {name} ADD {text}")));
        }
    }

    fn said(&mut self, made: Result<String, String>) {
        match made {
            Ok(text) => self.statement(&text),
            Err(why) => self.unknown(&why),
        }
    }

    fn foreign_keys(&mut self, table: &'a Table) {
        if !self.written.contains_key(&table.name) {
            return;
        }
        for c in &table.constraints {
            let Some(fk) = c.foreign_key() else { continue };
            if self.comes_with_parent(table, c) {
                continue;
            }
            self.gap();
            let name = self.qualified(&table.name);
            match self.dangling(table, c, fk) {
                Some(why) => {
                    let key = c.name.as_deref().unwrap_or_default();
                    self.unknown(&format!("foreign key {} of {name}, {why}", self.name(key)));
                }
                None => {
                    let made = self.constraint(table, c);
                    self.said(made.map(|text| format!("ALTER TABLE {name} ADD {text}")));
                }
            }
        }
    }

    /// Whether a foreign key of a partition is made with the one of its table.
    fn comes_with_parent(&self, table: &Table, c: &Constraint) -> bool {
        let parents = table.parents.iter().filter(|_| table.bound.is_some());
        let mut parents = parents.filter_map(|p| self.schema.table(p).found());
        parents.any(|p| p.constraints.iter().any(|o| o.columns == c.columns && o.kind == c.kind))
    }

    fn views(&mut self) {
        for view in sorted(self.schema.views(), |v| &v.name, |v| &v.tables) {
            self.gap();
            let name = self.qualified(&view.name);
            let kind = if view.materialized { "MATERIALIZED VIEW" } else { "VIEW" };
            if let Some(why) = self.unreadable(view) {
                self.unknown(&format!("the {} {name}, {why}", kind.to_lowercase()));
                continue;
            }
            let columns = match view.columns.as_slice() {
                [] => String::new(),
                columns => format!(" ({})", self.list(columns)),
            };
            let sql = view.sql.as_deref().unwrap_or_default();
            let path = unspoken(view, sql);
            if !path.is_empty() {
                self.statement(&format!("SET search_path = {}, public", self.list(&path)));
            }
            self.statement(&format!("CREATE {kind} {name}{columns} AS\n{sql}"));
            if !path.is_empty() {
                self.statement("RESET search_path");
            }
            self.written.insert(&view.name, Written::default());
            for index in &view.indexes {
                let made = self.index(&view.name, index, false, |sql| !sql.is_empty());
                self.said(made);
            }
        }
    }

    fn triggers(&mut self, tables: &[&'a Table]) {
        for table in tables {
            let triggers = match self.written.contains_key(&table.name) {
                true => table.triggers.as_slice(),
                false => &[],
            };
            for trigger in triggers {
                self.gap();
                let known = trigger.sql.as_deref().filter(|sql| self.runs(sql));
                match known {
                    Some(sql) => self.statement(sql),
                    None => self.unknown(&format!(
                        "the trigger {} of {}",
                        self.name(&trigger.name),
                        self.qualified(&table.name)
                    )),
                }
            }
        }
    }

    /// Whether the function that a trigger runs is made here or the server's own.
    fn runs(&self, sql: &str) -> bool {
        let words: Vec<&str> =
            sql.split(|c: char| !quote::is_name(c)).filter(|w| !w.is_empty()).collect();
        let is =
            |at: usize, wanted: &str| words.get(at).is_some_and(|w| w.eq_ignore_ascii_case(wanted));
        let execute = (0..words.len()).rev().find(|at| is(*at, "execute"));
        let name = execute.map(|at| at + 2).map(|at| if is(at, "public") { at + 1 } else { at });
        let Some(name) = name.and_then(|at| words.get(at)) else { return false };
        self.routines.contains(name)
            || self.routines.contains(name.to_lowercase().as_str())
            || OWN_TRIGGERS.iter().any(|own| name.eq_ignore_ascii_case(own))
    }
}

/// The schemas of what a query reads that it does not name: those it was made in.
fn unspoken(view: &View, sql: &str) -> Vec<String> {
    let lower = sql.to_lowercase();
    let schemas: BTreeSet<&String> =
        view.tables.iter().filter_map(|name| name.schema.as_ref()).collect();
    let named = |schema: &String| {
        [format!("{}.", schema.to_lowercase()), format!("\"{}\".", schema.to_lowercase())]
            .iter()
            .any(|spelled| lower.contains(spelled))
    };
    schemas.into_iter().filter(|schema| !named(schema)).cloned().collect()
}

/// What may follow a function's result.
const CLAUSES: &[&str] = &[
    "as",
    "language",
    "immutable",
    "stable",
    "volatile",
    "strict",
    "called",
    "security",
    "cost",
    "rows",
    "parallel",
    "set",
    "begin",
    "return",
    "window",
    "leakproof",
    "not",
    "support",
    "transform",
    "external",
];

/// Functions for triggers that PostgreSQL and its extensions bring along.
const OWN_TRIGGERS: &[&str] = &[
    "tsvector_update_trigger",
    "tsvector_update_trigger_column",
    "suppress_redundant_updates_trigger",
];

impl<'a> Written<'a> {
    /// Remembers by what rows can be told apart.
    pub(super) fn note_keys(&mut self, table: &'a Table) {
        let mut keys: Vec<Vec<&str>> = Vec::new();
        for c in &table.constraints {
            if matches!(c.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique { .. }) {
                keys.push(c.columns.iter().map(String::as_str).collect());
            }
        }
        for index in table.indexes.iter().map(|i| &i.index) {
            if index.unique && index.predicate.is_none() && !index.has_expression() {
                keys.push(index.columns().collect());
            }
        }
        self.primary = table.key_columns().iter().map(String::as_str).collect();
        let columns = &self.columns;
        keys.retain(|key| key.iter().all(|c| columns.contains(c)));
        for mut key in keys {
            key.sort_unstable();
            self.keys.insert(key);
        }
    }
}

/// The UNIQUEs that say what a key before them says: of such, CREATE TABLE makes only one
/// (PostgreSQL `transformIndexConstraints`).
fn repeated(table: &Table) -> Vec<&Constraint> {
    let mut seen: BTreeSet<&[String]> = BTreeSet::new();
    let mut again = Vec::new();
    for c in in_order(table) {
        let keyed = matches!(c.kind, ConstraintKind::PrimaryKey | ConstraintKind::Unique { .. });
        if keyed && !seen.insert(&c.columns) {
            again.push(c);
        }
    }
    again
}

/// The parenthesised part of a CREATE TABLE: comments stand on lines of their own.
pub(super) fn body(lines: Vec<Line>) -> String {
    let last = lines.iter().rposition(|line| matches!(line, Line::Item(_)));
    let mut text = "(".to_owned();
    for (at, line) in lines.iter().enumerate() {
        text.push_str("\n    ");
        match line {
            Line::Item(item) => {
                text.push_str(item);
                if last.is_some_and(|last| at < last) {
                    text.push(',');
                }
            }
            Line::Unknown(what) => {
                text.push_str(&format!("-- unknown: {}", crate::emit::clean(what)));
            }
        }
    }
    text.push_str("\n)");
    text
}

impl Script<'_> {
    /// Why a view cannot be written; `None`: it can.
    pub(super) fn unreadable(&self, view: &View) -> Option<String> {
        let Some(sql) = view.sql.as_deref() else {
            return Some("whose query is not known since something in it was renamed".to_owned());
        };
        let flat = sql.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        for name in &view.tables {
            let resolved = self.schema.resolve(name);
            if self.written.contains_key(&resolved) {
                let whole = self.schema.table(&resolved).found().is_none_or(|t| t.complete);
                let left_out = !self.written[&resolved].left_out.is_empty();
                if whole && !left_out {
                    continue;
                }
                return Some(format!("which reads {name}, of which not everything is known"));
            }
            let system = name
                .schema
                .as_deref()
                .is_some_and(|s| s == "information_schema" || s.starts_with("pg_"));
            let lower = name.name.to_lowercase();
            // A name of the query itself, or a function's.
            let of_its_own =
                [" as (", " as materialized (", " as not materialized (", "(", " (", "("]
                    .iter()
                    .any(|tail| flat.contains(&format!("{lower}{tail}")));
            if !system && !lower.starts_with("pg_") && !lower.starts_with("sqlite_") && !of_its_own
            {
                return Some(format!("which reads {name}, which the history does not make"));
            }
        }
        None
    }
}
