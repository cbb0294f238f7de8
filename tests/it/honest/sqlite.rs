//! What SQLite says of itself: PRAGMAs, and the statements that it keeps and edits.

use miglint::{
    database::Dialect,
    frontend::sql::{Place, read},
    ir::{ConstraintKind, Indexed, Name},
    schema::{Schema, Table},
    source::FileId,
};
use rusqlite::Connection;

use super::{
    Replay,
    facts::{Catalog, Known, plain, reference, referenced, replayed},
};

type Row = Vec<String>;
/// Its number, the columns, those that it references, their table, ON DELETE and ON UPDATE.
type Reference = (String, Vec<String>, Vec<String>, String, String, String);

fn rows(connection: &Connection, query: &str) -> Vec<Row> {
    let mut statement = connection.prepare(query).expect("the catalog");
    let width = statement.column_count();
    let found = statement
        .query_map([], |row| {
            (0..width)
                .map(|at| {
                    let value: rusqlite::types::Value = row.get(at)?;
                    Ok(match value {
                        rusqlite::types::Value::Null => "-".to_owned(),
                        rusqlite::types::Value::Integer(n) => n.to_string(),
                        rusqlite::types::Value::Text(text) => text,
                        other => format!("{other:?}"),
                    })
                })
                .collect::<Result<Row, _>>()
        })
        .expect("the catalog");
    found.map(|row| row.expect("a row")).collect()
}

/// The schema that SQLite's stored statements make, read from nothing, with what its PRAGMAs say.
pub(super) fn catalog(connection: &Connection, database: miglint::database::Database) -> Catalog {
    let master = rows(
        connection,
        "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
         ORDER BY type = 'trigger', type = 'view', type = 'index', rowid",
    );
    let mut replay = Replay::new(database);
    for row in &master {
        let place = Place::At { file: FileId(0), start: 0 };
        for op in read(&row[3], place, Dialect::Sqlite) {
            replay.schema.apply(&op);
        }
    }
    let mut catalog = Catalog { lines: replayed(&replay.schema), ..Catalog::default() };
    for row in &master {
        match row[0].as_str() {
            "table" => {
                let known = table(connection, &replay.schema, &row[1], &mut catalog);
                catalog.tables.push(known);
            }
            "view" => catalog.views.push((row[1].clone(), false)),
            _ => {}
        }
    }
    catalog
}

fn quoted(name: &str) -> String {
    format!("'{}'", name.replace('\'', "''"))
}

fn table(connection: &Connection, schema: &Schema, name: &str, catalog: &mut Catalog) -> Known {
    let mut known = Known { name: name.to_owned(), ..Known::default() };
    let of = |pragma: &str| format!("SELECT * FROM pragma_{pragma}({})", quoted(name));
    let mut key: Vec<(usize, String)> = Vec::new();
    for row in rows(connection, &of("table_xinfo")) {
        let (column, ty) = (&row[1], row[2].replace(' ', ""));
        catalog.lines.insert(column_line(
            name,
            row[0].parse().expect("a number"),
            column,
            &ty,
            row[3] == "1",
            &row[4],
            row[5].parse().expect("a number"),
            row[6].parse().expect("a number"),
        ));
        if row[5] != "0" {
            key.push((row[5].parse().expect("a number"), column.clone()));
        }
        known.columns.push((column.clone(), row[2].clone()));
    }
    key.sort();
    if !key.is_empty() {
        known.keys.push(key.into_iter().map(|(_, column)| column).collect());
    }
    for row in rows(connection, &of("index_list")) {
        let (index, unique, origin, partial) = (&row[1], &row[2], &row[3], &row[4]);
        let inside =
            format!("SELECT cid, name FROM pragma_index_xinfo({}) WHERE key = 1", quoted(index));
        let parts: Vec<String> =
            rows(connection, &inside).into_iter().map(|r| r[1].clone()).collect();
        if origin == "c" {
            known.indexes.push(index.clone());
            catalog.lines.insert(format!(
                "pragma {name} index {index} unique={unique} partial={partial} ({})",
                parts.join(", ")
            ));
        } else {
            known.keys.push(parts);
        }
    }
    let mut keys: Vec<Reference> = Vec::new();
    for row in rows(connection, &of("foreign_key_list")) {
        match keys.last_mut() {
            Some(last) if last.0 == row[0] => {
                last.1.push(row[3].clone());
                last.2.push(row[4].clone());
            }
            _ => keys.push((
                row[0].clone(),
                vec![row[3].clone()],
                vec![row[4].clone()],
                row[2].clone(),
                row[6].clone(),
                row[5].clone(),
            )),
        }
    }
    for (_, from, to, table, on_delete, on_update) in keys {
        let to: Vec<String> = to.into_iter().filter(|c| c != "-").collect();
        let to = referenced(schema, &Name::plain(&table), &to);
        catalog.lines.insert(format!(
            "pragma {name} foreign key ({}) {}",
            from.join(", "),
            reference(&table, &to, Some(&on_delete), Some(&on_update))
        ));
    }
    known
}

#[allow(clippy::too_many_arguments)]
fn column_line(
    table: &str,
    at: usize,
    name: &str,
    ty: &str,
    not_null: bool,
    default: &str,
    key: usize,
    hidden: usize,
) -> String {
    let generated = match hidden {
        2 => " virtual",
        3 => " stored",
        _ => "",
    };
    let ty = match generated {
        "" => ty,
        _ => "",
    };
    format!(
        "pragma {table} column {at} {name} {ty} not null={not_null} default {} key={key}{generated}",
        plain(default)
    )
}

/// The same lines, from the replay.
pub(super) fn pragmas(schema: &Schema) -> Vec<String> {
    schema.tables().flat_map(|table| of_table(schema, table)).collect()
}

fn of_table(schema: &Schema, table: &Table) -> Vec<String> {
    let name = table.name.name.as_str();
    let mut lines = Vec::new();
    let key = table.key_columns();
    for (at, of) in table.columns.iter().enumerate() {
        let c = &of.column;
        lines.push(column_line(
            name,
            at,
            &c.name,
            &c.ty.to_string().replace("unknown type", "").replace(' ', ""),
            !c.nullable,
            c.default.as_ref().and_then(|d| d.sql.as_deref()).unwrap_or("-"),
            key.iter().position(|k| *k == c.name).map_or(0, |at| at + 1),
            match &c.generated {
                Some(g) if g.stored => 3,
                Some(_) => 2,
                None => 0,
            },
        ));
    }
    for index in &table.indexes {
        let parts = index.index.parts.iter().map(|part| match &part.of {
            Indexed::Column(column) => column.clone(),
            Indexed::Expression(_) => "-".to_owned(),
        });
        lines.push(format!(
            "pragma {name} index {} unique={} partial={} ({})",
            index.name,
            u8::from(index.index.unique),
            u8::from(index.index.predicate.is_some()),
            parts.collect::<Vec<_>>().join(", ")
        ));
    }
    for constraint in &table.constraints {
        if let ConstraintKind::ForeignKey(fk) = &constraint.kind {
            lines.push(format!(
                "pragma {name} foreign key ({}) {}",
                constraint.columns.join(", "),
                reference(
                    &fk.table.name,
                    &referenced(schema, &fk.table, &fk.columns),
                    fk.on_delete.as_deref(),
                    fk.on_update.as_deref()
                )
            ));
        }
    }
    lines
}
