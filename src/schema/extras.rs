//! What a history makes besides tables: schemas, extensions, functions, sequences, domains,
//! and what ties tables together.

use std::collections::HashSet;

use super::{Origin, Schema, TypeKind, View};
use crate::{
    database::Dialect,
    ir::{Constraint, DefaultValue, DomainChange, Name, Routine},
    quote,
    types::SqlType,
};

/// A thing that is only named, or kept as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extra {
    Namespace,
    /// The schema that it was put into, where one is named.
    Extension {
        schema: Option<String>,
    },
    Routine {
        routine: Routine,
        created: Origin,
    },
}

/// Extras share one map, under names that tell their kinds apart.
fn key(kind: &str, name: &str) -> Name {
    Name::plain(&format!("{kind} {name}"))
}

impl Schema {
    /// Schemas besides the default one.
    pub fn namespaces(&self) -> impl Iterator<Item = &str> {
        self.extras_of("schema", |extra| matches!(extra, Extra::Namespace))
    }

    /// Extensions, with the schema that they were put into.
    pub fn extensions(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let names = self.extras.names().zip(self.extras.values());
        names.filter_map(|(name, extra)| match extra {
            Extra::Extension { schema } => {
                Some((name.name.strip_prefix("extension ")?, schema.as_deref()))
            }
            _ => None,
        })
    }

    /// Functions and procedures, in the order in which they were made.
    pub fn routines(&self) -> Vec<&Routine> {
        let mut found: Vec<(Origin, &Routine)> = self
            .extras
            .values()
            .filter_map(|extra| match extra {
                Extra::Routine { routine, created } => Some((*created, routine)),
                _ => None,
            })
            .collect();
        found.sort_by_key(|(created, _)| (created.migration, created.span.start));
        found.into_iter().map(|(_, routine)| routine).collect()
    }

    /// Where a function was made.
    pub fn routine_origin(&self, routine: &Routine) -> Option<Origin> {
        let types = argument_types(&routine.arguments);
        match self.extras.get(&key("function", &format!("{}({types})", routine.name)))? {
            Extra::Routine { created, .. } => Some(*created),
            _ => None,
        }
    }

    fn extras_of(
        &self,
        kind: &'static str,
        wanted: fn(&Extra) -> bool,
    ) -> impl Iterator<Item = &str> {
        let names = self.extras.names().zip(self.extras.values());
        names
            .filter(move |(_, extra)| wanted(extra))
            .filter_map(move |(name, _)| name.name.strip_prefix(kind)?.strip_prefix(' '))
    }

    pub(super) fn create_namespace(&mut self, name: &str) {
        if !matches!(name, "public" | "main") {
            self.extras.insert(key("schema", name), Extra::Namespace);
        }
    }

    pub(super) fn drop_namespace(&mut self, name: &str) {
        self.extras.remove(&key("schema", name));
    }

    pub(super) fn create_extension(&mut self, name: &str, schema: Option<&str>) {
        let at = key("extension", name);
        if self.extras.get(&at).is_none() {
            self.extras.insert(at, Extra::Extension { schema: schema.map(str::to_owned) });
        }
    }

    pub(super) fn drop_extension(&mut self, name: &str) {
        self.extras.remove(&key("extension", name));
    }

    pub(super) fn create_routine(&mut self, routine: &Routine) {
        let types = argument_types(&routine.arguments);
        let at = key("function", &format!("{}({types})", routine.name));
        let created = match self.extras.get(&at) {
            Some(Extra::Routine { created, .. }) => *created,
            _ => self.now,
        };
        let yields = self.yields.entry(routine.name.name.clone());
        let known = yields.or_insert_with(|| routine.returns.clone());
        if *known != routine.returns {
            *known = SqlType::unknown();
        }
        self.extras.insert(at, Extra::Routine { routine: routine.clone(), created });
    }

    pub(super) fn drop_routine(&mut self, name: &Name, arguments: Option<&str>) {
        let at = match arguments {
            Some(arguments) => {
                Some(key("function", &format!("{name}({})", argument_types(arguments))))
            }
            None => {
                let prefix = format!("function {name}(");
                self.extras.names().find(|known| known.name.starts_with(&prefix)).cloned()
            }
        };
        if let Some(at) = at {
            self.extras.remove(&at);
        }
    }

    /// `ALTER SEQUENCE … OWNED BY`. A default that the sequence feeds is `serial`'s then.
    pub(super) fn own_sequence(&mut self, name: &Name, owner: Option<&(Name, String)>) {
        let owner = owner.map(|(table, column)| (self.resolve(table), column.clone()));
        let before = self.sequences.get(name).and_then(|s| s.owner.clone());
        if let Some((table, column)) = before.filter(|before| owner.as_ref() != Some(before)) {
            self.edit_column(&table, &column, |c| {
                if std::mem::take(&mut c.serial) {
                    c.default = Some(next_of(name));
                }
            });
        }
        if let Some((table, column)) = &owner {
            self.not_serial_by(table, column, name);
        }
        self.sequences.edit(name, |s| s.owner.clone_from(&owner));
        self.note_owner(name);
        let Some((table, column)) = owner else { return };
        let found = self.tables.get(&table).and_then(|t| t.column(&column).found());
        let Some(default) = found.and_then(|c| c.column.default.clone()) else { return };
        let alone = self.owned_sequences(&table, Some(&column)).len() == 1;
        if alone && self.feeds(&default, &table, &column) {
            self.edit_column(&table, &column, |c| (c.serial, c.default) = (true, None));
        }
    }

    /// Whether a default takes its values from a sequence that goes with the column.
    pub(super) fn feeds(&self, default: &DefaultValue, table: &Name, column: &str) -> bool {
        let Some(name) = default.sql.as_deref().and_then(sequence_of) else { return false };
        let owner = self.sequences.get(&name).and_then(|s| s.owner.as_ref());
        owner.is_some_and(|(t, c)| t == table && c == column)
    }

    pub(super) fn rename_sequence(&mut self, name: &Name, to: &str) {
        self.move_sequence(name, name.sibling(super::clip(to)));
    }

    pub(super) fn move_sequence(&mut self, name: &Name, to: Name) {
        if *name == to || self.relation_exists(&to) {
            return;
        }
        let Some(old) = self.sequences.remove(name) else { return };
        self.defaults_follow(name, &to);
        let mut new = super::Sequence::clone(&old);
        new.name.clone_from(&to);
        self.sequences.insert(to.clone(), new);
        self.note_owner(&to);
    }

    /// A second sequence goes with a `serial` column: its default names the first from now on.
    pub(super) fn not_serial_by(&mut self, table: &Name, column: &str, second: &Name) {
        let first = self.owned_sequences(table, Some(column)).into_iter().find(|s| s != second);
        let Some(first) = first else { return };
        self.edit_column(table, column, |c| {
            if std::mem::take(&mut c.serial) {
                c.default = Some(next_of(&first));
            }
        });
    }

    fn drop_defaults_of(&mut self, sequence: &Name) {
        for (table, column) in self.fed_by(sequence) {
            self.edit_column(&table, &column, |c| c.default = None);
        }
    }

    /// The columns whose default names a sequence, besides the one that it goes with.
    pub fn fed_by(&self, sequence: &Name) -> Vec<(Name, String)> {
        let feeds = |c: &&super::TableColumn| {
            let sql = c.column.default.as_ref().and_then(|d| d.sql.as_deref());
            sql.and_then(sequence_of).as_ref() == Some(sequence)
        };
        let with = |t: &super::Table| {
            let fed = t.columns.iter().filter(feeds);
            fed.map(|c| (t.name.clone(), c.column.name.clone())).collect::<Vec<_>>()
        };
        self.ever_fed(sequence).filter_map(|name| self.tables.get(name)).flat_map(with).collect()
    }

    /// A default keeps its sequence by what it is, not by its name.
    fn defaults_follow(&mut self, from: &Name, to: &Name) {
        let fed = self.fed_by(from);
        for (table, column) in fed {
            self.edit_column(&table, &column, |c| c.default = Some(next_of(to)));
        }
    }

    /// With CASCADE the defaults that take their values from it go too.
    pub(super) fn drop_sequence(&mut self, name: &Name, cascade: bool) {
        let name = self.resolve(name);
        let Some(old) = self.sequences.remove(&name) else { return };
        if let (true, Some((table, column))) = (cascade, &old.owner) {
            self.edit_column(table, column, |c| c.serial = false);
        }
        if cascade {
            self.drop_defaults_of(&name);
        }
    }

    fn edit_column(
        &mut self,
        table: &Name,
        column: &str,
        change: impl FnOnce(&mut crate::ir::Column),
    ) {
        self.tables.edit(table, |t| {
            if let Some(found) = t.columns.iter_mut().find(|c| c.column.name == column) {
                change(std::sync::Arc::make_mut(&mut found.column));
            }
        });
        let found = self.tables.get(table).and_then(|t| t.column(column).found());
        if let Some(changed) = found.map(|c| std::sync::Arc::clone(&c.column)) {
            self.note_column(table, &changed);
        }
    }

    pub(super) fn alter_domain(&mut self, name: &Name, change: &DomainChange) {
        self.types.edit(name, |ty| {
            if let TypeKind::Other { sql } = &mut ty.kind {
                *sql = None;
            }
            let TypeKind::Domain { domain, known } = &mut ty.kind else { return };
            let named = |c: &Constraint, name: &String| c.name.as_ref() == Some(name);
            match change {
                DomainChange::Default(default) => domain.default.clone_from(default),
                DomainChange::Nullable(nullable) => domain.nullable = *nullable,
                DomainChange::AddCheck(check) => domain.checks.push(Constraint::clone(check)),
                DomainChange::DropCheck(name) => domain.checks.retain(|c| !named(c, name)),
                DomainChange::RenameCheck { from, to } => {
                    for check in domain.checks.iter_mut().filter(|c| named(c, from)) {
                        check.name = Some(to.clone());
                    }
                }
                DomainChange::Unread => *known = false,
            }
        });
    }

    pub(super) fn attach(&mut self, table: &Name, child: &Name, bound: Option<&str>) {
        let parent = self.resolve(table);
        let child = &self.resolve(child);
        // 42P07: circular inheritance is not allowed.
        if self.descends_from(&parent, child) {
            return;
        }
        self.edit(child, |t| {
            t.parents.push(parent.clone());
            t.bound = bound.map(str::to_owned);
        });
        self.adopt(&parent, child, bound.is_some());
    }

    pub(super) fn detach(&mut self, table: &Name, child: &Name) {
        let table = self.resolve(table);
        let source = self.tables.shared(&table);
        let lose = self.database.at_least((17, 0));
        self.edit(child, |t| {
            // From 17 on, a partition has its parent's identity, and only so long.
            let of = t.columns.iter_mut().filter(|c| lose && c.column.identity.is_some());
            of.filter(|_| t.bound.is_some())
                .for_each(|c| std::sync::Arc::make_mut(&mut c.column).identity = None);
            t.parents.retain(|parent| *parent != table);
            t.bound = None;
            // What only this parent gave is the table's own from now on.
            let of = |name: &str| source.as_ref().is_some_and(|s| s.column(name).found().is_some());
            t.columns.iter_mut().filter(|c| of(&c.column.name)).for_each(|c| c.local = true);
            t.constraints.iter_mut().for_each(|c| c.inherited = false);
        });
    }

    /// Whether a table is another one, or has it among its parents and theirs.
    pub fn descends_from(&self, table: &Name, ancestor: &Name) -> bool {
        let mut todo = vec![table];
        let mut seen = HashSet::new();
        while let Some(at) = todo.pop() {
            if at == ancestor {
                return true;
            }
            if let Some(table) = self.tables.get(at).filter(|_| seen.insert(at)) {
                todo.extend(&table.parents);
            }
        }
        false
    }

    /// Whether a table ever had children; cheaper than to look for them.
    pub fn has_children(&self, table: &Name) -> bool {
        self.mothers.contains_key(table)
    }

    /// The tables that inherit from one, and its partitions.
    pub fn children(&self, table: &Name) -> Vec<Name> {
        let ever = self.mothers.get(table).into_iter().flatten();
        let of = ever.filter_map(|name| self.tables.get(name));
        of.filter(|t| t.parents.contains(table)).map(|t| t.name.clone()).collect()
    }

    /// Has to follow whatever makes a table inherit from another.
    pub(super) fn note_child(&mut self, parent: &Name, child: &Name) {
        self.mothers.entry(parent.clone()).or_default().insert(child.clone());
    }

    /// A default is kept by what it means: it follows the rename of a label.
    pub(super) fn rename_label_in_defaults(&mut self, ty: &Name, from: &str, to: &str) {
        let spelled = ty.to_string();
        let (from, to) = (crate::quote::text(from), crate::quote::text(to));
        let follows = |c: &crate::ir::Column| {
            let default = c.default.as_ref().and_then(|d| d.sql.as_deref());
            c.ty.name == spelled && default.is_some_and(|sql| sql.starts_with(&from))
        };
        let using: Vec<(Name, String)> = self
            .tables_with_type(&spelled)
            .flat_map(|t| t.columns.iter().map(move |c| (&t.name, &c.column)))
            .filter(|(_, c)| follows(c))
            .map(|(table, c)| (table.clone(), c.name.clone()))
            .collect();
        for (table, column) in using {
            self.edit_column(&table, &column, |c| {
                if let Some(DefaultValue { sql: Some(sql) }) = &mut c.default {
                    *sql = sql.replacen(&from, &to, 1);
                }
            });
        }
    }

    /// PostgreSQL reads `*` when it makes a view: what a table gains later is not in it.
    pub(super) fn outgrow_queries(&mut self, table: &Name) {
        let starred =
            |view: &View| view.sql.as_ref().is_some_and(|sql| sql.replace("(*)", "").contains('*'));
        if self.database.is_postgres() {
            let stale = self.readers(table, None).filter(|view| starred(view));
            for view in stale.map(|view| view.name.clone()).collect::<Vec<_>>() {
                self.views.edit(&view, |v| v.sql = None);
            }
            return;
        }
        // SQLite's `*` is what the table has when the view is read, and so for views of views.
        let mut grown = vec![table.clone()];
        while let Some(name) = grown.pop() {
            let grows = |v: &&View| v.output.is_some() && starred(v);
            let found: Vec<Name> =
                self.readers(&name, None).filter(grows).map(|v| v.name.clone()).collect();
            for view in found {
                self.views.edit(&view, |v| v.output = None);
                grown.push(view);
            }
        }
    }
}

/// The default that takes its values from a sequence.
pub(super) fn next_of(sequence: &Name) -> DefaultValue {
    let spelled = quote::qualified(sequence, Dialect::Postgres);
    DefaultValue::sql(&format!("nextval('{spelled}'::regclass)"))
}

/// The sequence of `nextval('s'::regclass)`.
pub(super) fn sequence_of(sql: &str) -> Option<Name> {
    let sql = sql.trim();
    let sql = sql.strip_prefix("pg_catalog.").unwrap_or(sql);
    let start = sql.get(..8).filter(|start| start.eq_ignore_ascii_case("nextval("))?;
    let inner = sql[start.len()..].trim_start().strip_prefix('\'')?;
    let (name, _) = inner.split_once('\'')?;
    let mut parts: Vec<String> = Vec::new();
    for part in split_name(name) {
        parts.push(match part.strip_prefix('"').and_then(|p| p.strip_suffix('"')) {
            Some(quoted) => quoted.replace("\"\"", "\""),
            None => part.to_lowercase(),
        });
    }
    let last = parts.pop()?;
    Some(Name::new(parts.pop().as_deref(), &last))
}

/// Splits at the dots that stand outside of double quotes.
fn split_name(name: &str) -> Vec<&str> {
    let (mut parts, mut from, mut quoted) = (Vec::new(), 0, false);
    for (at, c) in name.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '.' if !quoted => {
                parts.push(&name[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&name[from..]);
    parts
}

/// What tells functions of one name apart: the types of their arguments, without names, modes
/// and defaults, as far as the text shows them.
fn argument_types(arguments: &str) -> String {
    let (mut out, mut depth, mut current) = (Vec::new(), 0i32, String::new());
    for c in arguments.chars().chain([',']) {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            ',' if depth == 0 => {
                out.extend(argument_type(&std::mem::take(&mut current)));
                continue;
            }
            _ => {}
        }
        current.push(c);
    }
    out.join(",")
}

fn argument_type(argument: &str) -> Option<String> {
    let lower = argument.trim().to_lowercase();
    let without_default = lower.split(" default ").next().unwrap_or_default();
    let without_default = without_default.split('=').next().unwrap_or_default();
    let mut words: Vec<&str> = without_default.split_whitespace().collect();
    if words.first().is_some_and(|w| *w == "out" || *w == "table") || words.is_empty() {
        return None;
    }
    if words.first().is_some_and(|w| matches!(*w, "in" | "inout" | "variadic")) {
        words.remove(0);
    }
    let whole = crate::types::SqlType::postgres(&words.join(" "));
    if whole.is_builtin() || words.len() == 1 {
        return Some(whole.to_string());
    }
    words.remove(0);
    Some(crate::types::SqlType::postgres(&words.join(" ")).to_string())
}

#[cfg(test)]
mod tests {
    use super::{argument_types, sequence_of};
    use crate::ir::Name;

    #[test]
    fn functions_are_told_apart_by_the_types_of_their_arguments() {
        for (written, types) in [
            ("", ""),
            ("a int, b text DEFAULT 'x'", "integer,text"),
            ("integer, text", "integer,text"),
            ("IN a numeric(10, 2), OUT b text", "numeric(10,2)"),
            ("timestamp with time zone", "timestamp with time zone"),
        ] {
            assert_eq!(argument_types(written), types, "{written}");
        }
    }

    #[test]
    fn a_default_names_its_sequence() {
        let name = |sql| sequence_of(sql);
        assert_eq!(name("nextval('public.t_id_seq'::regclass)"), Some(Name::plain("t_id_seq")));
        assert_eq!(name("nextval('a.\"B.c\"')"), Some(Name::new(Some("a"), "B.c")));
        assert_eq!(name("now()"), None);
    }
}
