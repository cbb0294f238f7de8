//! Names as SQL writes them: quoted where a server would read something else.

use crate::{database::Dialect, ir::Name};

/// Whether a name may begin so without quotes.
pub fn starts_name(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

/// Whether a character may follow in a name without quotes.
pub fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}

/// A name for one database.
pub fn name(name: &str, dialect: Dialect) -> String {
    let (words, folds) = match dialect {
        Dialect::Postgres => (POSTGRES, true),
        Dialect::Sqlite => (SQLITE, false),
    };
    let plain = name.chars().next().is_some_and(|c| c.is_ascii_lowercase() || c == '_')
        || !folds && name.starts_with(|c: char| c.is_ascii_alphabetic());
    let word = name.chars().all(|c| {
        c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || !folds && c.is_ascii_uppercase()
    });
    let reserved = || words.binary_search(&name.to_ascii_lowercase().as_str()).is_ok();
    match plain && word && !reserved() {
        true => name.to_owned(),
        false => quoted(name),
    }
}

/// Whether a word means something to a database.
pub fn is_word(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    [POSTGRES, SQLITE].iter().any(|words| words.binary_search(&word.as_str()).is_ok())
}

/// A name that both databases read alike.
pub fn any(name: &str) -> String {
    match [Dialect::Postgres, Dialect::Sqlite].iter().all(|d| self::name(name, *d) == name) {
        true => name.to_owned(),
        false => quoted(name),
    }
}

/// A name with its schema, where that is not the default one.
pub fn qualified(of: &Name, dialect: Dialect) -> String {
    match &of.schema {
        Some(schema) => format!("{}.{}", name(schema, dialect), name(&of.name, dialect)),
        None => name(&of.name, dialect),
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A string literal. PostgreSQL reads a backslash as itself (`standard_conforming_strings`).
pub fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// PostgreSQL's keywords that are not unreserved (`pg_get_keywords`, majors 14 to 18).
const POSTGRES: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "bigint",
    "binary",
    "bit",
    "boolean",
    "both",
    "case",
    "cast",
    "char",
    "character",
    "check",
    "coalesce",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "dec",
    "decimal",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "exists",
    "extract",
    "false",
    "fetch",
    "float",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "greatest",
    "group",
    "grouping",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "inout",
    "int",
    "integer",
    "intersect",
    "interval",
    "into",
    "is",
    "isnull",
    "join",
    "json",
    "json_array",
    "json_arrayagg",
    "json_exists",
    "json_object",
    "json_objectagg",
    "json_query",
    "json_scalar",
    "json_serialize",
    "json_table",
    "json_value",
    "lateral",
    "leading",
    "least",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "merge_action",
    "national",
    "natural",
    "nchar",
    "none",
    "normalize",
    "not",
    "notnull",
    "null",
    "nullif",
    "numeric",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "out",
    "outer",
    "overlaps",
    "overlay",
    "placing",
    "position",
    "precision",
    "primary",
    "real",
    "references",
    "returning",
    "right",
    "row",
    "select",
    "session_user",
    "setof",
    "similar",
    "smallint",
    "some",
    "substring",
    "symmetric",
    "system_user",
    "table",
    "tablesample",
    "then",
    "time",
    "timestamp",
    "to",
    "trailing",
    "treat",
    "trim",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "values",
    "varchar",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
    "xmlattributes",
    "xmlconcat",
    "xmlelement",
    "xmlexists",
    "xmlforest",
    "xmlnamespaces",
    "xmlparse",
    "xmlpi",
    "xmlroot",
    "xmlserialize",
    "xmltable",
];

/// All of SQLite's keywords (<https://www.sqlite.org/lang_keywords.html>).
const SQLITE: &[&str] = &[
    "abort",
    "action",
    "add",
    "after",
    "all",
    "alter",
    "always",
    "analyze",
    "and",
    "as",
    "asc",
    "attach",
    "autoincrement",
    "before",
    "begin",
    "between",
    "by",
    "cascade",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "commit",
    "conflict",
    "constraint",
    "create",
    "cross",
    "current",
    "current_date",
    "current_time",
    "current_timestamp",
    "database",
    "default",
    "deferrable",
    "deferred",
    "delete",
    "desc",
    "detach",
    "distinct",
    "do",
    "drop",
    "each",
    "else",
    "end",
    "escape",
    "except",
    "exclude",
    "exclusive",
    "exists",
    "explain",
    "fail",
    "filter",
    "first",
    "following",
    "for",
    "foreign",
    "from",
    "full",
    "generated",
    "glob",
    "group",
    "groups",
    "having",
    "if",
    "ignore",
    "immediate",
    "in",
    "index",
    "indexed",
    "initially",
    "inner",
    "insert",
    "instead",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "key",
    "last",
    "left",
    "like",
    "limit",
    "match",
    "materialized",
    "natural",
    "no",
    "not",
    "nothing",
    "notnull",
    "null",
    "nulls",
    "of",
    "offset",
    "on",
    "or",
    "order",
    "others",
    "outer",
    "over",
    "partition",
    "plan",
    "pragma",
    "preceding",
    "primary",
    "query",
    "raise",
    "range",
    "recursive",
    "references",
    "regexp",
    "reindex",
    "release",
    "rename",
    "replace",
    "restrict",
    "returning",
    "right",
    "rollback",
    "row",
    "rows",
    "savepoint",
    "select",
    "set",
    "table",
    "temp",
    "temporary",
    "then",
    "ties",
    "to",
    "transaction",
    "trigger",
    "unbounded",
    "union",
    "unique",
    "update",
    "using",
    "vacuum",
    "values",
    "view",
    "virtual",
    "when",
    "where",
    "window",
    "with",
    "within",
    "without",
];

#[cfg(test)]
mod tests {
    use super::{POSTGRES, SQLITE, name};
    use crate::database::Dialect::{Postgres, Sqlite};

    #[test]
    fn names_are_quoted_where_the_server_needs_it() {
        for (given, postgres, sqlite) in [
            ("hero", "hero", "hero"),
            ("Hero", "\"Hero\"", "Hero"),
            ("user", "\"user\"", "user"),
            ("order", "\"order\"", "\"order\""),
            ("2nd", "\"2nd\"", "\"2nd\""),
            ("a b", "\"a b\"", "\"a b\""),
            ("a\"b", "\"a\"\"b\"", "\"a\"\"b\""),
            ("größe", "\"größe\"", "\"größe\""),
            ("", "\"\"", "\"\""),
        ] {
            assert_eq!(name(given, Postgres), postgres);
            assert_eq!(name(given, Sqlite), sqlite);
        }
    }

    #[test]
    fn words_are_sorted_to_be_found() {
        assert!(POSTGRES.is_sorted() && SQLITE.is_sorted());
    }
}
