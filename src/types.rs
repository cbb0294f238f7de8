//! SQL types, as the server names them.

use std::fmt;

/// A column's type.
///
/// On PostgreSQL `name` is the canonical name that `format_type` prints without
/// its modifiers (`character varying`, `timestamp without time zone`, `integer`,
/// an enum's own name). On SQLite it is the declared text, as it was written.
/// An empty name means unknown.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct SqlType {
    pub name: String,
    /// What stands in the parentheses: `50`, `10` and `2`.
    pub args: Vec<String>,
    /// Dimensions of an array; 0 for a scalar.
    pub dims: u8,
}

impl SqlType {
    pub fn unknown() -> SqlType {
        SqlType::default()
    }

    pub fn named(name: &str) -> SqlType {
        SqlType { name: name.to_owned(), args: Vec::new(), dims: 0 }
    }

    pub fn with_args(name: &str, args: &[&str]) -> SqlType {
        SqlType { args: args.iter().map(|a| (*a).to_owned()).collect(), ..SqlType::named(name) }
    }

    pub fn array_of(mut self) -> SqlType {
        self.dims = self.dims.saturating_add(1);
        self
    }

    pub fn is_unknown(&self) -> bool {
        self.name.is_empty()
    }

    /// The first modifier as a number: a length, a precision.
    pub fn length(&self) -> Option<u32> {
        self.args.first()?.parse().ok()
    }

    /// Whether PostgreSQL has the type by itself (`pg_type`, majors 14 to 18).
    pub fn is_builtin(&self) -> bool {
        let name = self.name.as_str();
        canonical(name) == Some(name) && !EXTENDED.contains(&name) || OTHERS.contains(&name)
    }

    /// Parses a PostgreSQL type as written, with its aliases, into the canonical form
    /// (manual, 8: Data Types, table 8.1). Unknown names are taken as user-defined types.
    pub fn postgres(text: &str) -> SqlType {
        let mut text = text.trim();
        let mut dims = 0u8;
        while let Some(rest) = strip_array(text) {
            (text, dims) = (rest, dims.saturating_add(1));
        }
        let (head, args, tail) = split_args(text);
        let head = collapse(head);
        let lower = head.to_ascii_lowercase();
        let tail = collapse(tail).to_ascii_lowercase();
        let name = match (lower.as_str(), tail.as_str()) {
            ("timestamp", "with time zone") | ("timestamptz", _) => "timestamp with time zone",
            ("timestamp", _) => "timestamp without time zone",
            ("time", "with time zone") | ("timetz", _) => "time with time zone",
            ("time", _) => "time without time zone",
            ("bit", "varying") => "bit varying",
            (known, _) => canonical(known).unwrap_or(""),
        };
        if lower == "float" && !args.is_empty() {
            let single = args.first().and_then(|a| a.parse::<u32>().ok()).is_some_and(|p| p <= 24);
            return SqlType {
                dims,
                ..SqlType::named(if single { "real" } else { "double precision" })
            };
        }
        let name = if name.is_empty() { unquote(&head) } else { name.to_owned() };
        let args = match (name.as_str(), args.is_empty()) {
            ("character" | "bit", true) if lower != "bpchar" => vec!["1".to_owned()],
            // A precision alone has no digits behind the point.
            ("numeric", false) if args.len() == 1 => vec![args.concat(), "0".to_owned()],
            _ => args,
        };
        SqlType { name, args, dims }
    }

    /// Parses a declared SQLite type: kept as written, white space folded.
    pub fn sqlite(text: &str) -> SqlType {
        let (head, args, tail) = split_args(text.trim());
        let mut name = collapse(head);
        if !tail.trim().is_empty() {
            name = format!("{name} {}", collapse(tail));
        }
        SqlType { name, args, dims: 0 }
    }
}

impl fmt::Display for SqlType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_unknown() {
            return f.write_str("unknown type");
        }
        let args =
            if self.args.is_empty() { String::new() } else { format!("({})", self.args.join(",")) };
        match self.name.split_once(' ') {
            Some((head @ ("timestamp" | "time"), rest)) => write!(f, "{head}{args} {rest}")?,
            _ => write!(f, "{}{args}", self.name)?,
        }
        for _ in 0..self.dims {
            f.write_str("[]")?;
        }
        Ok(())
    }
}

/// Types of extensions that have no other spelling.
const EXTENDED: &[&str] = &["citext", "hstore", "ltree"];

/// Built-in types that are written in one way only.
const OTHERS: &[&str] = &[
    "aclitem",
    "cid",
    "datemultirange",
    "int4multirange",
    "int8multirange",
    "jsonpath",
    "nummultirange",
    "pg_node_tree",
    "pg_snapshot",
    "refcursor",
    "regcollation",
    "regconfig",
    "regdictionary",
    "regnamespace",
    "regoper",
    "regoperator",
    "regproc",
    "regprocedure",
    "regrole",
    "regtype",
    "tid",
    "tsmultirange",
    "tstzmultirange",
    "txid_snapshot",
    "xid",
    "xid8",
];

/// The canonical name of a built-in PostgreSQL type or alias, in lower case.
fn canonical(name: &str) -> Option<&'static str> {
    Some(match name {
        "int" | "int4" | "integer" => "integer",
        "int8" | "bigint" => "bigint",
        "int2" | "smallint" => "smallint",
        "bool" | "boolean" => "boolean",
        "float" | "float8" | "double precision" => "double precision",
        "float4" | "real" => "real",
        "decimal" | "dec" | "numeric" => "numeric",
        "varchar"
        | "character varying"
        | "char varying"
        | "nvarchar"
        | "national character varying" => "character varying",
        "char" | "character" | "bpchar" | "national character" | "nchar" => "character",
        "timestamp without time zone" => "timestamp without time zone",
        "timestamp with time zone" => "timestamp with time zone",
        "time without time zone" => "time without time zone",
        "time with time zone" => "time with time zone",
        "varbit" | "bit varying" => "bit varying",
        "bit" => "bit",
        "text" => "text",
        "uuid" => "uuid",
        "json" => "json",
        "jsonb" => "jsonb",
        "bytea" => "bytea",
        "date" => "date",
        "interval" => "interval",
        "inet" => "inet",
        "cidr" => "cidr",
        "macaddr" => "macaddr",
        "macaddr8" => "macaddr8",
        "money" => "money",
        "oid" => "oid",
        "name" => "name",
        "xml" => "xml",
        "tsvector" => "tsvector",
        "tsquery" => "tsquery",
        "point" => "point",
        "line" => "line",
        "lseg" => "lseg",
        "box" => "box",
        "path" => "path",
        "polygon" => "polygon",
        "circle" => "circle",
        "int4range" => "int4range",
        "int8range" => "int8range",
        "numrange" => "numrange",
        "tsrange" => "tsrange",
        "tstzrange" => "tstzrange",
        "daterange" => "daterange",
        "pg_lsn" => "pg_lsn",
        "regclass" => "regclass",
        "citext" => "citext",
        "hstore" => "hstore",
        "ltree" => "ltree",
        _ => return None,
    })
}

/// Removes one trailing `[]` or `[n]`, or the word ARRAY.
fn strip_array(text: &str) -> Option<&str> {
    if let Some(inner) = text.strip_suffix(']') {
        let open = inner.rfind('[')?;
        let digits = &inner[open + 1..];
        return digits.trim().bytes().all(|b| b.is_ascii_digit()).then(|| text[..open].trim_end());
    }
    let cut = text.len().checked_sub(6)?;
    let (head, word) = (text.get(..cut)?, text.get(cut..)?);
    word.eq_ignore_ascii_case(" array").then(|| head.trim_end())
}

/// Splits `timestamp(3) with time zone` into head, arguments and tail.
fn split_args(text: &str) -> (&str, Vec<String>, &str) {
    let Some(open) = text.find('(') else { return (text, Vec::new(), "") };
    let Some(close) = text.rfind(')').filter(|&close| close > open) else {
        return (text, Vec::new(), "");
    };
    let args = text[open + 1..close].split(',').map(|a| a.trim().to_owned()).collect();
    (&text[..open], args, &text[close + 1..])
}

fn collapse(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A type's name without quotes and without the default schema; unquoted names fold.
fn unquote(name: &str) -> String {
    let folded: Vec<String> = name
        .split('.')
        .map(|part| match part.strip_prefix('"').and_then(|p| p.strip_suffix('"')) {
            Some(quoted) => quoted.replace("\"\"", "\""),
            None => part.to_ascii_lowercase(),
        })
        .collect();
    match folded.as_slice() {
        [schema, rest @ ..]
            if matches!(schema.as_str(), "public" | "pg_catalog") && !rest.is_empty() =>
        {
            let joined = rest.join(".");
            canonical(&joined).map_or(joined, str::to_owned)
        }
        _ => folded.join("."),
    }
}

#[cfg(test)]
mod tests {
    use super::SqlType;

    #[test]
    fn postgres_names_are_those_of_format_type() {
        for (written, want) in [
            ("VARCHAR(50)", "character varying(50)"),
            ("timestamptz(3)", "timestamp(3) with time zone"),
            ("TIMESTAMP WITHOUT TIME ZONE", "timestamp without time zone"),
            ("int8[]", "bigint[]"),
            ("numeric(10, 2)", "numeric(10,2)"),
            ("char", "character(1)"),
            ("public.\"Role\"", "Role"),
            ("float(10)", "real"),
            ("audit.kind", "audit.kind"),
        ] {
            assert_eq!(SqlType::postgres(written).to_string(), want, "{written}");
        }
    }
}
