//! What `miglint schema` writes is the schema: its SQL, replayed or loaded, makes it again.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use miglint::{
    check,
    database::{Database, Dialect},
    emit::{Replayed, SCHEMA_FORMATS},
    frontend,
    history::History,
    ir::{ConstraintKind, Indexed},
    schema::{Schema, TypeKind},
};
use serde_json::{Value, json};

use crate::{
    page::pages,
    servers::{Server, postgres},
    support::{Folder, home, pool},
};

/// A history that is read for one database.
struct Case {
    place: String,
    schema: Schema,
}

impl Case {
    fn write(&self, format: &str) -> String {
        let format = SCHEMA_FORMATS.iter().find(|f| f.name == format).expect("a format");
        let mut bytes = Vec::new();
        let replayed = Replayed::new(&self.schema, &[], 0);
        (format.write)(&mut bytes, &replayed).expect("memory");
        String::from_utf8(bytes).expect("UTF-8")
    }
}

fn replay(root: &std::path::Path, databases: &[Database]) -> Vec<Case> {
    pool().install(|| {
        let Ok(opened) = check::open(root) else { return Vec::new() };
        let mut cases = Vec::new();
        for tree in &opened.project.trees {
            for database in databases.iter().copied().filter(|d| tree.is_for(d.dialect)) {
                let (found, broken) = frontend::migrations(&opened.sources, tree);
                let history = History::new(found, broken);
                let review = vec![false; history.migrations.len()];
                let outcome = check::run(
                    &opened.sources,
                    tree,
                    &history,
                    database,
                    &review,
                    false,
                    None,
                    &[],
                );
                let place = format!("{} {} on {database}", root.display(), tree.shown());
                cases.push(Case { place, schema: outcome.schema });
            }
        }
        cases
    })
}

/// Every project of the tests, the examples, and every example of the rules' pages.
fn cases(databases: &[Database]) -> Vec<Case> {
    let mut cases = Vec::new();
    for parent in ["testdata/projects", "examples"] {
        let mut folders: Vec<_> =
            fs::read_dir(home().join(parent)).expect(parent).flatten().map(|f| f.path()).collect();
        folders.sort();
        cases.extend(folders.iter().filter(|f| f.is_dir()).flat_map(|f| replay(f, databases)));
    }
    for page in pages() {
        for example in page.examples.iter().filter(|e| !e.bad) {
            for target in example.databases() {
                let folder = example.project();
                let place = format!("rules/{}.md:{}", page.name, example.line);
                let own = replay(folder.path(), databases).into_iter();
                let own = own.filter(|case| case.schema.database().dialect == target.dialect);
                cases
                    .extend(own.map(|case| Case { place: format!("{place} on {target}"), ..case }));
            }
        }
    }
    cases
}

const NEWEST: [Database; 2] =
    [Database { dialect: Dialect::Postgres, version: (18, 0) }, Database::SQLITE];

/// The schema without what only its own history knows.
fn comparable(case: &Case) -> Value {
    let mut value: Value = serde_json::from_str(&case.write("json")).expect("JSON");
    value["heads"] = json!(null);
    for table in value["tables"].as_object_mut().expect("tables").values_mut() {
        for kind in ["unique_constraints", "check_constraints", "foreign_keys", "indexes"] {
            let list = table[kind].as_array_mut().expect("a list");
            list.sort_by_cached_key(ToString::to_string);
        }
    }
    value
}

/// Where two documents part, down to the tables.
fn difference(want: &Value, got: &Value) -> String {
    let (Some(w), Some(g)) = (want.as_object(), got.as_object()) else {
        return format!("  want {want}\n  got  {got}");
    };
    let keys: BTreeSet<&String> = w.keys().chain(g.keys()).collect();
    let parted = keys.into_iter().filter(|key| w.get(*key) != g.get(*key));
    let null = Value::Null;
    parted
        .map(|key| {
            let (w, g) = (w.get(key).unwrap_or(&null), g.get(key).unwrap_or(&null));
            format!("{key}:\n{}", difference(w, g))
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_sql_is_read_back_as_the_same_schema() {
    let (mut wrong, mut same, mut in_part) = (Vec::new(), 0, 0);
    for case in cases(&NEWEST) {
        let sql = case.write("sql");
        let folder = Folder::new();
        folder.write("migrations/0001_schema.sql", &sql);
        let database = case.schema.database();
        let again = replay(folder.path(), &[database]);
        let again = again.into_iter().find(|c| c.schema.database() == database);
        if sql.contains("-- unknown") {
            in_part += 1;
            continue;
        }
        let want = comparable(&case);
        let empty = Case { place: String::new(), schema: Schema::new(database, case.schema.now()) };
        let got = comparable(again.as_ref().unwrap_or(&empty));
        if want == got {
            same += 1;
        } else {
            wrong.push(format!("{}:\n{}\n{sql}", case.place, difference(&want, &got)));
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
    assert!(same > 100 && in_part < same / 2, "{same} are the same, {in_part} known in part");
}

/// Facts of a schema, one a line, as a server's catalog tells them too.
pub(crate) fn facts(schema: &Schema) -> BTreeSet<String> {
    let postgres = schema.database().is_postgres();
    let mut out = BTreeSet::new();
    for table in schema.tables().filter(|t| !t.temporary && !t.options.virtual_table) {
        let name = &table.name;
        for column in table.columns.iter().map(|c| &c.column) {
            let filled = column.default.is_some() || column.serial;
            let filled = filled || column.generated.is_some() || column.identity.is_some();
            let null = if column.nullable { "null" } else { "not null" };
            // SQLite shows the types that it knows in upper case.
            let ty = match postgres {
                true => column.ty.to_string(),
                false => column.ty.to_string().to_uppercase(),
            };
            out.insert(format!("{name}.{} {ty} {null} {filled}", column.name));
        }
        for c in &table.constraints {
            let columns = c.columns.join(",");
            let own = if postgres { c.name.clone().unwrap_or_default() } else { String::new() };
            match &c.kind {
                ConstraintKind::PrimaryKey => out.insert(format!("{name} {own} key {columns}")),
                ConstraintKind::Unique { .. } => {
                    out.insert(format!("{name} {own} unique {columns}"))
                }
                ConstraintKind::ForeignKey(fk) => {
                    let mut actions = vec![fk.on_delete.as_deref(), fk.on_update.as_deref()];
                    if postgres {
                        actions.push(c.deferrable.then_some("deferrable"));
                        actions.push((!c.validated).then_some("not valid"));
                    }
                    let actions: Vec<&str> = actions.into_iter().flatten().collect();
                    let target = format!("{} ({})", fk.table, fk.columns.join(","));
                    out.insert(format!("{name} {own} to {target} of {columns} {actions:?}"))
                }
                ConstraintKind::Check { .. } | ConstraintKind::Exclude { .. } if postgres => {
                    out.insert(format!("{name} {own} rule"))
                }
                _ => false,
            };
        }
        for index in &table.indexes {
            let parts: Vec<&str> = index
                .index
                .parts
                .iter()
                .map(|part| match &part.of {
                    Indexed::Column(column) => column,
                    Indexed::Expression(_) => "()",
                })
                .collect();
            let unique = if index.index.unique { "unique " } else { "" };
            let partial = if index.index.predicate.is_some() { " where" } else { "" };
            let parts = parts.join(",");
            out.insert(format!("{name} {unique}index {} ({parts}){partial}", index.name));
        }
    }
    for ty in schema.types() {
        if let TypeKind::Enum { labels } = &ty.kind {
            out.insert(format!("enum {} {}", ty.name, labels.join(",")));
        }
    }
    out.extend(schema.views().map(|v| format!("view {}", v.name)));
    out
}

const CATALOG: &str = "
WITH rel AS (
  SELECT c.oid, c.relkind, c.relispartition,
    CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
)
SELECT rel.name || '.' || a.attname || ' ' ||
    regexp_replace(format_type(a.atttypid, a.atttypmod), '\"', '', 'g') ||
    CASE WHEN a.attnotnull THEN ' not null' ELSE ' null' END || ' ' ||
    (a.atthasdef OR a.attidentity <> '')::text
  FROM rel JOIN pg_attribute a ON a.attrelid = rel.oid
  WHERE relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT rel.name || ' ' || con.conname || CASE con.contype
    WHEN 'p' THEN ' key ' || cols.list
    WHEN 'u' THEN ' unique ' || cols.list
    WHEN 'f' THEN ' to ' || (SELECT name FROM rel r WHERE r.oid = con.confrelid) || ' (' ||
      (SELECT string_agg(a.attname, ',' ORDER BY k.at) FROM unnest(con.confkey) WITH ORDINALITY k(num, at)
       JOIN pg_attribute a ON a.attrelid = con.confrelid AND a.attnum = k.num) || ') of ' || cols.list || ' [' ||
      concat_ws(', ',
        CASE con.confdeltype WHEN 'c' THEN '\"CASCADE\"' WHEN 'n' THEN '\"SET NULL\"' WHEN 'd' THEN '\"SET DEFAULT\"' WHEN 'r' THEN '\"RESTRICT\"' END,
        CASE con.confupdtype WHEN 'c' THEN '\"CASCADE\"' WHEN 'n' THEN '\"SET NULL\"' WHEN 'd' THEN '\"SET DEFAULT\"' WHEN 'r' THEN '\"RESTRICT\"' END,
        CASE WHEN con.condeferrable THEN '\"deferrable\"' END,
        CASE WHEN NOT con.convalidated THEN '\"not valid\"' END) || ']'
    ELSE ' rule' END
  FROM pg_constraint con JOIN rel ON rel.oid = con.conrelid
  LEFT JOIN LATERAL (SELECT string_agg(a.attname, ',' ORDER BY k.at) AS list
    FROM unnest(con.conkey) WITH ORDINALITY k(num, at)
    JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.num) cols ON true
  WHERE con.contype IN ('p', 'u', 'f', 'c', 'x')
    AND NOT EXISTS (SELECT FROM pg_constraint up WHERE up.oid = con.conparentid AND up.conrelid = con.conrelid)
UNION ALL
SELECT rel.name || CASE WHEN i.indisunique THEN ' unique' ELSE '' END || ' index ' || c.relname || ' (' ||
    (SELECT string_agg(coalesce(a.attname, '()'), ',' ORDER BY k.at)
     FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(num, at)
     LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num AND k.num > 0
     WHERE k.at <= i.indnkeyatts) || ')' ||
    CASE WHEN i.indpred IS NOT NULL THEN ' where' ELSE '' END
  FROM pg_index i JOIN rel ON rel.oid = i.indrelid AND rel.relkind IN ('r', 'p')
  JOIN pg_class c ON c.oid = i.indexrelid
  WHERE NOT EXISTS (SELECT FROM pg_constraint con WHERE con.conindid = i.indexrelid AND con.contype IN ('p', 'u', 'x'))
UNION ALL
SELECT 'enum ' || CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || t.typname || ' ' ||
    (SELECT string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid)
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'e'
UNION ALL
SELECT 'view ' || name FROM rel WHERE relkind IN ('v', 'm')";

pub(crate) fn on_postgres(server: &Server, sql: &str) -> Result<BTreeSet<String>, String> {
    let fresh = server.fresh();
    let mut client = fresh.client();
    client.batch_execute(sql).map_err(|e| format!("{:?}", e.as_db_error().map(|d| d.message())))?;
    let rows = client.query(CATALOG, &[]).expect("the catalog");
    Ok(rows.iter().filter_map(|row| row.get::<_, Option<String>>(0)).collect())
}

pub(crate) fn on_sqlite(sql: &str) -> Result<BTreeSet<String>, String> {
    let connection = rusqlite::Connection::open_in_memory().expect("SQLite");
    for line in sql.lines().filter_map(|line| line.strip_prefix("-- Attach a database as ")) {
        let name = line.trim_end_matches(" first.");
        connection.execute_batch(&format!("ATTACH ':memory:' AS {name}")).expect("a database");
    }
    connection.execute_batch(sql).map_err(|e| e.to_string())?;
    let mut out = BTreeSet::new();
    let mut rows = |query: &str| {
        let mut statement = connection.prepare(query).expect("the catalog");
        let found = statement.query_map([], |row| row.get::<_, Option<String>>(0)).expect("rows");
        out.extend(found.filter_map(|row| row.expect("a row")));
    };
    let tables = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'";
    rows(&format!(
        "SELECT t.name || '.' || c.name || ' ' || iif(c.type = '', 'UNKNOWN TYPE', upper(replace(c.type, ', ', ','))) ||
            iif(c.\"notnull\", ' not null ', ' null ') || iif(c.dflt_value IS NOT NULL OR c.hidden > 1, 'true', 'false')
        FROM ({tables}) t JOIN pragma_table_xinfo(t.name) c"
    ));
    rows(&format!(
        "SELECT t.name || '  key ' ||
            (SELECT group_concat(name) FROM (SELECT name FROM pragma_table_info(t.name) WHERE pk > 0 ORDER BY pk))
        FROM ({tables}) t"
    ));
    rows(&format!(
        "SELECT t.name || '  to ' || f.\"table\" || ' (' || ifnull(group_concat(f.\"to\"), '') || ') of ' || group_concat(f.\"from\") ||
            ' [' || iif(f.on_delete = 'NO ACTION', '', '\"' || f.on_delete || '\"') ||
            iif(f.on_delete <> 'NO ACTION' AND f.on_update <> 'NO ACTION', ', ', '') ||
            iif(f.on_update = 'NO ACTION', '', '\"' || f.on_update || '\"') || ']'
        FROM ({tables}) t JOIN pragma_foreign_key_list(t.name) f GROUP BY t.name, f.id"
    ));
    rows(&format!(
        "SELECT t.name || iif(i.\"unique\", ' unique', '') || ' index ' || i.name || ' (' ||
            (SELECT group_concat(ifnull(name, '()')) FROM pragma_index_info(i.name)) || ')' || iif(i.partial, ' where', '')
        FROM ({tables}) t JOIN pragma_index_list(t.name) i WHERE i.origin = 'c'"
    ));
    rows(&format!(
        "SELECT t.name || '  unique ' || (SELECT group_concat(name) FROM pragma_index_info(i.name))
        FROM ({tables}) t JOIN pragma_index_list(t.name) i WHERE i.origin = 'u'"
    ));
    rows("SELECT 'view ' || name FROM sqlite_schema WHERE type = 'view'");
    Ok(out)
}

/// PostgreSQL's words for an extension that is not installed, before and from 15 on.
fn lacks_extension(why: &str) -> bool {
    why.contains("could not open extension control file")
        || why.contains("extension") && why.contains("is not available")
}

#[test]
#[ignore = "needs live servers: scripts/test"]
fn the_sql_makes_the_schema_on_every_server() {
    let servers = postgres();
    let mut wrong = Vec::new();
    let mut loaded: BTreeMap<String, usize> = BTreeMap::new();
    let mut try_one = |case: &Case, server: Option<&Server>| {
        let sql = case.write("sql");
        let held = match server {
            Some(server) => on_postgres(server, &sql),
            None => on_sqlite(&sql),
        };
        let held = match held {
            Ok(held) => held,
            // PostGIS, pgvector: the servers come without.
            Err(why) if lacks_extension(&why) => return,
            Err(why) => return wrong.push(format!("{}: {why}\n{sql}", case.place)),
        };
        *loaded.entry(case.schema.database().to_string()).or_default() += 1;
        if sql.contains("-- unknown") {
            return;
        }
        let want = facts(&case.schema);
        let missing: Vec<&String> = want.difference(&held).collect();
        let extra: Vec<&String> = held.difference(&want).collect();
        let attached = sql.contains("-- Attach");
        if !attached && (!missing.is_empty() || !extra.is_empty()) {
            wrong.push(format!("{}:\n  missing {missing:#?}\n  extra {extra:#?}", case.place));
        }
    };
    for server in &servers {
        let database = Database { dialect: Dialect::Postgres, version: (server.major, 0) };
        for case in &cases(&[database]) {
            try_one(case, Some(server));
        }
    }
    for case in &cases(&[Database::SQLITE]) {
        try_one(case, None);
    }
    println!("{loaded:?}");
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
    assert!(loaded.values().all(|n| *n > 50), "{loaded:?}");
}

/// Names that mean something to SQL, Markdown, Mermaid or a terminal.
const ODD: &str = r#"
CREATE TABLE "a""b" ("c""d" int PRIMARY KEY, "1x" text, "größe" numeric(10, 2), "PK" int, "a b" text);
CREATE TABLE "a'b" ("%" int, "\" int, "{x}" int, "x;y" int, "end" int, "erDiagram" int, note text DEFAULT '`|<b>');
CREATE TABLE "erDiagram" (id int PRIMARY KEY, title int, CONSTRAINT "a | b" CHECK (title > 0));
CREATE TABLE "%%{init" (id int PRIMARY KEY);
CREATE TABLE "` | </td> [x](y) *b* <script> @you #1" (id int PRIMARY KEY, "`a` | b" text DEFAULT '|');
CREATE TABLE "direction LR" (id int REFERENCES "a""b" ("c""d"), "accTitle: x" int REFERENCES "%%{init");
CREATE INDEX "select" ON "erDiagram" (title);
CREATE VIEW "v ```" AS SELECT 1 AS "```";
"#;

#[test]
fn odd_names_are_harmless_in_every_format() {
    let folder = Folder::new();
    folder.write("migrations/0001_odd.sql", ODD);
    folder.write("migrations/0002_worse.sql", "CREATE TABLE \"e\u{1b}[31m\u{202e}\" (id int);\n");
    for case in replay(folder.path(), &NEWEST) {
        for format in SCHEMA_FORMATS.iter().map(|f| f.name).filter(|name| *name != "json") {
            let text = case.write(format);
            let bad = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
            assert!(!text.contains(bad), "{format} of {}:\n{text}", case.place);
        }
        let markdown = case.write("markdown");
        let prose: Vec<&str> = markdown.split("```").step_by(2).collect();
        let prose = prose.join("");
        assert!(!prose.contains("<script>") && !prose.contains("@you"), "{markdown}");
        for line in markdown.lines().filter(|line| line.starts_with("| ")) {
            assert_eq!(line.matches('|').count(), 6, "{line}");
        }
        for line in case.write("mermaid").lines() {
            assert!(is_mermaid(line), "{line}");
        }
    }
    // Without the name that cannot be written, the SQL makes all of them again.
    folder.write("migrations/0002_worse.sql", "SELECT 1;\n");
    for case in replay(folder.path(), &NEWEST) {
        let again = Folder::new();
        again.write("migrations/0001_schema.sql", case.write("sql"));
        let database = case.schema.database();
        let read = replay(again.path(), &[database]);
        assert_eq!(comparable(&case), comparable(&read[0]), "{}", case.write("sql"));
    }
}

/// The lines that are written of Mermaid's `erDiagram`, as its real parser took them.
fn is_mermaid(line: &str) -> bool {
    let name = |text: &str| {
        let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
        inner.is_some_and(|t| !t.is_empty() && !t.contains(['"', '%', '\\', ';', '#']))
            && !text.contains("direction ")
    };
    let word = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || "_()[]".contains(c))
    };
    if matches!(line, "erDiagram" | "    }") {
        return true;
    }
    if let Some(attribute) = line.strip_prefix("        ") {
        let (head, comment) = match attribute.split_once(" \"") {
            Some((head, rest)) => (head, format!("\"{rest}")),
            None => (attribute, "\"x\"".to_owned()),
        };
        let mut words = head.splitn(3, ' ');
        return words.next().is_some_and(word)
            && words.next().is_some_and(word)
            && words
                .next()
                .is_none_or(|keys| keys.split(", ").all(|k| ["PK", "FK", "UK"].contains(&k)))
            && name(&comment);
    }
    let Some(line) = line.strip_prefix("    ") else { return false };
    match line.split_once("\" ") {
        None => name(line),
        Some((entity, "{")) => name(&format!("{entity}\"")),
        Some((entity, rest)) => {
            let (ends, label) = rest.split_once(" : ").unwrap_or_default();
            let (tie, other) = ends.split_once(' ').unwrap_or_default();
            let ties = ["||--o{", "|o--o{", "||--o|", "|o--o|"];
            name(&format!("{entity}\"")) && ties.contains(&tie) && name(other) && name(label)
        }
    }
}
