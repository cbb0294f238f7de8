//! Random statements for PostgreSQL.

use super::{
    grammar_family::{family, has_children, whole},
    names::{Speaker, cut, list, quote},
};

const TYPES: &[&str] = &[
    "integer",
    "integer",
    "integer",
    "bigint",
    "smallint",
    "text",
    "text",
    "varchar(20)",
    "varchar(5)",
    "char(3)",
    "numeric(10, 2)",
    "boolean",
    "timestamp",
    "timestamptz",
    "date",
    "uuid",
    "jsonb",
    "integer[]",
    "double precision",
    "int4range",
];

const ACTIONS: &[&str] = &["CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT", "NO ACTION"];
const LABELS: &[&str] = &["x", "y", "z", "it''s"];
const TYPE_NAMES: &[&str] = &["mood", "Kind", "other.mood", "t", "level"];
const VIEWS: &[&str] = &["s1", "s2", "m1", "t"];

type Statement = fn(&mut Speaker<'_>) -> String;

/// How often each kind of statement is tried.
const STATEMENTS: &[(usize, Statement)] = &[
    (14, create_table),
    (16, add_column),
    (9, drop_column),
    (7, rename_column),
    (12, alter_column),
    (16, add_constraint),
    (6, drop_constraint),
    (3, rename_constraint),
    (2, validate),
    (12, create_index),
    (4, drop_index),
    (3, rename_index),
    (6, rename_table),
    (3, set_schema),
    (4, drop_table),
    (5, enums),
    (2, domains),
    (5, views),
    (3, drop_view),
    (3, sequences),
    (3, several),
    (3, create_as),
    (7, family),
    (1, comment),
    (1, not_null),
];

pub(super) fn statement(speaker: &mut Speaker<'_>) -> String {
    if speaker.catalog.tables.len() < 2 {
        return create_table(speaker);
    }
    let made = speaker.random.weighed(STATEMENTS);
    let statement = made(speaker);
    match speaker.random.below(32) {
        0 | 1 => shouted(&statement),
        2 if !statement.starts_with("COMMENT") => on_path(&statement),
        _ => statement,
    }
}

/// With another schema first, and names that are found there.
fn on_path(statement: &str) -> String {
    let bare = statement.replace("other.", "");
    format!("SET search_path TO other, public;\n{bare};\nSET search_path TO public")
}

/// Upper case, which PostgreSQL folds wherever nothing is quoted.
fn shouted(statement: &str) -> String {
    let mut within = None;
    let upper = |c: char| {
        within = match within {
            None if c == '\'' || c == '"' => Some(c),
            Some(quote) if quote == c => None,
            other => other,
        };
        if within.is_none() { c.to_ascii_uppercase() } else { c }
    };
    statement.chars().map(upper).collect()
}

fn ty(s: &mut Speaker<'_>) -> String {
    let catalog = s.catalog;
    match s.random.below(14) {
        0 => match s.random.some(&catalog.enums) {
            Some((name, _)) => quote(name),
            None => "text".to_owned(),
        },
        1 => match s.random.some(&catalog.domains) {
            Some(name) => quote(name),
            None => "integer".to_owned(),
        },
        _ => s.random.of(TYPES).to_owned(),
    }
}

/// A default that fits a type.
fn default(s: &mut Speaker<'_>, ty: &str) -> String {
    let fits: &[&str] = match ty.split('(').next().unwrap_or_default().trim() {
        "integer" | "bigint" | "smallint" | "numeric" | "double precision" => {
            &["0", "-1", "7", "NULL", "(1 + 2)"]
        }
        "text" | "varchar" | "char" | "character varying" | "character" => {
            &["'x'", "''", "NULL", "lower('X')", "'a'::text"]
        }
        "boolean" => &["true", "false"],
        "timestamp"
        | "timestamptz"
        | "timestamp without time zone"
        | "timestamp with time zone" => &["now()", "CURRENT_TIMESTAMP"],
        "date" => &["CURRENT_DATE", "now()"],
        "uuid" => &["gen_random_uuid()"],
        "jsonb" => &["'{}'", "'[]'::jsonb"],
        _ => &["NULL"],
    };
    s.random.of(fits).to_owned()
}

pub(super) fn is_number(ty: &str) -> bool {
    ["integer", "bigint", "smallint", "numeric", "double"].iter().any(|n| ty.starts_with(n))
        && !ty.ends_with(']')
}

fn is_text(ty: &str) -> bool {
    ty.starts_with("text") || ty.starts_with("char") || ty.starts_with("varchar")
}

/// An expression over a column that its type has.
fn condition(s: &mut Speaker<'_>, column: &str, ty: &str) -> String {
    // The text of an expression is kept as it is written, so it is written as the server has it.
    let name = quote(cut(column));
    match () {
        () if is_number(ty) => {
            format!("{name} {} {}", s.random.of(&[">", "<", "<>"]), s.random.below(9))
        }
        () if is_text(ty) => {
            let form =
                s.random.of(&["lower(%) = 'x'", "% <> ''", "length(%) > 1", "% IS NOT NULL"]);
            form.replace('%', &name)
        }
        () => format!("{name} IS NOT NULL"),
    }
}

fn acts(s: &mut Speaker<'_>) -> String {
    let mut text = String::new();
    if s.random.percent(35) {
        text += &format!(" ON DELETE {}", s.random.of(ACTIONS));
    }
    if s.random.percent(15) {
        text += &format!(" ON UPDATE {}", s.random.of(ACTIONS));
    }
    text += s.random.of(&[
        "",
        "",
        "",
        "",
        " DEFERRABLE",
        " DEFERRABLE INITIALLY DEFERRED",
        " NOT DEFERRABLE",
    ]);
    text
}

/// `REFERENCES t (a) ON DELETE …` for one column or several.
fn references(s: &mut Speaker<'_>, count: usize, ty: &str) -> String {
    let mut target = s.target();
    for _ in 0..6 {
        if target.1.len() == count && s.type_of(&target.0, &target.1[0]) == long(ty) {
            break;
        }
        target = s.target();
    }
    let (table, columns) = target;
    let named = if s.random.percent(75) { format!(" ({})", list(&columns)) } else { String::new() };
    format!("REFERENCES {}{named}{}", quote(&table), acts(s))
}

/// Columns of a table for a foreign key: of a type that is right, mostly.
fn column_clauses(s: &mut Speaker<'_>, column: &str, ty: &str) -> String {
    let mut text = String::new();
    if s.random.percent(20) {
        text += &format!(" DEFAULT {}", default(s, ty));
    }
    if s.random.percent(25) {
        text += " NOT NULL";
    }
    if s.random.percent(8) {
        text += &format!(" {}UNIQUE", s.called());
        if s.major >= 15 {
            text += s.random.maybe(20, " NULLS NOT DISTINCT");
        }
    }
    if s.random.percent(8) {
        let condition = condition(s, column, ty);
        text += &format!(" {}CHECK ({condition})", s.called());
    }
    if s.random.percent(if long(ty) == "integer" { 20 } else { 4 }) {
        text += &format!(" {}{}", s.called(), references(s, 1, ty));
    }
    text
}

pub(super) fn column_definition(
    s: &mut Speaker<'_>,
    name: &str,
    others: &[(String, String)],
) -> (String, String) {
    let quoted = quote(name);
    match s.random.below(24) {
        0 | 1 => {
            let ty = s.random.of(&["serial", "bigserial", "SMALLSERIAL"]);
            (format!("{quoted} {ty}"), "integer".to_owned())
        }
        2 => {
            let kind = s.random.of(&["ALWAYS", "BY DEFAULT"]);
            (format!("{quoted} integer GENERATED {kind} AS IDENTITY"), "integer".to_owned())
        }
        3 => {
            let number = others.iter().find(|(_, ty)| is_number(ty));
            match number {
                Some((other, _)) => {
                    let kept = match s.major >= 18 {
                        true => s.random.of(&[" STORED", " STORED", " VIRTUAL", ""]),
                        false => " STORED",
                    };
                    let other = quote(cut(other));
                    let made = format!("{quoted} bigint GENERATED ALWAYS AS ({other} * 2){kept}");
                    (made, "generated".to_owned())
                }
                None => (format!("{quoted} bigint"), "bigint".to_owned()),
            }
        }
        4 => {
            let collation = s.random.of(&["\"C\"", "\"POSIX\""]);
            (format!("{quoted} text COLLATE {collation}"), "text".to_owned())
        }
        _ => {
            let ty = ty(s);
            let clauses = column_clauses(s, name, &ty);
            (format!("{quoted} {ty}{clauses}"), ty)
        }
    }
}

fn create_table(s: &mut Speaker<'_>) -> String {
    let table = s.new_table();
    let mut head = String::from("CREATE TABLE ");
    head += s.random.maybe(8, "IF NOT EXISTS ");
    head += &quote(&table);
    let mut items = Vec::new();
    let mut columns: Vec<(String, String)> = Vec::new();
    if s.random.percent(60) {
        let ty = s.random.of(&["integer", "bigint", "serial", "bigserial", "uuid", "text"]);
        let named = s.called();
        items.push(format!("id {ty} {named}PRIMARY KEY"));
        columns.push(("id".to_owned(), ty.replace("serial", "integer")));
    }
    let count = 1 + s.random.below(4);
    for _ in 0..count {
        let name = s.new_column("");
        if columns.iter().any(|(c, _)| *c == name) && s.random.percent(97) {
            continue;
        }
        let (item, ty) = column_definition(s, &name, &columns);
        items.push(item);
        columns.push((name, ty));
    }
    for _ in 0..s.random.below(3) {
        let keyed = items.iter().any(|i| i.contains("PRIMARY KEY"));
        items.push(table_constraint(s, &table, &columns, keyed));
    }
    if s.random.percent(4) {
        let source = quote(&s.table());
        let more = s.random.of(&[
            "",
            "",
            " INCLUDING ALL",
            " INCLUDING DEFAULTS",
            " INCLUDING INDEXES",
            " INCLUDING CONSTRAINTS",
        ]);
        let at = s.random.below(items.len() + 1);
        items.insert(at, format!("LIKE {source}{more}"));
    }
    format!("{head} ({})", items.join(", "))
}

fn create_as(s: &mut Speaker<'_>) -> String {
    let (table, to) = (s.table(), s.new_table());
    let columns = s.columns(&table);
    let names: Vec<String> = columns.iter().map(|_| s.new_column("")).collect();
    let named = match s.random.percent(20) && (names.len() < 2 || names[0] != names[1]) {
        true => format!(" ({})", list(&names)),
        false => String::new(),
    };
    let what = if s.random.percent(30) { "*".to_owned() } else { list(&columns) };
    let exists = s.random.maybe(10, "IF NOT EXISTS ");
    let rows = s.random.maybe(20, " WITH NO DATA");
    format!(
        "CREATE TABLE {exists}{}{named} AS SELECT {what} FROM {}{rows}",
        quote(&to),
        quote(&table)
    )
}

fn pick(s: &mut Speaker<'_>, columns: &[(String, String)]) -> (String, String) {
    match s.random.some(columns) {
        Some(found) if s.random.percent(97) => found.clone(),
        _ => ("nope".to_owned(), "integer".to_owned()),
    }
}

/// A constraint over some columns; on a table that is made or one that is there.
fn table_constraint(
    s: &mut Speaker<'_>,
    table: &str,
    columns: &[(String, String)],
    keyed: bool,
) -> String {
    let called = s.called();
    let (first, ty) = pick(s, columns);
    let mut key = vec![first.clone()];
    if s.random.percent(35) {
        let (second, _) = pick(s, columns);
        if second != first || s.random.percent(5) {
            key.push(second);
        }
    }
    let body = match s.random.below(10) {
        0 if s.random.percent(if keyed { 10 } else { 100 }) => {
            format!("PRIMARY KEY ({})", list(&key))
        }
        1..=3 => {
            let nulls = if s.major >= 15 { s.random.maybe(20, " NULLS NOT DISTINCT") } else { "" };
            let include = match s.random.percent(8) {
                true => format!(" INCLUDE ({})", quote(&pick(s, columns).0)),
                false => String::new(),
            };
            format!("UNIQUE{nulls} ({}){include}{}", list(&key), s.random.maybe(10, " DEFERRABLE"))
        }
        4..=5 => {
            let second = pick(s, columns);
            let one = condition(s, &first, &ty);
            let two = condition(s, &second.0, &second.1);
            match s.random.percent(40) {
                true => format!("CHECK ({one} AND {two})"),
                false => format!("CHECK ({one})"),
            }
        }
        6 if s.random.percent(20) => exclude(s, &first, &ty, &key),
        6 if s.random.percent(30) => {
            format!("FOREIGN KEY ({}) REFERENCES {} ({})", list(&key), quote(table), list(&key))
        }
        _ => foreign_key(s, columns, &key),
    };
    format!("{called}{body}")
}

/// EXCLUDE, by an operator that the type has.
fn exclude(s: &mut Speaker<'_>, first: &str, ty: &str, key: &[String]) -> String {
    let parts = |of: &[String]| {
        let parts: Vec<String> = of.iter().map(|c| format!("{} WITH =", quote(c))).collect();
        parts.join(", ")
    };
    let mut text = match s.random.below(4) {
        _ if ty == "int4range" => format!("EXCLUDE USING gist ({} WITH &&)", quote(first)),
        0 if is_text(ty) => format!("EXCLUDE (lower({}) WITH =)", quote(first)),
        0 if is_number(ty) => format!("EXCLUDE (({} + 1) WITH =)", quote(first)),
        1 => format!("EXCLUDE USING hash ({})", parts(&key[..1])),
        2 => format!("EXCLUDE USING btree ({})", parts(key)),
        _ => format!("EXCLUDE ({})", parts(key)),
    };
    if s.random.percent(15) {
        text += &format!(" WHERE ({})", condition(s, first, ty));
    }
    text + s.random.maybe(15, " DEFERRABLE")
}

/// What a comment is about is not looked for.
fn comment(s: &mut Speaker<'_>) -> String {
    let Some(known) = s.known() else { return create_table(s) };
    let table = quote(&known.name);
    match s.random.some(&known.columns) {
        Some((column, _)) if s.random.percent(50) => {
            format!("COMMENT ON COLUMN {table}.{} IS NULL", quote(column))
        }
        _ => format!("COMMENT ON TABLE {table} IS 'x'"),
    }
}

/// NOT NULL with a name, which PostgreSQL 18 keeps.
fn not_null(s: &mut Speaker<'_>) -> String {
    let table = s.table();
    let column = quote(&s.column(&table));
    if s.major < 18 {
        return format!("ALTER TABLE {} ALTER COLUMN {column} SET NOT NULL", quote(&table));
    }
    let name = quote(&s.new_name());
    format!("ALTER TABLE {} ADD CONSTRAINT {name} NOT NULL {column}", quote(&table))
}

/// A foreign key whose columns have the types of those that they reference, mostly.
fn foreign_key(s: &mut Speaker<'_>, columns: &[(String, String)], key: &[String]) -> String {
    let (table, wanted) = s.target();
    let mut local = Vec::new();
    for column in &wanted {
        let ty = s.type_of(&table, column);
        let same: Vec<&(String, String)> =
            columns.iter().filter(|(c, t)| long(t) == long(&ty) && !local.contains(c)).collect();
        match s.random.some(&same) {
            Some((name, _)) if s.random.percent(95) => local.push(name.clone()),
            _ if s.random.percent(30) => local.push(pick(s, columns).0),
            _ => {}
        }
    }
    if local.is_empty() {
        local = key.to_vec();
    }
    let named = if s.random.percent(75) { format!(" ({})", list(&wanted)) } else { String::new() };
    let acts = acts(s);
    format!("FOREIGN KEY ({}) REFERENCES {}{named}{acts}", list(&local), quote(&table))
}

/// The name that the catalog has for a type.
fn long(ty: &str) -> &str {
    match ty {
        "varchar(20)" => "character varying(20)",
        "varchar(5)" => "character varying(5)",
        "char(3)" => "character(3)",
        "timestamp" => "timestamp without time zone",
        "timestamptz" => "timestamp with time zone",
        other => other,
    }
}

fn columns_of(s: &Speaker<'_>, table: &str) -> Vec<(String, String)> {
    let known = s.catalog.tables.iter().find(|t| t.name == table);
    known.map(|t| t.columns.clone()).unwrap_or_default()
}

fn add_column(s: &mut Speaker<'_>) -> String {
    let table = s.table();
    let action = add_column_action(s, &table);
    format!("ALTER TABLE {} {action}", quote(&table))
}

fn add_column_action(s: &mut Speaker<'_>, table: &str) -> String {
    let name = s.new_column(table);
    let others = columns_of(s, table);
    let (mut definition, _) = column_definition(s, &name, &others);
    if s.random.percent(3) && !definition.contains("REFERENCES") {
        definition += " PRIMARY KEY";
    }
    format!("ADD {}{}{definition}", s.random.maybe(70, "COLUMN "), "").replacen(
        "COLUMN ",
        if s.random.percent(8) { "COLUMN IF NOT EXISTS " } else { "COLUMN " },
        1,
    )
}

fn drop_column(s: &mut Speaker<'_>) -> String {
    let table = s.table();
    let action = drop_column_action(s, &table);
    format!("ALTER TABLE {} {action}", quote(&table))
}

fn drop_column_action(s: &mut Speaker<'_>, table: &str) -> String {
    let column = s.column(table);
    let cascade = s.random.of(&["", "", " CASCADE", " RESTRICT"]);
    format!("DROP COLUMN {}{}{cascade}", s.random.maybe(8, "IF EXISTS "), quote(&column))
}

fn rename_column(s: &mut Speaker<'_>) -> String {
    let table = s.table();
    let (from, to) = (s.column(&table), s.new_column(&table));
    let word = s.random.maybe(70, "COLUMN ");
    format!("ALTER TABLE {} RENAME {word}{} TO {}", quote(&table), quote(&from), quote(&to))
}

fn alter_column(s: &mut Speaker<'_>) -> String {
    let table = s.table();
    let action = alter_column_action(s, &table);
    format!("ALTER TABLE {} {action}", quote(&table))
}

fn alter_column_action(s: &mut Speaker<'_>, table: &str) -> String {
    let column = s.column(table);
    let old = s.type_of(table, &column);
    let name = quote(&column);
    let change = match s.random.below(14) {
        0..=2 => {
            let to = ty(s);
            let using = match s.random.percent(40) {
                true => format!(" USING {name}::text::{to}"),
                false => String::new(),
            };
            format!("TYPE {to}{using}")
        }
        3 | 4 => "SET NOT NULL".to_owned(),
        // Whether a child has a NOT NULL of its own besides its parent's is not kept.
        5..=7 if s.major >= 18 && has_children(s, table) => "SET NOT NULL".to_owned(),
        5..=7 => "DROP NOT NULL".to_owned(),
        8 | 9 => format!("SET DEFAULT {}", default(s, &old)),
        10 => "DROP DEFAULT".to_owned(),
        11 => "ADD GENERATED BY DEFAULT AS IDENTITY".to_owned(),
        12 => format!("DROP IDENTITY{}", s.random.maybe(30, " IF EXISTS")),
        _ => format!("DROP EXPRESSION{}", s.random.maybe(30, " IF EXISTS")),
    };
    format!("ALTER COLUMN {name} {change}")
}

fn add_constraint(s: &mut Speaker<'_>) -> String {
    let table = s.relation();
    let action = add_constraint_action(s, &table);
    format!("ALTER TABLE {} {action}", quote(&table))
}

fn add_constraint_action(s: &mut Speaker<'_>, table: &str) -> String {
    let columns = columns_of(s, table);
    if s.random.percent(6)
        && let Some(index) = s
            .catalog
            .tables
            .iter()
            .find(|t| t.name == table)
            .and_then(|t| s.random.some(&t.indexes))
    {
        let bare = index.rsplit('.').next().unwrap_or(index);
        let word = s.random.of(&["UNIQUE", "UNIQUE", "PRIMARY KEY"]);
        return format!("ADD {}{word} USING INDEX {}", s.called(), quote(bare));
    }
    let keyed = s.catalog.lines.iter().any(|l| l.starts_with(&format!("{table} primary key")));
    let constraint = table_constraint(s, table, &columns, keyed);
    let loose = constraint.contains("CHECK (") || constraint.contains("REFERENCES");
    let valid = if loose { s.random.maybe(15, " NOT VALID") } else { "" };
    format!("ADD {constraint}{valid}")
}

fn drop_constraint(s: &mut Speaker<'_>) -> String {
    let table = s.table();
    let name = s.constraint(&table);
    let exists = s.random.maybe(10, "IF EXISTS ");
    let cascade = s.random.maybe(25, " CASCADE");
    format!("ALTER TABLE {} DROP CONSTRAINT {exists}{}{cascade}", quote(&table), quote(&name))
}

fn rename_constraint(s: &mut Speaker<'_>) -> String {
    let table = s.table();
    let (from, to) = (s.constraint(&table), s.new_name());
    format!("ALTER TABLE {} RENAME CONSTRAINT {} TO {}", quote(&table), quote(&from), quote(&to))
}

fn validate(s: &mut Speaker<'_>) -> String {
    let table = s.table();
    let name = s.constraint(&table);
    format!("ALTER TABLE {} VALIDATE CONSTRAINT {}", quote(&table), quote(&name))
}

fn create_index(s: &mut Speaker<'_>) -> String {
    let table = s.table();
    let unique = s.random.maybe(30, "UNIQUE ");
    let name = match s.random.percent(60) {
        true => {
            let name = quote(&s.new_name());
            format!("{}{name} ", s.random.maybe(10, "IF NOT EXISTS "))
        }
        false => String::new(),
    };
    let mut parts = Vec::new();
    for column in s.columns(&table) {
        let ty = s.type_of(&table, &column);
        let quoted = quote(&column);
        parts.push(match s.random.below(10) {
            0 if is_text(&ty) => format!("lower({quoted})"),
            0 if is_number(&ty) => format!("({quoted} + 1)"),
            1 if ty == "text" => format!("{quoted} text_pattern_ops"),
            2 => format!("{quoted} DESC NULLS LAST"),
            3 if is_number(&ty) => format!("abs({quoted})"),
            4 if is_text(&ty) => format!("{quoted} COLLATE \"C\""),
            _ => quoted,
        });
    }
    let method = match s.random.below(14) {
        0 => "USING hash ",
        1 => "USING btree ",
        _ => "",
    };
    let column = s.column(&table);
    let ty = s.type_of(&table, &column);
    let mut tail = String::new();
    if s.random.percent(8) {
        tail += &format!(" INCLUDE ({})", quote(&column));
    }
    if s.major >= 15 {
        tail += s.random.maybe(6, " NULLS NOT DISTINCT");
    }
    if s.random.percent(15) {
        tail += &format!(" WHERE {}", condition(s, &column, &ty));
    }
    format!("CREATE {unique}INDEX {name}ON {} {method}({}){tail}", quote(&table), parts.join(", "))
}

fn drop_index(s: &mut Speaker<'_>) -> String {
    let name = s.index();
    format!(
        "DROP INDEX {}{}{}",
        s.random.maybe(10, "IF EXISTS "),
        quote(&name),
        s.random.maybe(20, " CASCADE")
    )
}

fn rename_index(s: &mut Speaker<'_>) -> String {
    let (from, to) = (s.index(), s.new_name());
    format!(
        "ALTER INDEX {}{} RENAME TO {}",
        s.random.maybe(10, "IF EXISTS "),
        quote(&from),
        quote(&to)
    )
}

fn bare(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn rename_table(s: &mut Speaker<'_>) -> String {
    let (from, to) = (s.relation(), s.new_table());
    let exists = s.random.maybe(6, "IF EXISTS ");
    format!("ALTER TABLE {exists}{} RENAME TO {}", quote(&from), quote(bare(&to)))
}

fn set_schema(s: &mut Speaker<'_>) -> String {
    let table = s.table();
    let to = if table.starts_with("other.") { "public" } else { "other" };
    format!("ALTER TABLE {} SET SCHEMA {to}", quote(&table))
}

fn drop_table(s: &mut Speaker<'_>) -> String {
    let table = s.relation();
    let cascade = s.random.maybe(40, " CASCADE");
    format!("DROP TABLE {}{}{cascade}", s.random.maybe(10, "IF EXISTS "), quote(&table))
}

fn label(s: &mut Speaker<'_>, name: &str) -> String {
    let catalog = s.catalog;
    let known = catalog.enums.iter().find(|(n, _)| n == name);
    match known.and_then(|(_, labels)| s.random.some(labels)) {
        Some(label) if s.random.percent(93) => label.replace('\'', "''"),
        _ => s.random.of(LABELS).to_owned(),
    }
}

fn enums(s: &mut Speaker<'_>) -> String {
    let catalog = s.catalog;
    let known = s.random.some(&catalog.enums).map(|(name, _)| name.clone());
    let name = match known {
        Some(name) if s.random.percent(75) => name,
        _ => {
            let name = quote(s.random.of(TYPE_NAMES));
            let from = s.random.below(2);
            let labels: Vec<String> =
                LABELS[from..=from + 1].iter().map(|l| format!("'{l}'")).collect();
            return format!("CREATE TYPE {name} AS ENUM ({})", labels.join(", "));
        }
    };
    let quoted = quote(&name);
    match s.random.below(7) {
        0..=2 => {
            let exists = s.random.maybe(30, "IF NOT EXISTS ");
            let place = s.random.of(&["", "BEFORE", "AFTER"]);
            let at = label(s, &name);
            let place = if place.is_empty() { String::new() } else { format!(" {place} '{at}'") };
            format!("ALTER TYPE {quoted} ADD VALUE {exists}'{}'{place}", s.random.of(LABELS))
        }
        3 => {
            let from = label(s, &name);
            format!("ALTER TYPE {quoted} RENAME VALUE '{from}' TO '{}'", s.random.of(LABELS))
        }
        4 => format!("ALTER TYPE {quoted} RENAME TO {}", quote(bare(s.random.of(TYPE_NAMES)))),
        5 => {
            let to = if name.starts_with("other.") { "public" } else { "other" };
            format!("ALTER TYPE {quoted} SET SCHEMA {to}")
        }
        _ => format!(
            "DROP TYPE {}{quoted}{}",
            s.random.maybe(20, "IF EXISTS "),
            s.random.maybe(40, " CASCADE")
        ),
    }
}

fn domains(s: &mut Speaker<'_>) -> String {
    let catalog = s.catalog;
    match s.random.some(&catalog.domains) {
        Some(name) if s.random.percent(40) => {
            let to = s.random.of(&["level", "amount", "Kind", "t"]);
            match s.random.below(5) {
                0 => format!("ALTER DOMAIN {} RENAME TO {}", quote(name), quote(to)),
                1 => {
                    let to = if name.starts_with("other.") { "public" } else { "other" };
                    format!("ALTER DOMAIN {} SET SCHEMA {to}", quote(name))
                }
                _ => format!("DROP DOMAIN {}{}", quote(name), s.random.maybe(40, " CASCADE")),
            }
        }
        _ => {
            let name = quote(s.random.of(&["level", "amount", "other.level", "mood"]));
            let base = s.random.of(&["integer CHECK (VALUE > 0)", "text", "varchar(9)", "integer"]);
            format!("CREATE DOMAIN {name} AS {base}")
        }
    }
}

fn views(s: &mut Speaker<'_>) -> String {
    let table = s.table();
    let materialized = s.random.percent(35);
    let mut columns = s.columns(&table);
    columns.dedup();
    let what = if s.random.percent(20) { "*".to_owned() } else { list(&columns) };
    let name = quote(s.random.of(VIEWS));
    let mut query = format!("SELECT {what} FROM {}", quote(&table));
    if s.random.percent(30) {
        let column = s.column(&table);
        let ty = s.type_of(&table, &column);
        query += &format!(" WHERE {}", condition(s, &column, &ty));
    }
    match materialized {
        true => format!(
            "CREATE MATERIALIZED VIEW {}{name} AS {query}",
            s.random.maybe(10, "IF NOT EXISTS ")
        ),
        false => format!("CREATE {}VIEW {name} AS {query}", s.random.maybe(3, "OR REPLACE ")),
    }
}

fn drop_view(s: &mut Speaker<'_>) -> String {
    let catalog = s.catalog;
    let (name, materialized) = match s.random.some(&catalog.views) {
        Some((name, materialized)) => (quote(name), *materialized),
        None => ("s1".to_owned(), false),
    };
    let renames = s.random.percent(25);
    let materialized = materialized ^ (!renames && s.random.percent(5));
    let word = if materialized { "MATERIALIZED VIEW" } else { "VIEW" };
    match renames {
        true => format!("ALTER {word} {name} RENAME TO {}", s.random.of(VIEWS)),
        false => format!(
            "DROP {word} {}{name}{}",
            s.random.maybe(15, "IF EXISTS "),
            s.random.maybe(30, " CASCADE")
        ),
    }
}

fn sequences(s: &mut Speaker<'_>) -> String {
    let catalog = s.catalog;
    let known = s.random.some(&catalog.sequences).map(|name| quote(name));
    let table = s.table();
    let column = s.column(&table);
    match (known, s.random.below(5)) {
        (Some(name), 0) => format!(
            "DROP SEQUENCE {}{name}{}",
            s.random.maybe(20, "IF EXISTS "),
            s.random.maybe(30, " CASCADE")
        ),
        (Some(name), 1) => {
            format!("ALTER SEQUENCE {name} OWNED BY {}.{}", quote(&table), quote(&column))
        }
        (Some(name), 2) => {
            format!("ALTER SEQUENCE {name} RENAME TO {}", s.random.of(&["q1", "q2", "t_id_seq"]))
        }
        _ => {
            let exists = s.random.maybe(20, "IF NOT EXISTS ");
            let name = s.random.of(&["q1", "q2", "t_id_seq", "t_a_seq", "other.q1"]);
            let owner = match s.random.percent(30) {
                true => format!(" OWNED BY {}.{}", quote(&table), quote(&column)),
                false => String::new(),
            };
            format!("CREATE SEQUENCE {exists}{name}{owner}")
        }
    }
}

/// `ALTER TABLE t action, action`.
fn several(s: &mut Speaker<'_>) -> String {
    // What several actions do to children depends on how passes and generations lie in each other.
    let table = whole(s);
    let mut actions = Vec::new();
    for _ in 0..2 + s.random.below(2) {
        let action = match s.random.below(5) {
            0 | 1 => add_column_action(s, &table),
            2 => drop_column_action(s, &table),
            3 => alter_column_action(s, &table),
            _ => add_constraint_action(s, &table),
        };
        actions.push(action);
    }
    format!("ALTER TABLE {} {}", quote(&table), actions.join(", "))
}
