//! What PostgreSQL's catalog says.

use postgres::{Client, Statement};
use serde_json::Value;

use super::facts::{
    Catalog, ColumnLine, IndexLine, Key, Known, family_line, is_made_up, reference,
};

/// One document of everything that is compared: one round trip for each statement.
pub(super) const CATALOG: &str = "
WITH r AS (
    SELECT c.oid, c.relkind, c.relpartbound, CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname AS q
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname IN ('public', 'other')
), ty AS (
    SELECT t.oid, t.typtype, t.typbasetype, t.typtypmod,
        CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || t.typname AS q
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE n.nspname IN ('public', 'other') AND t.typtype IN ('e', 'd')
)
SELECT json_build_object(
'columns', (SELECT json_agg(json_build_array(r.q, a.attname, format_type(a.atttypid, a.atttypmod),
        a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated,
        CASE WHEN a.attcollation <> t.typcollation THEN co.collname END) ORDER BY r.q, a.attnum)
    FROM r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_collation co ON co.oid = a.attcollation
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE r.relkind IN ('r', 'p')),
'tables', (SELECT json_agg(json_build_array(q, pg_get_partkeydef(oid), pg_get_expr(relpartbound, oid),
        (SELECT json_agg(p.q ORDER BY h.inhseqno) FROM pg_inherits h JOIN r p ON p.oid = h.inhparent WHERE h.inhrelid = r.oid)) ORDER BY q)
    FROM r WHERE relkind IN ('r', 'p')),
'views', (SELECT json_agg(json_build_array(q, relkind) ORDER BY q) FROM r WHERE relkind IN ('v', 'm')),
'constraints', (SELECT json_agg(json_build_array(r.q, k.conname, k.contype, k.condeferrable, k.condeferred,
        k.convalidated,
        (SELECT json_agg(a.attname ORDER BY p.at) FROM unnest(k.conkey) WITH ORDINALITY p(num, at)
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.num),
        f.q,
        (SELECT json_agg(a.attname ORDER BY p.at) FROM unnest(k.confkey) WITH ORDINALITY p(num, at)
            JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = p.num),
        k.confdeltype, k.confupdtype, pg_get_expr(k.conbin, k.conrelid),
        (SELECT to_json(i)->>'indnullsnotdistinct' FROM pg_index i WHERE i.indexrelid = k.conindid)) ORDER BY r.q, k.conname)
    FROM pg_constraint k JOIN r ON r.oid = k.conrelid LEFT JOIN r f ON f.oid = k.confrelid
    WHERE k.contype IN ('p', 'u', 'f', 'c', 'x', 'n')
        AND NOT EXISTS (SELECT FROM pg_constraint o WHERE o.oid = k.conparentid AND o.conrelid = k.conrelid)),
'indexes', (SELECT json_agg(json_build_array(x.q, r.q, i.indisunique, am.amname,
        (SELECT json_agg(json_build_array(i.indkey[at - 1] <> 0,
            CASE WHEN i.indkey[at - 1] <> 0 THEN (SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = i.indkey[at - 1])
            ELSE pg_get_indexdef(i.indexrelid, at, false) END) ORDER BY at) FROM generate_series(1, i.indnkeyatts) at),
        pg_get_expr(i.indpred, i.indrelid), to_json(i)->>'indnullsnotdistinct', i.indimmediate) ORDER BY x.q)
    FROM pg_index i JOIN r x ON x.oid = i.indexrelid JOIN r ON r.oid = i.indrelid
    JOIN pg_class c ON c.oid = x.oid JOIN pg_am am ON am.oid = c.relam
    WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))),
'sequences', (SELECT json_agg(json_build_array(s.q,
        (SELECT r.q || '.' || a.attname FROM pg_depend d JOIN r ON r.oid = d.refobjid
            JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            WHERE d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i') LIMIT 1)) ORDER BY s.q)
    FROM r s WHERE s.relkind = 'S'),
'enums', (SELECT json_agg(json_build_array(q, (SELECT json_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum e WHERE e.enumtypid = ty.oid)) ORDER BY q)
    FROM ty WHERE typtype = 'e'),
'domains', (SELECT json_agg(json_build_array(q, format_type(typbasetype, typtypmod)) ORDER BY q) FROM ty WHERE typtype = 'd')
)::text";

pub(super) fn prepare(client: &mut Client) -> Statement {
    client.prepare(CATALOG).expect("the catalog")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn texts(value: &Value) -> Vec<String> {
    list(value).iter().map(|v| text(v).to_owned()).collect()
}

fn action(letter: &str) -> Option<&'static str> {
    Some(match letter {
        "c" => "CASCADE",
        "n" => "SET NULL",
        "d" => "SET DEFAULT",
        "r" => "RESTRICT",
        _ => return None,
    })
}

pub(super) fn catalog(document: &str) -> Catalog {
    let value: Value = serde_json::from_str(document).expect("JSON");
    let mut catalog = Catalog::default();
    for row in list(&value["tables"]) {
        let name = text(&row[0]).to_owned();
        let (partitioned, bound) = (row[1].as_str(), row[2].as_str());
        let parents = texts(&row[3]);
        catalog.lines.insert(format!("table {name}"));
        catalog.lines.extend(family_line(&name, &parents, bound, partitioned));
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let (partitioned, bound) = (owned(partitioned), owned(bound));
        catalog.tables.push(Known { name, partitioned, parents, bound, ..Known::default() });
    }
    for row in list(&value["columns"]) {
        let table = of(&mut catalog.tables, text(&row[0]));
        table.columns.push((text(&row[1]).to_owned(), text(&row[2]).to_owned()));
        let expression = row[4].as_str();
        let generated = text(&row[6]);
        let line = ColumnLine {
            table: text(&row[0]),
            at: table.columns.len(),
            name: text(&row[1]),
            ty: text(&row[2]),
            nullable: row[3] != true,
            default: expression.filter(|_| generated.is_empty()),
            generated: expression.filter(|_| !generated.is_empty()).map(|e| (e, generated == "s")),
            identity: match text(&row[5]) {
                "a" => " identity always",
                "d" => " identity",
                _ => "",
            },
            collation: row[7].as_str(),
        };
        catalog.lines.insert(line.line());
    }
    for row in list(&value["constraints"]) {
        let columns = texts(&row[6]);
        let (kind, more) = match text(&row[2]) {
            "p" => ("primary key", String::new()),
            "u" if row[12] == "true" => ("unique", "nulls not distinct".to_owned()),
            "u" => ("unique", String::new()),
            "x" => ("exclude", String::new()),
            "c" => ("check", super::facts::plain(text(&row[11]))),
            "n" if is_made_up(row[1].as_str()) => continue,
            "n" => ("not null", String::new()),
            _ => {
                let (on_delete, on_update) = (action(text(&row[9])), action(text(&row[10])));
                let more = reference(text(&row[7]), &texts(&row[8]), on_delete, on_update);
                ("foreign key", more)
            }
        };
        let table = of(&mut catalog.tables, text(&row[0]));
        table.constraints.push(text(&row[1]).to_owned());
        // Those to a partitioned table are several in the catalog.
        if matches!(kind, "primary key" | "unique") && table.partitioned.is_none() {
            table.keys.push(columns.clone());
        }
        let key = Key {
            table: text(&row[0]),
            kind,
            name: row[1].as_str(),
            columns: if matches!(kind, "check" | "exclude") { Vec::new() } else { columns },
            more,
            deferrable: row[3] == true,
            deferred: row[4] == true,
            validated: row[5] == true,
        };
        catalog.lines.insert(key.line());
    }
    for row in list(&value["indexes"]) {
        let parts: Vec<String> = list(&row[4])
            .iter()
            .map(|part| match part[0] == true {
                true => text(&part[1]).to_owned(),
                false => super::facts::plain(text(&part[1])),
            })
            .collect();
        if let Some(table) = catalog.tables.iter_mut().find(|t| t.name == text(&row[1])) {
            table.indexes.push(text(&row[0]).to_owned());
        }
        let line = IndexLine {
            name: text(&row[0]),
            table: text(&row[1]),
            unique: row[2] == true,
            parts,
            predicate: row[5].as_str(),
            method: text(&row[3]),
            nulls_not_distinct: row[6] == "true",
        };
        catalog.lines.insert(line.line());
    }
    for row in list(&value["sequences"]) {
        catalog.sequences.push(text(&row[0]).to_owned());
        let owner = row[1].as_str().unwrap_or("-");
        catalog.lines.insert(format!("sequence {} of {owner}", text(&row[0])));
    }
    for row in list(&value["enums"]) {
        let labels = texts(&row[1]);
        catalog.lines.insert(format!("enum {} ({})", text(&row[0]), labels.join(", ")));
        catalog.enums.push((text(&row[0]).to_owned(), labels));
    }
    for row in list(&value["domains"]) {
        catalog.lines.insert(format!("domain {} {}", text(&row[0]), text(&row[1])));
        catalog.domains.push(text(&row[0]).to_owned());
    }
    for row in list(&value["views"]) {
        let materialized = text(&row[1]) == "m";
        let kind = if materialized { "materialized view" } else { "view" };
        catalog.lines.insert(format!("{kind} {}", text(&row[0])));
        catalog.views.push((text(&row[0]).to_owned(), materialized));
    }
    catalog
}

fn of<'a>(tables: &'a mut [Known], name: &str) -> &'a mut Known {
    tables.iter_mut().find(|t| t.name == name).expect("a listed table")
}
