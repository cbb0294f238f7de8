//! A schema as a set of lines, so that two can be compared: what a server's catalog says, and
//! what the replay says. Both sides write their lines here.

use std::collections::BTreeSet;

use miglint::{
    ir::{Constraint, ConstraintKind, Indexed, Name},
    schema::{Schema, Table, TableIndex, TypeKind},
};

/// What is there, for comparing and for choosing what a next statement is about.
#[derive(Debug, Clone, Default)]
pub(super) struct Catalog {
    pub(super) lines: BTreeSet<String>,
    pub(super) tables: Vec<Known>,
    pub(super) enums: Vec<(String, Vec<String>)>,
    pub(super) domains: Vec<String>,
    pub(super) views: Vec<(String, bool)>,
    pub(super) sequences: Vec<String>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    pub(super) name: String,
    /// Names and types.
    pub(super) columns: Vec<(String, String)>,
    pub(super) constraints: Vec<String>,
    pub(super) indexes: Vec<String>,
    /// Keys that a foreign key may reference.
    pub(super) keys: Vec<Vec<String>>,
    /// `LIST (a)` of a partitioned table.
    pub(super) partitioned: Option<String>,
    pub(super) parents: Vec<String>,
    /// What of its parent's rows a partition holds.
    pub(super) bound: Option<String>,
}

/// What a table is in its family.
pub(super) fn family_line(
    table: &str,
    parents: &[String],
    bound: Option<&str>,
    partitioned: Option<&str>,
) -> Option<String> {
    if parents.is_empty() && partitioned.is_none() {
        return None;
    }
    Some(format!(
        "table {table} of ({}) {} by {}",
        parents.join(", "),
        bound.map(plain).unwrap_or_default(),
        partitioned.map(plain).unwrap_or_default()
    ))
}

/// SQL without what a server adds or takes away when it keeps an expression: case, space,
/// parentheses, quotes of names, casts of literals.
pub(super) fn plain(sql: &str) -> String {
    const LONG: &[&str] = &[
        "timestamp without time zone",
        "timestamp with time zone",
        "character varying",
        "double precision",
    ];
    let mut out = String::new();
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        if let Some(cast) = rest.strip_prefix("::") {
            let long = LONG.iter().find(|long| cast.starts_with(**long));
            let end = match (long, cast.strip_prefix('"')) {
                (Some(long), _) => long.len(),
                (None, Some(quoted)) => quoted.find('"').map_or(cast.len(), |at| at + 2),
                (None, None) => cast
                    .find(|c: char| !(c.is_alphanumeric() || "_.".contains(c)))
                    .unwrap_or(cast.len()),
            };
            rest = &cast[end..];
            if let Some(tail) = rest.strip_prefix('(') {
                rest = tail.split_once(')').map_or("", |(_, tail)| tail);
            }
            while let Some(tail) = rest.strip_prefix("[]") {
                rest = tail;
            }
            continue;
        }
        if c == '\'' {
            let end = rest[1..].find('\'').map_or(rest.len(), |at| at + 2);
            // PostgreSQL keeps `-1` as `'-1'::integer`.
            let text = &rest[..end];
            let number = text.trim_matches('\'');
            let plain = number.parse::<f64>().is_ok() || matches!(number, "true" | "false");
            out.push_str(if plain { number } else { text });
            rest = &rest[end..];
            continue;
        }
        if !c.is_whitespace() && !"()\"`[]".contains(c) {
            out.extend(c.to_lowercase());
        }
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// A constraint, said in the same words from both sides.
#[derive(Default)]
pub(super) struct Key<'a> {
    pub(super) table: &'a str,
    pub(super) kind: &'a str,
    pub(super) name: Option<&'a str>,
    pub(super) columns: Vec<String>,
    /// `t (a, b) ON DELETE …` of a foreign key, the expression of a check.
    pub(super) more: String,
    pub(super) deferrable: bool,
    pub(super) deferred: bool,
    pub(super) validated: bool,
}

impl Key<'_> {
    pub(super) fn line(&self) -> String {
        let word = |on: bool, word: &'static str| if on { word } else { "" };
        format!(
            "{} {} {} ({}) {}{}{}{}",
            self.table,
            self.kind,
            self.name.unwrap_or("-"),
            self.columns.join(", "),
            self.more,
            word(self.deferrable, " deferrable"),
            word(self.deferred, " deferred"),
            word(!self.validated, " not valid"),
        )
    }
}

pub(super) fn reference(
    table: &str,
    columns: &[String],
    on_delete: Option<&str>,
    on_update: Option<&str>,
) -> String {
    // SQLite keeps the spelling of the reference, and reads it without case.
    let table = table.to_lowercase();
    let acts = |action: Option<&str>| {
        let action = action.filter(|a| *a != "NO ACTION").unwrap_or("-");
        action.to_owned()
    };
    format!("to {table} ({}) {} {}", columns.join(", "), acts(on_delete), acts(on_update))
}

/// An index, said in the same words from both sides; expressions come as they are.
pub(super) struct IndexLine<'a> {
    pub(super) name: &'a str,
    pub(super) table: &'a str,
    pub(super) unique: bool,
    pub(super) parts: Vec<String>,
    pub(super) predicate: Option<&'a str>,
    pub(super) method: &'a str,
    pub(super) nulls_not_distinct: bool,
}

impl IndexLine<'_> {
    pub(super) fn line(&self) -> String {
        format!(
            "{}index {} on {} using {} ({}){}{}",
            if self.unique { "unique " } else { "" },
            self.name,
            self.table,
            self.method,
            self.parts.join(", "),
            self.predicate.map(|p| format!(" where {}", plain(p))).unwrap_or_default(),
            if self.nulls_not_distinct { " nulls not distinct" } else { "" },
        )
    }
}

/// A default as it can be compared: without the casts that PostgreSQL writes to it.
fn default_line(default: Option<&str>) -> String {
    // NULL is what a column without a default gets, too.
    default.map(plain).filter(|text| text != "null").unwrap_or("-".to_owned())
}

/// PostgreSQL keeps one spelling of a truth value (manual, 8.6).
fn truth(default: &str) -> String {
    match default.trim_matches('\'') {
        "1" | "t" | "yes" | "y" | "on" => "true".to_owned(),
        "0" | "f" | "no" | "n" | "off" => "false".to_owned(),
        _ => default.to_owned(),
    }
}

#[derive(Default)]
pub(super) struct ColumnLine<'a> {
    pub(super) table: &'a str,
    pub(super) at: usize,
    pub(super) name: &'a str,
    pub(super) ty: &'a str,
    pub(super) nullable: bool,
    pub(super) default: Option<&'a str>,
    pub(super) generated: Option<(&'a str, bool)>,
    pub(super) identity: &'a str,
    pub(super) collation: Option<&'a str>,
}

impl ColumnLine<'_> {
    pub(super) fn line(&self) -> String {
        format!(
            "{} column {} {} {}{} default {}{}{}{}",
            self.table,
            self.at,
            self.name,
            self.ty.replace(['"', ' '], ""),
            if self.nullable { "" } else { " not null" },
            match self.ty {
                "boolean" => truth(&default_line(self.default)),
                _ => default_line(self.default),
            },
            self.generated
                .map(|(sql, stored)| format!(" as {} stored={stored}", plain(sql)))
                .unwrap_or_default(),
            self.identity,
            self.collation.map(|c| format!(" collate {c}")).unwrap_or_default(),
        )
    }
}

/// What the replay says.
pub(super) fn replayed(schema: &Schema) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for table in schema.tables() {
        lines.extend(of_table(schema, table));
    }
    for ty in schema.types() {
        lines.insert(match &ty.kind {
            TypeKind::Enum { labels } => format!("enum {} ({})", ty.name, labels.join(", ")),
            TypeKind::Domain { domain, .. } => format!("domain {} {}", ty.name, domain.base),
            TypeKind::Other { .. } => format!("type {}", ty.name),
        });
    }
    for view in schema.views() {
        let kind = if view.materialized { "materialized view" } else { "view" };
        lines.insert(format!("{kind} {}", view.name));
        lines.extend(view.triggers.iter().map(|name| format!("trigger {name} on {}", view.name)));
        lines.extend(view.indexes.iter().map(|index| of_index(&view.name, index, "btree")));
    }
    for sequence in schema.sequences() {
        let owner = sequence.owner.as_ref().map(|(t, c)| format!("{t}.{c}"));
        lines.insert(format!("sequence {} of {}", sequence.name, owner.unwrap_or("-".to_owned())));
    }
    lines
}

fn of_table(schema: &Schema, table: &Table) -> Vec<String> {
    let sqlite = schema.database().is_sqlite();
    let name = table.name.to_string();
    let mut lines = vec![format!("table {name}")];
    let parents: Vec<String> = table.parents.iter().map(Name::to_string).collect();
    let by = table.options.partition_by.as_deref();
    lines.extend(family_line(&name, &parents, table.bound.as_deref(), by));
    if !table.complete {
        lines.push(format!("{name} is not known in full"));
    }
    for (at, of) in table.columns.iter().enumerate() {
        let c = &of.column;
        let sequence = schema.sequences().find(|s| {
            s.owner.as_ref().is_some_and(|(t, owned)| *t == table.name && *owned == c.name)
        });
        let fed = sequence
            .filter(|_| c.serial)
            .map(|s| format!("nextval('{}'::regclass)", quoted(&s.name)));
        let column = ColumnLine {
            table: &name,
            at: at + 1,
            name: &c.name,
            ty: &c.ty.to_string(),
            nullable: c.nullable,
            default: fed.as_deref().or_else(|| c.default.as_ref().and_then(|d| d.sql.as_deref())),
            generated: c.generated.as_ref().map(|g| (g.sql.as_str(), g.stored)),
            identity: match &c.identity {
                Some(i) if i.always => " identity always",
                Some(_) => " identity",
                None => "",
            },
            collation: c.collation.as_deref(),
        };
        lines.push(column.line());
    }
    lines.extend(table.constraints.iter().filter_map(|c| of_constraint(schema, &name, c)));
    let method = if sqlite { "-" } else { "btree" };
    lines.extend(table.indexes.iter().map(|index| of_index(&table.name, index, method)));
    lines.extend(table.triggers.iter().map(|t| format!("trigger {} on {name}", t.name)));
    lines
}

fn of_index(table: &Name, index: &TableIndex, method: &str) -> String {
    let parts = index.index.parts.iter().map(|part| match &part.of {
        Indexed::Column(column) => column.clone(),
        Indexed::Expression(sql) => plain(sql),
    });
    let line = IndexLine {
        name: &table.sibling(&index.name).to_string(),
        table: &table.to_string(),
        unique: index.index.unique,
        parts: parts.collect(),
        predicate: index.index.predicate.as_deref(),
        method: index.index.method.as_deref().unwrap_or(method),
        nulls_not_distinct: index.index.nulls_not_distinct,
    };
    line.line()
}

/// The columns that a foreign key references. SQLite keeps none where none are written, and looks
/// for the primary key when it is needed.
pub(super) fn referenced(schema: &Schema, table: &Name, columns: &[String]) -> Vec<String> {
    let key = schema.table(table).found().map(|t| t.key_columns());
    match schema.database().is_sqlite() && key == Some(columns) {
        true => Vec::new(),
        false => columns.to_vec(),
    }
}

/// As `regclass` prints it.
fn quoted(name: &Name) -> String {
    let quote = |part: &str| {
        let plain = part.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit());
        if plain { part.to_owned() } else { format!("\"{part}\"") }
    };
    match &name.schema {
        Some(schema) => format!("{}.{}", quote(schema), quote(&name.name)),
        None => quote(&name.name),
    }
}

/// A NOT NULL that nobody gave a name.
pub(super) fn is_made_up(name: Option<&str>) -> bool {
    name.is_none_or(|name| name.contains("_not_null"))
}

fn of_constraint(schema: &Schema, table: &str, c: &Constraint) -> Option<String> {
    let (kind, more) = match &c.kind {
        ConstraintKind::PrimaryKey => ("primary key", String::new()),
        ConstraintKind::Unique { nulls_not_distinct: true } => {
            ("unique", "nulls not distinct".to_owned())
        }
        ConstraintKind::Unique { .. } => ("unique", String::new()),
        ConstraintKind::ForeignKey(fk) => (
            "foreign key",
            reference(
                &fk.table.to_string(),
                &referenced(schema, &fk.table, &fk.columns),
                fk.on_delete.as_deref(),
                fk.on_update.as_deref(),
            ),
        ),
        ConstraintKind::Check { sql } => ("check", plain(sql.as_deref().unwrap_or_default())),
        // PostgreSQL 18 names every NOT NULL; the column says it.
        ConstraintKind::NotNull if !schema.database().at_least((18, 0)) => return None,
        ConstraintKind::NotNull if is_made_up(c.name.as_deref()) => return None,
        ConstraintKind::NotNull => ("not null", String::new()),
        ConstraintKind::Exclude { .. } => ("exclude", String::new()),
    };
    let columns = match c.kind {
        ConstraintKind::Check { .. } | ConstraintKind::Exclude { .. } => Vec::new(),
        _ => c.columns.clone(),
    };
    let key = Key {
        table,
        kind,
        name: c.name.as_deref(),
        columns,
        more,
        deferrable: c.deferrable,
        deferred: c.initially_deferred,
        validated: c.validated,
    };
    Some(key.line())
}
