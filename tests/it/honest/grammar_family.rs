//! Random statements for PostgreSQL about tables that have parents: INHERITS, and partitions.

use super::{
    facts::Known,
    grammar_postgres::{column_definition, is_number},
    names::{Speaker, quote},
};

type Statement = fn(&mut Speaker<'_>) -> String;

const STATEMENTS: &[(usize, Statement)] = &[
    (3, partitioned),
    (6, partition),
    (2, attach),
    (2, detach),
    (4, child),
    (2, inherit),
    (2, no_inherit),
    (2, only),
];

pub(super) fn family(s: &mut Speaker<'_>) -> String {
    let made = s.random.weighed(STATEMENTS);
    made(s)
}

fn columns(s: &mut Speaker<'_>, taken: &str) -> Vec<String> {
    let mut items = Vec::new();
    let mut columns: Vec<(String, String)> = Vec::new();
    for _ in 0..s.random.below(4) {
        let name = s.new_column("");
        if name == taken || columns.iter().any(|(c, _)| *c == name) {
            continue;
        }
        let (item, ty) = column_definition(s, &name, &columns);
        // A key has to hold what the table is parted by.
        let keyed = ["UNIQUE", "REFERENCES", "PRIMARY"].iter().any(|word| item.contains(word));
        if !keyed {
            items.push(item);
            columns.push((name, ty));
        }
    }
    items
}

fn partitioned(s: &mut Speaker<'_>) -> String {
    let table = s.new_table();
    let ty = s.random.of(&["integer", "integer", "bigint"]);
    let null = s.random.maybe(50, " NOT NULL");
    let mut items = vec![format!("a {ty}{null}")];
    items.extend(columns(s, "a"));
    if s.random.percent(30) {
        items.push(format!("{}{} (a)", s.called(), s.random.of(&["PRIMARY KEY", "UNIQUE"])));
    }
    let how = s.random.of(&["LIST", "RANGE"]);
    format!("CREATE TABLE {} ({}) PARTITION BY {how} (a)", quote(&table), items.join(", "))
}

/// A table that is parted, if there is any.
fn parted<'a>(s: &mut Speaker<'a>) -> Option<&'a Known> {
    let catalog = s.catalog;
    let parted: Vec<&Known> = catalog.tables.iter().filter(|t| t.partitioned.is_some()).collect();
    s.random.some(&parted).copied()
}

/// Rows that no other partition takes.
fn bound(s: &mut Speaker<'_>, of: &Known) -> String {
    let fallback =
        |t: &Known| t.parents.contains(&of.name) && t.bound.as_deref() == Some("DEFAULT");
    if s.random.percent(12) && !s.catalog.tables.iter().any(fallback) {
        return "DEFAULT".to_owned();
    }
    let at = s.random.below(1_000_000_000);
    match of.partitioned.as_deref().is_some_and(|by| by.starts_with("LIST")) {
        true => format!("FOR VALUES IN ({at})"),
        false => format!("FOR VALUES FROM ({at}) TO ({})", at + 1),
    }
}

fn partition(s: &mut Speaker<'_>) -> String {
    let Some(of) = parted(s) else { return partitioned(s) };
    let (table, bound) = (s.new_table(), bound(s, of));
    format!("CREATE TABLE {} PARTITION OF {} {bound}", quote(&table), quote(&of.name))
}

fn attach(s: &mut Speaker<'_>) -> String {
    let Some(of) = parted(s) else { return partitioned(s) };
    let (table, bound) = (s.new_table(), bound(s, of));
    let (table, parent) = (quote(&table), quote(&of.name));
    format!(
        "CREATE TABLE {table} (LIKE {parent} INCLUDING ALL);\nALTER TABLE {parent} ATTACH PARTITION {table} {bound}"
    )
}

/// A table with a parent, if there is any.
fn descendant<'a>(s: &mut Speaker<'a>, partition: bool) -> Option<&'a Known> {
    let catalog = s.catalog;
    let is = |t: &&Known| !t.parents.is_empty() && t.bound.is_some() == partition;
    let found: Vec<&Known> = catalog.tables.iter().filter(is).collect();
    s.random.some(&found).copied()
}

fn detach(s: &mut Speaker<'_>) -> String {
    let Some(of) = descendant(s, true) else { return partition(s) };
    let parent = of.parents.first().cloned().unwrap_or_default();
    format!("ALTER TABLE {} DETACH PARTITION {}", quote(&parent), quote(&of.name))
}

/// A table that may get children, where there is any.
fn whole_or_parent(s: &mut Speaker<'_>) -> String {
    let catalog = s.catalog;
    let is = |t: &&Known| t.partitioned.is_none() && t.bound.is_none();
    let found: Vec<&Known> = catalog.tables.iter().filter(is).collect();
    s.random.some(&found).map_or_else(|| "t".to_owned(), |t| t.name.clone())
}

fn child(s: &mut Speaker<'_>) -> String {
    let (table, parent) = (s.new_table(), whole_or_parent(s));
    let taken = |s: &Speaker<'_>, item: &str| {
        let known = s.catalog.tables.iter().find(|t| t.name == parent);
        let name = item.trim_start_matches('"').split(['"', ' ']).next().unwrap_or_default();
        known.is_some_and(|t| t.columns.iter().any(|(c, _)| c == name))
    };
    let mut items = columns(s, "");
    items.retain(|item| !taken(s, item));
    // A column of the parent, said again.
    let known = s.catalog.tables.iter().find(|t| t.name == parent);
    if s.random.percent(20)
        && let Some((name, ty)) = known.and_then(|t| s.random.some(&t.columns))
        && is_number(ty)
    {
        items.push(format!("{} {ty}", quote(name)));
    }
    format!("CREATE TABLE {} ({}) INHERITS ({})", quote(&table), items.join(", "), quote(&parent))
}

fn inherit(s: &mut Speaker<'_>) -> String {
    let (table, parent) = (s.new_table(), whole_or_parent(s));
    let (table, parent) = (quote(&table), quote(&parent));
    format!(
        "CREATE TABLE {table} (LIKE {parent} INCLUDING ALL);\nALTER TABLE {table} INHERIT {parent}"
    )
}

fn no_inherit(s: &mut Speaker<'_>) -> String {
    let Some(of) = descendant(s, false) else { return child(s) };
    let parent = of.parents.first().cloned().unwrap_or_default();
    format!("ALTER TABLE {} NO INHERIT {}", quote(&of.name), quote(&parent))
}

/// What is done to a parent alone.
fn only(s: &mut Speaker<'_>) -> String {
    let Some(of) = descendant(s, false) else { return child(s) };
    let parent = of.parents.first().cloned().unwrap_or_default();
    let column = s.column(&parent);
    let action = match s.random.below(3) {
        0 => format!("DROP COLUMN {}", quote(&column)),
        1 => format!("DROP CONSTRAINT {}", quote(&s.constraint(&parent))),
        _ => format!("ALTER COLUMN {} DROP DEFAULT", quote(&column)),
    };
    format!("ALTER TABLE ONLY {} {action}", quote(&parent))
}

pub(super) fn has_children(s: &Speaker<'_>, table: &str) -> bool {
    s.catalog.tables.iter().any(|t| t.parents.iter().any(|p| p == table))
}

/// A table without a family, mostly.
pub(super) fn whole(s: &mut Speaker<'_>) -> String {
    let catalog = s.catalog;
    let child = |t: &Known| catalog.tables.iter().any(|c| c.parents.contains(&t.name));
    let is = |t: &&Known| t.partitioned.is_none() && t.parents.is_empty() && !child(t);
    let found: Vec<&Known> = catalog.tables.iter().filter(is).collect();
    match s.random.some(&found) {
        Some(known) if s.random.percent(96) => known.name.clone(),
        _ => "nope".to_owned(),
    }
}
