//! Parts of definitions as SQL writes them: what stands in CREATE TABLE, ADD CONSTRAINT and
//! CREATE INDEX. Whether what they name is there is for the caller to know.

use crate::{
    database::{Database, Dialect},
    ir::{Constraint, ConstraintKind, ForeignKey, Generated, Index, IndexPart, Indexed, Name},
    quote,
    schema::called,
};

/// Names, separated by commas.
pub fn list<'n>(names: impl IntoIterator<Item = &'n String>, dialect: Dialect) -> String {
    names.into_iter().map(|name| quote::name(name, dialect)).collect::<Vec<_>>().join(", ")
}

/// A constraint, as CREATE TABLE and ADD CONSTRAINT write it; `None` where its text is not known.
pub fn constraint(c: &Constraint, database: Database) -> Option<String> {
    let names = |names: &[String]| list(names, database.dialect);
    let mut text = match &c.name {
        Some(name) => format!("CONSTRAINT {} ", quote::name(name, database.dialect)),
        None => String::new(),
    };
    let keyed = |what: &str| {
        let include = match c.include.as_slice() {
            [] => String::new(),
            include => format!(" INCLUDE ({})", names(include)),
        };
        (!c.columns.is_empty()).then(|| format!("{what} ({}){include}", names(&c.columns)))
    };
    let known = |sql: &Option<String>| {
        sql.as_deref().map(str::trim).filter(|sql| !sql.is_empty()).map(str::to_owned)
    };
    text.push_str(&match &c.kind {
        ConstraintKind::PrimaryKey => keyed("PRIMARY KEY")?,
        ConstraintKind::Unique { nulls_not_distinct: true } => keyed("UNIQUE NULLS NOT DISTINCT")?,
        ConstraintKind::Unique { .. } => keyed("UNIQUE")?,
        ConstraintKind::Check { sql } => {
            let inherit = if c.no_inherit { " NO INHERIT" } else { "" };
            format!("CHECK ({}){inherit}", known(sql)?)
        }
        ConstraintKind::Exclude { sql } => format!("EXCLUDE {}", known(sql)?),
        ConstraintKind::NotNull => match c.columns.as_slice() {
            [column] => format!("NOT NULL {}", quote::name(column, database.dialect)),
            _ => return None,
        },
        ConstraintKind::ForeignKey(fk) => foreign_key(c, fk, database.dialect),
    });
    if let Some(action) = c.on_conflict.as_ref().filter(|_| database.is_sqlite()) {
        text.push_str(&format!(" ON CONFLICT {action}"));
    }
    if c.deferrable {
        text.push_str(" DEFERRABLE");
    }
    if c.initially_deferred {
        text.push_str(" INITIALLY DEFERRED");
    }
    if !c.enforced {
        text.push_str(" NOT ENFORCED");
    } else if !c.validated && database.is_postgres() {
        text.push_str(" NOT VALID");
    }
    Some(text)
}

fn foreign_key(c: &Constraint, fk: &ForeignKey, dialect: Dialect) -> String {
    // SQLite's REFERENCES stays in the table's own database file.
    let target = match dialect {
        Dialect::Sqlite => quote::name(&fk.table.name, dialect),
        Dialect::Postgres => quote::qualified(&fk.table, dialect),
    };
    let mut text = format!("FOREIGN KEY ({}) REFERENCES {target}", list(&c.columns, dialect));
    if !fk.columns.is_empty() {
        text.push_str(&format!(" ({})", list(&fk.columns, dialect)));
    }
    if fk.match_full {
        text.push_str(" MATCH FULL");
    }
    if let Some(action) = &fk.on_update {
        text.push_str(&format!(" ON UPDATE {action}"));
    }
    if let Some(action) = &fk.on_delete {
        text.push_str(&format!(" ON DELETE {action}"));
        if !fk.set_columns.is_empty() {
            text.push_str(&format!(" ({})", list(&fk.set_columns, dialect)));
        }
    }
    text
}

/// CREATE INDEX, of a table or a materialized view; `None` where a part of it is not known.
/// `alone`: its partitions have none of the kind.
pub fn index(
    of: &Name,
    name: &str,
    index: &Index,
    alone: bool,
    database: Database,
) -> Option<String> {
    let dialect = database.dialect;
    let parts: Option<Vec<String>> = index.parts.iter().map(|one| part(one, dialect)).collect();
    let parts = parts.filter(|parts| !parts.is_empty())?;
    let unique = if index.unique { "UNIQUE " } else { "" };
    let (name, table) = match (dialect, &of.schema) {
        (Dialect::Sqlite, Some(_)) => {
            (quote::qualified(&of.sibling(name), dialect), quote::name(&of.name, dialect))
        }
        _ => (quote::name(name, dialect), quote::qualified(of, dialect)),
    };
    let only = if alone { "ONLY " } else { "" };
    let mut text = format!("CREATE {unique}INDEX {name} ON {only}{table}");
    if let Some(method) = index.method.as_ref().filter(|m| *m != "btree") {
        text.push_str(&format!(" USING {}", quote::name(method, dialect)));
    }
    text.push_str(&format!(" ({})", parts.join(", ")));
    if !index.include.is_empty() {
        text.push_str(&format!(" INCLUDE ({})", list(&index.include, dialect)));
    }
    if index.nulls_not_distinct {
        text.push_str(" NULLS NOT DISTINCT");
    }
    if let Some(storage) = &index.storage {
        text.push_str(&format!(" WITH ({storage})"));
    }
    match index.predicate.as_deref().map(str::trim) {
        None => Some(text),
        Some("") => None,
        Some(sql) => Some(format!("{text} WHERE {sql}")),
    }
}

fn part(part: &IndexPart, dialect: Dialect) -> Option<String> {
    let mut text = match &part.of {
        Indexed::Column(name) => quote::name(name, dialect),
        Indexed::Expression(sql) => match sql.trim() {
            "" => return None,
            sql if is_enclosed(sql) || called(sql).is_some() => sql.to_owned(),
            sql => format!("({sql})"),
        },
    };
    if let Some(name) = &part.collation {
        text.push_str(&format!(" COLLATE {}", collation(name, dialect)));
    }
    if let Some(opclass) = &part.opclass {
        text.push_str(&format!(" {opclass}"));
    }
    if part.descending {
        text.push_str(" DESC");
    }
    if let Some(first) = part.nulls_first.filter(|first| *first != part.descending) {
        text.push_str(if first { " NULLS FIRST" } else { " NULLS LAST" });
    }
    Some(text)
}

pub fn collation(name: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Sqlite => quote::name(name, dialect),
        // Lower-case names fold, and most of a server's are not.
        Dialect::Postgres => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

/// `GENERATED ALWAYS AS (…)`.
pub fn generated(generated: &Generated) -> String {
    let kept = if generated.stored { "STORED" } else { "VIRTUAL" };
    format!("GENERATED ALWAYS AS ({}) {kept}", generated.sql)
}

/// What stands behind DEFAULT. SQLite takes an expression in parentheses only
/// (lang_createtable, "The DEFAULT clause").
pub fn default(sql: &str, dialect: Dialect) -> String {
    let sql = sql.trim();
    if dialect == Dialect::Postgres || is_constant(sql) || is_enclosed(sql) {
        return sql.to_owned();
    }
    format!("({sql})")
}

/// The type that makes an integer and its sequence (manual, 8.1.4).
pub fn serial(ty: &str) -> Option<&'static str> {
    Some(match ty {
        "integer" => "serial",
        "bigint" => "bigserial",
        "smallint" => "smallserial",
        _ => return None,
    })
}

/// A number, a string or a word of its own.
fn is_constant(sql: &str) -> bool {
    let number = sql.trim_start_matches(['+', '-']);
    let digits = |c: char| c.is_ascii_digit() || c == '.';
    let inner = sql.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    inner.is_some_and(|inner| !inner.replace("''", "").contains('\''))
        || !number.is_empty() && number.chars().all(digits)
        || ["null", "true", "false", "current_timestamp", "current_date", "current_time"]
            .iter()
            .any(|word| sql.eq_ignore_ascii_case(word))
}

/// Whether the parenthesis at the end closes the one at the beginning.
pub fn is_enclosed(sql: &str) -> bool {
    let Some(inner) = sql.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else {
        return false;
    };
    let (mut depth, mut quoted) = (0i32, false);
    inner.chars().all(|c| {
        match c {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        depth >= 0
    })
}
