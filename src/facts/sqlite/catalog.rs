//! SQLite's schema table and its PRAGMAs (sqlite.org/schematab.html, sqlite.org/pragma.html).

use crate::{
    facts::catalog::{Cell, Relation, default, index_columns, lasting},
    ir::{Constraint, ConstraintKind, Name},
    schema::{Schema, Table},
};

/// See [`crate::facts::catalog::relation`].
pub(in crate::facts) fn relation(schema: &Schema, name: &Name) -> Option<Relation> {
    let own = matches!(name.name.as_str(), "sqlite_master" | "sqlite_schema");
    (own && name.schema.is_none()).then(|| master(schema))
}

fn master(schema: &Schema) -> Relation {
    let mut found = Relation::new(&["type", "name", "tbl_name", "rootpage", "sql"]);
    let mut add = |kind: &str, name: &str, table: &str, sql: Cell| {
        let texts = [kind, name, table].map(Cell::text);
        found.push(texts.into_iter().chain([Cell::Unknown, sql]).collect());
    };
    for table in lasting(schema) {
        let of = &table.name.name;
        add("table", of, of, Cell::Unknown);
        table.indexes.iter().for_each(|index| add("index", &index.name, of, Cell::Unknown));
        for (_, name) in automatic(table) {
            add("index", &name, of, Cell::Null);
        }
        table.triggers.iter().for_each(|t| add("trigger", &t.name, of, Cell::Unknown));
    }
    for view in schema.views() {
        add("view", &view.name.name, &view.name.name, Cell::Unknown);
    }
    if schema.is_open() || lasting(schema).any(|table| !table.complete) {
        found.perhaps(&[]);
    }
    found
}

/// The indexes that SQLite makes for keys, numbered in the order of their declaration. An
/// INTEGER PRIMARY KEY is the rowid and has none (sqlite.org/lang_createtable.html#rowid).
fn automatic(table: &Table) -> impl Iterator<Item = (&Constraint, String)> {
    let keys = table.constraints.iter().filter(move |c| match c.kind {
        ConstraintKind::PrimaryKey => table.rowid().is_none() && !table.options.without_rowid,
        ConstraintKind::Unique { .. } => true,
        _ => false,
    });
    let name = |at: usize| format!("sqlite_autoindex_{}_{}", table.name.name, at + 1);
    keys.enumerate().map(move |(at, key)| (key, name(at)))
}

/// The rows of `PRAGMA name(argument)`; `None`: not a PRAGMA that reads the schema, or about
/// something that is not known in full.
pub fn pragma(schema: &Schema, name: &str, argument: &str) -> Option<Relation> {
    let table = |name: &str| match schema.table(&Name::plain(name)) {
        crate::schema::Lookup::Found(table) if table.complete => Some(Some(table)),
        crate::schema::Lookup::Missing => Some(None),
        _ => None,
    };
    match name {
        "table_info" | "table_xinfo" => table(argument)?
            .map_or_else(|| Some(Relation::new(COLUMNS)), |table| Some(table_info(table))),
        "index_list" => table(argument)?
            .map_or_else(|| Some(Relation::new(INDEXES)), |table| Some(index_list(table))),
        "foreign_key_list" => table(argument)?
            .map_or_else(|| Some(Relation::new(KEYS)), |table| Some(foreign_keys(table))),
        "index_info" => index_info(schema, argument),
        _ => None,
    }
}

const COLUMNS: &[&str] = &["cid", "name", "type", "notnull", "dflt_value", "pk"];
const INDEXES: &[&str] = &["seq", "name", "unique", "origin", "partial"];
const KEYS: &[&str] = &["id", "seq", "table", "from", "to", "on_update", "on_delete", "match"];

fn table_info(table: &Table) -> Relation {
    let mut found = Relation::new(COLUMNS);
    for (at, column) in table.columns.iter().enumerate() {
        let column = &column.column;
        let key = table.key_columns().iter().position(|name| *name == column.name);
        let ty =
            if column.ty.is_unknown() { Cell::Unknown } else { Cell::Text(column.ty.to_string()) };
        found.push(vec![
            Cell::Int(at as i64),
            Cell::text(&column.name),
            ty,
            Cell::Int(i64::from(!column.nullable)),
            default(column),
            Cell::Int(key.map_or(0, |at| at as i64 + 1)),
        ]);
    }
    found
}

fn index_list(table: &Table) -> Relation {
    let mut found = Relation::new(INDEXES);
    let automatic = automatic(table).map(|(key, name)| {
        (name, true, if key.kind == ConstraintKind::PrimaryKey { "pk" } else { "u" }, false)
    });
    let made = table.indexes.iter().map(|index| {
        (index.name.clone(), index.index.unique, "c", index.index.predicate.is_some())
    });
    // The newest is the first.
    let mut all: Vec<_> = automatic.chain(made).collect();
    all.reverse();
    for (at, (name, unique, origin, partial)) in all.into_iter().enumerate() {
        found.push(vec![
            Cell::Int(at as i64),
            Cell::Text(name),
            Cell::Int(unique.into()),
            Cell::text(origin),
            Cell::Int(partial.into()),
        ]);
    }
    found
}

fn index_info(schema: &Schema, wanted: &str) -> Option<Relation> {
    let mut found = Relation::new(&["seqno", "cid", "name"]);
    for table in lasting(schema) {
        let columns = match table.index(wanted) {
            Some(index) => index_columns(index),
            None => match automatic(table).find(|(_, name)| name == wanted) {
                Some((key, _)) => key.columns.iter().map(|name| Cell::text(name)).collect(),
                None => continue,
            },
        };
        for (at, name) in columns.into_iter().enumerate() {
            found.push(vec![Cell::Int(at as i64), Cell::Unknown, name]);
        }
        return Some(found);
    }
    (!schema.is_open() && lasting(schema).all(|table| table.complete)).then_some(found)
}

fn foreign_keys(table: &Table) -> Relation {
    let mut found = Relation::new(KEYS);
    let keys: Vec<_> =
        table.constraints.iter().filter_map(|c| Some((c, c.foreign_key()?))).collect();
    // The last declared is number 0.
    for (id, (constraint, fk)) in keys.iter().rev().enumerate() {
        for (at, column) in constraint.columns.iter().enumerate() {
            let action = |of: &Option<String>| Cell::text(of.as_deref().unwrap_or("NO ACTION"));
            found.push(vec![
                Cell::Int(id as i64),
                Cell::Int(at as i64),
                Cell::text(&fk.table.name),
                Cell::text(column),
                Cell::maybe(fk.columns.get(at).map(String::as_str)),
                action(&fk.on_update),
                action(&fk.on_delete),
                Cell::text("NONE"),
            ]);
        }
    }
    found
}
