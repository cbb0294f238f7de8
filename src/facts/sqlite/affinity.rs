//! Type affinity (datatype3.html, 3.1), by the name that CREATE TABLE … AS gives it.

use crate::types::SqlType;

/// The type that a column of this declared type has in a table made from a query
/// (`createTableStmt` in build.c); empty where there is none.
pub fn affinity_name(declared: &SqlType) -> SqlType {
    let name = declared.name.to_ascii_uppercase();
    let has = |part: &str| name.contains(part);
    SqlType::named(match () {
        () if has("INT") => "INT",
        () if has("CHAR") || has("CLOB") || has("TEXT") => "TEXT",
        () if has("BLOB") || name.is_empty() => "",
        () if has("REAL") || has("FLOA") || has("DOUB") => "REAL",
        () => "NUM",
    })
}
