//! Diesel's SQL types, and what `diesel print-schema` writes for a server's: several types of a
//! server are one of Diesel's, so a column is looked at as Diesel sees it.

use super::tables::{CustomTypes, Written};
use crate::{
    facts::postgres::results::internal_name,
    ir::Name,
    schema::{Schema, TypeKind},
    types::SqlType,
};

/// The type of a model's column: the one that the database has, where Diesel would write it as
/// it stands there; else one that Diesel would.
pub(super) fn of(
    written: &Written,
    custom: &CustomTypes,
    database: &Schema,
    there: Option<&SqlType>,
) -> SqlType {
    let own = match database.database().is_postgres() {
        true => postgres(written, custom),
        false => sqlite(written),
    };
    let Some(there) = there.filter(|ty| !ty.is_unknown()) else { return own };
    let same = match database.database().is_postgres() {
        true => is_postgres(written, custom, database, there, &own),
        false => is_sqlite(&own, there),
    };
    if same { there.clone() } else { own }
}

/// Diesel's own types and their aliases, in lower case, with PostgreSQL's name
/// (`diesel::sql_types`, `diesel::pg::sql_types`).
const POSTGRES: &[(&str, &str)] = &[
    ("bigint", "bigint"),
    ("bigserial", "bigint"),
    ("binary", "bytea"),
    ("bool", "boolean"),
    ("bpchar", "character"),
    ("bytea", "bytea"),
    ("char", "text"),
    ("cidr", "cidr"),
    ("citext", "citext"),
    ("date", "date"),
    ("decimal", "numeric"),
    ("double", "double precision"),
    ("float", "real"),
    ("float4", "real"),
    ("float8", "double precision"),
    ("inet", "inet"),
    ("int2", "smallint"),
    ("int4", "integer"),
    ("int8", "bigint"),
    ("integer", "integer"),
    ("interval", "interval"),
    ("json", "json"),
    ("jsonb", "jsonb"),
    ("macaddr", "macaddr"),
    ("macaddr8", "macaddr8"),
    ("money", "money"),
    ("numeric", "numeric"),
    ("oid", "oid"),
    ("pglsn", "pg_lsn"),
    ("serial", "integer"),
    ("smallint", "smallint"),
    ("smallserial", "smallint"),
    ("text", "text"),
    ("time", "time without time zone"),
    ("timestamp", "timestamp without time zone"),
    ("timestamptz", "timestamp with time zone"),
    ("uuid", "uuid"),
    ("varchar", "character varying"),
];

fn postgres(written: &Written, custom: &CustomTypes) -> SqlType {
    let lower = written.name.to_ascii_lowercase();
    let mut ty = match custom.get(&written.name) {
        Some(own) => {
            let name = Name::new(own.schema.as_deref(), &own.name);
            SqlType::postgres(&crate::quote::qualified(&name, crate::database::Dialect::Postgres))
        }
        None => match POSTGRES.iter().find(|(alias, _)| *alias == lower) {
            Some((_, name)) => SqlType::named(name),
            None => return SqlType::unknown(),
        },
    };
    match written.around.as_deref() {
        None => {}
        Some("Range") => ty = SqlType::named(range(&ty.name, false)),
        Some("Multirange") => ty = SqlType::named(range(&ty.name, true)),
        Some(_) => return SqlType::unknown(),
    }
    if let Some(length) = written.length.as_ref().filter(|_| !ty.is_unknown()) {
        ty.args = vec![length.clone()];
        if ty.name == "text" {
            ty.name = "character varying".to_owned();
        }
    }
    if written.array && !ty.is_unknown() { ty.array_of() } else { ty }
}

/// The range over a type; empty where it is not known.
fn range(of: &str, multi: bool) -> &'static str {
    match (of, multi) {
        ("integer", false) => "int4range",
        ("integer", true) => "int4multirange",
        ("bigint", false) => "int8range",
        ("bigint", true) => "int8multirange",
        ("numeric", false) => "numrange",
        ("numeric", true) => "nummultirange",
        ("timestamp without time zone", false) => "tsrange",
        ("timestamp without time zone", true) => "tsmultirange",
        ("timestamp with time zone", false) => "tstzrange",
        ("timestamp with time zone", true) => "tstzmultirange",
        ("date", false) => "daterange",
        ("date", true) => "datemultirange",
        _ => "",
    }
}

/// Whether Diesel sees a type of the server's as it is written.
fn is_postgres(
    written: &Written,
    custom: &CustomTypes,
    database: &Schema,
    there: &SqlType,
    own: &SqlType,
) -> bool {
    let base = base(database, there);
    if written.array != (there.dims > 0 || base.dims > 0) {
        return false;
    }
    if has_other_length(written, &base) {
        return false;
    }
    // A domain may have a type of its own.
    if custom.contains_key(&written.name) {
        return own.name == there.name || own.name == base.name;
    }
    let names = [internal_name(there), internal_name(&base)];
    if written.around.is_none() && names.into_iter().any(|name| is_camel(&written.name, name)) {
        return true;
    }
    let text = |ty: &SqlType| match ty.name.as_str() {
        // One type for Diesel.
        "character varying" | "character" | "name" => "text".to_owned(),
        name => name.to_owned(),
    };
    !own.is_unknown() && text(own) == text(&base)
}

/// Older versions of Diesel do not write a length.
fn has_other_length(written: &Written, there: &SqlType) -> bool {
    written.length.as_ref().is_some_and(|length| there.args.first() != Some(length))
}

/// What a domain stands for, down to a type that is none.
fn base(database: &Schema, ty: &SqlType) -> SqlType {
    let mut at = ty.clone();
    for _ in 0..8 {
        let (schema, name) = match at.name.rsplit_once('.') {
            Some((schema, name)) => (Some(schema), name),
            None => (None, at.name.as_str()),
        };
        let found = database.ty(&Name::new(schema, name)).found();
        match found.map(|ty| &ty.kind) {
            Some(TypeKind::Domain { domain, .. }) => at = domain.base.clone(),
            _ => break,
        }
    }
    at
}

/// Whether a name in Rust is made from one of the server's: `AutoStatus` from `auto_status`.
fn is_camel(rust: &str, server: &str) -> bool {
    let plain = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    plain(rust) == plain(server)
}

/// The declared type that stands for one of Diesel's.
fn sqlite(written: &Written) -> SqlType {
    let lower = written.name.to_ascii_lowercase();
    let name = match lower.as_str() {
        "bool" => "BOOLEAN",
        "smallint" | "int2" => "SMALLINT",
        "integer" | "int4" | "serial" => "INTEGER",
        "bigint" | "int8" | "bigserial" => "BIGINT",
        "text" | "varchar" | "char" | "bpchar" | "citext" => "TEXT",
        "binary" | "bytea" | "blob" => "BLOB",
        "float" | "float4" => "FLOAT",
        "double" | "float8" | "numeric" | "decimal" => "DOUBLE",
        "timestamp" | "datetime" => "TIMESTAMP",
        "date" => "DATE",
        "time" => "TIME",
        _ => "",
    };
    if written.array || written.around.is_some() {
        return SqlType::unknown();
    }
    SqlType::named(name)
}

/// Whether Diesel can use a column of SQLite's as what is written. The rules by which
/// `print-schema` guesses are only that: whole numbers of any size are one type for the
/// database, and times are kept as text or as numbers.
fn is_sqlite(own: &SqlType, there: &SqlType) -> bool {
    let (Some(own), Some(there)) = (kind(own), kind(there)) else { return true };
    own == there
        || own == Kind::Time && there != Kind::Binary
        || there == Kind::Time && own != Kind::Binary
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Whole,
    Text,
    Binary,
    Fraction,
    Time,
}

/// What Diesel takes a declared type for (`infer_schema_internals/sqlite.rs`); `None`: nothing.
fn kind(declared: &SqlType) -> Option<Kind> {
    let name = declared.name.to_ascii_lowercase();
    let has = |part: &str| name.contains(part);
    Some(match () {
        () if declared.is_unknown() => return None,
        () if matches!(name.as_str(), "bool" | "boolean") || has("int") => Kind::Whole,
        () if has("char") || has("clob") || has("text") => Kind::Text,
        () if has("blob") || has("binary") => Kind::Binary,
        () if ["float", "real", "double", "num", "dec"].iter().any(|part| has(part)) => {
            Kind::Fraction
        }
        () if matches!(name.as_str(), "datetime" | "timestamp" | "date" | "time") => Kind::Time,
        () => return None,
    })
}
