//! Random statements for SQLite.

use super::names::{Speaker, list, quote};

const TYPES: &[&str] = &[
    "INTEGER",
    "INTEGER",
    "INT",
    "TEXT",
    "TEXT",
    "VARCHAR(20)",
    "REAL",
    "BLOB",
    "NUMERIC(10, 2)",
    "BOOLEAN",
    "",
];
const ACTIONS: &[&str] = &["CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT", "NO ACTION"];
const DEFAULTS: &[&str] = &[
    "0",
    "-1",
    "'x'",
    "NULL",
    "(1)",
    "('y')",
    "TRUE",
    "CURRENT_TIMESTAMP",
    "(1 + 2)",
    "(random())",
];
const VIEWS: &[&str] = &["s1", "s2", "t"];
const TRIGGERS: &[&str] = &["g1", "g2"];

type Statement = fn(&mut Speaker<'_>) -> String;

/// How often each kind of statement is tried.
const STATEMENTS: &[(usize, Statement)] = &[
    (14, create_table),
    (16, add_column),
    (12, drop_column),
    (10, rename_column),
    (10, rename_table),
    (14, create_index),
    (4, drop_index),
    (7, drop_table),
    (4, create_view),
    (2, drop_view),
    (4, create_trigger),
    (1, drop_trigger),
    (8, rebuild),
    (2, foreign),
    (2, create_as),
];

pub(super) fn statement(speaker: &mut Speaker<'_>) -> String {
    if speaker.catalog.tables.is_empty() {
        return create_table(speaker);
    }
    let made = speaker.random.weighed(STATEMENTS);
    made(speaker)
}

/// SQLite compares names without case; people write them as they like.
fn spelled(s: &mut Speaker<'_>, name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_alphabetic());
    match s.random.below(20) {
        0 if plain => name.to_uppercase(),
        1 => format!("[{name}]"),
        2 => format!("`{name}`"),
        _ => quote(name),
    }
}

fn condition(s: &mut Speaker<'_>, column: &str) -> String {
    // A double-quoted name that is no column is a text, which is kept as one.
    let name = if quote(column) == column { column.to_owned() } else { format!("[{column}]") };
    s.random
        .of(&["% > 0", "% <> 'x'", "% IS NOT NULL", "length(%) < 9", "lower(%) = 'x'"])
        .replace('%', &name)
}

fn acts(s: &mut Speaker<'_>) -> String {
    let mut text = String::new();
    if s.random.percent(35) {
        text += &format!(" ON DELETE {}", s.random.of(ACTIONS));
    }
    if s.random.percent(15) {
        text += &format!(" ON UPDATE {}", s.random.of(ACTIONS));
    }
    text += s.random.of(&["", "", "", " DEFERRABLE INITIALLY DEFERRED", " DEFERRABLE"]);
    text
}

fn references(s: &mut Speaker<'_>, count: usize) -> String {
    let mut target = s.target();
    for _ in 0..5 {
        if target.1.len() == count {
            break;
        }
        target = s.target();
    }
    let (table, columns) = target;
    let named = if s.random.percent(75) { format!(" ({})", list(&columns)) } else { String::new() };
    format!("REFERENCES {}{named}{}", spelled(s, &table), acts(s))
}

fn conflict(s: &mut Speaker<'_>) -> &'static str {
    s.random.of(&["", "", "", "", "", " ON CONFLICT IGNORE", " ON CONFLICT REPLACE"])
}

fn clauses(s: &mut Speaker<'_>, column: &str, others: &[String], added: bool) -> String {
    let mut text = String::new();
    if !others.is_empty() && s.random.percent(6) {
        let other = others[s.random.below(others.len())].clone();
        let stored = s.random.of(&[" VIRTUAL", " STORED", ""]);
        return format!(" GENERATED ALWAYS AS ({} || 'x'){stored}", quote(&other));
    }
    let rare = if added { 3 } else { 12 };
    if s.random.percent(25) {
        text += &format!(" DEFAULT {}", s.random.of(DEFAULTS));
    }
    if s.random.percent(if added { 5 } else { 25 }) {
        text += &format!(" NOT NULL{}", conflict(s));
    }
    if s.random.percent(rare) {
        text += &format!(" {}UNIQUE", s.called());
    }
    if s.random.percent(12) {
        let condition = condition(s, column);
        text += &format!(" {}CHECK ({condition})", s.called());
    }
    if s.random.percent(8) {
        text += s.random.of(&[" COLLATE NOCASE", " COLLATE RTRIM"]);
    }
    if s.random.percent(14) {
        text += &format!(" {}{}", s.called(), references(s, 1));
    }
    text
}

pub(super) fn create_table(s: &mut Speaker<'_>) -> String {
    let table = s.new_table();
    let body = body(s, &table);
    let exists = s.random.maybe(8, "IF NOT EXISTS ");
    format!("CREATE TABLE {exists}{}{body}", quote(&table))
}

/// The parentheses of CREATE TABLE, and what follows them.
fn body(s: &mut Speaker<'_>, table: &str) -> String {
    let mut items = Vec::new();
    let mut columns: Vec<String> = Vec::new();
    let mut keyed = s.random.percent(65);
    if keyed {
        let named = s.called();
        let ty = s.random.of(&["INTEGER", "INTEGER", "INT", "TEXT"]);
        let auto = match ty {
            "INTEGER" => s.random.of(&["", " AUTOINCREMENT", " NOT NULL"]),
            _ => s.random.of(&["", " NOT NULL"]),
        };
        items.push(format!("id {ty} {named}PRIMARY KEY{auto}"));
        columns.push("id".to_owned());
    }
    for _ in 0..1 + s.random.below(4) {
        let name = s.new_column("");
        if columns.contains(&name) && s.random.percent(97) {
            continue;
        }
        let ty = s.random.of(TYPES);
        let clauses = clauses(s, &name, &columns, false);
        let name_as = spelled(s, &name);
        items.push(format!("{name_as} {ty}{clauses}").trim_end().replace("  ", " "));
        columns.push(name);
    }
    for _ in 0..s.random.below(3) {
        let constraint = table_constraint(s, table, &columns, keyed);
        keyed |= constraint.contains("PRIMARY KEY");
        items.push(constraint);
    }
    let tail = s.random.of(&["", "", "", "", "", "", "", " WITHOUT ROWID", " STRICT"]);
    format!(" ({}){tail}", items.join(", "))
}

fn pick(s: &mut Speaker<'_>, columns: &[String]) -> String {
    match s.random.some(columns) {
        Some(found) if s.random.percent(98) => found.clone(),
        _ => "nope".to_owned(),
    }
}

fn table_constraint(s: &mut Speaker<'_>, table: &str, columns: &[String], keyed: bool) -> String {
    let called = s.called();
    let first = pick(s, columns);
    let mut key = vec![first.clone()];
    if s.random.percent(40) {
        let second = pick(s, columns);
        if second != first {
            key.push(second);
        }
    }
    let body = match s.random.below(10) {
        0 | 1 if s.random.percent(if keyed { 6 } else { 100 }) => {
            format!("PRIMARY KEY ({})", list(&key))
        }
        1..=3 => format!("UNIQUE ({})", list(&key)),
        4..=6 => {
            let second = pick(s, columns);
            let (one, two) = (condition(s, &first), condition(s, &second));
            match s.random.percent(40) {
                true => format!("CHECK ({one} AND {two})"),
                false => format!("CHECK ({one})"),
            }
        }
        7 if s.random.percent(30) => {
            format!("FOREIGN KEY ({}) REFERENCES {} ({})", list(&key), quote(table), list(&key))
        }
        _ => {
            let count = key.len();
            format!("FOREIGN KEY ({}) {}", list(&key), references(s, count))
        }
    };
    format!("{called}{body}")
}

fn names_of(s: &Speaker<'_>, table: &str) -> Vec<String> {
    let known = s.catalog.tables.iter().find(|t| t.name == table);
    known.map(|t| t.columns.iter().map(|(c, _)| c.clone()).collect()).unwrap_or_default()
}

fn add_column(s: &mut Speaker<'_>) -> String {
    let table = s.table();
    let name = s.new_column(&table);
    let others = names_of(s, &table);
    let ty = s.random.of(TYPES);
    let mut clauses = clauses(s, &name, &others, true);
    if s.random.percent(2) && !clauses.contains("GENERATED") {
        clauses += " PRIMARY KEY";
    }
    let word = s.random.maybe(75, "COLUMN ");
    let (table, name) = (spelled(s, &table), spelled(s, &name));
    format!("ALTER TABLE {table} ADD {word}{name} {ty}{clauses}").trim_end().replace("  ", " ")
}

fn drop_column(s: &mut Speaker<'_>) -> String {
    let table = s.table();
    let column = s.column(&table);
    let (table, column) = (spelled(s, &table), spelled(s, &column));
    format!("ALTER TABLE {table} DROP {}{column}", s.random.maybe(80, "COLUMN "))
}

fn rename_column(s: &mut Speaker<'_>) -> String {
    let table = s.table();
    let (from, to) = (s.column(&table), s.new_column(&table));
    let (table, from) = (spelled(s, &table), spelled(s, &from));
    format!("ALTER TABLE {table} RENAME {}{from} TO {}", s.random.maybe(75, "COLUMN "), quote(&to))
}

fn rename_table(s: &mut Speaker<'_>) -> String {
    let (from, to) = (s.table(), s.new_table());
    let from = spelled(s, &from);
    format!("ALTER TABLE {from} RENAME TO {}", quote(&to))
}

pub(super) fn create_index(s: &mut Speaker<'_>) -> String {
    let table = s.table();
    let mut parts = Vec::new();
    for column in s.columns(&table) {
        let name = spelled(s, &column);
        let form =
            s.random.of(&["%", "%", "%", "%", "% DESC", "% COLLATE NOCASE", "lower(%)", "% + 1"]);
        let called = form.starts_with("lower") || form.ends_with("+ 1");
        let name = if called { format!("[{column}]") } else { name };
        parts.push(form.replace('%', &name));
    }
    let column = s.column(&table);
    let predicate = match s.random.percent(20) {
        true => {
            format!(" WHERE {}", condition(s, &column))
        }
        false => String::new(),
    };
    let unique = s.random.maybe(30, "UNIQUE ");
    let exists = s.random.maybe(10, "IF NOT EXISTS ");
    let name = quote(&s.new_name());
    let table = spelled(s, &table);
    format!("CREATE {unique}INDEX {exists}{name} ON {table} ({}){predicate}", parts.join(", "))
}

fn drop_index(s: &mut Speaker<'_>) -> String {
    let name = s.index();
    let name = spelled(s, &name);
    format!("DROP INDEX {}{name}", s.random.maybe(10, "IF EXISTS "))
}

fn drop_table(s: &mut Speaker<'_>) -> String {
    let table = s.table();
    let table = spelled(s, &table);
    format!("DROP TABLE {}{table}", s.random.maybe(12, "IF EXISTS "))
}

fn create_view(s: &mut Speaker<'_>) -> String {
    let table = s.table();
    let what = match s.random.percent(20) {
        true => "*".to_owned(),
        false => list(&s.columns(&table)),
    };
    let mut query = format!("SELECT {what} FROM {}", quote(&table));
    if s.random.percent(30) {
        let column = s.column(&table);
        query += &format!(" WHERE {}", condition(s, &column));
    }
    let exists = s.random.maybe(10, "IF NOT EXISTS ");
    // A view of itself is found to be one only when it is used.
    let name = if table.eq_ignore_ascii_case("t") { "s1" } else { s.random.of(VIEWS) };
    format!("CREATE VIEW {exists}{name} AS {query}")
}

fn drop_view(s: &mut Speaker<'_>) -> String {
    let catalog = s.catalog;
    let name = match s.random.some(&catalog.views) {
        Some((name, _)) if s.random.percent(90) => quote(name),
        _ => s.random.of(VIEWS).to_owned(),
    };
    format!("DROP VIEW {}{name}", s.random.maybe(15, "IF EXISTS "))
}

fn create_trigger(s: &mut Speaker<'_>) -> String {
    // What a trigger does is not read, so it does it to its own table.
    let table = s.table();
    let (written, column) = (table.clone(), s.column(&table));
    let event = match s.random.below(5) {
        0 => format!("UPDATE OF {}", quote(&s.column(&table))),
        at => ["INSERT", "DELETE", "UPDATE", "INSERT"][at - 1].to_owned(),
    };
    let exists = s.random.maybe(10, "IF NOT EXISTS ");
    let name = s.random.of(TRIGGERS);
    let catalog = s.catalog;
    if s.random.percent(15)
        && let Some((view, _)) = s.random.some(&catalog.views)
    {
        let view = quote(view);
        return format!(
            "CREATE TRIGGER {exists}{name} INSTEAD OF {event} ON {view} BEGIN SELECT 1; END"
        );
    }
    let when = s.random.of(&["AFTER", "BEFORE", "", "AFTER", "INSTEAD OF"]);
    let each = s.random.maybe(20, "FOR EACH ROW ");
    format!(
        "CREATE TRIGGER {exists}{name} {when} {event} ON {} {each}BEGIN UPDATE {} SET {} = 1; END",
        quote(&table),
        quote(&written),
        quote(&column)
    )
    .replace("  ", " ")
}

fn drop_trigger(s: &mut Speaker<'_>) -> String {
    format!("DROP TRIGGER {}{}", s.random.maybe(30, "IF EXISTS "), s.random.of(TRIGGERS))
}

/// The recipe of SQLite's manual: a new table, the rows, the old one dropped, the new renamed.
fn rebuild(s: &mut Speaker<'_>) -> String {
    let Some(known) = s.known() else { return create_table(s) };
    let (old, new) = (known.name.clone(), format!("new_{}", known.name.replace(' ', "_")));
    let body = body(s, &old);
    format!(
        "CREATE TABLE {new}{body};\nINSERT INTO {new} DEFAULT VALUES;\nDELETE FROM {new};\nDROP TABLE {};\nALTER TABLE {new} RENAME TO {}",
        quote(&old),
        quote(&old)
    )
    .replace(&format!("INSERT INTO {new} DEFAULT VALUES;\nDELETE FROM {new};\n"), "")
}

/// What other databases have, and SQLite refuses.
fn foreign(s: &mut Speaker<'_>) -> String {
    let table = s.table();
    let column = quote(&s.column(&table));
    let action = match s.random.below(5) {
        0 => format!("ALTER COLUMN {column} SET NOT NULL"),
        1 => format!("ALTER COLUMN {column} TYPE TEXT"),
        2 => format!("ADD CONSTRAINT n1 UNIQUE ({column})"),
        3 => "DROP CONSTRAINT n1".to_owned(),
        _ => "RENAME CONSTRAINT n1 TO n2".to_owned(),
    };
    format!("ALTER TABLE {} {action}", quote(&table))
}

fn create_as(s: &mut Speaker<'_>) -> String {
    let Some(known) = s.known() else { return create_table(s) };
    let (table, to) = (known.name.clone(), s.new_table());
    let columns: Vec<String> = known.columns.iter().map(|(c, _)| c.clone()).take(2).collect();
    format!("CREATE TABLE {} AS SELECT {} FROM {}", quote(&to), list(&columns), quote(&table))
}
